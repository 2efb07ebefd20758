"""What the command line needs from the rest, as small protocols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.answering.checked import CheckedMessage
from bot.answering.engine import OnUnderway, ignore_underway
from bot.answering.models import Question, Reply
from bot.state.gaps import Cause, Gap, Order
from index.entries import SourceOptions
from index.models import (
    EditionInfo,
    LibraryStatus,
    OnProgress,
    SearchResult,
    SyncReport,
    VerifyReport,
    no_progress,
)
from index.plans import Consent, Plan
from index.recency import Recency
from index.records import (
    ArchiveReport,
    AuditEntry,
    CollectReport,
    GoldenCheck,
    GoldenQuestion,
    JobInfo,
    SourceInfo,
    Supersession,
)

NOTHING = Consent()
"""No consent beyond the publication itself."""


class Service(Protocol):
    """The libraries of one data folder and what can be done with them."""

    async def ask(
        self, library: str, question: Question, on_underway: OnUnderway = ignore_underway
    ) -> Reply:
        """An answer with its citations, or a refusal with its reason."""
        ...

    async def record_gap(self, library: str, reply: Reply) -> bool:
        """Keep the question of a reply that shows a gap; whether it does."""
        ...

    async def gaps(
        self,
        library: str,
        *,
        closed_too: bool = False,
        order: Order = Order.NEWEST,
        cause: Cause | None = None,
    ) -> Sequence[Gap]:
        """The questions that were left open, all or those of a cause."""
        ...

    async def close_gap(self, library: str, key: int) -> Gap | None:
        """Put a gap away; None where there is none of that number."""
        ...

    async def search(self, library: str, question: Question, limit: int) -> SearchResult:
        """At most ``limit`` passages, best first."""
        ...

    async def check_message(self, library: str, text: str, id_: str) -> CheckedMessage:
        """What the articles say of each claim of a message."""
        ...

    async def add(
        self,
        library: str,
        targets: Sequence[str],
        *,
        actor: str,
        options: SourceOptions | None = None,
        accept_suspicious: bool = False,
        reason: str = "",
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Read absolute paths and URLs and publish an edition; what is suspicious is held back."""
        ...

    async def sync(
        self,
        library: str,
        *,
        actor: str,
        sources: Sequence[int] = (),
        reason: str = "",
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Read remembered sources again, all unless some are named, and publish what changed."""
        ...

    async def plan(
        self,
        library: str,
        *,
        actor: str,
        targets: Sequence[str] = (),
        sources: Sequence[int] = (),
        options: SourceOptions | None = None,
        on_progress: OnProgress = no_progress,
    ) -> Plan:
        """What adding the targets, or without any a sync, would change."""
        ...

    async def show_plan(self, library: str, plan_id: str) -> Plan:
        """A plan that was made; ``PlanOutdated`` when it is unknown."""
        ...

    async def plans(self, library: str) -> Sequence[Plan]:
        """The open plans, newest first."""
        ...

    async def publish(
        self,
        library: str,
        plan_id: str,
        *,
        actor: str,
        reason: str = "",
        consent: Consent = NOTHING,
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Publish exactly this plan; ``PlanBlocked`` says what has to be accepted."""
        ...

    async def discard(self, library: str, plan_id: str, *, actor: str) -> None:
        """Throw an open plan away."""
        ...

    async def rollback(
        self,
        library: str,
        edition: int,
        *,
        actor: str,
        reason: str = "",
        on_progress: OnProgress = no_progress,
    ) -> SyncReport:
        """Publish the state of an earlier edition as a new one."""
        ...

    async def remove(
        self, library: str, article_ids: Sequence[str], *, actor: str, reason: str = ""
    ) -> SyncReport:
        """Take articles out of the answers."""
        ...

    async def remove_source(
        self, library: str, source: int, *, actor: str, reason: str = ""
    ) -> SyncReport:
        """Take a source's articles out of the answers and forget it."""
        ...

    async def supersede(
        self, library: str, article_id: str, *, by: str | None, actor: str, reason: str = ""
    ) -> Supersession | None:
        """Mark an article as superseded by another; with None, take the mark away."""
        ...

    async def supersessions(self, library: str) -> Sequence[Supersession]:
        """The articles that are marked as superseded."""
        ...

    async def names(self) -> Sequence[str]:
        """The libraries that exist."""
        ...

    async def status(self, library: str) -> LibraryStatus:
        """What the library holds."""
        ...

    async def verify(self, library: str) -> VerifyReport:
        """Whether SQLite, Chroma and the lexical index agree."""
        ...

    async def rebuild(self, library: str, on_progress: OnProgress = no_progress) -> int:
        """Put all vectors back into Chroma; their number."""
        ...

    async def history(self, library: str) -> Sequence[EditionInfo]:
        """The editions published so far, newest first."""
        ...

    async def audit(self, library: str, limit: int = 50) -> Sequence[AuditEntry]:
        """Who did what, when and why, newest first."""
        ...

    async def sources(self, library: str) -> Sequence[SourceInfo]:
        """The remembered sources."""
        ...

    async def set_options(
        self, library: str, source: int, options: SourceOptions, *, actor: str
    ) -> None:
        """Say how a source is read from the next time on."""
        ...

    async def set_schedule(
        self, library: str, source: int, schedule: str | None, *, actor: str
    ) -> SourceInfo:
        """Say when a source is read again by itself; None for never."""
        ...

    async def recency(self, library: str) -> Recency:
        """How much newer articles are preferred."""
        ...

    async def set_recency(self, library: str, setting: str, *, actor: str) -> Recency:
        """Set it to what was written; ``RecencyError`` if that is no setting."""
        ...

    async def golden(self, library: str) -> Sequence[GoldenQuestion]:
        """The golden questions."""
        ...

    async def add_golden(
        self, library: str, question: str, article_id: str, *, actor: str
    ) -> GoldenQuestion:
        """Keep a question whose answer cites this article, as it must from now on."""
        ...

    async def remove_golden(self, library: str, key: int, *, actor: str) -> GoldenQuestion:
        """Forget a golden question."""
        ...

    async def check_golden(
        self, library: str, *, on_progress: OnProgress = no_progress
    ) -> Sequence[GoldenCheck]:
        """Whether each golden question still cites its article."""
        ...

    async def jobs(self, library: str, limit: int = 20) -> Sequence[JobInfo]:
        """The jobs, newest first; those that run with their live progress."""
        ...

    async def cancel(self, library: str, job_id: str | None = None, *, actor: str) -> JobInfo:
        """Stop a job; without an id the one that runs."""
        ...

    async def collect(
        self, library: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> CollectReport:
        """Give back the room of editions that are no longer kept."""
        ...

    async def export(
        self, library: str, path: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> ArchiveReport:
        """Write the library whole to a file, in place of what was there."""
        ...

    async def import_archive(
        self, library: str, path: str, *, actor: str, on_progress: OnProgress = no_progress
    ) -> ArchiveReport:
        """Take in what an export wrote; the library must be empty."""
        ...


class OpenService(Protocol):
    """Opens the service on a data folder that the caller owns; heavy, so called late."""

    def __call__(self, *, on_notice: Callable[[str], None]) -> AbstractAsyncContextManager[Service]:
        """A context in which the service is open."""
        ...
