"""What the command line, the local socket and Discord can ask for.

One object over one data folder; it holds no Discord and no terminal. Whatever takes
long runs as a job, one at a time in a library.
"""

from __future__ import annotations

from bot.answering.models import Question
from bot.services.articles import Browsing
from bot.services.changes import Changes
from bot.services.checking import Checking
from bot.services.configuring import Configuring
from bot.services.decisions import Decisions
from bot.services.gaps import Gaps
from bot.services.notes import Noting
from bot.services.parts import private_texts
from bot.services.upkeep import Upkeep
from index.models import (
    SearchResult,
)
from index.retrieval import Mode


class FootnoteService(Changes, Decisions, Upkeep, Gaps, Configuring, Browsing, Noting, Checking):
    """The libraries of one data folder and what can be done with them."""

    def without_waiting(self) -> FootnoteService:
        """The same, but a job is refused while the library has another one."""
        return FootnoteService(
            libraries=self._libraries,
            golden=self._golden,
            reading=self._reading,
            jobs=self._jobs,
            retention=self._retention,
            gaps=self._gaps,
            spending=self._spending,
            publications=self._publications,
            waits=False,
            observer=self._observer,
        )

    async def search(
        self, library: str, question: Question, limit: int, mode: Mode = Mode.FUSED
    ) -> SearchResult:
        """At most ``limit`` passages, best first."""
        texts = private_texts(question)
        with self._observer.question(question.id, kind="search", texts=texts) as asked:
            found = await self._library(library).search(
                question.text, limit=limit, mode=mode, today=question.today, scope=question.scope
            )
            asked.end_as("found" if found.passages else "refused", "" if found.passages else "none")
            return found

    async def text_of(self, library: str, version_id: str) -> str:
        """The clean text of an article version; ``KeyError`` when it is not stored."""
        return await self._library(library).text_of(version_id)

    async def names(self) -> list[str]:
        """The libraries that exist."""
        return await self._libraries.names()
