"""One measurement of one system, in this process: ``python -m tests.bench.versus.worker JSON``.

Prints one line of JSON. The peers run it under their own Python, so nothing of Footnote is
imported but for Footnote itself.
"""

# ruff: noqa: PLC0415 - each system is imported by the process that measures it, and by no other
from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.versus.corpus import (
    DIMENSION,
    Article,
    Grown,
    Vector,
    VectorCache,
    change,
    load_articles,
    load_questions,
)
from tests.bench.versus.measuring import Stopwatch, memory_mb, rank_quality, spread, time_each

OURS = "footnote"
_CHANGES = 3
_STEP = 10_000


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted."""

    system: str
    task: str
    folder: Path
    articles: Path
    questions: Path
    cache: Path
    size: int = 0

    @property
    def is_ours(self) -> bool:
        """Whether it is Footnote that is measured."""
        return self.system == OURS

    def some_articles(self) -> list[Article]:
        """The first so many, or all."""
        articles = load_articles(self.articles)
        return articles[: self.size] if self.size else articles

    def asked(self) -> list[str]:
        """Questions and titles: the first hundred are for warming up, none comes twice."""
        titles = [article.title for article in load_articles(self.articles)]
        real = [asked.text for asked in load_questions(self.questions)]
        return list(dict.fromkeys([*titles[:100], *real, *titles[100:331]]))


def read_order(text: str) -> Order:
    """The order as the parent wrote it."""
    values = json.loads(text)
    paths = {name: Path(values[name]) for name in ("folder", "articles", "questions", "cache")}
    return Order(**{**values, **paths})


class Recorded:
    """Gives any text the same vector, and remembers it."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str) -> Vector:
        self.texts.append(text)
        return np.full(DIMENSION, 1 / np.sqrt(DIMENSION), np.float32)


def list_texts(order: Order) -> dict[str, Any]:
    """Every text that the system embeds, questions too; into ``texts.json`` in the folder."""
    recorded = Recorded()
    articles = order.some_articles()
    # The changed ones are embedded as well, when their turn comes.
    changed = list(articles)
    for n in (*range(_CHANGES), _CHANGES):
        at = 0 if n == _CHANGES else n * 37 % len(articles)
        changed[at] = change(changed[at], n)
        articles.append(changed[at])
    articles = [Article(f"{a.id}-{n}", a.title, a.text) for n, a in enumerate(articles)]
    if order.is_ours:
        asyncio.run(_build_ours(order.folder, recorded, articles))
    else:
        _open_peer(order, recorded).build(articles)
    (order.folder / "texts.json").write_text(json.dumps(recorded.texts))
    return {"texts": len(recorded.texts)}


async def _build_ours(
    folder: Path, embed: Callable[[str], Vector], articles: Sequence[Article]
) -> None:
    from tests.bench.versus import ours

    async with ours.open_footnote(folder, embed) as footnote:
        footnote.write(articles)
        await footnote.add()


def measure_index(order: Order) -> dict[str, Any]:
    """All articles, the same again, one changed, and how good the searches are."""
    embed = VectorCache(order.cache).load()
    return asyncio.run(_index_ours(order, embed)) if order.is_ours else _index_peer(order, embed)


async def _index_ours(order: Order, embed: Callable[[str], Vector]) -> dict[str, Any]:
    from tests.bench.versus import ours

    articles, questions = order.some_articles(), load_questions(order.questions)
    async with ours.open_footnote(order.folder, embed) as footnote:
        await footnote.libraries._vectors.names()
        footnote.write(articles)
        watch = Stopwatch()
        report = await footnote.add()
        full = watch.lap()
        footnote.write(articles)
        watch.lap()
        await footnote.again()
        unchanged = watch.lap()
        changes = []
        for n in range(_CHANGES):
            at = n * 37 % len(articles)
            articles[at] = change(articles[at], n)
            footnote.write(articles)
            watch.lap()
            done = await footnote.again()
            changes.append(watch.lap())
            assert len(done.changed) == 1, done
    articles[0] = change(articles[0], _CHANGES)
    async with ours.open_footnote(order.folder, embed) as footnote:
        await footnote.libraries._vectors.names()
        footnote.write(articles)
        watch.lap()
        await footnote.again()
        restarted = watch.lap()
        found = [await ours.find_articles(footnote, asked.text) for asked in questions]
    return {
        "chunks": report.chunks_written,
        "full_s": full,
        "unchanged_s": unchanged,
        "one_changed_s": changes,
        "restarted_s": restarted,
        **rank_quality(found, [asked.articles for asked in questions]),
    }


def _index_peer(order: Order, embed: Callable[[str], Vector]) -> dict[str, Any]:
    articles, questions = order.some_articles(), load_questions(order.questions)
    peer = _open_peer(order, embed)
    watch = Stopwatch()
    chunks = peer.build(articles)
    full = watch.lap()
    peer.again(articles)
    unchanged = watch.lap()
    changes = []
    for n in range(_CHANGES):
        at = n * 37 % len(articles)
        articles[at] = change(articles[at], n)
        watch.lap()
        peer.again(articles)
        changes.append(watch.lap())
    articles[0] = change(articles[0], _CHANGES)
    peer.reopen()
    watch.lap()
    peer.again(articles)
    restarted = watch.lap()
    found = [peer.search(asked.text, embed(asked.text)) for asked in questions]
    return {
        "chunks": chunks,
        "full_s": full,
        "unchanged_s": unchanged,
        "one_changed_s": changes,
        "restarted_s": restarted,
        **rank_quality(found, [asked.articles for asked in questions]),
    }


def measure_own(order: Order) -> dict[str, Any]:
    """The same with the embedding model that each brings along; loading it is not counted."""
    articles = order.some_articles()
    if order.is_ours:
        return asyncio.run(_own_ours(order, articles))
    peer = _open_peer(order, None)
    peer.build([Article("warm", "Warm", "A first sentence loads the model.")])
    watch = Stopwatch()
    chunks = peer.build(articles)
    found = {"articles": len(articles), "chunks": chunks, "full_s": watch.lap()}
    from tests.bench.versus import peers

    return {**found, "share_read": round(peers.share_read(peer.passages()), 3)}


def measure_own_given(order: Order) -> dict[str, Any]:
    """The first so many of Footnote's chunks, embedded by a peer's own model and stored."""
    texts = json.loads((order.cache.parent / "texts-footnote.json").read_text())
    texts = list(dict.fromkeys(texts))[: order.size]
    peer = _open_peer(order, None)
    peer.embed(["A first sentence loads the model."])
    watch = Stopwatch()
    peer.add_rows([f"row-{n}" for n in range(len(texts))], texts, peer.embed(texts))
    return {"chunks": len(texts), "full_s": watch.lap()}


async def _own_ours(order: Order, articles: Sequence[Article]) -> dict[str, Any]:
    from tests.bench.versus import ours

    async with ours.open_footnote(order.folder, None) as footnote:
        await footnote.libraries.warm_up()
        await footnote.libraries._vectors.names()
        footnote.write(articles)
        watch = Stopwatch()
        report = await footnote.add()
        return {
            "articles": len(articles),
            "chunks": report.chunks_written,
            "full_s": watch.lap(),
        }


def measure_add(order: Order) -> dict[str, Any]:
    """Bare ``collection.add`` of Footnote's chunks and vectors, texts included."""
    texts = json.loads((order.cache.parent / "texts-footnote.json").read_text())
    texts = list(dict.fromkeys(texts))
    embed = VectorCache(order.cache).load()
    vectors = np.stack([embed(text) for text in texts])
    peer = _open_peer(order, embed)
    watch = Stopwatch()
    peer.add_rows([f"row-{n}" for n in range(len(texts))], texts, vectors)
    return {"chunks": len(texts), "full_s": watch.lap()}


def grow(order: Order) -> dict[str, Any]:
    """A library of ``size`` chunks, to be queried later; every system gets the same ones."""
    texts = json.loads((order.cache.parent / "texts-footnote.json").read_text())
    texts = list(dict.fromkeys(texts))
    known = VectorCache(order.cache).load(texts)
    grown = Grown(texts, np.stack([known(text) for text in texts]))
    watch = Stopwatch()
    if order.is_ours:
        asyncio.run(_grow_ours(order, grown))
    else:
        peer = _open_peer(order, known)
        for at in range(0, order.size, _STEP):
            numbers = range(at, min(order.size, at + _STEP))
            articles = [grown.article(n) for n in numbers]
            vectors = np.stack([grown.vector(n) for n in numbers])
            peer.add_rows([a.id for a in articles], [a.text for a in articles], vectors)
    return {"full_s": watch.lap()}


async def _grow_ours(order: Order, grown: Grown) -> None:
    from tests.bench.versus import ours

    async with ours.open_footnote(order.folder, grown.vector_of) as footnote:
        for at in range(0, order.size, _STEP):
            numbers = range(at, min(order.size, at + _STEP))
            footnote.write([grown.article(n) for n in numbers])
            await footnote.add()


def measure_queries(order: Order) -> dict[str, Any]:
    """Three hundred different questions, a hundred others before them."""
    asked = order.asked()
    embed = VectorCache(order.cache).load(asked)
    if order.is_ours:
        return asyncio.run(_query_ours(order, embed, asked))
    peer = _open_peer(order, embed)
    time_each(lambda q: peer.search(q, embed(q)), asked[:100])
    taken = time_each(lambda q: peer.search(q, embed(q)), asked[100:])
    return {**spread(taken), "memory_mb": memory_mb()}


async def _query_ours(
    order: Order, embed: Callable[[str], Vector], asked: Sequence[str]
) -> dict[str, Any]:
    from tests.bench.versus import ours

    async with ours.open_footnote(order.folder, embed) as footnote:
        await ours.time_searches(footnote, asked[:100])
        taken = await ours.time_searches(footnote, asked[100:])
        return {**spread(taken), "memory_mb": memory_mb()}


def measure_recall(order: Order) -> dict[str, Any]:
    """Recall@10 of the vector index against an exact search, by the real questions."""
    asked = order.asked()[100:]
    embed = VectorCache(order.cache).load(asked)
    if order.is_ours:
        from tests.bench.versus import ours

        return {"recall": asyncio.run(ours.compare_with_exact(order.folder, embed, asked))}
    peer: Any = _open_peer(order, embed)
    rows = [
        peer.collection.get(limit=5_000, offset=at, include=["embeddings"])
        for at in range(0, order.size, 5_000)
    ]
    ids = [id_ for row in rows for id_ in row["ids"]]
    vectors = np.concatenate([np.asarray(row["embeddings"], np.float32) for row in rows])
    place = {id_: n for n, id_ in enumerate(ids)}
    shares = []
    for question in asked:
        query = embed(question)
        # Vectors and questions have length 1, so that Chroma's own distance orders alike.
        near = peer.collection.query(query_embeddings=[query], n_results=10, include=[])["ids"][0]
        cosines = vectors @ query
        tenth = np.sort(cosines)[-10]
        shares.append(sum(1 for id_ in near if cosines[place[id_]] >= tenth - 1e-6) / 10)
    return {"recall": round(float(np.mean(shares)), 4)}


def measure_busy(order: Order) -> dict[str, Any]:
    """Queries alone, and while articles are taken in beside."""
    asked = order.asked()[100:]
    embed = VectorCache(order.cache).load(asked)
    if order.is_ours:
        from tests.bench.versus import ours

        articles = [change(a, 99) for a in order.some_articles()]
        return asyncio.run(ours.measure_beside_indexing(order.folder, embed, articles, asked))
    return _busy_chroma(order, embed, asked)


def _busy_chroma(
    order: Order, embed: Callable[[str], Vector], asked: Sequence[str]
) -> dict[str, Any]:
    """Bare Chroma, into which a thread adds batches of 250 for as long as the questions take."""
    peer: Any = _open_peer(order, embed)
    time_each(lambda q: peer.search(q, embed(q)), asked[:50])

    def ask(question: str) -> None:
        peer.search(question, embed(question))

    def paused() -> list[float]:
        taken = []
        for question in asked:
            time.sleep(0.03)
            taken += time_each(ask, [question])
        return taken

    idle = paused()
    stop = threading.Event()

    def write() -> None:
        chance = np.random.default_rng(1)
        batch = 0
        while not stop.is_set():
            vectors = chance.normal(size=(250, DIMENSION)).astype(np.float32)
            ids = [f"busy-{batch}-{n}" for n in range(250)]
            peer.collection.add(ids=ids, embeddings=vectors, documents=[f"text {i}" for i in ids])
            batch += 1

    writing = threading.Thread(target=write)
    writing.start()
    beside = paused()
    stop.set()
    writing.join()
    return {"idle": spread(idle), "beside": spread(beside)}


def measure_ready(order: Order) -> dict[str, Any]:
    """Seconds until the bot is ready to answer, its own models and index warm."""
    from tests.bench.versus import ours

    return asyncio.run(ours.measure_ready(order.folder, order.asked()[100:200]))


def _open_peer(order: Order, embed: Callable[[str], Vector] | None) -> Any:
    from tests.bench.versus import peers

    order.folder.mkdir(parents=True, exist_ok=True)
    return peers.SYSTEMS[order.system](order.folder, embed)


TASKS: dict[str, Callable[[Order], dict[str, Any]]] = {
    "texts": list_texts,
    "index": measure_index,
    "own": measure_own,
    "own given": measure_own_given,
    "add": measure_add,
    "grow": grow,
    "query": measure_queries,
    "recall": measure_recall,
    "busy": measure_busy,
    "ready": measure_ready,
}


def main() -> None:
    """Do what is ordered, and print what it took."""
    order = read_order(sys.argv[1])
    order.folder.mkdir(parents=True, exist_ok=True)
    result = TASKS[order.task](order)
    # Threads of the libraries may outlive their work; nothing of them is wanted any more.
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
