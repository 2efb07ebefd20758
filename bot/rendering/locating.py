"""Finds a quote of an article's clean text on the page that the text was taken from.

Words are compared, letters and digits only: extraction alters spaces, marks of lists and what
cannot be seen. Where it left something out of a quote, the quote is several places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.rendering.page_search import Place, SearchablePage

# Marks of lists are in the clean text, and not in the text of a page.
_LIST_MARK = re.compile(r"^[ ]*(?:[-*•–]|\d{1,4}[.)])[ ]+", re.MULTILINE)
_WORD = re.compile(r"[^\W_]+")
_CONTEXT = 240
_SHINGLE = 12
_MOST_PLACES = 64
_OPENING_WORDS = (5, 3)
_RESUMING_WORDS = (4, 3, 2)
_LONGEST_GAP = 3_000
# A footnote's mark and the like stays inside a highlight; more is left out of it.
_SMALL_GAP = 6
_MOST_MISSING = 2
_MOST_RUNS = 4


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A quote and what stands around it, as letters."""

    words: tuple[str, ...]
    before: str
    after: str

    @property
    def letters(self) -> str:
        return "".join(self.words)


@dataclass(frozen=True, slots=True)
class _Match:
    """Letters of the page, as runs that belong together, and how well they fit."""

    runs: tuple[tuple[int, int], ...]
    missing: int = 0


def locate_quote(
    page: SearchablePage, text: str, start: int, end: int, *, with_signs: bool = True
) -> tuple[Place, ...]:
    """Where ``text[start:end]`` stands on the page, in its order; empty if it does not.

    ``with_signs`` takes its first and last punctuation in, where the page has the same.
    """
    for without_marks in (True, False):
        wanted = _want(page, text, start, end, without_marks=without_marks)
        if not wanted.words:
            return ()
        if match := _best(page, wanted):
            lead, trail = _edges(page, text[start:end]) if with_signs else ("", "")
            return _to_places(page, match.runs, lead, trail)
    return ()


def _want(page: SearchablePage, text: str, start: int, end: int, *, without_marks: bool) -> _Wanted:
    # From the beginning of a line, if it is not too far, to tell what is the mark of a list.
    low = text.rfind("\n", 0, max(0, start - 2 * _CONTEXT)) + 1
    low = max(low, start - 8 * _CONTEXT)
    window = text[low : end + 2 * _CONTEXT]
    if without_marks:
        window = _LIST_MARK.sub(lambda mark: " " * len(mark.group()), window)
    first, last = start - low, end - low
    words = _WORD.findall(page.fold(window[first:last]))
    before = "".join(_WORD.findall(page.fold(window[:first])))[-_CONTEXT:]
    after = "".join(_WORD.findall(page.fold(window[last:])))[:_CONTEXT]
    return _Wanted(tuple(words), before, after)


def _best(page: SearchablePage, wanted: _Wanted) -> _Match | None:
    letters = wanted.letters
    whole = [
        _Match(((at, at + len(letters)),))
        for at in islice(page.letters.find(letters), _MOST_PLACES)
        if len(letters) > 3 * _SHINGLE or _is_whole(page, at, at + len(letters))
    ]
    matches = whole or list(_in_runs(page, wanted))
    # The first of equals: copies of one text cannot be told apart, and read the same.
    return max(matches, key=lambda m: _fit(page, wanted, m), default=None)


def _is_whole(page: SearchablePage, start: int, end: int) -> bool:
    letters = page.letters
    return letters.is_word_start(start) and (end == len(letters.text) or letters.is_word_start(end))


def _fit(page: SearchablePage, wanted: _Wanted, match: _Match) -> float:
    """How alike what stands around is; what is missing or apart counts against it."""
    start, end = match.runs[0][0], match.runs[-1][1]
    text = page.letters.text
    before, after = text[max(0, start - 2 * _CONTEXT) : start], text[end : end + 2 * _CONTEXT]
    beside = _count_same(before[::-1], wanted.before[::-1])
    beside += _count_same(after, wanted.after)
    near = _shared(wanted.before, before) + _shared(wanted.after, after)
    extra = sum(last - first for first, last in match.runs) - len(wanted.letters)
    apart = 100 * (len(match.runs) - 1) + 50 * abs(extra)
    return beside + 0.5 * near - 1_000 * match.missing - apart


def _count_same(one: str, other: str) -> int:
    """How many first letters they share."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _shared(wanted: str, there: str) -> int:
    count = range(max(0, len(wanted) - _SHINGLE + 1))
    return sum(wanted[at : at + _SHINGLE] in there for at in count)


def _in_runs(page: SearchablePage, wanted: _Wanted) -> Iterator[_Match]:
    """Places where the quote stands with something between its words."""
    words = wanted.words
    for count in _OPENING_WORDS:
        if len(words) < count + 1:
            continue
        found = False
        for at in islice(page.letters.find("".join(words[:count])), _MOST_PLACES):
            if match := _follow(page, words, at):
                found = True
                yield match
        if found:
            return


def _follow(page: SearchablePage, words: Sequence[str], at: int) -> _Match | None:
    """Match word after word from a place on; None when too much is missing."""
    text = page.letters.text
    runs: list[tuple[int, int]] = []
    start, word, missing = at, 0, 0
    while word < len(words):
        if text.startswith(words[word], at):
            at += len(words[word])
            word += 1
            continue
        again = _resume(text, words, word, at)
        if again is None:
            missing += 1
            word += 1
            # The extraction may put words into a quote; its last ones are the article's.
            if word == len(words):
                return None
        else:
            runs.append((start, at))
            start = at = again
        if missing > _MOST_MISSING or len(runs) >= 4 * _MOST_RUNS:
            return None
    joined = _join(page, [*runs, (start, at)])
    return _Match(joined, missing) if len(joined) <= _MOST_RUNS else None


def _resume(text: str, words: Sequence[str], word: int, at: int) -> int | None:
    """Where the next words come again, a little further down the page."""
    for count in _RESUMING_WORDS:
        some = "".join(words[word : word + count])
        reach = _LONGEST_GAP if count == _RESUMING_WORDS[0] else 8 * _SMALL_GAP
        found = text.find(some, at, at + reach + len(some))
        if found >= 0 and len(some) >= _SMALL_GAP:
            return found
    return None


def _join(page: SearchablePage, runs: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The runs, with little between them taken in where it stands in their block."""
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and _is_near(page, joined[-1][1], start):
            joined[-1] = (joined[-1][0], end)
        elif start < end:
            joined.append((start, end))
    return tuple(joined)


def _is_near(page: SearchablePage, end: int, start: int) -> bool:
    if start - end > _SMALL_GAP:
        return False
    first, last = page.letters.to_folded(end - 1), page.letters.to_folded(start)
    return "\n" not in page.folded[first:last]


def _edges(page: SearchablePage, quote: str) -> tuple[str, str]:
    """What stands before the first and behind the last letter of the quote."""
    folded = page.fold(_LIST_MARK.sub("", quote, count=1))
    words = [match.span() for match in _WORD.finditer(folded)]
    return folded[: words[0][0]], folded[words[-1][1] :]


def _to_places(
    page: SearchablePage, runs: Sequence[tuple[int, int]], lead: str, trail: str
) -> tuple[Place, ...]:
    places = []
    for number, (first, last) in enumerate(runs):
        start = page.to_text(page.letters.to_folded(first))
        end = page.to_text(page.letters.to_folded(last - 1)) + 1
        if number == 0:
            start = _widen_back(page, start, lead)
        is_last = number == len(runs) - 1
        end = _widen(page, end, trail) if is_last else _to_end_of_word(page, end)
        places.append(Place(start, _past_unseen(page, end)))
    return tuple(places)


def _past_unseen(page: SearchablePage, end: int) -> int:
    """Signs that are folded away belong to the letter before them."""
    while end < len(page.text) and not page.fold(page.text[end]):
        end += 1
    return end


def _widen(page: SearchablePage, end: int, signs: str) -> int:
    best = end
    for sign in signs:
        end = _past_unseen(page, end)
        if end >= len(page.text) or page.fold(page.text[end]) != sign:
            break
        end += 1
        best = end if sign != " " else best
    return best


def _widen_back(page: SearchablePage, start: int, signs: str) -> int:
    best = start
    for sign in reversed(signs):
        while start and not page.fold(page.text[start - 1]):
            start -= 1
        if not start or page.fold(page.text[start - 1]) != sign:
            break
        start -= 1
        best = start if sign != " " else best
    return best


def _to_end_of_word(page: SearchablePage, end: int) -> int:
    found = re.compile(r"[^\w\s\ufffc]*").match(page.text, end)
    return found.end() if found else end
