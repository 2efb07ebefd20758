"""The data folder that the load test asks: one server of 10,000 chunks and some smaller ones."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.cogs.ports import library_of
from index import sources
from index.embedding import Embedder
from index.libraries import Libraries
from index.model import files
from index.onnx_encoder import load_encoder
from index.plans import Consent
from index.reading import Reader
from index.sources.fetching import Fetcher
from index.word_pieces import load_word_pieces
from tests.bench.versus.corpus import Article, VectorCache, write_articles

_EVERYTHING = Consent(suspicious=True, drop=True)


class _Remembered:
    """The packaged embedder, which need not embed what another bench has embedded before."""

    def __init__(self, cache: Path) -> None:
        self._model = load_encoder()
        self._known = VectorCache(cache).load() if cache.exists() else None

    def get_text_embedding(self, text: str) -> Any:
        if self._known is not None:
            try:
                return self._known(text)
            except KeyError:
                pass
        return self._model.get_text_embedding(text)

    def get_query_embedding(self, text: str) -> Any:
        return self.get_text_embedding(text)


async def build_libraries(
    folder: Path, wanted: Sequence[tuple[int, Sequence[Article]]], cache: Path
) -> dict[int, int]:
    """Index the articles of each server; how many chunks each has."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    embedder = Embedder(
        _Remembered(cache), fingerprint=files.FINGERPRINT, dimension=files.DIMENSION, workers=2
    )
    libraries = Libraries(folder, embedder=embedder, count=load_word_pieces().count)
    await libraries.open(on_notice=lambda _: None)
    reader, fetcher = Reader(), Fetcher(user_agent="bench")
    chunks = {}
    try:
        for guild_id, articles in wanted:
            file = folder.with_name(f"{folder.name}-{guild_id}.jsonl")
            write_articles(file, articles)
            source = sources.identify(str(file))
            result = await sources.read_source(source, reader=reader, fetcher=fetcher)
            report = await libraries.library(library_of(guild_id)).add(
                [result], actor="bench", note="add", consent=_EVERYTHING
            )
            chunks[guild_id] = report.chunks_written
    finally:
        await reader.close()
        await fetcher.close()
        await libraries.close()
    return chunks


def build_now(
    folder: Path, wanted: Sequence[tuple[int, Sequence[Article]]], cache: Path
) -> dict[int, int]:
    """As ``build_libraries``, for callers without a loop."""
    return asyncio.run(build_libraries(folder, wanted, cache))
