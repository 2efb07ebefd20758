"""Text fragments: the part of a link that names the words a browser is to highlight.

``text=[prefix-,]start[,end][,-suffix]``: each part within one block, on word boundaries; a
browser takes the first place that fits. A fragment is only given where that place is the
one that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from bot.rendering.page_search import Place, SearchablePage
from bot.rendering.word_ends import is_word_end, split_words
from index.pages import OBJECT

_WHOLE_WORDS = 10
_EDGE_WORDS = (6, 5, 4, 8, 3, 12, 2, 1)
_CONTEXT_WORDS = 8
_CONTEXT_REACH = 400
_MOST_CHOICES = 4
# Of a text that stands in a page again and again a browser takes the first.
_MOST_FITS = 100
_DIRECTIVE = "text="
_SEGMENT = re.compile(f"[^\n{OBJECT}]+")


@dataclass(frozen=True, slots=True)
class _Fragment:
    """The parts of a text fragment, as they stand on the page."""

    start: Place
    end: Place | None = None
    prefix: Place | None = None
    suffix: Place | None = None

    def write(self, text: str) -> str:
        parts = [_encode(text, self.start)]
        if self.prefix:
            parts.insert(0, _encode(text, self.prefix) + "-")
        if self.end:
            parts.append(_encode(text, self.end))
        if self.suffix:
            parts.append("-" + _encode(text, self.suffix))
        return _DIRECTIVE + ",".join(parts)


@dataclass(frozen=True, slots=True)
class _Rules:
    """How many places a fragment may fit, the meant one first, and what counts as a fit."""

    most: int
    whole_words: bool = False


_RULES = (
    *(_Rules(1), _Rules(_MOST_FITS)),
    *(_Rules(1, whole_words=True), _Rules(_MOST_FITS, whole_words=True)),
)


def write_fragments(page: SearchablePage, places: Sequence[Place], room: int) -> str | None:
    """What stands behind ``#:~:`` to highlight exactly these places, in so many characters.

    None where that cannot be said clearly or shortly enough.
    """
    choices = [list(islice(_choices(page, place, room), _MOST_CHOICES)) for place in places]
    if not choices or not all(choices):
        return None
    for written in (
        "&".join(best for best, *_ in choices),
        "&".join(min(each, key=len) for each in choices),
    ):
        if len(written) <= room:
            return written
    return None


def _choices(page: SearchablePage, place: Place, room: int) -> Iterator[str]:
    """Fragments that lead to the place, the best first; those that fit it alone before others.

    Last come those that fit it only where whole words are insisted on, as browsers do.
    """
    if re.search("[\ud800-\udfff]", page.text[place.start : place.end]):
        return
    cuts = list(_cuts(page, place))
    for rules in _RULES:
        for fragment in cuts:
            clear = _made_clear(page, fragment, place, rules)
            if clear is not None and len(written := clear.write(page.text)) <= room:
                yield written


def _cuts(page: SearchablePage, place: Place) -> Iterator[_Fragment]:
    """The place named whole, or by its first and last words."""
    segments = [
        Place(*found.span())
        for found in _SEGMENT.finditer(page.text, place.start, place.end)
        if found.group().strip()
    ]
    if not segments:
        return
    words = [split_words(page.text, segment.start, segment.end) for segment in segments]
    first, last, is_one = words[0], words[-1], len(words) == 1
    is_short = is_one and sum(_has_letters(page, word) for word in first) <= _WHOLE_WORDS
    if is_short:
        yield _Fragment(_span(first))
    for count in _EDGE_WORDS:
        if is_one and len(first) < 2 * count:
            continue
        yield _Fragment(_span(first[:count]), _span(last[-count:]))
    if is_one and not is_short:
        yield _Fragment(_span(first))


def _made_clear(
    page: SearchablePage, fragment: _Fragment, place: Place, rules: _Rules
) -> _Fragment | None:
    """The fragment with as much context as it takes to fit this place by the rules."""
    text = page.text
    if fragment.end and not (
        is_word_end(text, fragment.start.end) and is_word_end(text, fragment.end.start)
    ):
        return None
    starts, ends = is_word_end(text, place.start), is_word_end(text, place.end)
    for before, after in _contexts(text, place):
        if (starts or before) and (ends or after):
            clear = _Fragment(fragment.start, fragment.end, before, after)
            if _leads_here(page, clear, rules):
                return clear
    return None


def _contexts(text: str, place: Place) -> Iterator[tuple[Place | None, Place | None]]:
    """None, then more and more of what stands around; other blocks last: they come and go."""
    yield None, None
    for of_others in (False, True):
        for count in range(1, _CONTEXT_WORDS + 1):
            before = _words_before(text, place.start, count)
            after = _words_after(text, place.end, count)
            if before and not of_others and "\n" in text[before.end : place.start]:
                before = None
            if after and not of_others and "\n" in text[place.end : after.start]:
                after = None
            if before:
                yield before, None
            if after:
                yield None, after
            if before and after:
                yield before, after


def _leads_here(page: SearchablePage, fragment: _Fragment, rules: _Rules) -> bool:
    """Whether the first place that a browser finds is this one, and there are few others."""
    parts = [_slice(page, fragment.start)]
    if fragment.prefix:
        parts.insert(0, _slice(page, fragment.prefix))
    wanted = len(parts) - 1
    if fragment.suffix and not fragment.end:
        parts.append(_slice(page, fragment.suffix))
    fits = page.find(*parts, wanted=wanted, whole_words=rules.whole_words)
    found = list(islice(fits, rules.most + 1))
    is_first = bool(found) and found[0] == page.to_folded(fragment.start.start)
    return is_first and len(found) <= rules.most and _ends_here(page, fragment, rules)


def _ends_here(page: SearchablePage, fragment: _Fragment, rules: _Rules) -> bool:
    """Whether the first place after the start that reads like the end is the end."""
    if fragment.end is None:
        return True
    parts = [_slice(page, fragment.end)]
    if fragment.suffix:
        parts.append(_slice(page, fragment.suffix))
    at = page.to_folded(fragment.start.end)
    found = next(page.find(*parts, at=at, whole_words=rules.whole_words), None)
    return found == page.to_folded(fragment.end.start)


def _words_before(text: str, at: int, count: int) -> Place | None:
    """The last words before a place, of the block it stands in or else of the one before."""
    low = max(0, at - _CONTEXT_REACH)
    end = at
    while end > low and text[end - 1] in " \n\xa0":
        end -= 1
    start = max(low, text.rfind("\n", low, end) + 1, text.rfind(OBJECT, low, end) + 1)
    words = split_words(text, start, end)
    if words and start == low and not is_word_end(text, low):
        words = words[1:]
    words = [word for word in words if is_word_end(text, word.start)]
    return Place(words[-count:][0].start, end) if words else None


def _words_after(text: str, at: int, count: int) -> Place | None:
    high = min(len(text), at + _CONTEXT_REACH)
    start = at
    while start < high and text[start] in " \n\xa0":
        start += 1
    found = _SEGMENT.match(text, start, high)
    words = split_words(text, start, found.end()) if found else []
    if words and words[-1].end == high and not is_word_end(text, high):
        words = words[:-1]
    words = [word for word in words if is_word_end(text, word.end)]
    return Place(start, words[:count][-1].end) if words else None


def _span(words: Sequence[Place]) -> Place:
    return Place(words[0].start, words[-1].end)


def _has_letters(page: SearchablePage, word: Place) -> bool:
    return any(sign.isalnum() for sign in _slice(page, word))


def _slice(page: SearchablePage, place: Place) -> str:
    return page.text[place.start : place.end]


def _encode(text: str, place: Place) -> str:
    return quote(text[place.start : place.end], safe="").replace("-", "%2D")
