"""The page an article was read from is kept with its version, is renewed, and goes with it."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from index.libraries import Libraries
from index.library import Library
from index.models import Article, ReadResult
from index.old_rows import Retention
from index.pages import Anchor, PageText
from index.records import SourceInfo
from index.rereading import Known
from tests.fakes.libraries import article, open_libraries, read_from

PAGE = PageText(("Menu", "The ferry sails at nine."), (Anchor(1, "times", is_heading=True),))
NEWER = PageText(("Another menu", "The ferry sails at nine."))
FERRY = replace(article("ferry", "The ferry sails at nine.", url="https://e.org/f"), page=PAGE)


@pytest.fixture
def library(libraries: Libraries) -> Library:
    return libraries.library("default")


async def add(library: Library, *articles: Article) -> bool:
    report = await library.add([read_from("/paper", articles)], actor="tester", note="add")
    return report.published


async def test_a_version_has_the_page_it_was_read_from(library: Library) -> None:
    assert await library.page_of(FERRY.version_id) is None
    await add(library, FERRY, article("bare", "Nobody knows its page."))

    assert await library.page_of(FERRY.version_id) == PAGE
    assert await library.page_of(article("bare", "Nobody knows its page.").version_id) is None
    assert await library.page_of("0" * 32) is None


async def test_a_page_that_changed_around_an_unchanged_article_is_renewed(
    library: Library,
) -> None:
    await add(library, FERRY)

    assert not await add(library, replace(FERRY, page=NEWER))
    assert await library.page_of(FERRY.version_id) == NEWER
    assert not await add(library, replace(FERRY, page=None))
    assert await library.page_of(FERRY.version_id) is None


async def test_a_plan_that_is_published_later_brings_its_pages(library: Library) -> None:
    await add(library, FERRY)
    bridge = replace(article("bridge", "The bridge is open.", url="https://e.org/b"), page=NEWER)

    async def read(info: SourceInfo, known: Known) -> ReadResult:
        return ReadResult(info.source, (replace(FERRY, page=NEWER), bridge))

    plan = await library.plan_sync(read, actor="tester")
    assert await library.page_of(FERRY.version_id) == PAGE
    await library.publish(plan.id, actor="tester")

    assert await library.page_of(FERRY.version_id) == NEWER
    assert await library.page_of(bridge.version_id) == NEWER


async def test_a_page_goes_with_its_version(libraries: Libraries, library: Library) -> None:
    await add(library, FERRY)
    await add(library, replace(FERRY, text="The ferry sails at ten.", page=NEWER))
    await libraries.database.write(
        lambda c: c.execute("UPDATE edition SET published_at = '2001-01-01T00:00:00+00:00'")
    )

    await library.collect(Retention(editions=1, days=1))

    kept = await libraries.database.read(
        lambda c: c.execute("SELECT count(*) FROM page").fetchone()[0]
    )
    assert kept == 1
    assert await library.page_of(FERRY.version_id) is None


async def test_one_library_does_not_see_the_pages_of_another(libraries: Libraries) -> None:
    await add(libraries.library("one"), FERRY)
    await add(libraries.library("two"), replace(FERRY, page=None))

    assert await libraries.library("one").page_of(FERRY.version_id) == PAGE
    assert await libraries.library("two").page_of(FERRY.version_id) is None


@pytest.mark.parametrize(
    "fields",
    [
        '["One", []]',
        '[{"One": 1}, []]',
        '[["One", 2], []]',
        '[["\\ud800"], []]',
        '[["One"], [[1, "top", true]]]',
        '[["One"], [[-1, "top", true]]]',
        '[["One"], [[true, "top", true]]]',
        '[["One"], [[0, "top", NaN]]]',
        '[["One"], [[0, "\\ud800", true]]]',
        '[["One"], [[0, "top"]]]',
        "[" * 100_000,
    ],
    ids=[
        "text for blocks", "object for blocks", "number for a block", "half a pair in a block",
        "place behind the end", "place before the start", "truth for a place", "no truth value",
        "half a pair in an anchor", "short anchor", "nested too deeply",
    ],
)  # fmt: skip
def test_what_is_no_page_is_not_unpacked(fields: str) -> None:
    with pytest.raises(ValueError, match="no packed page"):
        PageText.unpack(zlib.compress(fields.encode()))


async def test_a_page_that_cannot_be_read_any_more_is_none(tmp_path: Path) -> None:
    async with open_libraries(tmp_path / "data") as opened:
        library = opened.libraries.library("default")
        await add(library, FERRY)
        await opened.libraries.database.write(lambda c: c.execute("UPDATE page SET packed = x'00'"))

        assert await library.page_of(FERRY.version_id) is None
