"""What all sources do with their findings."""

from __future__ import annotations

from index.errors import SourceError
from index.models import ReadResult

_SHOWN = 3


def require_articles(result: ReadResult) -> ReadResult:
    """The result, when it holds at least one article.

    Raises:
        SourceError: it holds none; the sentence names the first few problems.
    """
    if result.articles:
        return result
    first = "; ".join(f"{p.where}: {p.message.rstrip('.')}" for p in result.problems[:_SHOWN])
    more = len(result.problems) - _SHOWN
    rest = f" (and {more} more)" if more > 0 else ""
    raise SourceError(f"No article could be read. {first}{rest}." if first else "No article.")
