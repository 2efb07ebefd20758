"""Cuts a long article into parts that are one small page each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.reader.markup import to_markup
from index.models import Heading, Span
from index.sentences import sentences_of, split_blocks

_BLANK_LINES = re.compile(r"\n[ \t\r\f]*\n\s*")
_LINE_ENDS = re.compile(r"\n\s*")
# Of a page, at most: what is bigger is cut at its own blocks and sentences.
_SMALL_SHARE = 8
# A quote that takes more of a page than this may be cut at a sentence.
_QUOTE_SHARE = 2
# Bytes of markup around a block, which begins with a line.
_TAGS = 24
_BYTES_AT_MOST = 5  # of a character, escaped


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch that is not cut; ``size`` in bytes of HTML."""

    start: int
    end: int
    size: int


def cut_parts(
    text: str, quote: Span | None, headings: Sequence[Heading], *, room: int
) -> list[Span]:
    """Parts of at most ``room`` bytes of HTML, which together are the whole text.

    No part ends inside a sentence or inside the quote, unless that alone would fill a page.
    The same article and quote give the same parts.
    """
    if len(text) * _BYTES_AT_MOST < room // 2 and text.count("\n") * _TAGS < room // 2:
        return [Span(0, len(text))]
    pieces = _keep_quote_whole(list(_pieces(text, headings, room // _SMALL_SHARE)), quote, room)
    parts: list[Span] = []
    start, size = 0, _TAGS
    for piece in pieces:
        if piece.start > start and size + piece.size > room:
            parts.append(Span(start, piece.start))
            start, size = piece.start, _TAGS
        size += piece.size
    return [*parts, Span(start, len(text))]


def find_part(parts: Sequence[Span], at: int) -> int:
    """Which part holds the offset; the last one for what is behind the text."""
    return next((i for i, part in enumerate(parts) if at < part.end), len(parts) - 1)


def _keep_quote_whole(pieces: list[_Piece], quote: Span | None, room: int) -> list[_Piece]:
    if quote is None:
        return pieces
    touched = [p for p in pieces if p.start < quote.end and quote.start < p.end]
    size = sum(piece.size for piece in touched)
    if len(touched) < 2 or size > room // _QUOTE_SHARE:  # noqa: PLR2004 - nothing to join
        return pieces
    first = pieces.index(touched[0])
    joined = _Piece(touched[0].start, touched[-1].end, size)
    return [*pieces[:first], joined, *pieces[first + len(touched) :]]


def _pieces(text: str, headings: Sequence[Heading], most: int) -> Iterator[_Piece]:
    at = 0
    for border in [*(found.end() for found in _BLANK_LINES.finditer(text)), len(text)]:
        yield from _small_pieces(text, Span(at, border), headings, most)
        at = border


def _small_pieces(
    text: str, span: Span, headings: Sequence[Heading], most: int
) -> Iterator[_Piece]:
    """The stretch, or what it must be cut into: blocks, else sentences, else anywhere."""
    whole = _measure(text, span.start, span.end)
    if whole.size <= most:
        if span.start < span.end:
            yield whole
        return
    for between in _spans_between(_sentence_starts(text, span, headings), span):
        piece = _measure(text, between.start, between.end)
        if piece.size <= most:
            yield piece
            continue
        step = most // (2 * _BYTES_AT_MOST)
        cuts = [_next_cut(text, at) for at in range(between.start + step, between.end, step)]
        for short in _spans_between(cuts, between):
            yield _measure(text, short.start, short.end)


def _sentence_starts(text: str, span: Span, headings: Sequence[Heading]) -> Iterator[int]:
    inside = [h for h in headings if span.start <= h.start and h.end <= span.end]
    shifted = [Heading(h.start - span.start, h.end - span.start, h.level) for h in inside]
    stretch = text[span.start : span.end]
    for block in split_blocks(stretch, shifted):
        yield span.start + block.start
        for sentence in sentences_of(stretch, block)[1:]:
            yield span.start + sentence.start


def _spans_between(borders: Iterator[int] | Sequence[int], span: Span) -> Iterator[Span]:
    at = span.start
    for border in borders:
        if at < border < span.end:
            yield Span(at, border)
            at = border
    yield Span(at, span.end)


def _next_cut(text: str, at: int) -> int:
    """The next space, if one is near: a word is cut only where there is nothing else."""
    space = re.compile(r"\s").search(text, at, at + 100)
    return space.end() if space else at


def _measure(text: str, start: int, end: int) -> _Piece:
    piece = text[start:end]
    lines = len(_LINE_ENDS.findall(piece)) + (start == 0 or text[start - 1] == "\n")
    size = len(to_markup(piece).encode()) + _TAGS * lines
    return _Piece(start, end, size)
