"""The part of the scripted service that keeps single articles, notes and the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.services.watching import OnPublished, Publications
from index.article_list import ArticleInfo, ArticleLine, ArticleList, VersionLine
from index.errors import SourceError
from index.models import Article, Source, SourceKind
from index.note_rows import NoteInfo, Standing
from index.notes import NoteDraft
from index.records import AuditEntry
from tests.fakes.discord_samples import BRIDGE, LIBRARY

AT = "2031-06-10T12:00:00+00:00"


class ScriptedCurating:
    """Holds ``held`` articles and ``kept_notes``; both are the same for every library."""

    def __init__(self) -> None:
        self.held: tuple[Article, ...] = (BRIDGE, LIBRARY)
        self.kept_notes: tuple[NoteInfo, ...] = ()
        self.untold: tuple[NoteInfo, ...] = ()
        self.note_error: Exception | None = None
        self.drafts: list[tuple[str, NoteDraft, str, str]] = []
        self.audited: list[tuple[str, str, str, str, str]] = []
        self.page_entries: tuple[AuditEntry, ...] = ()
        self.publications = Publications()

    async def list_articles(
        self,
        library: str,
        *,
        text: str = "",
        notes_only: bool = False,
        page: int = 0,
        size: int = 8,
    ) -> ArticleList:
        lines = [] if notes_only else [_line(each) for each in self.held]
        wanted = text.casefold()
        fitting = [each for each in lines if wanted in f"{each.title} {each.article_id}".casefold()]
        pages = max(1, -(-len(fitting) // size))
        page = min(max(page, 0), pages - 1)
        shown = tuple(fitting[page * size : (page + 1) * size])
        return ArticleList(shown, page, pages, len(fitting))

    async def describe_article(self, library: str, article_id: str) -> ArticleInfo | None:
        found = next((each for each in self.held if each.id == article_id), None)
        if found is None:
            return None
        return ArticleInfo(
            line=_line(found),
            version_id=found.version_id,
            authors=found.authors,
            source=Source(SourceKind.UPLOAD, "bridge.md"),
            opening=found.text[:1500],
            length=len(found.text),
            versions=(VersionLine(found.version_id, 1, AT),),
            versions_count=1,
        )

    async def versions_now(self, library: str, article_ids: Sequence[str]) -> dict[str, str]:
        return {each.id: each.version_id for each in self.held if each.id in article_ids}

    async def notes(self, library: str) -> tuple[NoteInfo, ...]:
        return self.kept_notes

    async def note(self, library: str, note_id: str) -> NoteInfo | None:
        return next((note for note in self.kept_notes if note.id == note_id), None)

    async def put_note(
        self, library: str, draft: NoteDraft, *, actor: str, reason: str = ""
    ) -> NoteInfo:
        if self.note_error is not None:
            raise self.note_error
        self.drafts.append((library, draft, actor, reason))
        note = NoteInfo(
            id=draft.id or f"moderator-note:{len(self.drafts):016x}",
            version_id="5" * 32,
            title=draft.title,
            text=draft.text,
            corrects=draft.corrects,
            author=draft.author,
            approved_by=actor,
            approved_at=AT,
            standing=Standing.FRESH,
            quote_stands=True,
        )
        self.kept_notes = (*(n for n in self.kept_notes if n.id != note.id), note)
        return note

    async def retire_note(
        self, library: str, note_id: str, *, actor: str, reason: str = ""
    ) -> NoteInfo:
        note = await self._find(library, note_id)
        self.kept_notes = tuple(each for each in self.kept_notes if each.id != note_id)
        return note

    async def keep_note(self, library: str, note_id: str, *, actor: str) -> NoteInfo:
        note = replace(await self._find(library, note_id), standing=Standing.FRESH)
        self.kept_notes = tuple(note if n.id == note_id else n for n in self.kept_notes)
        return note

    async def take_untold_notes(self, library: str) -> tuple[NoteInfo, ...]:
        untold, self.untold = self.untold, ()
        return untold

    async def note_in_audit(
        self, library: str, actor: str, action: str, detail: str, reason: str = ""
    ) -> None:
        self.audited.append((library, actor, action, detail, reason))

    async def audit_page(
        self, library: str, *, action: str = "", page: int = 0, size: int = 8
    ) -> tuple[tuple[AuditEntry, ...], int]:
        fitting = [entry for entry in self.page_entries if action in {"", entry.action}]
        return tuple(fitting[page * size : (page + 1) * size]), len(fitting)

    async def audit_actions(self, library: str) -> tuple[str, ...]:
        return tuple(sorted({entry.action for entry in self.page_entries}))

    def watch(self, on_published: OnPublished) -> None:
        self.publications.watch(on_published)

    def unwatch(self, on_published: OnPublished) -> None:
        self.publications.unwatch(on_published)

    async def _find(self, library: str, note_id: str) -> NoteInfo:
        note = await self.note(library, note_id)
        if note is None:
            raise SourceError("There is no such note, or it was retired already.")
        return note


def _line(article: Article) -> ArticleLine:
    return ArticleLine(
        article.id, article.title, article.published_at, article.publisher, article.url
    )
