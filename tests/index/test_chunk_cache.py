"""Chunks that were read before are not read again, and are never shown where they do not belong."""

from __future__ import annotations

import numpy as np

from index.chunk_rows import ChunkCache, ChunkRow


def make_chunk(row: int) -> ChunkRow:
    return ChunkRow(
        row=row,
        chunk_id=f"chunk-{row}",
        article_id="a",
        version_id="v",
        title="The wall",
        url=None,
        published_at=None,
        authors=(),
        publisher=None,
        heading="",
        headings=(),
        start=0,
        end=4,
        text="Wall",
        vector=np.zeros(3, np.float32),
    )


def test_the_one_that_was_not_asked_for_longest_makes_room() -> None:
    cache = ChunkCache(2)
    for row in (1, 2):
        cache.put((row, "e", "v", 0), make_chunk(row))
    assert cache.get((1, "e", "v", 0)) is not None

    cache.put((3, "e", "v", 0), make_chunk(3))

    assert cache.get((2, "e", "v", 0)) is None
    assert cache.get((1, "e", "v", 0)) is not None


def test_a_key_that_the_database_gave_again_to_another_text_finds_nothing() -> None:
    cache = ChunkCache(2)
    cache.put((1, "of the old text", "v", 0), make_chunk(1))

    assert cache.get((1, "of the new text", "v", 0)) is None


def test_a_cache_of_nothing_keeps_nothing() -> None:
    cache = ChunkCache(0)
    cache.put((1, "e", "v", 0), make_chunk(1))

    assert cache.get((1, "e", "v", 0)) is None
