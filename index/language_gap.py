"""Tells those who ask in a language that neither the embedder nor the articles have."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from index.connections import Connection
from index.database import Database
from index.language import detect_language, language_name
from index.library_rows import LibraryRow
from index.question_language import may_be_foreign, question_language

_SAMPLE = 24
_MOST_OF_THEM = 2 / 3


class LanguageGap:
    """Compares the languages of questions and of one library.

    Args:
        database: Holds the library.
        languages: What the embedder understands, as ISO 639-1 codes; None: any.
    """

    def __init__(self, database: Database, languages: frozenset[str] | None) -> None:
        self._database = database
        self._languages = languages
        self._edition = 0
        self._written: str | None = None

    async def tell(self, question: str, library: LibraryRow) -> str | None:
        """A sentence for who asked, or None where the languages fit or are not sure."""
        if self._languages is None or not may_be_foreign(question):
            return None
        asked = await asyncio.to_thread(question_language, question)
        if asked is None or asked in self._languages:
            return None
        written = await self._written_in(library)
        if written is None or written == asked:
            return None
        return (
            f"Your question seems to be in {language_name(asked)}; the articles are in "
            f"{language_name(written)}, and without a multilingual embedder I find little."
        )

    async def _written_in(self, library: LibraryRow) -> str | None:
        if self._edition != library.edition:
            texts = await self._database.read(lambda c: _sample(c, library))
            self._written = await asyncio.to_thread(_most_common, texts)
            self._edition = library.edition
        return self._written


def _sample(connection: Connection, library: LibraryRow) -> list[str]:
    """The beginnings of some articles; by their hashes, so any."""
    rows = connection.execute(
        "SELECT substr(v.text, 1, 1500) AS text FROM membership AS m "
        "JOIN version AS v ON v.pk = m.version WHERE m.library = ? AND m.from_edition <= ? "
        "AND (m.to_edition IS NULL OR m.to_edition > ?) ORDER BY v.version_id LIMIT ?",
        (library.pk, library.edition, library.edition, _SAMPLE),
    )
    return [row["text"] for row in rows]


def _most_common(texts: Sequence[str]) -> str | None:
    """The language that most texts are in, if any."""
    told = [code for code in map(detect_language, texts) if code is not None]
    for code, count in Counter(told).most_common(1):
        if count >= _MOST_OF_THEM * len(told):
            return code
    return None
