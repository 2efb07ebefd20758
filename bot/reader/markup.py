"""An article's clean text as HTML that says the same, letter for letter, and does nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from index.models import Heading, Span
from index.sentences import Block, BlockKind, split_blocks

# What a browser leaves away between two blocks. Other white space belongs to the next block.
_NOT_COLLAPSED = re.compile(r"[^ \t\n\r\f]")
# A page can hold neither.
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
_CLASSES = {BlockKind.ITEM: "item", BlockKind.ROW: "row", BlockKind.MARK: "rule"}
_LOWEST_HEADING = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one block, in or out of the quote."""

    text: str
    is_quote: bool = False
    begins_quote: bool = False
    ends_quote: bool = False


@dataclass(frozen=True, slots=True)
class PageBlock:
    """A heading (``tag`` "h2" to "h6") or another block ("p"), and the white space behind it."""

    tag: str
    kind: str
    pieces: tuple[Piece, ...]
    gap: str


def to_markup(text: str) -> Markup:
    """The text as HTML shows it; only what no page can hold becomes U+FFFD."""
    escaped = escape(_IMPOSSIBLE.sub("\ufffd", text))
    # Written as it is, a browser would read it as a line feed.
    return escaped.replace("\r", Markup("&#13;"))


def lay_out(
    text: str, part: Span, quote: Span | None, headings: Sequence[Heading]
) -> list[PageBlock]:
    """The blocks of ``text[part.start:part.end]``; put together they are that slice.

    Args:
        text: The whole article.
        part: What is shown of it.
        quote: What is highlighted, where it lies in the part.
        headings: Headings that the text does not mark itself.
    """
    blocks = _blocks_with_gaps(text, part, headings)
    laid = [
        PageBlock(tag, _CLASSES.get(block.kind, ""), _cut(text, block, quote), gap)
        for (block, gap), tag in zip(blocks, _tags([b for b, _ in blocks]), strict=True)
    ]
    return _with_quote_ends(laid)


def has_quote(blocks: Sequence[PageBlock]) -> bool:
    """Whether anything of the quote is in these blocks."""
    return any(piece.is_quote for block in blocks for piece in block.pieces)


def write_blocks(blocks: Sequence[PageBlock], *, begins: str, ends: str) -> Markup:
    """The blocks as HTML; screen readers hear ``begins`` and ``ends`` around the quote."""
    return Markup("").join(_write_block(block, begins, ends) for block in blocks)


def _write_block(block: PageBlock, begins: str, ends: str) -> Markup:
    kind = Markup(' class="{}"').format(block.kind) if block.kind else Markup("")
    inner = Markup("").join(_write_piece(piece, begins, ends) for piece in block.pieces)
    tag = Markup(block.tag)  # noqa: S704 - one of ours
    return Markup("<{0}{1}>{2}</{0}>{3}").format(tag, kind, inner, to_markup(block.gap))


def _write_piece(piece: Piece, begins: str, ends: str) -> Markup:
    shown = to_markup(piece.text)
    if not piece.is_quote:
        return shown
    first = Markup(' id="quote" data-begins="{}"').format(begins) if piece.begins_quote else ""
    last = Markup(' data-ends="{}"').format(ends) if piece.ends_quote else ""
    return Markup("<mark{}{}>{}</mark>").format(first, last, shown)


def _blocks_with_gaps(
    text: str, part: Span, headings: Sequence[Heading]
) -> list[tuple[Block, str]]:
    inside = [
        Heading(h.start - part.start, h.end - part.start, h.level)
        for h in headings
        if part.start <= h.start and h.end <= part.end
    ]
    found = split_blocks(text[part.start : part.end], inside)
    at = part.start
    blocks: list[Block] = []
    for block in found:
        start, end = block.start + part.start, block.end + part.start
        first = _NOT_COLLAPSED.search(text, at, start) if blocks else None
        # The first block takes all that stands before it.
        start = at if not blocks else (first.start() if first else start)
        blocks.append(Block(start, end, block.kind, block.level))
        at = end
    if not blocks:
        return [(Block(part.start, part.end, BlockKind.PARAGRAPH), "")]
    blocks[-1] = replace(blocks[-1], end=part.end)
    starts = [*(block.start for block in blocks[1:]), part.end]
    return [(b, text[b.end : next_]) for b, next_ in zip(blocks, starts, strict=True)]


def _tags(blocks: Sequence[Block]) -> Iterator[str]:
    """Headings follow the title's ``h1`` without leaving a level out."""
    open_levels: list[int] = []
    for block in blocks:
        if block.kind is not BlockKind.HEADING:
            yield "p"
            continue
        while open_levels and open_levels[-1] >= block.level:
            open_levels.pop()
        open_levels.append(block.level)
        yield f"h{min(len(open_levels) + 1, _LOWEST_HEADING)}"


def _cut(text: str, block: Block, quote: Span | None) -> tuple[Piece, ...]:
    if quote is None or quote.end <= block.start or block.end <= quote.start:
        return (Piece(text[block.start : block.end]),)
    first, last = max(quote.start, block.start), min(quote.end, block.end)
    pieces = (
        Piece(text[block.start : first]),
        Piece(text[first:last], is_quote=True),
        Piece(text[last : block.end]),
    )
    return tuple(piece for piece in pieces if piece.text)


def _with_quote_ends(blocks: Sequence[PageBlock]) -> list[PageBlock]:
    marked = [i for i, block in enumerate(blocks) if has_quote([block])]

    def tell(at: int, piece: Piece) -> Piece:
        if not piece.is_quote:
            return piece
        return replace(piece, begins_quote=at == marked[0], ends_quote=at == marked[-1])

    return [
        replace(block, pieces=tuple(tell(i, piece) for piece in block.pieces))
        for i, block in enumerate(blocks)
    ]
