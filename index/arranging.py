"""What is given back of the ranked candidates, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b

from index.chunk_rows import ChunkRow
from index.chunking import sentence_spans
from index.models import Heading, Passage, Span

# The first four are what the scores say. Behind them, up to the eighth place, stands what
# one sign alone is sure of: such a passage may have the only evidence.
_BY_SCORE = 4
_WITHIN = 8
_NEAREST = 3
_BEST_BY_WORDS = 1


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate: its score in [0, 1], and what each half said, None where it did not find it."""

    chunk: ChunkRow
    score: float
    cosine: float | None
    bm25: float | None


def order_by_score(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Best first, each text once, where it ranks best."""
    seen: dict[bytes, Ranked] = {}
    for candidate in sorted(ranked, key=lambda r: (-r.score, r.chunk.chunk_id)):
        seen.setdefault(fold_text(candidate.chunk), candidate)
    return list(seen.values())


def fold_text(chunk: ChunkRow) -> bytes:
    """What two chunks with the same text have in common, whatever their spaces and capitals."""
    return _fold(chunk.text)


# Every candidate of every search is folded, and the same ones come again and again.
@lru_cache(maxsize=4_000)
def _fold(text: str) -> bytes:
    folded = " ".join(text.split()).casefold()
    return blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@lru_cache(maxsize=1_000)
def _find_sentences(text: str, start: int, headings: tuple[Heading, ...]) -> tuple[Span, ...]:
    return sentence_spans(text, start, headings)


def arrange(
    ranked: Sequence[Ranked], limit: int, holders: Iterable[Collection[int]] = ()
) -> list[Ranked]:
    """At most ``limit`` candidates, best first, each text once, scores never rising.

    Args:
        ranked: All candidates, in any order.
        limit: How many are wanted.
        holders: For each rare word of the question the keys of the chunks that hold it. One of
            them is among the first eight, as are the nearest three in meaning and the best
            by words, as far as there is room behind the first four.
    """
    order = order_by_score(ranked)
    within = min(_WITHIN, limit)
    sure = _keys_of_sure(order, holders)
    room = max(0, within - _BY_SCORE)
    late = [r for r in order[within:] if r.chunk.row in sure][:room]
    if late:
        leave = [r for r in order[_BY_SCORE:within] if r.chunk.row not in sure][-len(late) :]
        late = late[: len(leave)]
        moved = {r.chunk.row for r in (*leave, *late)}
        stay = [r for r in order[:within] if r.chunk.row not in moved]
        lifted = {r.chunk.row for r in late}
        rest = [r for r in order[within:] if r.chunk.row not in lifted]
        order = [*stay, *late, *leave, *rest]
    return _level(order[:limit], {r.chunk.row for r in late})


def to_passage(ranked: Ranked) -> Passage:
    """A candidate as a search gives it back."""
    chunk = ranked.chunk
    return Passage(
        chunk_id=chunk.chunk_id,
        article_id=chunk.article_id,
        version_id=chunk.version_id,
        title=chunk.title,
        url=chunk.url,
        published_at=chunk.published_at,
        authors=chunk.authors,
        publisher=chunk.publisher,
        heading=chunk.heading,
        start=chunk.start,
        end=chunk.end,
        text=chunk.text,
        sentences=_find_sentences(chunk.text, chunk.start, chunk.headings),
        score=ranked.score,
        cosine=ranked.cosine,
        bm25=ranked.bm25,
        superseded_by=chunk.superseded_by,
    )


def _keys_of_sure(order: Sequence[Ranked], holders: Iterable[Collection[int]]) -> set[int]:
    """The candidates that one sign alone is sure of."""
    near = sorted((r for r in order if r.cosine is not None), key=lambda r: -(r.cosine or 0.0))
    worded = sorted((r for r in order if r.bm25 is not None), key=lambda r: -(r.bm25 or 0.0))
    sure = {r.chunk.row for r in (*near[:_NEAREST], *worded[:_BEST_BY_WORDS])}
    for rows in holders:
        sure |= set([r.chunk.row for r in order if r.chunk.row in rows][:1])
    return sure


def _level(order: Sequence[Ranked], lifted: Collection[int]) -> list[Ranked]:
    """Scores that do not rise: what was lifted takes the score of its new place."""
    levelled: list[Ranked] = []
    for candidate in order:
        above = levelled[-1].score if levelled else candidate.score
        score = above if candidate.chunk.row in lifted else min(above, candidate.score)
        levelled.append(candidate if score == candidate.score else replace(candidate, score=score))
    return levelled
