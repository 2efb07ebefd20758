"""What the command line, the local socket and Discord can ask for.

One object over one data folder; it holds no Discord and no terminal.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.engine import Answerer
from bot.answering.models import Question, Reply
from bot.answering.ports import Composer, LinkBuilder
from index import sources
from index.errors import SourceError
from index.libraries import Libraries
from index.library import Library
from index.models import (
    EditionInfo,
    LibraryStatus,
    OnProgress,
    Progress,
    ReadResult,
    SearchResult,
    Source,
    SyncReport,
    VerifyReport,
    no_progress,
)
from index.reading import Reader
from index.retrieval import Mode
from index.sources.fetching import Fetcher

Upload = tuple[str, bytes]


class FootnoteService:
    """The libraries of one data folder and what can be done with them."""

    def __init__(
        self,
        *,
        libraries: Libraries,
        composer: Composer,
        link: LinkBuilder,
        reader: Reader,
        fetcher: Fetcher,
        passage_limit: int,
    ) -> None:
        self._libraries = libraries
        self._composer = composer
        self._link = link
        self._reader = reader
        self._fetcher = fetcher
        self._passage_limit = passage_limit

    async def ask(self, library: str, question: Question) -> Reply:
        """An answer with its citations, or a refusal with its reason."""
        answerer = Answerer(
            articles=self._library(library),
            composer=self._composer,
            link=self._link,
            passage_limit=self._passage_limit,
        )
        return await answerer.reply(question)

    async def search(
        self, library: str, question: Question, limit: int, mode: Mode = Mode.FUSED
    ) -> SearchResult:
        """At most ``limit`` passages, best first."""
        return await self._library(library).search(question.text, limit=limit, mode=mode)

    async def text_of(self, library: str, version_id: str) -> str:
        """The clean text of an article version; ``KeyError`` when it is not stored."""
        return await self._library(library).text_of(version_id)

    async def add(
        self,
        library: str,
        targets: Sequence[str],
        *,
        actor: str,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Read absolute paths and URLs and publish an edition.

        Raises:
            SourceError: a target is missing or gave nothing; then nothing was added.
        """
        # All targets are looked at first: a typing error in the last adds none of them.
        found = [sources.identify(target) for target in targets]
        results = [await self._read(source, on_progress) for source in found]
        note = "add " + ", ".join(source.location for source in found)
        return await self._library(library).add(
            results, actor=actor, note=note, on_progress=on_progress
        )

    async def add_uploads(
        self,
        library: str,
        uploads: Sequence[Upload],
        *,
        actor: str,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Read files that somebody handed over, and publish an edition."""
        results = []
        for done, (name, data) in enumerate(uploads):
            on_progress(Progress("reading", done, len(uploads)))
            results.append(await sources.read_upload(name, data, reader=self._reader))
        note = "upload " + ", ".join(name for name, _ in uploads)
        return await self._library(library).add(
            results, actor=actor, note=note, on_progress=on_progress
        )

    async def sync(
        self, library: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> SyncReport:
        """Read the remembered sources again and publish what changed."""

        async def read(source: Source) -> ReadResult:
            # Looked at again: a folder may have gone, or become a file.
            if sources.identify(source.location).kind is not source.kind:
                raise SourceError(f"{source.location} is no longer a {source.kind}.")
            return await self._read(source, on_progress)

        return await self._library(library).sync(read, actor=actor, on_progress=on_progress)

    async def remove(self, library: str, article_ids: Sequence[str], *, actor: str) -> SyncReport:
        """Take articles out of the answers."""
        return await self._library(library).remove(article_ids, actor=actor)

    async def status(self, library: str) -> LibraryStatus:
        """What the library holds."""
        return await self._library(library).status()

    async def verify(self, library: str) -> VerifyReport:
        """Whether SQLite, Chroma and the lexical index agree."""
        return await self._library(library).verify()

    async def rebuild(self, library: str, on_progress: OnProgress = no_progress) -> int:
        """Make the vector index anew; the number of its vectors."""
        return await self._library(library).rebuild(on_progress)

    async def history(self, library: str) -> tuple[EditionInfo, ...]:
        """The editions published so far, newest first."""
        return await self._library(library).history()

    async def names(self) -> list[str]:
        """The libraries that exist."""
        return await self._libraries.names()

    def _library(self, name: str) -> Library:
        return self._libraries.library(name)

    async def _read(self, source: Source, on_progress: OnProgress) -> ReadResult:
        return await sources.read_source(
            source, reader=self._reader, fetcher=self._fetcher, on_progress=on_progress
        )
