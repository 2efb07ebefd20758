"""Decides where the sentences of one paragraph end.

sentencex proposes ends; it knows abbreviations, initials and other scripts. Here
short quotations are held together, a few wrong ends are taken back, and what goes
on for ever is cut at a clause or word. Every decision looks only at the sentence
so far and a little ahead: a slice cut at sentence ends is split like the whole.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from sentencex import get_sentence_boundaries  # type: ignore[import-untyped]  # has no type hints

# A sentence above LONGEST is cut, and each piece but the last is SHORTEST_CUT to
# LONGEST_CUT long. Two pieces together are above LONGEST again, so that they are
# cut alike wherever a slice of them ends.
LONGEST = 640
LONGEST_CUT = 600
SHORTEST_CUT = 360
# A sentence of one letter or number, with the signs around it, is part of its neighbour.
LONGEST_SHORT = 12
# No sentence ends within a bracket or quotation up to this length.
LONGEST_HELD = 200
# sentencex takes quadratic time over a long text that is not ASCII.
WINDOW = 4000

_CLOSER_OF = {
    opener: re.compile(closer)
    for opener, closer in zip(
        '"“„«‹‘([{（「『《【',
        ['"', "”", "[“”]", "»", "›", r"’(?!\w)", r"\)", r"\]", "}", "）", "」", "』", "》", "】"],
        strict=True,
    )
}
_OPENER = re.compile(r'(?<![\w.,;:!?…%)\]])["“„«‹‘(\[{（「『《【](?=\S)')
# sentencex holds quotations of any length together, so it is not shown the marks;
# a reference like [1] stays, for it needs that behind a full stop.
_HIDDEN = re.compile(r"""["“”„«»‹›‘‚`(){}（）「」『』《》【】]|[^\S ]|(?<!\w)'|\[(?!\w{1,3}\])""")
_SPACE = re.compile(r"\s")
_SURROGATE = re.compile("[\ud800-\udfff]")

_CLOSING = re.compile(r"[\"”“’'»›)\]}）」』》】]*")
_TOO_SHORT = re.compile(r"\W*(?:\d{1,3}|\w?)\W*\Z")
_LONGEST_BEFORE = 8
_NO_END = tuple(
    (re.compile(rf"(?:{before})\Z"), re.compile(after))
    for before, after in (
        # "Really?" he asked
        (r"[\"”“’'»›)\]}）」』》】]", r"\s+[a-zß-öø-ÿα-ωа-я]"),
        # Prepare! begins at nine; but an address in lower case may begin a sentence
        (r"[.…!]", r"\s+[a-z]+(?![\w.:/@-])"),
        # Vol. 3
        (r"\b(?:[Vv]ols?|Arts?|[Cc]hap|[Cc]h|[Ss]ect?|[Pp]ara|Op|Ex|pp?|ca?)\.", r"\s+\d"),
        # Data.Gov, Node.js
        (r"\w\.", r"(?i:gov|com|org|net|edu|mil|int|info|io|js|ai|app|dev)\b"),
        # 9 a.m. EST
        (r"\b[ap]\.m\.", r"\s+\(?(?:[A-Z]{1,3}T|UTC|Eastern|Central|Mountain|Pacific)\b"),
        # (Morning Post) (Radio Nine)
        (r"", r"(?:\s*\([^()]{0,79}[^().!?。]\))+\s*\Z"),
        # A slice that began here would look like a heading or a table row.
        (r"", r"\s*(?:#{1,6}\s|\|)"),
    )
)
# Words that sentencex takes for abbreviations alone: it misses the end behind them.
_MISSED = re.compile(r"(?<!\w)(?:[Mm]ay|no|art|ill)\.(?=\s+[A-Z][a-z])")
_CLAUSE = re.compile(r"[,;:،؛](?=\s)|[，；：、]|(?<=\s)[—–-](?=\s)")
_JOINED = re.compile("[\u0300-\u036f\u200d\ufe0f\udc00-\udfff]")


def find_ends(paragraph: str, language: str, *, whole: bool = False) -> list[int]:
    """Offsets where sentences end, ascending; the last is the end of the last letter.

    Args:
        paragraph: text of one paragraph; line breaks in it are spaces.
        language: ISO code.
        whole: take it as one sentence, and only cut it where it is too long.
    """
    length = len(paragraph.rstrip())
    held = _Held(paragraph)
    ends: list[int] = []
    start = 0
    proposed = () if whole else _propose(paragraph, language)
    for end in (*proposed, length):
        if end < length and (end in held or not _is_end(paragraph, start, end, length)):
            continue
        if end > start:
            ends += _cut_long(paragraph, start, end, held)
            start = ends[-1]
    return ends


def _propose(paragraph: str, language: str) -> Iterator[int]:
    """Ends that sentencex sees, each moved behind the marks that close the sentence."""
    hidden = _SURROGATE.sub("?", _HIDDEN.sub(" ", paragraph))
    start = 0
    while start < len(hidden):
        window = hidden[start : start + WINDOW]
        last = start + len(window) >= len(hidden)
        found = [b["end_index"] for b in get_sentence_boundaries(language, window)]
        if language == "en" and (missed := [m.end() for m in _MISSED.finditer(window)]):
            # The last end stays the last: it is that of the window.
            found = sorted({*found, *missed})
        for end in found if last else found[:-1]:
            letters = start + len(window[:end].rstrip())
            closing = _CLOSING.match(paragraph, letters)
            yield closing.end() if closing else letters
        if last:
            return
        # The last sentence of a window may go on in the next.
        start += found[-2] if len(found) > 1 else window.rfind(" ") + 1 or WINDOW


class _Held:
    """The places inside short quotations and brackets, where no sentence ends."""

    def __init__(self, paragraph: str) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for opener in _OPENER.finditer(paragraph):
            at, mark = opener.start(), opener[0]
            found = _CLOSER_OF[mark].search(paragraph, at + 1, at + LONGEST_HELD)
            if not found:
                continue
            closer = found.start()
            if self._ends and at < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], closer)
            else:
                self._starts.append(at)
                self._ends.append(closer)

    def __contains__(self, position: int) -> bool:
        """Whether an end here would fall between a mark and its partner."""
        nearest = bisect.bisect_left(self._starts, position) - 1
        return nearest >= 0 and position <= self._ends[nearest]


def _is_end(paragraph: str, start: int, end: int, length: int) -> bool:
    """Whether to believe a proposed end; ``start`` is where the sentence began."""
    if _is_short(paragraph, start, end) or _is_short(paragraph, end, length):
        return False
    first = max(start, end - _LONGEST_BEFORE)
    return not any(
        before.search(paragraph, first, end) and after.match(paragraph, end)
        for before, after in _NO_END
    )


def _is_short(paragraph: str, start: int, end: int) -> bool:
    return end - start <= LONGEST_SHORT and _TOO_SHORT.match(paragraph, start, end) is not None


def _cut_long(paragraph: str, start: int, end: int, held: _Held) -> list[int]:
    """``[end]``, with earlier ends before it when the sentence is too long."""
    cuts: list[int] = []
    while True:
        while paragraph[start].isspace() and start < end - 1:
            start += 1
        if end - start <= LONGEST:
            return [*cuts, end]
        start = _best_cut(paragraph, start, held)
        cuts.append(start)


def _best_cut(paragraph: str, start: int, held: _Held) -> int:
    first, last = start + SHORTEST_CUT, start + LONGEST_CUT
    clauses = [m.end() for m in _CLAUSE.finditer(paragraph, first, last)]
    spaces = [m.start() for m in _SPACE.finditer(paragraph, first, last)]
    for places in (clauses, spaces):
        for place in reversed(places):
            if place not in held:
                return place
    while last > first and (last in held or _JOINED.match(paragraph, last)):
        last -= 1
    return last
