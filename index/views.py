"""One edition of a library, for asking golden questions before readers see it."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from index.models import SearchResult
from index.pages import PageText
from index.scope import WHOLE, Scope


class _Searched(Protocol):
    async def search(
        self,
        question: str,
        *,
        limit: int,
        edition: int | None = None,
        today: date | None = None,
        scope: Scope = WHOLE,
    ) -> SearchResult: ...

    async def text_of(self, version_id: str) -> str: ...

    async def page_of(self, version_id: str) -> PageText | None: ...


class EditionView:
    """A library as it is in one edition, published or only laid out."""

    def __init__(self, library: _Searched, edition: int) -> None:
        self._library = library
        self._edition = edition

    async def search(
        self, question: str, *, limit: int, today: date | None = None, scope: Scope = WHOLE
    ) -> SearchResult:
        """Passages for a question, best first; ``today`` is what "last week" is counted from."""
        return await self._library.search(
            question, limit=limit, edition=self._edition, today=today, scope=scope
        )

    async def text_of(self, version_id: str) -> str:
        """The clean text of an article version; ``KeyError`` when it is not stored."""
        return await self._library.text_of(version_id)

    async def page_of(self, version_id: str) -> PageText | None:
        """The public page a version was last read from, None where none is kept."""
        return await self._library.page_of(version_id)
