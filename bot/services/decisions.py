"""What moderators look at and decide besides the articles."""

from __future__ import annotations

from bot.answering.models import Answer, Question
from bot.services.parts import Parts, shorten
from index.entries import SourceOptions
from index.errors import SourceError
from index.models import (
    EditionInfo,
    OnProgress,
    Progress,
    no_progress,
)
from index.recency import Recency, parse_recency
from index.records import (
    AuditEntry,
    GoldenCheck,
    GoldenQuestion,
    SourceInfo,
    Supersession,
)


class Decisions(Parts):
    """What moderators look at and decide besides the articles."""

    async def supersede(
        self, library: str, article_id: str, *, by: str | None, actor: str, reason: str = ""
    ) -> Supersession | None:
        """Label an article as superseded by another; with None, take the label away."""
        return await self._decisions(library).supersede(
            article_id, by=by, actor=actor, reason=reason
        )

    async def supersessions(self, library: str) -> tuple[Supersession, ...]:
        """The articles that are labelled as superseded."""
        return await self._decisions(library).supersessions()

    async def history(self, library: str) -> tuple[EditionInfo, ...]:
        """The editions that are kept, newest first."""
        return await self._library(library).history()

    async def audit(self, library: str, limit: int = 50) -> tuple[AuditEntry, ...]:
        """Who did what, when and why, newest first."""
        return await self._decisions(library).audit(limit)

    async def sources(self, library: str) -> tuple[SourceInfo, ...]:
        """The remembered sources."""
        return await self._library(library).sources()

    async def set_options(
        self, library: str, source: int, options: SourceOptions, *, actor: str
    ) -> None:
        """Say how a source is read from the next time on."""
        await self._decisions(library).set_options(source, options, actor=actor)

    async def set_schedule(
        self, library: str, source: int, schedule: str | None, *, actor: str
    ) -> SourceInfo:
        """Say when a source is read again by itself; None for never."""
        return await self._decisions(library).set_schedule(source, schedule, actor=actor)

    async def recency(self, library: str) -> Recency:
        """How much newer articles are preferred."""
        return await self._libraries.settings(library).recency()

    async def set_recency(self, library: str, setting: str, *, actor: str) -> Recency:
        """Set it to what was written.

        Raises:
            RecencyError: that is no setting.
        """
        recency = parse_recency(setting)
        await self._libraries.settings(library).set_recency(recency, actor=actor)
        return recency

    async def golden(self, library: str) -> tuple[GoldenQuestion, ...]:
        """The golden questions."""
        return await self._decisions(library).golden()

    async def add_golden(
        self, library: str, question: str, article_id: str, *, actor: str
    ) -> GoldenQuestion:
        """Keep a question whose answer cites this article, as it must from now on.

        Raises:
            SourceError: there is no such article, or the answer does not cite it now.
        """
        reply = await self.ask(library, Question(question, id="golden"))
        cited = {
            c.quote.article_id: c.quote.title
            for c in (reply.citations if isinstance(reply, Answer) else ())
        }
        if article_id not in cited:
            instead = (
                f"It cites {shorten(', '.join(f'{t} ({i})' for i, t in cited.items()))}."
                if cited
                else "The articles do not answer it."
            )
            raise SourceError(
                f"The answer does not cite {shorten(article_id)!r} now, so the question was not "
                f"kept: it would stop every publication. {instead}"
            )
        return await self._decisions(library).add_golden(question, article_id, actor=actor)

    async def remove_golden(self, library: str, key: int, *, actor: str) -> GoldenQuestion:
        """Forget a golden question."""
        return await self._decisions(library).remove_golden(key, actor=actor)

    async def check_golden(
        self, library: str, *, on_progress: OnProgress = no_progress
    ) -> tuple[GoldenCheck, ...]:
        """Whether each golden question still cites its article."""
        golden = await self.golden(library)
        on_progress(Progress("asking the golden questions", 0, len(golden)))
        return await self._library(library).check_golden(self._golden.check)

    async def find_articles(
        self, library: str, text: str, limit: int = 25
    ) -> tuple[tuple[str, str], ...]:
        """Ids and titles of articles that hold ``text`` in either."""
        return await self._decisions(library).find_articles(text, limit)

    async def reports_channel(self, library: str) -> int | None:
        """The Discord channel where scheduled work is reported."""
        return await self._decisions(library).reports_channel()

    async def set_reports_channel(
        self, library: str, channel_id: int | None, *, actor: str
    ) -> None:
        """Choose that channel, or none."""
        await self._decisions(library).set_reports_channel(channel_id, actor=actor)
