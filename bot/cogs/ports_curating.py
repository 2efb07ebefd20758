"""What looking after single articles and notes needs from the libraries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.services.watching import OnPublished
from index.article_list import ArticleInfo, ArticleList
from index.note_rows import NoteInfo
from index.notes import NoteDraft
from index.records import AuditEntry


class Curates(Protocol):
    """Articles one by one, moderators' notes, and a word at every publication."""

    async def list_articles(
        self,
        library: str,
        *,
        text: str = "",
        notes_only: bool = False,
        page: int = 0,
        size: int = 8,
    ) -> ArticleList:
        """A page of the articles, newest first."""
        ...

    async def describe_article(self, library: str, article_id: str) -> ArticleInfo | None:
        """All about an article; None where there is none of that id."""
        ...

    async def versions_now(self, library: str, article_ids: Sequence[str]) -> dict[str, str]:
        """Which versions of these articles answers are made of; gone ones are left out."""
        ...

    async def notes(self, library: str) -> tuple[NoteInfo, ...]:
        """The notes of a library, newest first."""
        ...

    async def note(self, library: str, note_id: str) -> NoteInfo | None:
        """The note of that id; None where there is none, or no more."""
        ...

    async def put_note(
        self, library: str, draft: NoteDraft, *, actor: str, reason: str = ""
    ) -> NoteInfo:
        """Publish a note, new or in the place of an earlier text."""
        ...

    async def retire_note(
        self, library: str, note_id: str, *, actor: str, reason: str = ""
    ) -> NoteInfo:
        """Take a note out of the answers; what it said."""
        ...

    async def keep_note(self, library: str, note_id: str, *, actor: str) -> NoteInfo:
        """Say that a note holds as it is, though the article is another now."""
        ...

    async def take_untold_notes(self, library: str) -> tuple[NoteInfo, ...]:
        """The notes that need a look and that nobody was told of; they count as told now."""
        ...

    async def note_in_audit(
        self, library: str, actor: str, action: str, detail: str, reason: str = ""
    ) -> None:
        """Put down in the audit what changes no edition."""
        ...

    async def audit_page(
        self, library: str, *, action: str = "", page: int = 0, size: int = 8
    ) -> tuple[tuple[AuditEntry, ...], int]:
        """A page of who did what, newest first, and how many entries there are of that action."""
        ...

    async def audit_actions(self, library: str) -> tuple[str, ...]:
        """The actions that were ever done, each once."""
        ...

    def watch(self, on_published: OnPublished) -> None:
        """Have it called after every publication, with the library's name."""
        ...

    def unwatch(self, on_published: OnPublished) -> None:
        """Have it called no more."""
        ...
