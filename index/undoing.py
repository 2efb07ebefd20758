"""Changes made of stored versions: going back to an edition, taking articles out.

They are urgent, so nothing is asked before; each is found in the transaction that
publishes it, so that it fits whatever happened meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from index import editions, entry_rows, library_rows
from index.connections import Connection
from index.editions import Changes
from index.errors import SourceError
from index.library_rows import LibraryRow
from index.models import is_note

Find = Callable[[Connection, LibraryRow], Changes]
Write = Callable[[Connection, LibraryRow], None]


@dataclass(frozen=True, slots=True)
class Undo:
    """What changes, and what is written with it.

    ``find`` is called in a reading transaction first and again in the publishing one; it
    raises ``SourceError`` when it cannot be done. ``and_then`` comes after publishing.
    ``goes_back`` says that what began before it must not be published after it.
    """

    find: Find
    and_then: Write
    goes_back: bool = False


def go_back(edition: int, library: str) -> Undo:
    """Publish an earlier edition again, and hold the schedules.

    Moderators' notes stay as they are: they are no part of what sources gave.
    """

    def find(connection: Connection, row: LibraryRow) -> Changes:
        if edition == row.edition:
            raise SourceError(f"Edition {edition} is the current one.")
        try:
            return _without_notes(editions.way_back(connection, row.pk, edition))
        except KeyError:
            raise SourceError(
                f"There is no edition {edition} of the library '{library}' to go back to. "
                "`footnote index history` lists those that are kept."
            ) from None

    def and_then(connection: Connection, row: LibraryRow) -> None:
        current = editions.current_edition(connection, row.pk)
        withheld = editions.withheld(connection, row.pk)
        back = editions.members_of(connection, row.pk, current, withheld)
        same = entry_rows.left_out_for(connection, row.pk, back)
        editions.welcome(connection, row.pk, (*back, *same))
        library_rows.pause_schedules(connection, row.pk, paused=True)

    return Undo(find, and_then, goes_back=True)


def take_out(article_ids: Sequence[str]) -> Undo:
    """Take articles out, and see to it that no sync brings them back."""

    def find(connection: Connection, row: LibraryRow) -> Changes:
        present = editions.members_of(connection, row.pk, row.edition, article_ids)
        unknown = [id_ for id_ in article_ids if id_ not in present]
        if unknown or not article_ids:
            raise SourceError(f"No such article: {', '.join(unknown) or '(none named)'}.")
        return Changes({}, tuple(article_ids), 0, 0)

    def and_then(connection: Connection, row: LibraryRow) -> None:
        # With those left out as having the same text: they would come in its place.
        same = entry_rows.left_out_for(connection, row.pk, article_ids)
        editions.withhold(connection, row.pk, (*article_ids, *same))

    return Undo(find, and_then)


def forget_source(source: int) -> Undo:
    """Take a source's articles out, and read it no more."""

    def find(connection: Connection, row: LibraryRow) -> Changes:
        if source not in library_rows.list_sources(connection, row.pk).values():
            raise SourceError(f"There is no source {source}. `footnote index sources` lists them.")
        members = editions.members(connection, row.pk, row.edition)
        gone = tuple(id_ for id_, member in members.items() if member.source == source)
        return Changes({}, gone, 0, 0)

    def and_then(connection: Connection, _: LibraryRow) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        library_rows.forget_source(connection, source, now)

    return Undo(find, and_then)


def _without_notes(changes: Changes) -> Changes:
    added = sum(not is_note(id_) for id_ in tuple(changes.put)[: changes.added])
    put = {id_: member for id_, member in changes.put.items() if not is_note(id_)}
    removed = tuple(id_ for id_ in changes.removed if not is_note(id_))
    return Changes(put, removed, added, len(put) - added)
