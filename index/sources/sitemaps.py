"""Reads a site's articles by its sitemap, or by an index of sitemaps."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from index.errors import SourceError
from index.models import Problem, ReadResult, Source
from index.reading import Reader
from index.reading.listed import ListedEntry, ListingKind
from index.sources.listings import ListedPages, fetch_listing
from index.sources.pages import is_same_site, shown_address
from index.sources.results import Results
from index.sources.selecting import newest

if TYPE_CHECKING:
    from index.sources.fetching import Fetcher

MAX_DEPTH = 3
MAX_FILES = 50


async def read_sitemap(
    source: Source, listed: ListedPages, *, fetcher: Fetcher, reader: Reader, limit: int
) -> ReadResult:
    """The articles of the pages in a sitemap; an entry that is not listed any more is gone.

    Raises:
        FetchError: the sitemap could not be fetched.
        SourceError: it is broken or lists nothing, or none of its pages could be read.
    """
    walk = _Walk(source.location, fetcher, reader, listed.results)
    await walk.read_files()
    wanted = listed.wanted(walk.entries)
    if not wanted:
        raise SourceError(f"{shown_address(source.location)} lists no page to be read.")
    taken = newest(wanted, limit, lambda entry: entry.changed_at)
    results = listed.results
    if len(taken) < len(wanted):
        results.lists_all = False
        results.note(
            source.location,
            f"{len(wanted) - len(taken)} pages were left out: no more than the {limit} newest "
            "are taken.",
        )
    outcomes = await listed.read(taken)
    if not results.lists_all:
        outcomes += await listed.check_unlisted({str(entry.url) for entry in taken})
    results.take_all(outcomes)
    return listed.build()


class _Walk:
    """Reads a sitemap and those it names, within limits on depth, number and site."""

    def __init__(self, url: str, fetcher: Fetcher, reader: Reader, results: Results) -> None:
        self.entries: list[ListedEntry] = []
        self._url = url
        self._fetcher = fetcher
        self._reader = reader
        self._results = results
        self._waiting = deque([(url, 1)])
        self._seen = {url}

    async def read_files(self) -> None:
        """Collects the pages; what could not be read is noted.

        Raises:
            SourceError: the first file could not be read.
        """
        files = 0
        while self._waiting:
            url, depth = self._waiting.popleft()
            if files == MAX_FILES:
                self._leave_out(url, f"Not read: a source has {MAX_FILES} sitemaps at most.")
                return
            files += 1
            await self._read(url, depth)

    async def _read(self, url: str, depth: int) -> None:
        try:
            listing = await fetch_listing(url, self._fetcher, self._reader)
            if listing.kind is ListingKind.FEED:
                raise SourceError(f"{shown_address(url)} is a feed, not a sitemap.")  # noqa: TRY301 - one way out for all
        except SourceError as exc:
            if url == self._url:
                raise
            self._results.problems.append(Problem(url, str(exc)))
            self._results.lists_all = False
            return
        if not listing.is_whole:
            self._leave_out(url, "Only its first pages were read: it lists too many.")
        entries = self._of_this_site(listing.entries)
        if listing.kind is ListingKind.PAGES:
            self.entries += entries
        elif depth == MAX_DEPTH:
            self._leave_out(url, f"Its sitemaps were not read: they lie deeper than {MAX_DEPTH}.")
        else:
            self._queue(entries, depth + 1)

    def _queue(self, entries: list[ListedEntry], depth: int) -> None:
        for url in (str(entry.url) for entry in entries):
            if url not in self._seen:
                self._seen.add(url)
                self._waiting.append((url, depth))

    def _of_this_site(self, entries: tuple[ListedEntry, ...]) -> list[ListedEntry]:
        own = [entry for entry in entries if is_same_site(str(entry.url), self._url)]
        others = len(entries) - len(own)
        if others:
            first = next(e.url for e in entries if not is_same_site(str(e.url), self._url))
            self._results.note(
                self._url,
                f"{others} addresses of other sites were left out, such as "
                f"{shown_address(str(first))}.",
            )
        return own

    def _leave_out(self, url: str, message: str) -> None:
        self._results.note(url, message)
        self._results.lists_all = False
