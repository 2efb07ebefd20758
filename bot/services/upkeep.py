"""Jobs, old editions, and moving a library whole."""

from __future__ import annotations

from pathlib import Path

from bot.outcomes import (
    describe_archive,
    describe_collection,
)
from bot.pace import Pace
from bot.services.parts import Parts
from index.models import (
    LibraryStatus,
    OnProgress,
    VerifyReport,
    no_progress,
)
from index.records import (
    ArchiveReport,
    CollectReport,
    JobInfo,
)


class Upkeep(Parts):
    """Jobs, old editions, and moving a library whole."""

    async def status(self, library: str) -> LibraryStatus:
        """What the library holds."""
        return await self._library(library).status()

    async def verify(self, library: str) -> VerifyReport:
        """Whether SQLite, Chroma and the lexical index agree."""
        return await self._library(library).verify()

    async def rebuild(
        self,
        library: str,
        on_progress: OnProgress = no_progress,
        *,
        actor: str = "command line",
    ) -> int:
        """Make the vector index anew; the number of its vectors."""
        return await self._jobs.run(
            library,
            "rebuild",
            "Rebuilding the vector index",
            actor,
            self._library(library).rebuild,
            on_progress=on_progress,
            waits=self._waits,
        )

    async def jobs(self, library: str, limit: int = 20) -> tuple[JobInfo, ...]:
        """The jobs, newest first; those that run with how far they are."""
        return await self._jobs.jobs(library, limit)

    def pace(self, library: str) -> Pace | None:
        """How fast the running job gets on."""
        return self._jobs.pace(library)

    async def cancel(self, library: str, job_id: str | None = None, *, actor: str) -> JobInfo:
        """Stop a job; without an id the one that runs. ``JobRefused`` when there is none."""
        return await self._jobs.cancel(library, job_id, actor)

    async def collect(
        self, library: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> CollectReport:
        """Give back the room of editions that are no longer kept."""

        async def work(on_progress: OnProgress) -> CollectReport:
            return await self._library(library).collect(self._retention, on_progress)

        return await self._jobs.run(
            library,
            "collect",
            "Collecting old editions",
            actor,
            work,
            on_progress=on_progress,
            waits=self._waits,
            describe=describe_collection,
        )

    async def export(
        self, library: str, path: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> ArchiveReport:
        """Write the library whole to a file, in place of what was there."""

        async def work(on_progress: OnProgress) -> ArchiveReport:
            return await self._libraries.export(library, Path(path), on_progress)

        return await self._jobs.run(
            library,
            "export",
            "Exporting the library",
            actor,
            work,
            on_progress=on_progress,
            waits=self._waits,
            describe=describe_archive,
        )

    async def import_archive(
        self, library: str, path: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> ArchiveReport:
        """Take in what an export wrote; the library must be empty."""

        async def work(on_progress: OnProgress) -> ArchiveReport:
            return await self._libraries.import_archive(
                library, Path(path), actor=actor, on_progress=on_progress
            )

        return await self._jobs.run(
            library,
            "import",
            "Importing a library",
            actor,
            work,
            on_progress=on_progress,
            waits=self._waits,
            describe=describe_archive,
        )
