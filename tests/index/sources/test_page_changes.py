"""Pages that were read before: asked with their validators, gone only when the site says so."""

from dataclasses import replace
from typing import Any

import pytest

from index.entries import SourceOptions
from index.errors import FetchError, SourceError
from index.models import ReadResult, SourceKind
from tests.fakes.website import Visits, Website, open_fetcher


async def read(visits: Visits, path: str = "/a", **more: Any) -> ReadResult:
    return await visits.read(SourceKind.PAGE, path, **more)


async def test_an_unchanged_page_is_asked_for_but_not_read_again(
    site: Website, visits: Visits
) -> None:
    site.article("/a", "The pier", etag='"1"')
    first = await read(visits)
    again = await read(visits)

    (state,) = first.read
    assert (state.key, state.article_id) == (visits.key("/a"), visits.key("/a"))
    assert (state.etag, state.misses, state.stamp) == ('"1"', 0, None)
    assert state.checked_at == "2026-11-22T13:00:00+00:00"
    assert again.unchanged == (replace(state, checked_at="2026-11-22T14:00:00+00:00"),)
    assert again.articles == ()


async def test_a_changed_page_is_read(site: Website, visits: Visits) -> None:
    site.article("/a", "The pier", etag='"1"')
    await read(visits)
    site.article("/a", "The quay", etag='"2"')
    result = await read(visits)

    assert [article.title for article in result.articles] == ["The quay"]
    assert result.read[0].etag == '"2"'


@pytest.mark.parametrize("status", [404, 410])
async def test_a_known_page_that_is_gone_is_counted_until_it_comes_back(
    status: int, site: Website, visits: Visits
) -> None:
    site.article("/a", "The pier", etag='"1"')
    await read(visits)
    page = site.routes["/a"]
    site.status("/a", status)
    misses = [(await read(visits)).gone[0].misses for _ in range(2)]
    site.routes["/a"] = page
    back = await read(visits)

    assert misses == [1, 2]
    assert [state.misses for state in (*back.read, *back.unchanged)] == [0]


@pytest.mark.parametrize("status", [404, 500, 403])
async def test_an_unknown_page_that_fails_is_an_error(
    status: int, site: Website, visits: Visits
) -> None:
    site.status("/a", status)
    with pytest.raises(FetchError, match=f"HTTP {status}"):
        await read(visits)


async def test_a_known_page_that_fails_keeps_its_article(site: Website, visits: Visits) -> None:
    site.article("/a", "The pier")
    await read(visits)
    site.put("/robots.txt", "User-agent: *\nDisallow: /", content_type="text/plain")
    async with open_fetcher(site) as forbidden:
        usual, visits.fetcher = visits.fetcher, forbidden
        results = [await read(visits)]
    visits.fetcher = usual
    for status in (500, 200):
        site.put("/a", "<html></html>", status=status)
        results.append(await read(visits))

    for result in results:
        assert (result.articles, result.gone, result.unchanged) == ((), (), ())
        assert result.failed == frozenset({visits.key("/a")})
        assert [problem.where for problem in result.problems] == [visits.key("/a")]


async def test_a_moved_page_is_known_by_where_it_was_asked_for(
    site: Website, visits: Visits
) -> None:
    site.article("/new", "The pier", etag='"1"')
    site.redirect("/a", "/new", 301)
    await read(visits)
    result = await read(visits)

    (state,) = result.read
    assert (state.key, state.article_id) == (visits.key("/a"), visits.key("/new"))
    assert state.etag is None


async def test_a_page_in_another_language_is_an_error_the_first_time(
    site: Website, visits: Visits
) -> None:
    site.article("/a", "The pier", "The harbour master said that it would open on Monday. " * 5)
    with pytest.raises(SourceError, match="another language than 'de'"):
        await read(visits, options=SourceOptions(language="de"))

    assert len((await read(visits, options=SourceOptions(language="en"))).articles) == 1
