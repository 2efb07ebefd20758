"""Reads the articles that a feed announces: from their pages, or else from the feed itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.entries import FROM_FEED, EntryState
from index.errors import FetchError, SourceError
from index.models import Article, ReadResult, Source
from index.reading import Reader
from index.reading.file_names import humanise
from index.reading.listed import ListedEntry, ListingKind
from index.sources.failures import Refused
from index.sources.listings import ListedPages, fetch_listing
from index.sources.pages import shown_address
from index.sources.results import Outcome
from index.sources.selecting import newest

if TYPE_CHECKING:
    from index.sources.fetching import Fetcher

_HASH = 16


async def read_feed(
    source: Source, listed: ListedPages, *, fetcher: Fetcher, reader: Reader, limit: int
) -> ReadResult:
    """The articles of a feed's entries; those that it does not list any more stay.

    Raises:
        FetchError: the feed could not be fetched.
        SourceError: it is broken or lists nothing, or nothing in it could be read.
    """
    listing = await fetch_listing(source.location, fetcher, reader)
    if listing.kind is not ListingKind.FEED:
        raise SourceError(f"{shown_address(source.location)} is a sitemap, not a feed.")
    wanted = listed.wanted(listing.entries)
    if not wanted:
        raise SourceError(f"{shown_address(source.location)} lists no article to be read.")
    taken = newest(wanted, limit, lambda entry: entry.published_at or entry.changed_at)
    results = listed.results
    results.lists_all = False
    if len(taken) < len(wanted):
        results.note(source.location, _left_out(len(wanted) - len(taken), limit))
    if not listing.is_whole:
        results.note(
            source.location,
            f"The feed is not well-formed; {len(listing.entries)} entries could be made out.",
        )
    feed = _Feed(source, listed)
    outcomes = await feed.read(taken)
    outcomes += await listed.check_unlisted({outcome.key for outcome in outcomes})
    results.take_all(outcomes)
    return listed.build()


def _left_out(count: int, limit: int) -> str:
    return f"{count} entries were left out: no more than the {limit} newest are taken."


class _Feed:
    """The entries of one feed, each from its page or else from the feed."""

    def __init__(self, source: Source, listed: ListedPages) -> None:
        self._source = source
        self._listed = listed

    async def read(self, entries: Sequence[ListedEntry]) -> list[Outcome]:
        """What became of the entries, in their order."""
        with_page = [entry for entry in entries if entry.url is not None]
        found = {outcome.key: outcome for outcome in await self._listed.read(with_page)}
        outcomes: dict[str, Outcome] = {}
        for entry in entries:
            key = entry.url or self._key_of(entry)
            if key not in outcomes:
                outcome = found.get(key) or Outcome(key, error=_no_page(entry))
                outcomes[key] = self._complete(entry, outcome)
        return list(outcomes.values())

    def _complete(self, entry: ListedEntry, outcome: Outcome) -> Outcome:
        if outcome.article is not None:
            return replace(outcome, article=_filled(outcome.article, entry))
        if entry.text and _may_stand_in(outcome.error):
            known = self._listed.known.get(outcome.key)
            # The page was read before: its text is better than what the feed repeats of it.
            if known is None or known.is_bare or (known.stamp or "").startswith(FROM_FEED):
                return self._from_feed(entry, outcome.key, known)
        return outcome

    def _from_feed(self, entry: ListedEntry, key: str, known: EntryState | None) -> Outcome:
        article = Article(
            id=key,
            title=entry.title or humanise(_last_part(key)),
            text=entry.text,
            published_at=entry.published_at,
            authors=entry.authors,
            url=entry.url,
            headings=entry.headings,
        )
        stamp = FROM_FEED + article.version_id
        if known is not None and known.stamp == stamp:
            return Outcome(key, state=replace(known, misses=0))
        return Outcome(key, article, EntryState(key, article.id, stamp=stamp))

    def _key_of(self, entry: ListedEntry) -> str:
        """A key for an entry without an address of its own."""
        name = entry.id or f"{entry.title}\n{entry.published_at or ''}"
        digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:_HASH]
        return f"{self._source.location}#{digest}"


def _may_stand_in(error: SourceError | None) -> bool:
    """Whether the feed may speak for a page that gave this error."""
    if error is None or isinstance(error, Refused):
        return False
    return not (isinstance(error, FetchError) and error.is_gone)


def _filled(article: Article, entry: ListedEntry) -> Article:
    """The article with what its page did not say and the feed does."""
    # A title made of the address's last part is no title that the page gave.
    has_title = article.title != humanise(_last_part(article.url or ""))
    return replace(
        article,
        title=article.title if has_title or not entry.title else entry.title,
        published_at=article.published_at or entry.published_at,
    )


def _last_part(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]


def _no_page(entry: ListedEntry) -> SourceError:
    shown = entry.title or entry.id or "An entry"
    return SourceError(f"{shown!r} has neither an address nor its full text in the feed.")
