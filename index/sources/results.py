"""What became of a source's entries, put together into one result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from index.entries import EntryState
from index.errors import SourceError
from index.models import Article, Problem, ReadResult, Source

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entry.

    ``article`` and ``state``: it was read; ``state`` alone: it is unchanged, or gone if
    ``is_gone``; ``error``: it could not be read.
    """

    key: str
    article: Article | None = None
    state: EntryState | None = None
    is_gone: bool = False
    error: SourceError | None = None


@dataclass
class Results:
    """Collects what became of the entries of one source, in order."""

    source: Source
    articles: list[Article] = field(default_factory=list)
    read: list[EntryState] = field(default_factory=list)
    unchanged: list[EntryState] = field(default_factory=list)
    gone: list[EntryState] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    lists_all: bool = True

    def take(self, article: Article, state: EntryState) -> None:
        """An entry that was read."""
        self.articles.append(article)
        self.read.append(state)

    def fail(self, key: str, message: str, where: str | None = None) -> None:
        """An entry that is there but could not be read."""
        self.failed.add(key)
        self.problems.append(Problem(where or key, message))

    def note(self, where: str, message: str) -> None:
        """Something that somebody should know though nothing is wrong."""
        self.notes.append(Problem(where, message))

    def take_all(self, outcomes: Iterable[Outcome]) -> None:
        """Pages, which are one article where they name the same address; the first wins."""
        outcomes = list(outcomes)
        owners: dict[str, str] = {}
        for outcome in outcomes:
            if outcome.article is None and outcome.state is not None:
                (self.gone if outcome.is_gone else self.unchanged).append(outcome.state)
                if not outcome.is_gone:
                    owners.setdefault(outcome.state.article_id, outcome.key)
        for outcome in outcomes:
            if outcome.error is not None:
                self.fail(outcome.key, str(outcome.error))
            elif outcome.article is not None and outcome.state is not None:
                first = owners.setdefault(outcome.article.id, outcome.key)
                if first == outcome.key:
                    self.take(outcome.article, outcome.state)
                else:
                    self.note(outcome.key, f"It is the same article as {first}.")

    def build(self, known: Mapping[str, EntryState]) -> ReadResult:
        """All of it.

        Raises:
            SourceError: there is nothing at all, new or known.
        """
        result = ReadResult(
            source=self.source,
            articles=tuple(self.articles),
            problems=tuple(self.problems),
            notes=tuple(self.notes),
            read=tuple(self.read),
            unchanged=tuple(self.unchanged),
            gone=tuple(self.gone),
            failed=frozenset(self.failed),
            lists_all=self.lists_all,
        )
        if any(key in known for key in self.failed):
            return result
        return require_articles(result)


def require_articles(result: ReadResult) -> ReadResult:
    """The result, when it holds at least one article or a known entry.

    Raises:
        SourceError: it holds none; the sentence names the first few problems.
    """
    if result.articles or result.unchanged or result.gone:
        return result
    first = "; ".join(f"{p.where}: {p.message.rstrip('.')}" for p in result.problems[:_SHOWN])
    more = len(result.problems) - _SHOWN
    rest = f" (and {more} more)" if more > 0 else ""
    raise SourceError(f"No article could be read. {first}{rest}." if first else "No article.")


def now_utc() -> datetime:
    """The time, for states that say when a page was asked for."""
    return datetime.now(UTC)
