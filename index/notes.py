"""Moderators' notes: what people who look after a library put right, in their own words.

A note is an article of its own kind. It has a reserved id and no source, so no sync, removal
of a source or way back to an earlier edition touches it: it stays until somebody retires it.
It remembers which sentence of which article version it corrects, and so tells by itself when
that article has changed or gone.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable

from index import editions, library_rows, note_rows
from index.connections import Connection
from index.database import Database
from index.editions import Changes, Member
from index.errors import SourceError
from index.golden import CheckGolden, check_nothing
from index.library_rows import LibraryRow
from index.models import NOTE_PREFIX, Article, Problem, ReadResult, SyncReport, is_note, no_progress
from index.note_rows import Corrected, NoteInfo, NoteRow
from index.publishing import Publisher
from index.transactions import Act, stamp
from index.undoing import Undo

_RENAMED = "article-"
_SHOWN = 120
_TRIES = 3


@dataclasses.dataclass(frozen=True, slots=True)
class NoteDraft:
    """A note that is to be published.

    Attributes:
        text: What is right, in the moderator's words.
        title: What people see it under.
        corrects: The sentence that it corrects.
        author: The actor who wrote it.
        id: The note that it takes the place of; None for a new one.
    """

    text: str
    title: str
    corrects: Corrected
    author: str
    id: str | None = None


class Notes:
    """The notes of one library.

    Args:
        name: The library.
        database: Holds it.
        publisher: Publishes its editions.
        new_id: Makes ids, without their prefix.
    """

    def __init__(
        self,
        *,
        name: str,
        database: Database,
        publisher: Publisher,
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._name = name
        self._database = database
        self._publisher = publisher
        self._new_id = new_id

    async def list(self) -> tuple[NoteInfo, ...]:
        """The notes of the current edition, newest first."""

        def read(connection: Connection) -> tuple[NoteInfo, ...]:
            row = library_rows.find_library(connection, self._name)
            return () if row is None else tuple(note_rows.list_notes(connection, row))

        return await self._database.read(read)

    async def find(self, note_id: str) -> NoteInfo | None:
        """The note of that id; None where the current edition holds none."""
        return next((note for note in await self.list() if note.id == note_id), None)

    async def put(
        self, draft: NoteDraft, *, actor: str, reason: str = "", check: CheckGolden = check_nothing
    ) -> tuple[NoteInfo, SyncReport]:
        """Publish a note, at once, whatever job is running.

        Raises:
            SourceError: the note whose place it takes is there no more.
        """
        now = stamp()
        article = Article(
            id=draft.id or NOTE_PREFIX + self._new_id(),
            title=draft.title,
            text=draft.text,
            published_at=now[:10],
        )
        row = NoteRow(article.id, draft.corrects, draft.author, actor, now)
        did = "note edit" if draft.id else "note"
        act = Act(actor, did, f"{did} {draft.title}"[:_SHOWN], reason)
        undo = Undo(_find_put(article, is_new=draft.id is None), _keep_row(row))
        report = await self._publish(article, undo, act, check)
        note = await self.find(article.id)
        if note is None:
            raise SourceError("Somebody retired this note meanwhile.")
        return note, report

    async def retire(
        self, note_id: str, *, actor: str, reason: str = "", check: CheckGolden = check_nothing
    ) -> SyncReport:
        """Take a note out of the answers, at once.

        Raises:
            SourceError: there is no such note.
        """
        note = await self.find(note_id)
        if note is None:
            raise SourceError("There is no such note, or it was retired already.")

        def find(connection: Connection, row: LibraryRow) -> Changes:
            if not editions.members_of(connection, row.pk, row.edition, [note_id]):
                raise SourceError("There is no such note, or it was retired already.")
            return Changes({}, (note_id,), 0, 0)

        act = Act(actor, "note retire", f"note retire {note.title}"[:_SHOWN], reason)
        undo = Undo(find, lambda c, row: note_rows.forget_note(c, row.pk, note_id))
        return await self._publisher.apply(undo, act, check=check, on_progress=no_progress)

    async def keep(self, note_id: str) -> NoteInfo:
        """Say that a note still holds though the article that it corrects is another now.

        Raises:
            SourceError: there is no such note.
        """

        def write(connection: Connection) -> None:
            row = library_rows.find_library(connection, self._name)
            if row is not None:
                note_rows.look_again(connection, row, note_id)

        await self._database.write(write)
        note = await self.find(note_id)
        if note is None:
            raise SourceError("There is no such note, or it was retired already.")
        return note

    async def take_untold(self) -> tuple[NoteInfo, ...]:
        """The notes that somebody should look at again and nobody was told of; told from now on."""

        def write(connection: Connection) -> tuple[NoteInfo, ...]:
            row = library_rows.find_library(connection, self._name)
            return () if row is None else tuple(note_rows.take_untold(connection, row))

        return await self._database.write(write)

    async def _publish(
        self, article: Article, undo: Undo, act: Act, check: CheckGolden
    ) -> SyncReport:
        for attempt in range(1, _TRIES + 1):
            await self._publisher.store([article], no_progress)
            try:
                return await self._publisher.apply(undo, act, check=check, on_progress=no_progress)
            except KeyError:
                # What no edition holds yet may have been collected in between.
                if attempt == _TRIES:
                    raise
        raise AssertionError("the last attempt raises")


def free_reserved_ids(result: ReadResult) -> ReadResult:
    """What a source gave, its articles under no id of a note; each that had one is told of."""
    if not any(is_note(article.id) for article in result.articles):
        return result
    articles = tuple(_rename(article) for article in result.articles)
    told = tuple(
        Problem(
            before.id[:_SHOWN],
            "Ids that begin so are those of moderators' notes, so this article is now called "
            f"{after.id[:_SHOWN]}. Give it another id.",
        )
        for before, after in zip(result.articles, articles, strict=True)
        if before is not after
    )
    return dataclasses.replace(result, articles=articles, notes=(*result.notes, *told))


def _rename(article: Article) -> Article:
    if not is_note(article.id):
        return article
    rest = article.id
    while is_note(rest):
        rest = rest.removeprefix(NOTE_PREFIX)
    return dataclasses.replace(article, id=f"{_RENAMED}{rest or 'unnamed'}")


def _find_put(article: Article, *, is_new: bool) -> Callable[[Connection, LibraryRow], Changes]:
    def find(connection: Connection, row: LibraryRow) -> Changes:
        there = editions.members_of(connection, row.pk, row.edition, [article.id])
        if not is_new and not there:
            raise SourceError("Somebody retired this note meanwhile.")
        put = {article.id: Member(article.version_id, None)}
        return Changes(put, (), int(is_new), int(not is_new))

    return find


def _keep_row(note: NoteRow) -> Callable[[Connection, LibraryRow], None]:
    return lambda connection, row: note_rows.save_note(connection, row.pk, note)
