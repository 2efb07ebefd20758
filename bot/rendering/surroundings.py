"""What stands around a quote: the sentence before it and the one after it; pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rendering.text import ELLIPSIS, cut_points
from index.chunking import sentence_spans
from index.models import Span

_REACH = 1500
_LIMIT = 400
_ENDING = 12


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Slices of the article around a quote, with their white space; "" at its ends."""

    before: str = ""
    after: str = ""


def find_surroundings(text: str, start: int, end: int) -> Surroundings:
    """The rest of the quote's own sentences, and one more on either side.

    What is long is cut at the far end, with an ellipsis.

    Args:
        text: The article.
        start: Where the quote starts in it.
        end: Where the quote ends in it.
    """
    first, last = max(0, start - _REACH), min(len(text), end + _REACH)
    head = sentence_spans(text[first:start], first)
    tail = sentence_spans(text[end:last], end)
    return Surroundings(
        before=_cut_before(text, _begin(text, head, start), start),
        after=_cut_after(text, end, _finish(text, tail, end)),
    )


def _begin(text: str, before: tuple[Span, ...], start: int) -> int:
    """Where the context before the quote starts."""
    if not before:
        return start
    # The last one may be the beginning of the quote's own sentence.
    is_own = not _is_border(text, before[-1].end, start)
    wanted = before[-2] if is_own and len(before) > 1 else before[-1]
    return wanted.start


def _finish(text: str, after: tuple[Span, ...], end: int) -> int:
    """Where the context after the quote ends."""
    if not after:
        return end
    # The first one may be the rest of the quote's own sentence.
    is_own = not _is_border(text, end, after[0].start)
    wanted = after[1] if is_own and len(after) > 1 else after[0]
    return wanted.end


def _is_border(text: str, end: int, start: int) -> bool:
    """Whether one sentence ends at ``end`` and another one begins at ``start``."""
    if "\n" in text[end:start]:
        return True
    # A few characters are enough: the sign, and what closes behind it.
    ending = text[max(0, end - _ENDING) : end].rstrip().rstrip("\"'”’»)]*_")
    return ending.endswith((".", "!", "?", "…", "。", "！", "？", "؟"))


def _cut_before(text: str, begin: int, start: int) -> str:
    piece = text[begin:start]
    if len(piece) <= _LIMIT:
        return piece
    points = [at for at in cut_points(piece) if len(piece) - at <= _LIMIT]
    cut = points[0] if points else len(piece)
    space = piece.find(" ", cut)
    cut = space + 1 if 0 <= space < cut + _LIMIT // 2 else cut
    return ELLIPSIS + piece[cut:]


def _cut_after(text: str, end: int, finish: int) -> str:
    piece = text[end:finish]
    if len(piece) <= _LIMIT:
        return piece
    cut = max(at for at in cut_points(piece) if at <= _LIMIT)
    space = piece.rfind(" ", 0, cut)
    cut = space if space > _LIMIT // 2 else cut
    return piece[:cut] + ELLIPSIS
