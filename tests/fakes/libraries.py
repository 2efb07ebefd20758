"""Opens real stores around a small embedding model, and makes articles for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from index.embedding import Embedder
from index.libraries import Libraries
from index.models import Article, ReadResult, Source, SourceKind
from tests.fakes.embedding import DIMENSION, FINGERPRINT, HashedWords, count_words
from tests.fakes.stores import open_database


@dataclass
class Opened:
    """Open libraries with what a test may look at."""

    folder: Path
    libraries: Libraries
    model: HashedWords
    notices: list[str] = field(default_factory=list)


@asynccontextmanager
async def open_libraries(
    folder: Path, *, model: HashedWords | None = None, fingerprint: str = FINGERPRINT
) -> AsyncIterator[Opened]:
    """A data folder, opened and closed properly."""
    folder.mkdir(parents=True, exist_ok=True)
    used = model or HashedWords()
    embedder = Embedder(used, fingerprint=fingerprint, dimension=DIMENSION)
    database = open_database(folder / "footnote.db")
    libraries = Libraries(folder, database=database, embedder=embedder, count=count_words)
    opened = Opened(folder, libraries, used)
    try:
        await libraries.open(on_notice=opened.notices.append)
        yield opened
    finally:
        await libraries.close()


def article(name: str, text: str, *, given: bool = True, **fields: str) -> Article:
    """A short article; ``name`` is its id and, with a capital, its title."""
    title = fields.pop("title", name.replace("-", " ").capitalize())
    return Article(id=name, title=title, text=text, id_is_given=given, **fields)  # type: ignore[arg-type]


def read_from(location: str, articles: Sequence[Article]) -> ReadResult:
    """What a folder at ``location`` gave."""
    return ReadResult(Source(SourceKind.FOLDER, location), tuple(articles))
