"""Golden questions as the index sees them: somebody asks them of an edition, and tells."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from typing import Protocol

from index.models import SearchResult
from index.pages import PageText
from index.records import GoldenCheck, GoldenQuestion
from index.scope import WHOLE, Scope


class Searchable(Protocol):
    """One edition of a library, published or only laid out."""

    async def search(
        self, question: str, *, limit: int, today: date | None = None, scope: Scope = WHOLE
    ) -> SearchResult:
        """Passages for a question, best first; ``today`` is what "last week" is counted from."""
        ...

    async def text_of(self, version_id: str) -> str:
        """The clean text of an article version; ``KeyError`` when it is not stored."""
        ...

    async def page_of(self, version_id: str) -> PageText | None:
        """The public page a version was last read from, None where none is kept."""
        ...


CheckGolden = Callable[[Searchable, Sequence[GoldenQuestion]], Awaitable[Sequence[GoldenCheck]]]
"""Asks golden questions and says how they fare."""
ViewEdition = Callable[[int], Searchable]


async def check_nothing(_: Searchable, __: Sequence[GoldenQuestion]) -> Sequence[GoldenCheck]:
    """For callers without an answering engine: every golden question passes."""
    return ()


def name_failing(checks: Iterable[GoldenCheck]) -> tuple[str, ...]:
    """The questions that do not cite their article, for people."""
    return tuple(
        f"“{check.golden.question}” (expects {check.golden.title or check.golden.article_id})"
        for check in checks
        if not check.passes
    )
