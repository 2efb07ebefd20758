"""Cuts an article into chunks: verbatim slices of whole sentences, in reading order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from index.chunk_context import ChunkContext, heading_path
from index.models import Article, Chunk, Heading, Span
from index.sentences import BlockKind, sentences_of, split_blocks

# Remembered by the index: another way of cutting needs another name.
CHUNKING = "sentences-200/1"

# A word of more than 100 letters is one piece, so pieces alone do not bound a length.
LETTERS_PER_PIECE = 12
# A chunk is about one thing: it ends where a section does, unless it is next to
# nothing yet, and at a paragraph or list item once it is nearly full. Chosen on 55
# questions over news: dense search put the right chunk first for 71 % of them; with
# chunks that end at a section only when half full, for 51 %.
WORTH_AT_SECTION = 0.1
WORTH_AT_BLOCK = 0.75

Count = Callable[[str], int]


def chunk_article(article: Article, count: Count, budget: int = 200) -> list[Chunk]:
    """Cut an article into chunks of about ``budget`` word pieces.

    Args:
        article: the article; its ``headings`` and lines with ``#`` give the path.
        count: word pieces of a text as the embedder counts them.
        budget: word pieces of a slice; title, date and headings come on top.

    Returns:
        Chunks in reading order that do not overlap and hold every sentence once.
        Each has a sentence, but for headings that fit nowhere else, and for a text
        without any word, which is one chunk. White space alone has none.
    """
    pieces = _Pieces(article.text, count, budget)
    slices = list(_pack(_group(_units(article, pieces), pieces), pieces))
    if not slices and (text := article.text.strip()):
        start = article.text.index(text)
        slices = pieces.cut(_Unit(start, start + len(text), count(text)))[:1]
    context = ChunkContext(article, count)
    return [_make_chunk(article, n, unit, context) for n, unit in enumerate(slices)]


def sentence_spans(
    chunk_text: str, offset: int, headings: Sequence[Heading] = ()
) -> tuple[Span, ...]:
    """The sentences of a chunk, as spans in the article's text.

    Args:
        chunk_text: the chunk's text.
        offset: where the chunk starts in the article's text.
        headings: the article's headings; without them a heading that has no ``#``
            in front counts as a sentence.

    Returns:
        Spans in reading order, never a heading. They are the article's sentences;
        where one was over budget and cut, the part that stands here.
    """
    # Those outside the chunk fit no place in it, and are passed over.
    inside = [Heading(h.start - offset, h.end - offset, h.level) for h in headings]
    return tuple(
        Span(span.start + offset, span.end + offset)
        for block in split_blocks(chunk_text, inside)
        for span in sentences_of(chunk_text, block)
    )


class _Opens(Enum):
    SECTION = WORTH_AT_SECTION
    BLOCK = WORTH_AT_BLOCK


@dataclass(frozen=True, slots=True)
class _Unit:
    """Text that stays together: a sentence with the headings and list marker before it.

    ``opens`` says that a heading stands in it, or that it begins a paragraph, list
    item or table row. ``path`` are the headings that its sentence stands under. A
    chunk is units put together.
    """

    start: int
    end: int
    pieces: int
    opens: _Opens | None = None
    path: tuple[Heading, ...] = ()
    only_headings: bool = False


class _Pieces:
    """Counts, joins and cuts units of one text within the budget."""

    def __init__(self, text: str, count: Count, budget: int) -> None:
        self.budget = budget
        self._text = text
        self._count = count

    def unit(self, start: int, end: int) -> _Unit:
        return _Unit(start, end, self._count(self._text[start:end]))

    def join(self, first: _Unit, second: _Unit) -> _Unit | None:
        """Both and what is between them, described as ``first``; None when over budget."""
        if second.end - first.start > self.budget * LETTERS_PER_PIECE:
            return None
        pieces = first.pieces + second.pieces
        between = self._text[first.end : second.start]
        if not between.isspace():
            # Words may have grown together, and rules and dashes count too.
            pieces = self._count(self._text[first.start : second.end])
        if pieces > self.budget:
            return None
        return _Unit(first.start, second.end, pieces, first.opens, first.path, first.only_headings)

    def cut(self, unit: _Unit) -> list[_Unit]:
        """The unit, in parts when it is over budget; cut near the middle, between words."""
        if unit.pieces <= self.budget or unit.end - unit.start == 1:
            return [unit]
        text = self._text
        quarter = (unit.end - unit.start) // 4
        middle = (unit.start + unit.end) // 2
        near = range(middle, middle + quarter)
        middle = next((n for n in near if text[n].isspace()), middle)
        parts = []
        for start, end in ((unit.start, middle), (middle, unit.end)):
            letters = text[start:end].strip()
            if letters:
                at = text.index(letters, start)
                parts += self.cut(self.unit(at, at + len(letters)))
        return parts


def _units(article: Article, pieces: _Pieces) -> Iterator[_Unit]:
    """Headings and sentences in reading order, each within the budget."""
    path: tuple[Heading, ...] = ()
    for block in split_blocks(article.text, article.headings):
        if block.kind is BlockKind.HEADING:
            heading = Heading(block.start, block.end, block.level)
            path = (*(h for h in path if h.level < block.level), heading)
            for part in pieces.cut(pieces.unit(block.start, block.end)):
                yield _Unit(part.start, part.end, part.pieces, _Opens.SECTION, path, True)  # noqa: FBT003
            continue
        # The first sentence of a list item takes its marker along.
        start = block.start
        opens: _Opens | None = _Opens.BLOCK
        for span in sentences_of(article.text, block):
            for part in pieces.cut(pieces.unit(min(start, span.start), span.end)):
                yield _Unit(part.start, part.end, part.pieces, opens, path)
                opens = None
            start = block.end


def _group(units: Iterator[_Unit], pieces: _Pieces) -> Iterator[_Unit]:
    """Put headings together with the sentence that follows them."""
    waiting: _Unit | None = None
    for unit in units:
        together = unit
        if waiting and (joined := pieces.join(waiting, unit)):
            together = replace(joined, path=unit.path, only_headings=unit.only_headings)
        elif waiting:
            yield waiting
        waiting = together if unit.only_headings else None
        if not waiting:
            yield together
    if waiting:
        yield waiting


def _pack(units: Iterator[_Unit], pieces: _Pieces) -> Iterator[_Unit]:
    """Fill chunks in reading order."""
    chunk: _Unit | None = None
    for unit in units:
        joined = None
        if chunk and not _ends_before(unit, chunk, pieces.budget):
            joined = pieces.join(chunk, unit)
        if chunk and not joined:
            yield chunk
        chunk = joined or unit
    if chunk:
        yield chunk


def _ends_before(unit: _Unit, chunk: _Unit, budget: int) -> bool:
    # Headings with nothing under them are no section; they stay with what is above.
    if unit.opens is None or unit.only_headings:
        return False
    return chunk.pieces >= unit.opens.value * budget


def _make_chunk(article: Article, ordinal: int, unit: _Unit, context: ChunkContext) -> Chunk:
    text = article.text[unit.start : unit.end]
    name = f"{article.version_id}:{unit.start}:{unit.end}:{CHUNKING}"
    return Chunk(
        id=hashlib.sha256(name.encode()).hexdigest()[:32],
        version_id=article.version_id,
        ordinal=ordinal,
        start=unit.start,
        end=unit.end,
        heading=heading_path(article.text, unit.path),
        text=text,
        embedded_text=context.before(unit.start, unit.path) + text,
    )
