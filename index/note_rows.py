"""Moderators' notes in SQLite: what each corrects, and what became of that. Plain functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from index import chunk_rows
from index.arranging import Ranked, to_passage
from index.connections import Connection, Row
from index.library_rows import LibraryRow
from index.models import Correction, Passage
from index.sql import marks, pages

_CHUNKS_BROUGHT = 2
GONE = "gone"
"""In place of a version: the article was not there."""
# A note with its article, and the version that the corrected article has now.
_NOTES = """
    SELECT n.*, v.pk AS version_pk, v.version_id, v.title, v.text, cv.version_id AS now,
        cv.title AS title_now, instr(cv.text, n.quote) > 0 AS stands
    FROM note AS n
    JOIN membership AS m ON m.library = n.library AND m.article_id = n.article_id
        AND m.from_edition <= :edition AND (m.to_edition IS NULL OR m.to_edition > :edition)
    JOIN version AS v ON v.pk = m.version
    LEFT JOIN membership AS cm ON cm.library = n.library AND cm.article_id = n.corrects
        AND cm.from_edition <= :edition AND (cm.to_edition IS NULL OR cm.to_edition > :edition)
    LEFT JOIN version AS cv ON cv.pk = cm.version
    WHERE n.library = :library
"""


class Standing(StrEnum):
    """What became of the article that a note corrects, since somebody looked at both."""

    FRESH = "fresh"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Corrected:
    """A sentence that is wrong: its article version, its span there, and its letters."""

    article_id: str
    version_id: str
    title: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What is kept of a note beside its article. Actors are as in the audit, times UTC."""

    id: str
    corrects: Corrected
    author: str
    approved_by: str
    approved_at: str


@dataclass(frozen=True, slots=True)
class NoteInfo:
    """A note of the current edition.

    Attributes:
        id: Its article id.
        version_id: Its version now.
        title: What people see it under.
        text: What is right.
        corrects: The sentence that it was written about.
        author: Who wrote it.
        approved_by: Who approved it, as it is now.
        approved_at: When.
        standing: What became of the corrected article since somebody looked at both.
        quote_stands: Whether that sentence still stands in the article, word for word.
    """

    id: str
    version_id: str
    title: str
    text: str
    corrects: Corrected
    author: str
    approved_by: str
    approved_at: str
    standing: Standing
    quote_stands: bool

    @property
    def needs_a_look(self) -> bool:
        """Whether the article that it corrects is not what it was."""
        return self.standing is not Standing.FRESH


def save_note(connection: Connection, library: int, note: NoteRow) -> None:
    """Keep what a note corrects; it counts as looked at against that version."""
    corrects = note.corrects
    connection.execute(
        'INSERT INTO note (library, article_id, corrects, title_then, start, "end",'
        " quote, quoted_version, looked_at, author, approved_by, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (library, article_id) DO UPDATE SET corrects = excluded.corrects,"
        " title_then = excluded.title_then, start = excluded.start,"
        ' "end" = excluded."end", quote = excluded.quote,'
        " quoted_version = excluded.quoted_version, looked_at = excluded.looked_at,"
        " author = excluded.author, approved_by = excluded.approved_by, at = excluded.at,"
        " told = NULL",
        (
            library,
            note.id,
            corrects.article_id,
            corrects.title,
            corrects.start,
            corrects.end,
            corrects.quote,
            corrects.version_id,
            corrects.version_id,
            note.author,
            note.approved_by,
            note.approved_at,
        ),
    )


def forget_note(connection: Connection, library: int, note_id: str) -> None:
    """Keep no longer what a note corrects."""
    connection.execute("DELETE FROM note WHERE library = ? AND article_id = ?", (library, note_id))


def list_notes(connection: Connection, row: LibraryRow) -> list[NoteInfo]:
    """The notes of the current edition, newest first."""
    given = {"library": row.pk, "edition": row.edition}
    rows = connection.execute(f"{_NOTES} ORDER BY n.at DESC, n.article_id", given)
    return [_read(found) for found in rows]


def look_again(connection: Connection, row: LibraryRow, note_id: str) -> None:
    """Say that somebody has looked at a note and the article as it is now, or at its absence."""
    given = {"library": row.pk, "edition": row.edition, "id": note_id}
    found = connection.execute(f"{_NOTES} AND n.article_id = :id", given).fetchone()
    if found is not None:
        connection.execute(
            "UPDATE note SET looked_at = ?, told = NULL WHERE library = ? AND article_id = ?",
            (found["now"] or GONE, row.pk, note_id),
        )


def take_untold(connection: Connection, row: LibraryRow) -> list[NoteInfo]:
    """The notes whose article is another than it was and that nobody was told of; told now."""
    given = {"library": row.pk, "edition": row.edition}
    untold = []
    for found in connection.execute(_NOTES, given).fetchall():
        note = _read(found)
        state = found["now"] or GONE
        if note.needs_a_look and found["told"] != state:
            connection.execute(
                "UPDATE note SET told = ? WHERE library = ? AND article_id = ?",
                (state, row.pk, note.id),
            )
            untold.append(note)
    return untold


def bring_notes(
    connection: Connection, row: LibraryRow, passages: Sequence[Passage], limit: int
) -> list[Passage]:
    """The passages with what notes correct in them, each such note in front of what it corrects.

    At most ``limit``; the last ones make room.
    """
    found = _notes_about(connection, row, list({p.article_id for p in passages}))
    if not found:
        return list(passages)
    marked = [replace(p, corrections=_find_corrections(p, found)) for p in passages]
    versions = {note["article_id"]: int(note["version_pk"]) for note in found}
    arranged: list[Passage] = []
    for passage in marked:
        if any(p.chunk_id == passage.chunk_id for p in arranged):
            continue  # a note that was lifted
        for correction in passage.corrections:
            if not any(p.article_id == correction.note_id for p in arranged):
                found_too = [p for p in marked if p.article_id == correction.note_id]
                arranged += [replace(p, score=passage.score) for p in found_too] or _load_passages(
                    connection, row, versions[correction.note_id], passage.score
                )
        arranged.append(passage)
    return arranged[: max(limit, 1)]


def _notes_about(connection: Connection, row: LibraryRow, article_ids: Sequence[str]) -> list[Row]:
    found: list[Row] = []
    for page in pages(article_ids):
        found += connection.execute(
            'SELECT n.article_id, n.corrects, n.quote, n.start, n."end", n.quoted_version,'  # noqa: S608 - marks are ours
            " m.version AS version_pk FROM note AS n"
            " JOIN membership AS m ON m.library = n.library AND m.article_id = n.article_id"
            " AND m.from_edition <= ? AND (m.to_edition IS NULL OR m.to_edition > ?)"
            f" WHERE n.library = ? AND n.corrects IN ({marks(page)})"
            " ORDER BY n.at DESC, n.article_id",
            (row.edition, row.edition, row.pk, *page),
        ).fetchall()
    return found


def _find_corrections(passage: Passage, notes: Sequence[Row]) -> tuple[Correction, ...]:
    """Where a passage says what notes correct, letter for letter; a changed sentence is new."""
    made = []
    for note in notes:
        if note["corrects"] != passage.article_id:
            continue
        start, end = note["start"], note["end"]
        if note["quoted_version"] != passage.version_id:
            at = passage.text.find(note["quote"])
            if at < 0:
                continue
            start = passage.start + at
            end = start + len(note["quote"])
        if start < passage.end and passage.start < end:
            made.append(Correction(start, end, note["article_id"]))
    return tuple(made)


def _load_passages(
    connection: Connection, row: LibraryRow, version: int, score: float
) -> list[Passage]:
    keys = connection.execute(
        "SELECT pk FROM chunk WHERE version = ? ORDER BY ordinal LIMIT ?",
        (version, _CHUNKS_BROUGHT),
    )
    rows = [int(key["pk"]) for key in keys]
    chunks = chunk_rows.load_chunks(connection, row.pk, row.edition, rows=rows)
    ordered = sorted(chunks, key=lambda chunk: chunk.start)
    return [to_passage(Ranked(chunk, score, None, None)) for chunk in ordered]


def _read(found: Row) -> NoteInfo:
    now = found["now"] or GONE
    standing = Standing.FRESH
    if now != found["looked_at"]:
        standing = Standing.GONE if now == GONE else Standing.CHANGED
    return NoteInfo(
        id=found["article_id"],
        version_id=found["version_id"],
        title=found["title"],
        text=found["text"],
        corrects=Corrected(
            found["corrects"],
            found["quoted_version"],
            found["title_now"] or found["title_then"],
            found["start"],
            found["end"],
            found["quote"],
        ),
        author=found["author"],
        approved_by=found["approved_by"],
        approved_at=found["at"],
        standing=standing,
        quote_stands=bool(found["stands"]),
    )
