"""A page that is gone leaves the answers, whatever is or is not remembered of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from index.entries import EVERYTHING, SourceOptions
from index.libraries import Libraries
from index.library import Library
from index.models import ReadResult, Source, SourceKind
from index.reading import Reader
from index.records import SourceInfo
from index.rereading import Known
from index.sources import read_source
from tests.fakes.website import Website, open_fetcher, rss_item, serve_website

WORDS = ("pier", "ferry", "bridge", "quay")


@pytest.fixture
async def site() -> AsyncIterator[Website]:
    async with serve_website() as site:
        for word in WORDS:
            site.article(
                f"/{word}", f"The {word}", f"The {word} of Gull Rock is painted {word} red."
            )
        yield site


class Place:
    """A source of a library on that site, read again and again."""

    def __init__(self, library: Library, site: Website, kind: SourceKind, path: str) -> None:
        self.library, self.site = library, site
        self._source = Source(kind, f"{site.url}{path}")

    async def _read(self, known: Known, options: SourceOptions = EVERYTHING) -> ReadResult:
        reader = Reader()
        async with open_fetcher(self.site) as fetcher:
            try:
                return await read_source(
                    self._source, options=options, known=known, reader=reader, fetcher=fetcher
                )
            finally:
                await reader.close()

    async def add(self) -> None:
        await self.library.add([await self._read({})], actor="tester", note="add")

    async def sync(self) -> None:
        async def read(info: SourceInfo, known: Known) -> ReadResult:
            return await self._read(known, info.options)

        await self.library.sync(read, actor="tester")

    async def words(self) -> set[str]:
        """Which articles the edition holds."""
        found = await self.library.search("painted red Gull Rock", limit=20)
        return {passage.article_id.rpartition("/")[2] for passage in found.passages}


@pytest.fixture
def library(libraries: Libraries) -> Library:
    return libraries.library("default")


def list_all(site: Website, kind: SourceKind) -> str:
    """Publishes where the pages are; the path."""
    if kind is SourceKind.PAGE:
        return "/pier"
    if kind is SourceKind.SITEMAP:
        site.sitemap("/list", *(f"/{word}" for word in WORDS))
    else:
        site.feed("/list", *(rss_item(word, f"{site.url}/{word}") for word in WORDS))
    return "/list"


@pytest.mark.parametrize("kind", [SourceKind.PAGE, SourceKind.SITEMAP, SourceKind.FEED])
async def test_a_dead_page_that_a_rollback_brought_back_leaves_again(
    library: Library, site: Website, kind: SourceKind
) -> None:
    place = Place(library, site, kind, list_all(site, kind))
    await place.add()
    site.remove("/pier")
    await place.sync()
    await place.sync()
    assert "pier" not in await place.words()

    await library.rollback(1, actor="tester")
    assert "pier" in await place.words()
    await place.sync()
    assert "pier" in await place.words()  # gone once: it may come back
    await place.sync()

    assert "pier" not in await place.words()


async def test_a_page_that_dies_after_its_newer_text_was_undone_leaves(
    library: Library, site: Website
) -> None:
    place = Place(library, site, SourceKind.SITEMAP, list_all(site, SourceKind.SITEMAP))
    await place.add()
    site.article("/pier", "The pier", "The pier of Gull Rock is painted in three reds.")
    await place.sync()
    await library.rollback(1, actor="tester")
    site.remove("/pier")

    await place.sync()
    await place.sync()

    assert "pier" not in await place.words()


async def test_with_other_options_a_dead_page_still_leaves(
    libraries: Libraries, library: Library, site: Website
) -> None:
    place = Place(library, site, SourceKind.SITEMAP, list_all(site, SourceKind.SITEMAP))
    await place.add()
    (source,) = await library.sources()
    options = SourceOptions(limit=100)
    await libraries.decisions("default").set_options(source.key, options, actor="tester")
    site.remove("/pier")

    await place.sync()
    await place.sync()

    assert await place.words() == {"ferry", "bridge", "quay"}


async def test_what_was_undone_is_read_in_full_the_next_time(
    library: Library, site: Website
) -> None:
    place = Place(library, site, SourceKind.SITEMAP, list_all(site, SourceKind.SITEMAP))
    await place.add()
    newer = "The pier of Gull Rock is painted in three reds."
    site.article("/pier", "The pier", newer, etag='"2"')
    await place.sync()
    await library.rollback(1, actor="tester")

    await place.sync()

    found = await library.search("pier painted three reds", limit=1)
    assert newer in found.passages[0].text
