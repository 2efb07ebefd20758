"""The room of a library's deleted rows, given back to its lexical index."""

from __future__ import annotations

from index import lexical
from index.database import Database

_MERGES_A_STEP = 500


async def shrink_lexical(database: Database, library: int) -> None:
    """Merge a library's lexical index, in which what was deleted stays until then."""
    pages = -_MERGES_A_STEP
    while await database.write(lambda c, pages=pages: lexical.merge_some(c, library, pages)):  # type: ignore[misc]
        pages = _MERGES_A_STEP
