"""Reads what pages are made of, from a store that another process may write.

Only reads: the store gives each of them a whole state, whoever writes.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.reader.secret import read_secret
from index import schema
from index.article_pages import ArticlePage, find_page
from index.database import Database
from index.errors import StoreError
from index.library_settings import read_public
from index.sql import read_step


@dataclass(frozen=True, slots=True)
class Door:
    """What decides who may read a library: whether all may, and the secret that signs links."""

    is_public: bool
    secret: bytes | None


class Shelf:
    """Stored articles, by library and version."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check(self) -> None:
        """Make sure that the database is one that this program knows.

        Raises:
            StoreError: it is older or newer, or cannot be read.
        """
        step = await self._database.read(lambda c: read_step(c, schema.SCHEMA))
        if not step:
            raise StoreError(
                f"Nothing is indexed in {self._database.name} yet. Add articles first: "
                "footnote index add TARGET"
            )
        if step < len(schema.STEPS):
            raise StoreError(
                "This store was last used by an older Footnote. Bring it up to date with "
                "any other command, such as footnote index status; then start the reader."
            )
        if step > len(schema.STEPS):
            raise StoreError("This store was written by a newer Footnote. Update this one first.")

    async def door(self, library: str) -> Door:
        """Who may read a library; the same for one that does not exist as for a private one."""
        return await self._database.read(lambda c: Door(read_public(c, library), read_secret(c)))

    async def find(self, library: str, version_id: str) -> ArticlePage | None:
        """A stored version with what became of it."""
        return await self._database.read(lambda c: find_page(c, library, version_id))

    async def close(self) -> None:
        """Close the connections."""
        await self._database.close()
