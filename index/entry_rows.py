"""What sources gave the last time, entry by entry, in SQLite."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.connections import Connection
from index.editions import Member
from index.entries import FROM_FEED, READING, EntryState
from index.sql import pages


@dataclass(frozen=True, slots=True)
class EntryChanges:
    """What to remember of one source: states that changed, and keys that are gone."""

    put: tuple[EntryState, ...] = ()
    gone: tuple[str, ...] = ()


NO_CHANGES = EntryChanges()


def load_entries(connection: Connection, source: int) -> dict[str, EntryState]:
    """All that is remembered of a source, by key; nothing that an older reading gave."""
    rows = connection.execute(
        "SELECT key, article_id, version_id, stamp, etag, last_modified, misses, checked_at, "
        "winner FROM entry WHERE source = ? AND reading = ?",
        (source, READING),
    )
    return {r["key"]: EntryState(*r) for r in rows}


def still_true(
    entries: Mapping[str, EntryState], members: Mapping[str, Member]
) -> dict[str, EntryState]:
    """Those entries whose text the edition holds, so that they need not be read again.

    All others (held back, rolled back, removed and added again) have to be read in full,
    or nobody would ever see their text.
    """
    return {
        key: state
        for key, state in entries.items()
        if (member := members.get(state.winner or state.article_id)) is not None
        and member.version_id == state.version_id
    }


def to_ask_for(
    entries: Mapping[str, EntryState], article_ids: Iterable[str], place: str | None
) -> dict[str, EntryState]:
    """The pages of articles that the edition holds, without anything that vouches for them.

    After a rollback or with new options no entry tells of such a page. It is read in full, but
    when it is gone that has to count, or a page that is no more would be answered from for ever.

    Args:
        entries: What is remembered of the source.
        article_ids: The articles that the edition has from it.
        place: The page's address where the source is a single one.
    """
    by_article = {s.article_id: s for s in entries.values() if s.winner is None}
    found = {}
    for article_id in article_ids:
        state = by_article.get(article_id)
        key = state.key if state else place or article_id
        # What a feed gave itself has no page; its name holds the feed's address.
        if "#" in key or (state and (state.stamp or "").startswith(FROM_FEED)):
            continue
        found[key] = EntryState(key, article_id, misses=state.misses if state else 0)
    return found


def changes_of(
    before: Mapping[str, EntryState], now: Sequence[EntryState], kept: Iterable[str]
) -> EntryChanges:
    """What differs from what is stored; ``kept`` are keys that stay although not in ``now``."""
    put = tuple(state for state in now if before.get(state.key) != state)
    stay = {state.key for state in now} | set(kept)
    return EntryChanges(put, tuple(key for key in before if key not in stay))


def save_entries(connection: Connection, source: int, changes: EntryChanges) -> None:
    """Remember them; call inside the publishing transaction."""
    connection.executemany(
        "INSERT INTO entry (source, key, article_id, version_id, stamp, etag, "
        "last_modified, misses, checked_at, winner, reading) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, key) DO UPDATE SET "
        "article_id = excluded.article_id, version_id = excluded.version_id, "
        "stamp = excluded.stamp, etag = excluded.etag, last_modified = excluded.last_modified, "
        "misses = excluded.misses, checked_at = excluded.checked_at, winner = excluded.winner, "
        "reading = excluded.reading",
        (
            (
                source,
                s.key,
                s.article_id,
                s.version_id,
                s.stamp,
                s.etag,
                s.last_modified,
                s.misses,
                s.checked_at,
                s.winner,
                READING,
            )
            for s in changes.put
        ),
    )
    for page in pages(changes.gone):
        connection.executemany(
            "DELETE FROM entry WHERE source = ? AND key = ?", ((source, key) for key in page)
        )


def left_out_for(connection: Connection, library: int, winners: Collection[str]) -> list[str]:
    """Ids of the articles that were left out since one of the ``winners`` has the same text."""
    rows = connection.execute(
        "SELECT e.article_id, e.winner FROM source AS s JOIN entry AS e ON e.source = s.pk "
        "WHERE s.library = ? AND e.winner IS NOT NULL",
        (library,),
    )
    return [r["article_id"] for r in rows if r["winner"] in winners]


def forget_entries(connection: Connection, source: int) -> None:
    """Read everything anew the next time."""
    connection.execute("DELETE FROM entry WHERE source = ?", (source,))
