"""What people decided about a library, and what was done in it, as values.

Times are UTC, ISO 8601. An actor is "command line", "schedule" or "discord:USER_ID".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index.entries import SourceOptions
from index.models import Source


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when and why. ``edition`` is the one it made, None if it made none."""

    at: str
    actor: str
    action: str
    detail: str
    reason: str = ""
    edition: int | None = None


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A remembered source. ``key`` names it in commands.

    ``schedule`` is the text a moderator wrote; ``next_run`` is None without one. ``outcome``
    says how reading it went the last time, "" before.
    """

    key: int
    source: Source
    options: SourceOptions
    articles: int
    added_by: str
    added_at: str
    schedule: str | None = None
    next_run: str | None = None
    last_run: str | None = None
    outcome: str = ""
    paused: bool = False


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question whose answer must cite its article before an edition is published."""

    key: int
    question: str
    article_id: str
    title: str
    added_by: str
    added_at: str


@dataclass(frozen=True, slots=True)
class GoldenCheck:
    """How a golden question fares. ``cited`` are the ids of the articles its answer cites."""

    golden: GoldenQuestion
    passes: bool
    cited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Supersession:
    """``article_id`` stays findable, and is labelled as superseded by ``by``."""

    article_id: str
    by: str
    by_title: str
    actor: str
    at: str
    reason: str = ""


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class JobInfo:
    """A job on a library.

    ``kind`` is the command ("sync"), ``title`` the same for people. ``stage``, ``done`` and
    ``total`` are its latest progress; ``outcome`` says in a sentence how it ended, "" before.
    """

    id: str
    library: str
    kind: str
    title: str
    actor: str
    state: JobState
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None
    stage: str = ""
    done: int = 0
    total: int | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What collecting old editions gave back. Sizes in bytes."""

    editions: int
    versions: int
    chunks: int
    bytes_before: int
    bytes_after: int


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """What an export wrote, or an import took in. ``size`` is the file's, in bytes."""

    library: str
    articles: int
    versions: int
    editions: int
    golden: int
    size: int
