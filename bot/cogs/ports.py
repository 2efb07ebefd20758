"""What the cogs need from the rest, as small protocols and plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.answering.checked import CheckedMessage
from bot.answering.engine import OnUnderway, ignore_underway
from bot.answering.models import Question, Reply
from bot.cogs.ports_config import Configures
from bot.cogs.ports_curating import Curates
from bot.cogs.ports_gaps import Gaps as Gaps  # noqa: PLC0414
from bot.naming import actor_of as actor_of  # noqa: PLC0414 - the cogs take it from here
from bot.naming import guild_of as guild_of  # noqa: PLC0414
from bot.naming import library_of as library_of  # noqa: PLC0414
from index.entries import SourceOptions
from index.models import EditionInfo, LibraryStatus, OnProgress, SyncReport, VerifyReport
from index.plans import Consent, Plan
from index.recency import Recency
from index.records import (
    AuditEntry,
    GoldenCheck,
    GoldenQuestion,
    JobInfo,
    SourceInfo,
    Supersession,
)

Upload = tuple[str, bytes]
NO_CONSENT = Consent()


class Answers(Protocol):
    """What those who ask need."""

    async def ask(
        self, library: str, question: Question, on_underway: OnUnderway = ignore_underway
    ) -> Reply:
        """An answer with its citations, or a refusal with its reason."""
        ...

    async def check_message(self, library: str, text: str, id_: str) -> CheckedMessage:
        """What the articles say of each claim of a message."""
        ...

    async def text_of(self, library: str, version_id: str) -> str:
        """The clean text of an article version; ``KeyError`` when it is not stored."""
        ...


class Publishing(Protocol):
    """What changes the articles. All of it runs as jobs, one at a time in a library.

    Raises:
        PlanBlocked: a moderator has to look first; nothing was published.
        PlanOutdated: a plan no longer fits, is unknown, or was used up.
        JobRefused: another job works on the library.
    """

    async def add(
        self,
        library: str,
        targets: Sequence[str],
        *,
        actor: str,
        options: SourceOptions | None = None,
        on_progress: OnProgress,
    ) -> SyncReport:
        """Read URLs and publish an edition."""
        ...

    async def add_uploads(
        self, library: str, uploads: Sequence[Upload], *, actor: str, on_progress: OnProgress
    ) -> SyncReport:
        """Read files that somebody handed over, and publish an edition."""
        ...

    async def sync(self, library: str, *, actor: str, on_progress: OnProgress) -> SyncReport:
        """Read the remembered sources again and publish what changed."""
        ...

    async def plan(
        self,
        library: str,
        *,
        actor: str,
        targets: Sequence[str] = (),
        uploads: Sequence[Upload] = (),
        on_progress: OnProgress,
    ) -> Plan:
        """What an add would change, or a sync where neither targets nor uploads are given."""
        ...

    async def show_plan(self, library: str, plan_id: str) -> Plan:
        """A plan as it was made."""
        ...

    async def plans(self, library: str) -> tuple[Plan, ...]:
        """The open plans, newest first."""
        ...

    async def publish(
        self,
        library: str,
        plan_id: str,
        *,
        actor: str,
        reason: str = "",
        consent: Consent = NO_CONSENT,
        on_progress: OnProgress,
    ) -> SyncReport:
        """Publish exactly that plan."""
        ...

    async def discard(self, library: str, plan_id: str, *, actor: str) -> None:
        """Put a plan away."""
        ...

    async def rollback(
        self, library: str, edition: int, *, actor: str, reason: str = "", on_progress: OnProgress
    ) -> SyncReport:
        """Publish the state of an edition as a new one; schedules are paused."""
        ...

    async def remove(
        self,
        library: str,
        article_ids: Sequence[str],
        *,
        actor: str,
        reason: str = "",
        on_progress: OnProgress,
    ) -> SyncReport:
        """Take articles out of the answers."""
        ...

    async def remove_source(
        self, library: str, source: int, *, actor: str, reason: str = "", on_progress: OnProgress
    ) -> SyncReport:
        """Forget a source and take its articles out of the answers."""
        ...


class Deciding(Protocol):
    """What moderators look at and decide besides."""

    async def supersede(
        self, library: str, article_id: str, *, by: str | None, actor: str, reason: str = ""
    ) -> Supersession | None:
        """Label an article as superseded; None for ``by`` takes the label off."""
        ...

    async def history(self, library: str) -> tuple[EditionInfo, ...]:
        """The editions, newest first."""
        ...

    async def audit(self, library: str, limit: int = 50) -> tuple[AuditEntry, ...]:
        """Who did what, newest first."""
        ...

    async def sources(self, library: str) -> tuple[SourceInfo, ...]:
        """The remembered sources."""
        ...

    async def set_schedule(
        self, library: str, source: int, schedule: str | None, *, actor: str
    ) -> SourceInfo:
        """When a source is read; None: only when somebody asks for it."""
        ...

    async def recency(self, library: str) -> Recency:
        """How much newer articles are preferred."""
        ...

    async def set_recency(self, library: str, setting: str, *, actor: str) -> Recency:
        """Set it to what was written; ``RecencyError`` if that is no setting."""
        ...

    async def golden(self, library: str) -> tuple[GoldenQuestion, ...]:
        """The golden questions."""
        ...

    async def add_golden(
        self, library: str, question: str, article_id: str, *, actor: str
    ) -> GoldenQuestion:
        """Keep a question; ``SourceError`` if its answer does not cite that article now."""
        ...

    async def remove_golden(self, library: str, key: int, *, actor: str) -> GoldenQuestion:
        """Forget one."""
        ...

    async def check_golden(
        self, library: str, *, on_progress: OnProgress
    ) -> tuple[GoldenCheck, ...]:
        """How each fares now."""
        ...

    async def jobs(self, library: str, limit: int = 20) -> tuple[JobInfo, ...]:
        """The newest jobs, those that run with how far they are."""
        ...

    async def cancel(self, library: str, job_id: str | None = None, *, actor: str) -> JobInfo:
        """Cancel a job, the running one if none is named; ``JobRefused`` if there is none."""
        ...

    async def find_articles(
        self, library: str, text: str, limit: int = 25
    ) -> tuple[tuple[str, str], ...]:
        """Ids and titles of articles whose id or title contains the text."""
        ...

    async def reports_channel(self, library: str) -> int | None:
        """The channel that scheduled reports go to."""
        ...

    async def set_reports_channel(
        self, library: str, channel_id: int | None, *, actor: str
    ) -> None:
        """Where scheduled reports go; None: nowhere."""
        ...

    async def status(self, library: str) -> LibraryStatus:
        """What the library holds."""
        ...

    async def verify(self, library: str) -> VerifyReport:
        """Whether the parts of the library agree."""
        ...


class Service(Answers, Gaps, Publishing, Deciding, Configures, Curates, Protocol):
    """The libraries, one a server. ``bot.service.FootnoteService`` is the real one."""


class CommandHashStore(Protocol):
    """Remembers which commands Discord was last told about."""

    async def read(self, application_id: int) -> str | None:
        """The hash last written, None where there is none."""
        ...

    async def write(self, application_id: int, commands_hash: str) -> None:
        """Remember the hash of the commands that Discord has now."""
        ...


@dataclass(frozen=True, slots=True)
class BotConfig:
    """Limits of the Discord bot. Times in seconds, sizes in bytes."""

    questions_limit: int = 50
    questions_per_person: int = 2
    waiting_each: int = 20
    """How many questions of one server may wait until others are answered."""
    waiting_all: int = 200
    """How many questions may wait in all."""
    waiting_timeout: float = 600.0
    """After how long a question that waits is given up; a token lives for 15 minutes."""
    reads_content: bool = False
    """Whether the message content intent is asked for."""
    direct_messages: bool = False
    """Whether private messages are answered, from one server's articles."""
    auto_wait: float = 20.0
    """How long people have time to answer a new post before the bot does."""
    auto_limit: int = 60
    """How many new posts of one server are looked at in an hour."""
    answer_timeout: float = 120.0
    stop_grace: float = 8.0
    upload_limit: int = 10 * 1024 * 1024
    upload_timeout: float = 60.0
    progress_interval: float = 2.0
    answer_patience: float = 1.5
    """After how long somebody who waits for an answer is shown how far it is."""
    answer_interval: float = 1.0
    """How often that is shown anew, at most."""
    token_lifetime: float = 14 * 60.0
    """How long we rely on an interaction's token; Discord says 15 minutes."""
    answer_retention: timedelta = timedelta(days=90)
