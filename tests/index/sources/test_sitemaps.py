"""Sitemaps: every page of a site, asked for only when it may have changed."""

import gzip
from typing import Any

import pytest

from index.entries import SourceOptions
from index.errors import FetchError, SourceError
from index.models import Progress, ReadResult, SourceKind
from tests.fakes.website import Visits, Website, sitemap_xml

OLD = "2026-01-02"


async def read(visits: Visits, path: str = "/sitemap.xml", **more: Any) -> ReadResult:
    return await visits.read(SourceKind.SITEMAP, path, **more)


def paths(visits: Visits, result: ReadResult) -> list[str]:
    return [article.id.removeprefix(visits.site.url) for article in result.articles]


def add_pages(site: Website, *names: str, **more: Any) -> None:
    for name in names:
        site.put(name, f"About {name}\n\nIt stands.", content_type="text/plain", **more)


async def test_all_pages_are_read_in_the_order_of_the_sitemap(
    site: Website, visits: Visits
) -> None:
    add_pages(site, "/b", "/a", "/c?x=1&y=2")
    site.sitemap("/sitemap.xml", "/b", "/a", "/c?x=1&y=2", "/b", "/a#part")
    result = await read(visits)

    assert paths(visits, result) == ["/b", "/a", "/c?x=1&y=2"]
    assert result.lists_all
    assert result.failed == frozenset()
    assert (visits.progress[0], visits.progress[-1]) == (
        Progress("fetching", 0, 3),
        Progress("fetching", 3, 3),
    )


async def test_a_page_with_the_same_date_is_not_asked_for(site: Website, visits: Visits) -> None:
    add_pages(site, "/a", "/b", "/c", etag='"1"')
    site.sitemap("/sitemap.xml", ("/a", OLD), ("/b", OLD), "/c")
    first = await read(visits)
    site.asked()
    site.sitemap("/sitemap.xml", ("/a", OLD), ("/b", "2026-02-02"), "/c")
    result = await read(visits)

    assert [state.stamp for state in first.read] == [OLD, OLD, None]
    assert site.asked() == ["/sitemap.xml", "/b", "/c"]
    assert [state.key for state in result.unchanged] == [visits.key(p) for p in ("/a", "/b", "/c")]
    assert result.unchanged[1].stamp == "2026-02-02"


@pytest.mark.parametrize("date", ["2026-11-22", "2026-11-21", "2026-11-22T13:59:00Z", "2027-01-01"])
async def test_a_date_so_new_that_the_next_change_may_not_show_is_not_trusted(
    date: str, site: Website, visits: Visits
) -> None:
    add_pages(site, "/a")
    site.sitemap("/sitemap.xml", ("/a", date))
    await read(visits)
    site.asked()
    await read(visits)

    assert site.asked() == ["/sitemap.xml", "/a"]


async def test_a_page_that_is_not_listed_any_more_is_left_out(
    site: Website, visits: Visits
) -> None:
    add_pages(site, "/a", "/b")
    site.sitemap("/sitemap.xml", ("/a", OLD), ("/b", OLD))
    await read(visits)
    site.sitemap("/sitemap.xml", ("/a", OLD))
    result = await read(visits)

    assert [state.key for state in result.unchanged] == [visits.key("/a")]
    assert (result.gone, result.failed, result.lists_all) == ((), frozenset(), True)


async def test_a_listed_page_that_is_gone_is_asked_again_although_its_date_is_the_same(
    site: Website, visits: Visits
) -> None:
    add_pages(site, "/a", "/b")
    site.sitemap("/sitemap.xml", ("/a", OLD), ("/b", OLD))
    await read(visits)
    site.remove("/b")
    site.sitemap("/sitemap.xml", ("/a", OLD), "/b")
    first = await read(visits)
    site.sitemap("/sitemap.xml", ("/a", OLD), ("/b", OLD))
    second = await read(visits)
    add_pages(site, "/b")

    assert [state.misses for state in (*first.gone, *second.gone)] == [1, 2]
    assert paths(visits, await read(visits)) == ["/b"]


async def test_a_page_that_fails_is_a_problem_and_not_gone(site: Website, visits: Visits) -> None:
    add_pages(site, "/a", "/b")
    site.sitemap("/sitemap.xml", "/a", "/b", "/missing")
    await read(visits)
    site.status("/b", 500)
    result = await read(visits)

    assert result.failed == frozenset({visits.key("/b"), visits.key("/missing")})
    assert "HTTP 500" in result.problems[0].message
    assert result.gone == ()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<urlset><url><loc>http://x.example/</loc>", "broken"),
        ("", "neither a feed nor a sitemap"),
        ("<html><body>Log in</body></html>", "neither a feed nor a sitemap"),
        ("<urlset></urlset>", "lists no page"),
        ("<rss version='2.0'><channel></channel></rss>", "is a feed, not a sitemap"),
        (
            '<!DOCTYPE u [<!ENTITY a "b">]><urlset><url><loc>&a;</loc></url></urlset>',
            "declares entities",
        ),
        ('<!DOCTYPE u [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset/>', "declares entities"),
        ("<urlset>" + "<a>" * 200_000, "broken"),
    ],
)
async def test_a_sitemap_that_is_broken_or_empty_is_an_error(
    body: str, message: str, site: Website, visits: Visits
) -> None:
    site.put("/sitemap.xml", body, content_type="application/xml")
    with pytest.raises(SourceError, match=message):
        await read(visits)


@pytest.mark.parametrize("status", [404, 503, 403])
async def test_a_sitemap_that_cannot_be_fetched_is_an_error_so_that_all_stays(
    status: int, site: Website, visits: Visits
) -> None:
    add_pages(site, "/a")
    site.sitemap("/sitemap.xml", "/a")
    await read(visits)
    site.status("/sitemap.xml", status)

    with pytest.raises(FetchError, match=f"HTTP {status}"):
        await read(visits)


async def test_an_index_of_sitemaps_is_followed_packed_or_not(
    site: Website, visits: Visits
) -> None:
    add_pages(site, "/a", "/b", "/c")
    site.put("/sitemap.xml", sitemap_xml(site.url, "/1.xml", "/2.xml.gz", root="sitemapindex"))
    site.put("/1.xml", sitemap_xml(site.url, "/3.xml", root="sitemapindex"))
    site.sitemap("/3.xml", "/a", "/b")
    packed = gzip.compress(sitemap_xml(site.url, "/c", "/a").encode())
    site.put("/2.xml.gz", packed, content_type="application/x-gzip")

    assert sorted(paths(visits, await read(visits))) == ["/a", "/b", "/c"]


async def test_an_index_has_limits_and_a_loop_ends(site: Website, visits: Visits) -> None:
    add_pages(site, "/a")
    chain = [f"/{n}.xml" for n in range(4)]
    for here, there in zip(["/sitemap.xml", *chain], chain, strict=False):
        site.put(here, sitemap_xml(site.url, there, "/sitemap.xml", root="sitemapindex"))
    many = [f"/many-{n}.xml" for n in range(60)]
    site.put("/wide.xml", sitemap_xml(site.url, *many, root="sitemapindex"))
    for path in many:
        site.sitemap(path, "/a")

    with pytest.raises(SourceError, match="lists no page"):
        await read(visits)
    assert site.asked() == ["/sitemap.xml", "/0.xml", "/1.xml"]
    result = await read(visits, "/wide.xml")
    assert len([path for path in site.asked() if path.startswith("/many")]) == 49
    assert not result.lists_all


async def test_a_part_that_cannot_be_read_lets_nothing_be_taken_for_gone(
    site: Website, visits: Visits
) -> None:
    add_pages(site, "/a", "/b", etag='"1"')
    site.put("/sitemap.xml", sitemap_xml(site.url, "/1.xml", "/2.xml", root="sitemapindex"))
    site.sitemap("/1.xml", ("/a", OLD))
    site.sitemap("/2.xml", ("/b", OLD))
    await read(visits)
    site.status("/2.xml", 500)
    result = await read(visits)

    assert not result.lists_all
    assert {state.key for state in result.unchanged} == {visits.key("/a"), visits.key("/b")}
    assert [problem.where for problem in result.problems] == [visits.key("/2.xml")]


async def test_only_pages_of_the_same_site_are_read(site: Website, visits: Visits) -> None:
    add_pages(site, "/a")
    site.sitemap(
        "/sitemap.xml",
        "/a",
        "http://169.254.169.254/latest/",
        "https://other.example/b",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a",
        "http://u:p@127.0.0.1/a",
    )
    result = await read(visits)

    assert paths(visits, result) == ["/a"]
    assert [note.message for note in result.notes] == [
        "2 addresses of other sites were left out, such as http://169.254.169.254/latest/."
    ]


async def test_private_pages_of_the_same_host_on_another_port_are_refused(
    site: Website, visits: Visits
) -> None:
    add_pages(site, "/a")
    site.sitemap("/sitemap.xml", "/a", "http://127.0.0.1/admin", "http://127.0.0.1:6379/")
    result = await read(visits)

    allowing = "FOOTNOTE_FETCH_ALLOW_HOSTS lets it through, if it is yours."
    assert [problem.message for problem in result.problems] == [
        f"The address leads to a private network, which is refused. {allowing}",
        f"Pages are fetched from ports 80 and 443 only, not from 6379. {allowing}",
    ]


async def test_the_newest_are_taken_and_the_rest_is_neither_read_nor_gone(
    site: Website, visits: Visits
) -> None:
    dates = {"/a": "2026-01-01", "/b": "2026-03-01", "/c": "2026-02-01"}
    add_pages(site, *dates)
    site.sitemap("/sitemap.xml", *dates.items())
    result = await read(visits, max_pages=2)

    assert paths(visits, result) == ["/b", "/c"]
    assert not result.lists_all
    assert "1 pages were left out" in result.notes[0].message
    assert paths(visits, await read(visits, options=SourceOptions(limit=3))) == ["/a"]


async def test_pages_beyond_the_limit_are_looked_at_now_and_then(
    site: Website, visits: Visits
) -> None:
    pages = [(f"/{n}", f"2026-01-{n + 1:02}") for n in range(25)]
    add_pages(site, *(path for path, _ in pages), etag='"1"')
    site.sitemap("/sitemap.xml", *pages)
    await read(visits)
    site.remove("/3")
    site.asked()
    first = await read(visits, max_pages=1)
    asked = site.asked()
    second = await read(visits, max_pages=1)

    assert len(asked) == 1 + 20
    assert [state.key for state in (*first.gone, *second.gone)] == [visits.key("/3")] * 2
    assert set(asked[1:]) != set(site.asked()[1:])


async def test_patterns_choose_by_address(site: Website, visits: Visits) -> None:
    add_pages(site, "/news/1", "/news/2", "/tag/1")
    site.sitemap("/sitemap.xml", "/news/1", "/news/2", "/tag/1")
    options = SourceOptions(include=("/news/*",), exclude=("*/2",))

    assert paths(visits, await read(visits, options=options)) == ["/news/1"]
    with pytest.raises(SourceError, match="lists no page"):
        await read(visits, options=SourceOptions(include=("/nothing/*",)))


async def test_two_pages_of_one_article_are_one_and_the_first_wins(
    site: Website, visits: Visits
) -> None:
    site.article("/a", "The pier", canonical="/a")
    site.article("/print/a", "The pier, for the printer", canonical="/a")
    site.sitemap("/sitemap.xml", ("/print/a", OLD), ("/a", OLD))
    for _ in range(2):
        result = await read(visits)
        assert len(result.articles) + len(result.unchanged) == 1
        assert [(note.where, note.message) for note in result.notes] == [
            (visits.key("/a"), f"It is the same article as {visits.key('/print/a')}.")
        ]
        assert result.failed == frozenset()


async def test_a_site_that_falls_silent_is_left_alone(site: Website, visits: Visits) -> None:
    names = [f"/{n}" for n in range(30)]
    for name in names:
        site.status(name, 503)
    add_pages(site, "/ok")
    site.sitemap("/sitemap.xml", "/ok", *names)
    result = await read(visits)

    assert paths(visits, result) == ["/ok"]
    assert len(result.failed or ()) == 30
    # At most four are on their way when the third one fails.
    assert len([path for path in set(site.asked()) if path in names]) <= 7
    assert "three times in a row" in result.problems[-1].message
