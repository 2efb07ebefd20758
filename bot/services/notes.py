"""What the service does about moderators' notes, and for those who watch publications."""

from __future__ import annotations

from bot.services.parts import Parts
from bot.services.watching import OnPublished
from index.errors import SourceError
from index.note_rows import NoteInfo
from index.notes import NoteDraft

NO_NOTE = "There is no such note, or it was retired already."


class Noting(Parts):
    """Publishes notes, keeps them and retires them."""

    async def notes(self, library: str) -> tuple[NoteInfo, ...]:
        """The notes of a library, newest first."""
        return await self._library(library).notes.list()

    async def note(self, library: str, note_id: str) -> NoteInfo | None:
        """The note of that id; None where there is none, or no more."""
        return await self._library(library).notes.find(note_id)

    async def put_note(
        self, library: str, draft: NoteDraft, *, actor: str, reason: str = ""
    ) -> NoteInfo:
        """Publish a note, new or in the place of an earlier text; it answers from now on.

        Raises:
            SourceError: the note whose place it takes was retired.
        """
        notes = self._library(library).notes
        note, _ = await notes.put(draft, actor=actor, reason=reason, check=self._golden.check)
        self._publications.tell(library)
        return note

    async def retire_note(
        self, library: str, note_id: str, *, actor: str, reason: str = ""
    ) -> NoteInfo:
        """Take a note out of the answers; what it said.

        Raises:
            SourceError: there is no such note.
        """
        notes = self._library(library).notes
        note = await notes.find(note_id)
        if note is None:
            raise SourceError(NO_NOTE)
        await notes.retire(note_id, actor=actor, reason=reason, check=self._golden.check)
        self._publications.tell(library)
        return note

    async def keep_note(self, library: str, note_id: str, *, actor: str) -> NoteInfo:
        """Say that a note holds as it is, though the article is another now.

        Raises:
            SourceError: there is no such note.
        """
        note = await self._library(library).notes.keep(note_id)
        await self._decisions(library).note(actor, "note keep", note.title)
        return note

    async def take_untold_notes(self, library: str) -> tuple[NoteInfo, ...]:
        """The notes that need a look and that nobody was told of; they count as told now."""
        return await self._library(library).notes.take_untold()

    async def note_in_audit(
        self, library: str, actor: str, action: str, detail: str, reason: str = ""
    ) -> None:
        """Put down in the audit what changes no edition, also before the first article."""
        await self._decisions(library).note(actor, action, detail, reason)

    def watch(self, on_published: OnPublished) -> None:
        """Have it called after every publication, with the library's name."""
        self._publications.watch(on_published)

    def unwatch(self, on_published: OnPublished) -> None:
        """Have it called no more."""
        self._publications.unwatch(on_published)
