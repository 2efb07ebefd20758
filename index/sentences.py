"""Finds blocks and sentences in clean text, as exact spans; never changes a letter.

Both look at the text from left to right and decide each end from what stands
around it, so that a slice cut at sentence ends has the same sentences in it as
the whole text. Passages rely on this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.models import Heading, Span
from index.sentence_ends import find_ends

# A longer line with a hash in front is text, whatever its author meant.
LONGEST_HEADING = 200

_ATX = re.compile(r"\s*(#{1,6})[ \t]+(?=\S)")
_ITEM = re.compile(r"\s*(?:[*+\-•‣◦▪●]|\d{1,3}[.)])(?:\s+|$)")
_MARKER = re.compile(rf"{_ITEM.pattern}|\s*>\s*")
_ROW = re.compile(r"\s*\||.* \| ", re.DOTALL)
_WORDLESS_LINE = re.compile(r"(?:[\W_])*?[\n\r]\s*")
_WORD = re.compile(r"[^\W_]")


class BlockKind(StrEnum):
    """What a block is; a mark is a line without words, such as a rule or a table's dashes."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of layout, trimmed of white space; ``level`` is 0 unless it is a heading."""

    start: int
    end: int
    kind: BlockKind
    level: int = 0


def split_blocks(text: str, headings: Sequence[Heading] = ()) -> list[Block]:
    """Cut a text into headings, paragraphs, list items, table rows and marks.

    Args:
        text: clean text; lines that begin with ``#`` are headings too.
        headings: headings that the text itself does not mark, as spans in it.

    Returns:
        Blocks in reading order that do not overlap; between them is white space.
    """
    blocks: list[Block] = []
    position = 0
    for heading in _usable(headings, len(text)):
        blocks += _blocks_between(text, position, heading.start)
        start, end = _trim(text, heading.start, heading.end)
        if start < end:
            blocks.append(Block(start, end, BlockKind.HEADING, heading.level))
        position = heading.end
    return blocks + list(_blocks_between(text, position, len(text)))


def split_sentences(text: str, start: int, end: int, language: str = "en") -> list[Span]:
    """Sentences of ``text[start:end]``, one paragraph, item or row.

    Args:
        text: the whole text.
        start: where the paragraph begins.
        end: where it ends; offsets of the result count from the start of ``text``.
        language: ISO code of the language whose abbreviations are known.

    Returns:
        Spans in order, trimmed of white space and list markers, each with a word
        in it and none much longer than 600 characters.
    """
    return list(_spans(text, start, find_ends(text[start:end], language)))


def sentences_of(text: str, block: Block, language: str = "en") -> list[Span]:
    """Sentences of one block: none of a heading or mark, one of a table row."""
    match block.kind:
        case BlockKind.HEADING | BlockKind.MARK:
            return []
        case BlockKind.ROW:
            ends = find_ends(text[block.start : block.end], language, whole=True)
            return list(_spans(text, block.start, ends))
        case _:
            return split_sentences(text, block.start, block.end, language)


def _spans(text: str, start: int, ends: Sequence[int]) -> Iterator[Span]:
    position = start
    for end in ends:
        first, last = _trim(text, position, start + end)
        position = start + end
        first = _skip_marks(text, first, last)
        if _WORD.search(text, first, last):
            yield Span(first, last)


def _skip_marks(text: str, first: int, last: int) -> int:
    """The start behind list markers and leading lines without words."""
    while mark := _MARKER.match(text, first, last) or _WORDLESS_LINE.match(text, first, last):
        if not _WORD.search(text, mark.end(), last):
            break
        first = mark.end()
    return first


def _usable(headings: Sequence[Heading], length: int) -> Iterator[Heading]:
    position = 0
    for heading in sorted(headings, key=lambda h: (h.start, h.end)):
        fits = position <= heading.start < heading.end <= length
        if fits and heading.end - heading.start <= LONGEST_HEADING:
            yield heading
            position = heading.end


def _blocks_between(text: str, start: int, end: int) -> Iterator[Block]:
    """Blocks of a stretch without given headings; ``open_`` is a paragraph or item so far."""
    open_: Block | None = None
    for first, last in _lines(text, start, end):
        kind = _kind_of_line(text, first, last)
        if kind is BlockKind.PARAGRAPH and open_:
            open_ = Block(open_.start, last, open_.kind)
            continue
        if open_:
            yield open_
            open_ = None
        if kind in (BlockKind.PARAGRAPH, BlockKind.ITEM):
            open_ = Block(first, last, kind)
        elif kind:
            atx = _ATX.match(text, first, last) if kind is BlockKind.HEADING else None
            yield Block(first, last, kind, len(atx[1]) if atx else 0)
    if open_:
        yield open_


def _kind_of_line(text: str, first: int, last: int) -> BlockKind | None:
    """The kind of a trimmed line; None for an empty one."""
    if first == last:
        return None
    marker = _MARKER.match(text, first, last)
    if not _WORD.search(text, marker.end() if marker else first, last):
        return BlockKind.MARK
    if last - first <= LONGEST_HEADING and _ATX.match(text, first, last):
        return BlockKind.HEADING
    if _ROW.match(text, first, last):
        return BlockKind.ROW
    return BlockKind.ITEM if _ITEM.match(text, first, last) else BlockKind.PARAGRAPH


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    for line in text[start:end].splitlines(keepends=True):
        yield _trim(text, position, position + len(line))
        position += len(line)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
