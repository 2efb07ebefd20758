"""From what sources gave to a plan that can be published. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from index import editions, entry_rows, library_rows, page_rows, versions
from index.connections import Connection
from index.database import Database
from index.difference import diff_text
from index.editions import Member
from index.entries import EntryState, SourceOptions
from index.entry_rows import changes_of
from index.errors import StoreError
from index.library_rows import LibraryRow
from index.likeness import Lookalikes
from index.models import Article, Problem, ReadResult, is_note
from index.notes import free_reserved_ids
from index.pages import PageText
from index.plan_rows import new_plan_id
from index.planning import (
    Comparison,
    Findings,
    compare,
    drops_too_much,
    examine,
    tell_kept,
)
from index.plans import Plan, PlanItem, PlanKind
from index.prepared import PlannedSource, Prepared

# Looking at every text of a large library takes a while, and holds up nobody.
_PATIENCE = 600.0
_SHOWN = 80


class Preparer:
    """Compares what sources gave with the current edition of one library."""

    def __init__(self, *, name: str, database: Database) -> None:
        self._name = name
        self._database = database

    async def prepare(
        self,
        results: Sequence[ReadResult],
        *,
        actor: str,
        note: str,
        drop_missing: bool,
        options: SourceOptions | None = None,
        with_differences: bool = False,
    ) -> Prepared:
        """A plan of what the results would change, and all that publishing it needs.

        Args:
            results: What sources gave.
            actor: Who asks.
            note: What for.
            drop_missing: Whether articles go that their source no longer gives, and those
                that somebody removed stay out: a sync, not an add.
            options: What is to be remembered of how the sources are read; None leaves that.
            with_differences: Whether somebody wants to see what changed in the texts.
        """
        return await self._database.read(
            partial(
                self._prepare,
                results=results,
                actor=actor,
                note=note,
                drop_missing=drop_missing,
                options=options,
                with_differences=with_differences,
            ),
            patience=_PATIENCE,
        )

    def _prepare(
        self,
        connection: Connection,
        *,
        results: Sequence[ReadResult],
        actor: str,
        note: str,
        drop_missing: bool,
        options: SourceOptions | None,
        with_differences: bool,
    ) -> Prepared:
        row = library_rows.find_library(connection, self._name)
        current = editions.members(connection, row.pk, row.edition) if row else {}
        withheld = editions.withheld(connection, row.pk) if row else set()
        keyed = _key_sources(connection, row, [free_reserved_ids(result) for result in results])
        known = {key: entry_rows.load_entries(connection, key) for key, _ in keyed}
        comparison = compare(
            current,
            keyed,
            known,
            drop_missing=drop_missing,
            withheld=withheld if drop_missing else frozenset(),
        )
        look = _Looker(connection, row, current)
        findings = examine(
            comparison,
            current,
            {key: result.source.kind for key, result in keyed},
            lookalikes=look.lookalikes,
            load=look.load,
        )
        names = {key: result.source.location for key, result in keyed}
        items = _Items(comparison, findings, current, look, names).list(
            with_differences=with_differences
        )
        entries = _name_winners(comparison, findings, current)
        drops = len(comparison.removed) - len(findings.moved)
        taken = [i.article_id for i in items if i.kind is not PlanKind.DUPLICATE and i.new_version]
        plan = Plan(
            id=new_plan_id(),
            library=self._name,
            base_edition=row.edition if row else 0,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            actor=actor,
            note=note,
            items=items,
            articles=len(current),
            unchanged=comparison.unchanged,
            drops=drops,
            drops_too_much=drops_too_much(drops, len(current)),
            problems=(*(p for _, r in keyed for p in r.problems), *tell_kept(comparison.kept)),
            notes=(*(n for _, r in keyed for n in r.notes), *_tell_twice(comparison)),
        )
        return Prepared(
            plan,
            {id_: comparison.articles[id_] for id_ in taken},
            {id_: comparison.sources[id_] for id_ in taken},
            tuple(
                PlannedSource(
                    key,
                    result.source,
                    options,
                    changes_of(known[key], entries[key], comparison.untouched[key]),
                )
                for key, result in keyed
            ),
            tuple(sorted(withheld & set(comparison.added))),
            _find_pages(connection, row, comparison) if row else {},
        )


class _Looker:
    """Reads what the edition holds, only when somebody asks."""

    def __init__(
        self,
        connection: Connection,
        row: LibraryRow | None,
        current: Mapping[str, Member],
    ) -> None:
        self._connection = connection
        self._row = row
        self._current = current

    def load(self, version_id: str) -> Article:
        """A stored version."""
        assert self._row is not None  # noqa: S101 - only versions of an edition are asked for
        article = versions.load_article(self._connection, self._row.pk, version_id)
        if article is None:
            raise StoreError(
                f"The article version {version_id} is missing from the database. Restore "
                "footnote.db from a backup, or add the articles again."
            )
        return article

    def title(self, article_id: str) -> str:
        """The title of an article of the edition."""
        return self.load(self._current[article_id].version_id).title

    def lookalikes(self) -> Lookalikes:
        """The sketches of the edition's articles."""
        if self._row is None:
            return Lookalikes()
        sketches = versions.sketches(self._connection, self._row.pk, self._row.edition)
        # What a moderator wrote leaves no article out that says the same.
        return Lookalikes([(id_, made) for id_, made in sketches if not is_note(id_)])


class _Items:
    """Writes down what a comparison and a closer look told."""

    def __init__(
        self,
        comparison: Comparison,
        findings: Findings,
        current: Mapping[str, Member],
        look: _Looker,
        names: Mapping[int, str],
    ) -> None:
        self._comparison = comparison
        self._findings = findings
        self._current = current
        self._look = look
        self._names = names

    def list(self, *, with_differences: bool) -> tuple[PlanItem, ...]:
        """Every article that changes, is left out or stays against expectation."""
        comparison, findings = self._comparison, self._findings
        left = set(findings.moved.values())
        return (
            *(self._new(id_) for id_ in comparison.added),
            *(self._changed(id_, with_differences) for id_ in comparison.changed),
            *(
                self._known(PlanKind.REMOVED, id_, reason)
                for id_, reason in comparison.removed.items()
                if id_ not in left
            ),
            *(self._known(PlanKind.KEPT, id_, why) for id_, why in comparison.kept.items()),
        )

    def _new(self, id_: str) -> PlanItem:
        article = self._comparison.articles[id_]
        findings = self._findings
        kind, other, reason, old = PlanKind.ADDED, None, "", None
        if (winner := findings.duplicates.get(id_)) is not None:
            kind, other = PlanKind.DUPLICATE, winner
            title = (
                self._comparison.articles[winner].title
                if winner in self._comparison.articles
                else self._look.title(winner)
            )
            reason = f"Nearly the same text as {_short(title)!r} ({_short(winner)}), which wins."
        elif (before := findings.moved.get(id_)) is not None:
            kind, other, old = PlanKind.MOVED, before, self._current[before].version_id
            reason = f"The same text was known as {_short(before)}."
        return PlanItem(
            kind,
            id_,
            article.title,
            self._names[self._comparison.sources[id_]],
            old_version=old,
            new_version=article.version_id,
            other=other,
            reason=reason,
            suspicions=findings.suspicions.get(id_, ()),
        )

    def _changed(self, id_: str, with_differences: bool) -> PlanItem:  # noqa: FBT001 - passed on
        article, old = self._comparison.articles[id_], self._current[id_].version_id
        return PlanItem(
            PlanKind.CHANGED,
            id_,
            article.title,
            self._names[self._comparison.sources[id_]],
            old_version=old,
            new_version=article.version_id,
            suspicions=self._findings.suspicions.get(id_, ()),
            diff=show_difference(self._look.load(old), article) if with_differences else (),
        )

    def _known(self, kind: PlanKind, id_: str, reason: str) -> PlanItem:
        member = self._current[id_]
        where = self._names.get(member.source or 0, "")
        return PlanItem(
            kind, id_, self._look.title(id_), where, old_version=member.version_id, reason=reason
        )


def show_difference(old: Article, new: Article) -> tuple[str, ...]:
    """What changed, for people: the fields first, then the text."""
    lines: list[str] = []
    for name in ("title", "published_at", "authors", "url", "publisher"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            label = name.replace("_at", "").replace("_", " ")
            lines += [f"-{label}: {_write(before)}", f"+{label}: {_write(after)}"]
    return (*lines, *diff_text(old.text, new.text))


def _write(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def _find_pages(
    connection: Connection, row: LibraryRow, comparison: Comparison
) -> Mapping[str, PageText | None]:
    """The pages of unchanged articles that are not as they are kept."""
    new = {*comparison.added, *comparison.changed}
    read = {a.version_id: a.page for id_, a in comparison.articles.items() if id_ not in new}
    return {id_: read[id_] for id_ in page_rows.find_altered(connection, row.pk, read)}


def _key_sources(
    connection: Connection, row: LibraryRow | None, results: Sequence[ReadResult]
) -> list[tuple[int, ReadResult]]:
    """Each result with its source's key; one below zero where it is not remembered yet."""
    keyed: dict[int, ReadResult] = {}
    for at, result in enumerate(results, start=1):
        key = library_rows.find_source(connection, row.pk, result.source) if row else None
        keyed[key or -at] = result
    return list(keyed.items())


def _name_winners(
    comparison: Comparison, findings: Findings, current: Mapping[str, Member]
) -> dict[int, list[EntryState]]:
    """The entries, those of left out duplicates under the article that won."""
    named: dict[int, list[EntryState]] = {}
    for source, states in comparison.entries.items():
        named[source] = []
        for state in states:
            winner = findings.duplicates.get(state.article_id) if state.winner is None else None
            if winner is None:
                named[source].append(state)
                continue
            version = (
                comparison.articles[winner].version_id
                if winner in comparison.articles
                else current[winner].version_id
            )
            named[source].append(
                EntryState(
                    state.key,
                    state.article_id,
                    version,
                    state.stamp,
                    state.etag,
                    state.last_modified,
                    state.misses,
                    state.checked_at,
                    winner,
                )
            )
    return named


def _tell_twice(comparison: Comparison) -> list[Problem]:
    return [
        Problem(id_, "Two sources give this article with different texts; the later one is used.")
        for id_ in comparison.twice
    ]


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
