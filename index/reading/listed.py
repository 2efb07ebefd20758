"""What feeds and sitemaps list, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index.models import Heading

MAX_ENTRIES = 50_000


class ListingKind(StrEnum):
    """What lists entries."""

    FEED = "feed"
    PAGES = "pages"
    SITEMAPS = "sitemaps"


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """One entry of a feed or sitemap; of a sitemap only ``url`` and ``changed_at``.

    Attributes:
        url: Where its page is; None where the feed gives no usable address.
        id: What the feed calls it.
        title: One line, "" where there is none.
        published_at: When it was published.
        changed_at: When it was last changed, as the site says; None where it does not.
        authors: Who wrote it.
        text: The feed's own content as clean text, "" where it is no full article.
        headings: Where the headings stand in ``text``.
    """

    url: str | None
    id: str = ""
    title: str = ""
    published_at: str | None = None
    changed_at: str | None = None
    authors: tuple[str, ...] = ()
    text: str = ""
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed or sitemap lists, in its order.

    ``is_whole`` is false where it is broken and entries may be missing.
    """

    kind: ListingKind
    entries: tuple[ListedEntry, ...]
    is_whole: bool = True
