"""What changed between two texts, sentence by sentence, short enough to read."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from index.models import Span
from index.sentences import sentences_of, split_blocks

LONGEST_LINE = 240
ONLY_LAYOUT = "@ Only spaces, line ends or marks between the sentences changed."
OUT_OF_ORDER = "@ So much changed here that the order is not shown."
MOVED = "@ Sentences changed places."
MORE = "@ … and more changes."

_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
_ANY_END = re.compile(r"(?<=[.!?。！？])\s+|\n")
_LONG_PARAGRAPH = 5_000
# Cutting into sentences costs about a second for a million characters; aligning grows with
# the product of both sides.
_MOST_TO_CUT = 50_000
_MOST_TO_COUNT = 20_000
_MOST_TO_ALIGN = 10_000
_BEFORE_CHANGE = 60
_SIDE_BY_SIDE = 3

# Old and new texts that stand in each other's place; equal ones are unchanged.
_Step = tuple[Sequence[str], Sequence[str]]


def diff_text(old: str, new: str, *, limit_lines: int = 40) -> tuple[str, ...]:
    """The difference as lines for people, empty only where the texts are equal.

    Each line is a sentence behind ``"- "`` (went), ``"+ "`` (came) or two spaces (context, one
    sentence), or a remark behind ``"@ "``. A long one is cut with ``…`` to where it changed.

    Args:
        old: the text before.
        new: the text after; both may be of any length and shape.
        limit_lines: how many lines there may be, at least 1.
    """
    if old == new:
        return ()
    lines: list[str] = []
    for line in _lines(_steps(old, new)):
        lines.append(line)
        if len(lines) > limit_lines:
            return (*lines[: limit_lines - 1], MORE)
    return tuple(lines) or (ONLY_LAYOUT,)


def _lines(steps: Iterator[_Step]) -> Iterator[str]:
    unchanged: list[str] = []
    is_first = True
    for old, new in steps:
        if old == new:
            unchanged += old
            continue
        yield from _context(unchanged, after=not is_first, before=True)
        yield from _changes(old, new)
        unchanged, is_first = [], False
    if not is_first:
        yield from _context(unchanged, after=True, before=False)


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    if len(old) * len(new) > _MOST_TO_ALIGN:
        count = len(old)
        old, new = _without_common(old, new), _without_common(new, old)
        if len(old) < count:
            yield OUT_OF_ORDER if old or new else MOVED
    # A few at a time, so that a reader sees both sides of a long change.
    for first in range(0, max(len(old), len(new)), _SIDE_BY_SIDE):
        for mark, texts, others in (("-", old, new), ("+", new, old)):
            for number, text in enumerate(texts[first : first + _SIDE_BY_SIDE], first):
                yield f"{mark} {_shorten(text, others[number] if number < len(others) else '')}"


def _context(texts: list[str], *, after: bool, before: bool) -> Iterator[str]:
    """One sentence on each side, and how much lies between."""
    length = sum(map(len, texts))
    if length <= _MOST_TO_COUNT:
        units = [unit for text in texts for unit in _units(text)]
        between = len(units) - after - before
        what = f"{between} sentence{'s' * (between > 1)}"
    else:
        head, tail = texts[0][:_LONG_PARAGRAPH], texts[-1][-_LONG_PARAGRAPH:]
        units = [*_units(head)[:1], "", *_units(tail)[-1:]]
        between = 1
        what = f"{length:,} characters"
    if after and units:
        yield f"  {_shorten(units[0])}"
    if between > 0:
        yield f"@ … {what} unchanged"
    if before and len(units) > after:
        yield f"  {_shorten(units[-1])}"


def _steps(old: str, new: str) -> Iterator[_Step]:
    """Paragraphs that stayed, and between them the sentences that stayed, went and came."""
    for before, after in _align(_pieces(old), _pieces(new)):
        if before == after:
            yield before, after
            continue
        for went, came in _align(_cut(before), _cut(after)):
            if went != came and len(went) * len(came) <= _MOST_TO_ALIGN:
                yield from _align_closely(went, came)
            else:
                yield went, came


def _align(old: Sequence[str], new: Sequence[str]) -> Iterator[_Step]:
    """Steps between what both begin and end with, and what stands once in each."""
    head, tail = _common(old, new)
    yield old[:head], new[:head]
    i = j = head
    end_i, end_j = len(old) - tail, len(new) - tail
    for next_i, next_j in _anchors(old[i:end_i], new[j:end_j]):
        if (i, j) != (head + next_i, head + next_j):
            yield old[i : head + next_i], new[j : head + next_j]
        i, j = head + next_i + 1, head + next_j + 1
        yield old[i - 1 : i], new[j - 1 : j]
    if i < end_i or j < end_j:
        yield old[i:end_i], new[j:end_j]
    yield old[end_i:], new[end_j:]


def _align_closely(old: Sequence[str], new: Sequence[str]) -> Iterator[_Step]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for _, i1, i2, j1, j2 in matcher.get_opcodes():
        yield old[i1:i2], new[j1:j2]


def _common(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many are the same at the start, and of the rest at the end."""
    most = min(len(old), len(new))
    head = next((n for n in range(most) if old[n] != new[n]), most)
    tails = range(most - head)
    return head, next((n for n in tails if old[-1 - n] != new[-1 - n]), most - head)


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Places of what stands exactly once in each, as many as keep their order."""
    counts, others = Counter(old), Counter(new)
    place = {text: n for n, text in enumerate(new) if others[text] == 1}
    pairs = [(n, place[text]) for n, text in enumerate(old) if counts[text] == 1 and text in place]
    ends: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        ends[length : length + 1] = [j]
        last[length : length + 1] = [number]
        previous.append(last[length - 1] if length else -1)
    chain: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = previous[number]
    return chain[::-1]


def _without_common(texts: Sequence[str], others: Sequence[str]) -> list[str]:
    """Those of ``texts`` that ``others`` has not as often."""
    there = Counter(others)
    there.subtract(texts)
    kept = []
    for text in reversed(texts):
        if there[text] < 0:
            there[text] += 1
            kept.append(text)
    return kept[::-1]


def _pieces(text: str) -> list[str]:
    """Paragraphs, and parts of a long one."""
    pieces: list[str] = []
    for paragraph in _BLANK_LINE.split(text):
        long = len(paragraph) > _LONG_PARAGRAPH
        pieces += _ANY_END.split(paragraph) if long else [paragraph]
    return [piece for piece in pieces if piece.strip()]


def _cut(pieces: Sequence[str]) -> list[str]:
    """The sentences in some pieces; the pieces where that would take long."""
    if sum(map(len, pieces)) > _MOST_TO_CUT:
        return [_one_line(piece) for piece in pieces]
    return [unit for piece in pieces for unit in _units(piece)]


def _units(text: str) -> list[str]:
    """Sentences, headings and marks, each as one line."""
    units = []
    for block in split_blocks(text):
        spans = sentences_of(text, block) or [Span(block.start, block.end)]
        units += [_one_line(text[span.start : span.end]) for span in spans]
    return units


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shorten(text: str, other: str = "") -> str:
    """A long text cut to a stretch that shows where it begins to differ from ``other``."""
    if len(text) <= LONGEST_LINE:
        return text
    same, _ = _common(text, other)
    start = min(max(0, same - _BEFORE_CHANGE), len(text) - LONGEST_LINE)
    end = start + LONGEST_LINE
    return f"{'… ' * (start > 0)}{text[start:end].strip()}{' …' * (end < len(text))}"
