"""What changing one article costs against indexing all, and whether that grows with the library.

Run with ``make change ARTICLES=FILE.jsonl.gz``: a folder, or JSON lines, with a few hundred
articles or more. The library is built twice, the second time ten times as large, out of
copies with altered words. Ratios are against the full index of the same size in the same run.

The packaged embedder makes the large library slow to build (a quarter of an hour for 14,000
articles on two cores); ``--model words`` uses the tests' small one, which makes the ratios
harder to reach, since the full index then costs little.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from index import sources
from index.embedding import Embedder
from index.libraries import Libraries
from index.library import Library
from index.minilm import load_minilm
from index.model import files
from index.models import ReadResult, SyncReport
from index.reading import Reader
from index.records import SourceInfo
from index.rereading import Known
from index.sources.fetching import Fetcher
from index.word_pieces import load_word_pieces
from tests.fakes.embedding import DIMENSION, FINGERPRINT, HashedWords, count_words

Line = dict[str, Any]
_REPEATS = 5


@dataclass(frozen=True)
class Figures:
    """Seconds of each; ``changes`` and ``rollbacks`` hold one value a repetition."""

    articles: int
    chunks: int
    full: float
    again: float
    changes: list[float]
    chunks_written: int
    rollbacks: list[float]
    back_to_first: float


def load_lines(path: Path) -> list[Line]:
    """The articles of a JSON lines file."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def multiply(lines: Sequence[Line], times: int) -> list[Line]:
    """``times`` as many articles: copies whose every sentence differs from the first."""
    made = []
    for copy in range(times):
        for line in lines:
            if copy == 0:
                made.append(line)
                continue
            text = line["text"].replace(" the ", f" the {copy}th ").replace(". ", f" ({copy}). ")
            made.append({**line, "id": f"{copy}-{line.get('id', line['title'])}", "text": text})
    return made


@asynccontextmanager
async def open_library(folder: Path, model: str) -> AsyncIterator[Library]:
    """A library in a folder of its own."""
    if model == "words":
        embedder = Embedder(HashedWords(), fingerprint=FINGERPRINT, dimension=DIMENSION)
        count = count_words
    else:
        embedder = Embedder(
            load_minilm(), fingerprint=files.FINGERPRINT, dimension=files.DIMENSION, workers=2
        )
        count = load_word_pieces().count
    libraries = Libraries(folder, embedder=embedder, count=count)
    await libraries.open(on_notice=print)
    try:
        yield libraries.library("default")
    finally:
        await libraries.close()


async def measure(lines: list[Line], folder: Path, model: str) -> Figures:
    """Index all, change one article a few times, and go back."""
    file = folder / "articles.jsonl"
    reader, fetcher = Reader(), Fetcher(user_agent="bench")

    def write() -> None:
        with file.open("w") as out:
            out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    async def read(info: SourceInfo, known: Known) -> ReadResult:
        return await sources.read_source(
            info.source, options=info.options, known=known, reader=reader, fetcher=fetcher
        )

    async def sync(library: Library) -> tuple[float, SyncReport]:
        started = time.perf_counter()
        report = await library.sync(read, actor="bench")
        return time.perf_counter() - started, report

    async with open_library(folder, model) as library:
        write()
        started = time.perf_counter()
        source = sources.identify(str(file))
        first = await sources.read_source(source, reader=reader, fetcher=fetcher)
        full_report = await library.add([first], actor="bench", note="add")
        full = time.perf_counter() - started
        again, unchanged = await sync(library)
        assert not unchanged.published
        changes, rollbacks, written = [], [], 0
        for n in range(_REPEATS):
            changed = lines[(n * 37) % len(lines)]
            changed["text"] += f"\n\nCorrection {n}: the figure was checked again."
            write()
            seconds, report = await sync(library)
            assert len(report.changed) == 1, report
            changes.append(seconds)
            written = max(written, report.chunks_written)
            started = time.perf_counter()
            await library.rollback(report.edition - 1, actor="bench")
            rollbacks.append(time.perf_counter() - started)
            await sync(library)
        started = time.perf_counter()
        await library.rollback(1, actor="bench")
        back = time.perf_counter() - started
        assert not (await library.verify()).problems
        chunks = full_report.chunks_written
    await reader.close()
    await fetcher.close()
    return Figures(len(lines), chunks, full, again, changes, written, rollbacks, back)


def show(figures: Figures) -> str:
    """A few lines for people."""
    rows = (
        ("nothing changed, synced", figures.again),
        (f"one changed, synced ({figures.chunks_written} chunks written)", median(figures.changes)),
        ("rolled back", median(figures.rollbacks)),
        ("back to the first edition", figures.back_to_first),
    )
    head = (
        f"{figures.articles:,} articles, {figures.chunks:,} chunks: full index {figures.full:.1f} s"
    )
    lines = (f"  {name:<42} {s:7.3f} s   1/{figures.full / s:,.0f}" for name, s in rows)
    return "\n".join([head, *lines])


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--model", choices=("packaged", "words"), default="packaged")
    parser.add_argument("--times", type=int, nargs="*", default=[1, 10])
    arguments = parser.parse_args()
    lines = load_lines(arguments.articles)
    for times in arguments.times:
        with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
            figures = asyncio.run(measure(multiply(lines, times), Path(folder), arguments.model))
        sys.stdout.write(show(figures) + "\n")


if __name__ == "__main__":
    main()
