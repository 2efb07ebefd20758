"""Measures the check of messages: how often each verdict is right, over claims on the seeds.

Prints precision and recall of each verdict, and with ``--wrong`` what went wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.answering.checked import CheckedMessage, Verdict
from bot.answering.checking import MessageChecker
from bot.answering.claim_verdicts import ClaimJudge
from bot.answering.models import Quote
from index.embedding import Embedder
from index.libraries import Libraries
from index.library import Library
from index.minilm import load_minilm
from index.model.files import DIMENSION, FINGERPRINT
from index.models import Article, ReadResult, Source, SourceKind
from index.pages import PageText
from index.reading import Reader
from index.word_pieces import load_word_pieces

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = Path(__file__).with_name("claims.jsonl")


def no_link(quote: Quote, article_text: str, page: PageText | None, *, library: str) -> None:
    """Quotes without links: they are not measured."""


async def read_seeds() -> list[Article]:
    """The articles of ``seeds/``."""
    reader = Reader()
    paths = sorted(p for p in (ROOT / "seeds").rglob("*") if p.suffix in {".md", ".html"})
    try:
        return [
            await reader.read(path.read_bytes(), path.name, derived_id=path.stem) for path in paths
        ]
    finally:
        await reader.close()


@asynccontextmanager
async def checking(articles: list[Article], words_only: bool) -> AsyncIterator[MessageChecker]:
    """A checker over a library of these articles."""
    with tempfile.TemporaryDirectory() as folder:
        embedder = Embedder(load_minilm(), fingerprint=FINGERPRINT, dimension=DIMENSION)
        libraries = Libraries(Path(folder), embedder=embedder, count=load_word_pieces().count)
        await libraries.open(on_notice=write)
        library: Library = libraries.library("seeds")
        source = Source(SourceKind.FOLDER, "/seeds")
        await library.add([ReadResult(source, tuple(articles))], actor="bench", note="seeds")
        judge = ClaimJudge(None if words_only else embedder)
        yield MessageChecker(articles=library, judge=judge, link=no_link)
        await libraries.close()


def write(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


def tell(pairs: list[tuple[Verdict, Verdict]]) -> None:
    """Precision and recall of each verdict; pairs of what it should be and what it was."""
    counts = Counter(pairs)
    for verdict in Verdict:
        right = counts[verdict, verdict]
        said = sum(n for (_, got), n in counts.items() if got is verdict)
        there = sum(n for (want, _), n in counts.items() if want is verdict)
        write(
            f"{verdict:13} precision {right}/{said} = {right / max(1, said):.3f}   "
            f"recall {right}/{there} = {right / max(1, there):.3f}"
        )


async def main() -> int:
    """Check every claim by itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("claims", nargs="?", type=Path, default=CLAIMS)
    parser.add_argument("--wrong", action="store_true", help="Show what went wrong.")
    parser.add_argument("--words-only", action="store_true", help="Without the embedder.")
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.claims.read_text().splitlines() if line]
    pairs = []
    milliseconds = []
    async with checking(await read_seeds(), options.words_only) as checker:
        for number, row in enumerate(rows):
            started = time.perf_counter()
            checked: CheckedMessage = await checker.check(row["text"], id_=str(number), library="s")
            milliseconds.append((time.perf_counter() - started) * 1000)
            verdicts = [claim.verdict for claim in checked.claims] or [Verdict.NOT_FOUND]
            wanted = Verdict(row["verdict"])
            pairs.append((wanted, verdicts[0]))
            if options.wrong and verdicts != [wanted]:
                quotes = " | ".join(c.quote.text for c in checked.citations)
                write(f"{wanted} -> {verdicts}: {row['text']}\n      {quotes[:200]}")
    tell(pairs)
    write(f"median {sorted(milliseconds)[len(milliseconds) // 2]:.0f} ms a claim")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
