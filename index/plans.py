"""A plan: what a publication would change, as a value that people look at first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index.models import Problem


class PlanKind(StrEnum):
    """What would become of an article."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    MOVED = "moved"
    DUPLICATE = "duplicate"
    KEPT = "kept"


class PlanState(StrEnum):
    """Where a plan stands."""

    OPEN = "open"
    PUBLISHED = "published"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One article of a plan.

    Attributes:
        kind: What would become of it.
        article_id: The article; for a moved one its new id.
        title: As it would be, or as it is where it goes.
        where: The location of its source, "" where there is none.
        old_version: The version in the edition that was compared with; None if there is none.
        new_version: The version that would be published; None for one that goes or stays.
        other: The id it had before (moved), or the id of the article that wins (duplicate).
        reason: Why, for people: who won and why, why it is kept.
        suspicions: Sentences that say what is odd about it; empty if nothing is.
        diff: What changed in the text, as lines that begin with "+", "-", " " or "@".
    """

    kind: PlanKind
    article_id: str
    title: str
    where: str = ""
    old_version: str | None = None
    new_version: str | None = None
    other: str | None = None
    reason: str = ""
    suspicions: tuple[str, ...] = ()
    diff: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change against an edition.

    ``drops`` counts the articles that would leave the answers without coming back under
    another id, of the ``articles`` there were; ``drops_too_much`` says that this is
    implausible. Times are UTC, ISO 8601.
    """

    id: str
    library: str
    base_edition: int
    created_at: str
    actor: str
    note: str
    items: tuple[PlanItem, ...]
    articles: int
    unchanged: int
    drops: int
    drops_too_much: bool
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    state: PlanState = PlanState.OPEN

    @property
    def is_empty(self) -> bool:
        """Whether publishing it would change nothing."""
        return not any(self.of(*_CHANGES))

    @property
    def suspicious(self) -> tuple[PlanItem, ...]:
        """The articles that need a second look."""
        return tuple(item for item in self.items if item.suspicions)

    def of(self, *kinds: PlanKind) -> tuple[PlanItem, ...]:
        """The items of these kinds, in order."""
        return tuple(item for item in self.items if item.kind in kinds)


_CHANGES = (PlanKind.ADDED, PlanKind.CHANGED, PlanKind.REMOVED, PlanKind.MOVED)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a moderator said yes to, beyond the publication itself.

    Attributes:
        drop: That an implausible share of the library goes.
        suspicious: The suspicious articles.
        golden: Golden questions that no longer cite their article.
    """

    drop: bool = False
    suspicious: bool = False
    golden: bool = False


ALL = Consent(drop=True, suspicious=True, golden=True)
