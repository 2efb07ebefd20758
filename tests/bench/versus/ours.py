"""Footnote, measured in a process of its own."""

# ruff: noqa: PLC0415 - each system is imported by the process that measures it, and by no other
from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from index import library_rows, sources
from index.close_calls import SentenceScorer
from index.embedding import Embedder, LoadedOnFirstUse
from index.indexing import GENTLE, WriteRate
from index.libraries import Libraries
from index.library import Library
from index.model import files
from index.models import ReadResult, SyncReport
from index.onnx_encoder import load_encoder
from index.plans import Consent
from index.reading import Reader
from index.records import SourceInfo
from index.rereading import Known
from index.sources.fetching import Fetcher
from index.word_pieces import load_word_pieces
from tests.bench.versus.corpus import Article, Vector, write_articles
from tests.bench.versus.measuring import Stopwatch, memory_mb, spread

Embed = Callable[[str], Vector]
LIBRARY = "default"
_EVERYTHING = Consent(suspicious=True, drop=True)


class Given:
    """An embedding model that looks its vectors up."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    def get_text_embedding(self, text: str) -> Any:
        return self._embed(text)

    def get_query_embedding(self, text: str) -> Any:
        return self._embed(text)


class Recording:
    """Remembers the texts that it was given, and gives each the same vector."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str) -> Vector:
        self.texts.append(text)
        return np.full(files.DIMENSION, 1 / np.sqrt(files.DIMENSION), np.float32)


class Footnote:
    """One library in a folder, fed from a file as an operator does it."""

    def __init__(self, libraries: Libraries, folder: Path) -> None:
        self.libraries = libraries
        self.library: Library = libraries.library(LIBRARY)
        self._file = folder / "articles.jsonl"
        self._reader, self._fetcher = Reader(), Fetcher(user_agent="bench")

    async def read_file(self) -> ReadResult:
        """The articles of the file, parsed."""
        source = sources.identify(str(self._file))
        return await sources.read_source(source, reader=self._reader, fetcher=self._fetcher)

    def write(self, articles: Sequence[Article]) -> None:
        """Put articles into the file, as those do who write them: no work of Footnote's."""
        write_articles(self._file, articles)

    async def add(self) -> SyncReport:
        """Index the articles of the file, beside what is there."""
        result = await self.read_file()
        return await self.library.add([result], actor="bench", note="add", consent=_EVERYTHING)

    async def again(self) -> SyncReport:
        """Sync the file after it was written anew."""
        return await self.library.sync(self._read, actor="bench")

    async def close(self) -> None:
        """End the helper processes."""
        await self._reader.close()
        await self._fetcher.close()

    async def _read(self, info: SourceInfo, known: Known) -> ReadResult:
        return await sources.read_source(
            info.source,
            options=info.options,
            known=known,
            reader=self._reader,
            fetcher=self._fetcher,
        )


@asynccontextmanager
async def open_footnote(
    folder: Path,
    embed: Embed | None,
    *,
    rate: WriteRate | None = None,
    scorer: SentenceScorer | None = None,
) -> AsyncIterator[Footnote]:
    """The library of a folder; without ``embed`` it has its own embedder."""
    folder.mkdir(parents=True, exist_ok=True)
    model = LoadedOnFirstUse(load_encoder) if embed is None else Given(embed)
    embedder = Embedder(model, fingerprint=files.FINGERPRINT, dimension=files.DIMENSION, workers=2)
    libraries = Libraries(
        folder, embedder=embedder, count=load_word_pieces().count, rate=rate, scorer=scorer
    )
    await libraries.open(on_notice=lambda _: None)
    footnote = Footnote(libraries, folder)
    try:
        yield footnote
    finally:
        await footnote.close()
        await libraries.close()


async def time_searches(footnote: Footnote, questions: Sequence[str]) -> list[float]:
    """Seconds of each search, one after the other."""
    taken = []
    for question in questions:
        watch = Stopwatch()
        await footnote.library.search(question, limit=10)
        taken.append(watch.lap())
    return taken


async def find_articles(footnote: Footnote, question: str) -> list[str]:
    """The article of each passage, best first."""
    result = await footnote.library.search(question, limit=10)
    return [passage.article_id for passage in result.passages]


async def compare_with_exact(folder: Path, embed: Embed, questions: Sequence[str]) -> float:
    """Recall@10 of the vector index against comparing with every vector."""
    async with open_footnote(folder, embed) as footnote:
        libraries = footnote.libraries
        rows = await libraries.database.read(library_rows.list_libraries)
        collection = next(row.collection for row in rows if row.collection)
        ids, vectors = await libraries.database.read(_all_vectors)
        found = []
        for question in questions:
            query = embed(question)
            near = await libraries._vectors.query(collection, query, 10)
            cosines = vectors @ query
            # Whatever is as near as the tenth counts: equal passages may stand for each other.
            tenth = np.sort(cosines)[-10]
            place = {id_: n for n, id_ in enumerate(ids)}
            found.append(sum(1 for id_, _ in near if cosines[place[id_]] >= tenth - 1e-6) / 10)
    return round(float(np.mean(found)), 4)


def _all_vectors(connection: Any) -> tuple[list[str], Vector]:
    rows = connection.execute(
        "SELECT c.chunk_id, e.vector FROM chunk AS c JOIN version AS v ON v.pk = c.version "
        "JOIN embedding AS e ON e.library = v.library AND e.key = c.embedding"
    ).fetchall()
    return [r[0] for r in rows], np.stack([np.frombuffer(r[1], "<f4") for r in rows])


async def measure_beside_indexing(
    folder: Path, embed: Embed, articles: Sequence[Article], questions: Sequence[str]
) -> dict[str, Any]:
    """Searches alone, and while articles are embedded and indexed, at the bot's own pace."""

    packaged = load_encoder()

    def embed_any(text: str) -> Any:
        try:
            return embed(text)
        except KeyError:
            return packaged.get_text_embedding(text)

    async with open_footnote(folder, embed_any, rate=GENTLE) as footnote:
        await time_searches(footnote, questions[:50])
        idle = [await _search_after_a_pause(footnote, q) for q in questions]
        footnote.write(articles)
        adding = asyncio.create_task(footnote.add())
        beside: list[float] = []
        started = time.perf_counter()
        while not adding.done():
            question = questions[len(beside) % len(questions)]
            beside.append(await _search_after_a_pause(footnote, question))
        seconds = time.perf_counter() - started
        await adding
    return {
        "idle": spread(idle),
        "beside": spread(beside),
        "seconds": round(seconds, 1),
        "articles": len(articles),
    }


async def _search_after_a_pause(footnote: Footnote, question: str) -> float:
    await asyncio.sleep(0.03)
    watch = Stopwatch()
    await footnote.library.search(question, limit=10)
    return watch.lap()


async def measure_ready(folder: Path, questions: Sequence[str]) -> dict[str, float]:
    """Seconds from this process' start until the bot's own parts are warm, and what it holds."""
    import bot.client  # noqa: F401 - a bot that is ready has loaded its commands too
    from bot.heap import limit_arenas
    from bot.settings import load_settings
    from bot.wiring import _open_folder

    limit_arenas()
    settings = load_settings({"data": folder}, env_file=folder / "none")
    async with _open_folder(settings, on_notice=lambda _: None, rate=GENTLE) as opened:
        await opened.warm_up()
        seconds = time.time() - _started_at()
        memory = memory_mb()
        library = opened.libraries.library(LIBRARY)
        for question in questions:
            await library.search(question, limit=10)
    return {
        "seconds": round(seconds, 2),
        "memory_mb": memory,
        "memory_after_questions_mb": memory_mb(),
    }


def _started_at() -> float:
    """When this process began, by the kernel's account."""
    fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    import os

    ticks = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    up = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    return time.time() - (up - ticks)


def dump(value: object) -> str:
    """One line of JSON."""
    return json.dumps(value)
