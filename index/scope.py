"""Which of a library's articles a search may look at: one of them, or those since a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# A year or a month stands for its first day; a time of day is left off.
_FIRST_DAY = "substr(trim(v.published_at) || '-01-01', 1, 10)"
_DATED = "trim(v.published_at) GLOB '[0-9][0-9][0-9][0-9]*'"


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody wants a search to keep to; nothing else answers, however well it fits.

    Attributes:
        article_id: The only article; None: any.
        since: The first day of publishing; None: any. An article of which only the month or
            the year is known counts from its first day, one without a date never.
    """

    article_id: str | None = None
    since: date | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every article may answer."""
        return self.article_id is None and self.since is None


WHOLE = Scope()


@dataclass(frozen=True, slots=True)
class Scoped:
    """What a search can say of its scope.

    Attributes:
        scope: What was asked for.
        title: The title of the only article; None where there is no such article, or no
            article was named.
        chunks: How many lie within; 0 where no article does.
        undated: How many articles were left out because they have no date.
        newest: The newest date of an article that is not within, as it has it.
    """

    scope: Scope
    title: str | None = None
    chunks: int = 0
    undated: int = 0
    newest: str | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether an article was named that the edition does not hold."""
        return self.scope.article_id is not None and self.title is None

    @property
    def is_too_old(self) -> bool:
        """Whether there would be something, had it been published later."""
        return self.scope.since is not None and not self.is_unknown and not self.chunks


def write_condition(scope: Scope) -> tuple[str, tuple[str, ...]]:
    """A scope as a condition on ``version AS v``, to be put behind others, and its values."""
    parts: list[str] = []
    values: list[str] = []
    if scope.article_id is not None:
        parts.append("AND v.article_id = ?")
        values.append(scope.article_id)
    if scope.since is not None:
        parts.append(f"AND {_DATED} AND {_FIRST_DAY} >= ?")
        values.append(scope.since.isoformat())
    return " ".join(parts), tuple(values)


UNDATED = f"(v.published_at IS NULL OR NOT ({_DATED}))"
"""The condition of having no date."""
