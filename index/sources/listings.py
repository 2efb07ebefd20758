"""Reads sitemaps and feeds: what they list, and the pages behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from index.entries import FROM_FEED, EntryState, SourceOptions
from index.errors import SourceError
from index.models import OnProgress, Progress, ReadResult, Source
from index.reading import Reader
from index.reading.listed import ListedEntry, Listing
from index.sources.pages import Page, PageReader, shown_address
from index.sources.results import Outcome, Results
from index.sources.selecting import is_wanted, moment_of

if TYPE_CHECKING:
    from index.sources.fetching import Fetcher

MAX_RECHECKED = 20
_DAY = "2000-01-01"
# A date may be written before the page's last change on that day, in any time zone.
_SURE_AFTER_DAY = timedelta(days=2)
_SURE_AFTER = timedelta(minutes=2)


async def fetch_listing(url: str, fetcher: Fetcher, reader: Reader) -> Listing:
    """The entries that a feed or sitemap lists.

    Raises:
        FetchError: it could not be fetched.
        SourceError: it is neither, or broken.
    """
    from index.sources.answers import LISTINGS  # noqa: PLC0415 - httpx is slow to import

    fetched = await fetcher.fetch(url, accept=LISTINGS)
    try:
        return await reader.read_listing(
            fetched.data, url=fetched.url_final, content_type=fetched.content_type
        )
    except SourceError as exc:
        raise SourceError(f"{shown_address(url)}: {exc}") from exc


class ListedPages:
    """Reads the pages that a listing names, but those that are surely unchanged.

    Args:
        source: The sitemap or feed.
        options: Its patterns.
        known: What its entries were the last time.
        pages: Reads pages.
        now: When this is.
        on_progress: Told how many pages were asked for.
    """

    def __init__(
        self,
        source: Source,
        options: SourceOptions,
        known: Mapping[str, EntryState],
        pages: PageReader,
        now: datetime,
        on_progress: OnProgress,
    ) -> None:
        self.results = Results(source)
        self.options = options
        self.known = known
        self._pages = pages
        self._now = now
        self._on_progress = on_progress

    def wanted(self, entries: Sequence[ListedEntry]) -> list[ListedEntry]:
        """The entries that the patterns take, each address once; those without one stay."""
        seen: dict[str, ListedEntry] = {}
        for number, entry in enumerate(entries):
            if entry.url is None:
                seen[f"\n{number}"] = entry
            elif is_wanted(entry.url, self.options):
                seen.setdefault(entry.url, entry)
        return list(seen.values())

    def stamp_of(self, entry: ListedEntry) -> str | None:
        """The entry's date of change, unless it is so new that the next may be the same."""
        if entry.changed_at is None:
            return None
        age = self._now - moment_of(entry.changed_at)
        sure = _SURE_AFTER_DAY if len(entry.changed_at) <= len(_DAY) else _SURE_AFTER
        return entry.changed_at if age > sure else None

    def is_unchanged(self, key: str, stamp: str | None) -> bool:
        """Whether an entry need not be asked for. One that was gone is always asked for."""
        state = self.known.get(key)
        if state is None or stamp is None or state.misses:
            return False
        return state.stamp == stamp

    async def read(self, entries: Sequence[ListedEntry]) -> list[Outcome]:
        """What became of the pages of ``entries``, all with an address, in their order."""
        outcomes: dict[str, Outcome] = {}
        to_ask: list[Page] = []
        for entry in entries:
            url, stamp = str(entry.url), self.stamp_of(entry)
            if self.is_unchanged(url, stamp):
                outcomes[url] = Outcome(url, state=self.known[url])
            else:
                to_ask.append(Page(url, self.known.get(url), stamp))
        for outcome in await self._ask(to_ask, len(entries)):
            outcomes[outcome.key] = outcome
        return [outcomes[str(entry.url)] for entry in entries]

    async def check_unlisted(self, listed: set[str]) -> list[Outcome]:
        """Known entries that are not listed: the longest unchecked are asked for.

        So a page that is gone is noticed some day; all others count as unchanged.
        """
        old = [
            state
            for key, state in self.known.items()
            if key not in listed and is_wanted(key, self.options)
        ]
        pages = [state for state in old if not (state.stamp or "").startswith(FROM_FEED)]
        pages.sort(key=lambda state: (not state.misses, state.checked_at or "", state.key))
        due = pages[:MAX_RECHECKED]
        asked = {state.key for state in due}
        # Of a bare one nobody knows that it is unchanged.
        rest = [
            Outcome(state.key, state=state)
            for state in old
            if state.key not in asked and not state.is_bare
        ]
        if not due:
            return rest
        return await self._ask([Page(s.key, s, s.stamp) for s in due], len(due)) + rest

    def build(self) -> ReadResult:
        """The result so far."""
        return self.results.build(self.known)

    async def _ask(self, pages: Sequence[Page], total: int) -> list[Outcome]:
        skipped = total - len(pages)

        def count(done: int) -> None:
            self._on_progress(Progress("fetching", skipped + done, total))

        count(0)
        return await self._pages.read_all(pages, count)
