"""What the service tells of the articles it has, one by one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.services.parts import Parts
from index.article_list import ArticleInfo, ArticleList
from index.records import AuditEntry


class Browsing(Parts):
    """Lists articles, and tells all about one."""

    async def list_articles(
        self,
        library: str,
        *,
        text: str = "",
        notes_only: bool = False,
        page: int = 0,
        size: int = 8,
    ) -> ArticleList:
        """A page of the articles, newest first; those whose title or id holds ``text``."""
        return await self._library(library).list_articles(
            text=text, notes_only=notes_only, page=page, size=size
        )

    async def describe_article(self, library: str, article_id: str) -> ArticleInfo | None:
        """All about an article of the current edition; None where there is none of that id."""
        return await self._library(library).describe_article(article_id)

    async def versions_now(self, library: str, article_ids: Sequence[str]) -> dict[str, str]:
        """Which versions of these articles answers are made of; gone ones are left out."""
        return await self._library(library).current_versions(article_ids)

    async def audit_page(
        self, library: str, *, action: str = "", page: int = 0, size: int = 8
    ) -> tuple[tuple[AuditEntry, ...], int]:
        """A page of who did what, newest first, and how many entries there are of that action."""
        return await self._decisions(library).audit_page(action=action, page=page, size=size)

    async def audit_actions(self, library: str) -> tuple[str, ...]:
        """The actions that were ever done, each once."""
        return await self._decisions(library).audit_actions()
