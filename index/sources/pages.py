"""Reads web pages: asked only for what changed, each known by the address it calls its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.entries import EntryState
from index.errors import FetchError, SourceError
from index.models import Article
from index.reading import Reader
from index.reading.cleaning import clean_line
from index.reading.file_names import base_name
from index.sources.failures import SiteDown
from index.sources.results import Outcome

if TYPE_CHECKING:  # httpx takes a moment to import, and most sources need none of it
    from index.sources.fetching import Fetched, Fetcher

_SHOWN = 200
_AT_ONCE = 4
_GIVE_UP_AFTER = 3

Clock = Callable[[], datetime]
OnCount = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be asked for: its address, what is known of it, and its date in its listing."""

    url: str
    known: EntryState | None = None
    stamp: str | None = None


class PageReader:
    """Fetches pages and reads their articles; a page's address is its entry's key.

    Args:
        reader: parses what was fetched.
        fetcher: fetches it.
        clock: says when a page was asked for, in UTC.
    """

    def __init__(self, reader: Reader, fetcher: Fetcher, clock: Clock) -> None:
        self._reader = reader
        self._fetcher = fetcher
        self._clock = clock

    async def read(self, page: Page) -> Outcome:
        """What became of one page. Nothing is raised: an outcome holds the error."""
        known = page.known
        try:
            fetched = await self._fetch(page)
            if known is not None and fetched.is_unchanged:
                return Outcome(page.url, state=self._seen(known, page, fetched))
            article = await self._parse(fetched)
        except FetchError as exc:
            if exc.is_gone and known is not None:
                state = replace(known, misses=known.misses + 1, checked_at=self._now())
                return Outcome(page.url, state=state, is_gone=True)
            return Outcome(page.url, error=exc)
        except SourceError as exc:
            return Outcome(page.url, error=exc)
        state = EntryState(
            page.url,
            article.id,
            stamp=page.stamp,
            etag=fetched.etag,
            last_modified=fetched.last_modified,
            checked_at=self._now(),
        )
        return Outcome(page.url, article, state)

    async def read_all(self, pages: Sequence[Page], on_count: OnCount) -> list[Outcome]:
        """The same for many, in their order, several hosts at a time.

        A host that fails to answer three times in a row is left alone from then on.
        """
        outcomes: dict[int, Outcome] = {}
        silent: Counter[str] = Counter()
        waiting = iter(enumerate(pages))

        async def work() -> None:
            for number, page in waiting:
                host = urlsplit(page.url).hostname or ""
                if silent[host] >= _GIVE_UP_AFTER:
                    outcomes[number] = Outcome(page.url, error=_not_asked())
                else:
                    outcomes[number] = await self.read(page)
                    is_down = isinstance(outcomes[number].error, SiteDown)
                    silent[host] = silent[host] + 1 if is_down else 0
                on_count(len(outcomes))

        workers = [asyncio.create_task(work()) for _ in range(min(_AT_ONCE, len(pages)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        return [outcomes[number] for number in range(len(pages))]

    async def _fetch(self, page: Page) -> Fetched:
        if page.known is None:
            return await self._fetcher.fetch(page.url)
        return await self._fetcher.fetch(
            page.url, etag=page.known.etag, last_modified=page.known.last_modified
        )

    async def _parse(self, fetched: Fetched) -> Article:
        final = fetched.url_final
        article = await self._reader.read(
            fetched.data,
            base_name(urlsplit(final).path),
            url=final,
            content_type=fetched.content_type,
            derived_id=final,
        )
        # An id that the page gives itself is not believed: it could take another article's place.
        address = page_address(final, article.url)
        return replace(article, id=address, url=address, id_is_given=True)

    def _seen(self, known: EntryState, page: Page, fetched: Fetched) -> EntryState:
        return replace(
            known,
            stamp=page.stamp,
            etag=fetched.etag or known.etag,
            last_modified=fetched.last_modified or known.last_modified,
            misses=0,
            checked_at=self._now(),
        )

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")


def shown_address(url: str) -> str:
    """An address as part of a sentence."""
    return clean_line(url, _SHOWN)


def page_address(final: str, canonical: str | None) -> str:
    """The address a page calls its own, when it is a page of the same host, else ``final``."""
    if canonical is None:
        return final
    own, stated = urlsplit(final), urlsplit(canonical)
    # Some sites name their front page as the canonical address of every page.
    is_front = stated.path in {"", "/"} and not stated.query and own.path not in {"", "/"}
    if is_front or not is_same_site(final, canonical):
        return final
    return canonical.partition("#")[0]


def is_same_site(first: str, second: str) -> bool:
    """Whether two addresses have the same host, a leading ``www.`` aside."""
    return _site(first) == _site(second)


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _not_asked() -> SiteDown:
    return SiteDown("It was not asked for: its site did not answer three times in a row.")
