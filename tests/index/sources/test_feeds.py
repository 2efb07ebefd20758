"""Feeds: what they announce is read from its page, or else from the feed itself."""

import json
from typing import Any

import pytest

from index.entries import SourceOptions
from index.errors import FetchError, SourceError
from index.models import ReadResult, SourceKind
from tests.fakes.website import Visits, Website, rss_item

FULL = "<h2>The pier</h2><p>" + "The harbour master said that it would open. " * 6 + "</p>"


async def read(visits: Visits, path: str = "/feed", **more: Any) -> ReadResult:
    return await visits.read(SourceKind.FEED, path, **more)


def ids(visits: Visits, result: ReadResult) -> list[str]:
    return [article.id.removeprefix(visits.site.url) for article in result.articles]


def add_pages(site: Website, *names: str, **more: Any) -> None:
    for name in names:
        site.put(name, f"About {name}\n\nIt stands.", content_type="text/plain", **more)


def atom_entry(link: str, updated: str) -> str:
    return (
        f"<entry><title>T</title><link href='{link}'/><id>{link}</id>"
        f"<published>2026-01-01</published><updated>{updated}</updated></entry>"
    )


def put_atom(site: Website, *entries: str) -> None:
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>{"".join(entries)}</feed>'
    site.put("/feed", body, content_type="application/atom+xml")


async def test_the_pages_of_a_feed_are_read(site: Website, visits: Visits) -> None:
    add_pages(site, "/a", "/b")
    site.feed("/feed", rss_item("A", f"{site.url}/a"), rss_item("B", "/b"))
    result = await read(visits)

    assert ids(visits, result) == ["/a", "/b"]
    assert not result.lists_all
    assert [state.key for state in result.read] == [visits.key("/a"), visits.key("/b")]


async def test_the_feed_fills_in_what_a_page_does_not_say(site: Website, visits: Visits) -> None:
    site.put("/pier", "It opens on Monday.", content_type="text/plain")
    site.put("/quay-2026-05-05.md", "# The quay\n\nIt opens.", content_type="text/plain")
    date = "Tue, 29 Apr 2025 12:00:00 +0200"
    site.feed(
        "/feed",
        rss_item("The <b>pier</b>", f"{site.url}/pier", pubDate=date),
        rss_item("Another title", f"{site.url}/quay-2026-05-05.md", pubDate=date),
    )
    pier, quay = (await read(visits)).articles

    assert (pier.title, pier.published_at) == ("The pier", "2025-04-29T10:00:00Z")
    assert (quay.title, quay.published_at) == ("The quay", "2026-05-05")


async def test_an_entry_without_an_address_is_read_from_the_feed(
    site: Website, visits: Visits
) -> None:
    item = rss_item("The pier", guid="7", description=FULL, pubDate="2025-04-29")
    site.feed("/feed", item, item)
    first = await read(visits)
    (article,) = first.articles
    again = await read(visits)

    assert article.text.startswith("The pier\n\nThe harbour master said")
    assert [article.text[h.start : h.end] for h in article.headings] == ["The pier"]
    assert (article.url, article.published_at) == (None, "2025-04-29")
    assert article.id.startswith(f"{visits.key('/feed')}#")
    assert again.unchanged == first.read


async def test_a_short_entry_without_an_address_is_a_problem(site: Website, visits: Visits) -> None:
    add_pages(site, "/a")
    site.feed("/feed", rss_item("A", f"{site.url}/a"), rss_item("B", description="Only this."))
    result = await read(visits)

    assert [problem.message for problem in result.problems] == [
        "'B' has neither an address nor its full text in the feed."
    ]


@pytest.mark.parametrize(
    ("status", "stands_in"), [(500, True), (403, True), (503, True), (404, False), (410, False)]
)
async def test_the_feed_stands_in_for_a_page_that_cannot_be_read(
    status: int, stands_in: bool, site: Website, visits: Visits
) -> None:
    add_pages(site, "/ok")
    site.status("/a", status)
    site.feed(
        "/feed", rss_item("Ok", f"{site.url}/ok"), rss_item("A", f"{site.url}/a", description=FULL)
    )
    result = await read(visits)

    assert ids(visits, result) == (["/ok", "/a"] if stands_in else ["/ok"])
    assert len(result.problems) == (0 if stands_in else 1)
    assert (await read(visits)).articles[1:] == ()


async def test_the_feed_does_not_stand_in_where_asking_is_forbidden(
    site: Website, visits: Visits
) -> None:
    add_pages(site, "/ok")
    site.put("/robots.txt", "User-agent: *\nDisallow: /private", content_type="text/plain")
    site.feed(
        "/feed",
        rss_item("Ok", f"{site.url}/ok"),
        rss_item("P", f"{site.url}/private", description=FULL),
        rss_item("M", "http://169.254.169.254/latest/", description=FULL),
        rss_item("L", "http://[::1]/", description=FULL),
    )
    result = await read(visits)

    assert ids(visits, result) == ["/ok"]
    assert ["robots.txt" in p.message for p in result.problems] == [True, False, False]
    assert ["private network" in p.message for p in result.problems] == [False, True, True]


async def test_the_feed_never_takes_the_place_of_a_page_that_was_read(
    site: Website, visits: Visits
) -> None:
    add_pages(site, "/a")
    site.feed("/feed", rss_item("A", f"{site.url}/a", description=FULL))
    await read(visits)
    site.status("/a", 500)
    result = await read(visits)

    assert (result.articles, result.failed) == ((), frozenset({visits.key("/a")}))


async def test_a_page_takes_the_place_of_what_the_feed_said(site: Website, visits: Visits) -> None:
    site.status("/a", 500)
    site.feed("/feed", rss_item("A", f"{site.url}/a", description=FULL))
    await read(visits)
    add_pages(site, "/a")
    result = await read(visits)

    assert [article.text for article in result.articles] == ["About /a\n\nIt stands."]


async def test_only_a_date_of_change_saves_asking(site: Website, visits: Visits) -> None:
    add_pages(site, "/a", "/b", etag='"1"')
    put_atom(site, atom_entry("/a", "2026-01-02T00:00:00Z"), atom_entry("/b", "2026-01-02"))
    await read(visits)
    site.asked()
    put_atom(site, atom_entry("/a", "2026-01-02T00:00:00Z"), atom_entry("/b", "2026-01-03"))
    result = await read(visits)

    assert site.asked() == ["/feed", "/b"]
    assert len(result.unchanged) == 2


async def test_a_date_of_publication_does_not_save_asking(site: Website, visits: Visits) -> None:
    add_pages(site, "/a")
    site.feed("/feed", rss_item("A", f"{site.url}/a", pubDate="Tue, 29 Apr 2025 10:00:00 GMT"))
    await read(visits)
    site.asked()
    await read(visits)

    assert site.asked() == ["/feed", "/a"]


async def test_what_a_feed_does_not_list_any_more_stays_and_is_looked_at_now_and_then(
    site: Website, visits: Visits
) -> None:
    names = [f"/{n}" for n in range(30)]
    add_pages(site, *names, "/new", etag='"1"')
    site.feed("/feed", *(rss_item(name, f"{site.url}{name}") for name in names))
    await read(visits)
    site.feed("/feed", rss_item("New", f"{site.url}/new"))
    site.remove("/29")
    site.asked()
    rounds = [(await read(visits), site.asked()) for _ in range(3)]

    assert [len(asked) - 2 for _, asked in rounds] == [20, 20, 20]
    assert set(names) <= {path for _, asked in rounds[:2] for path in asked}
    assert [state.misses for result, _ in rounds for state in result.gone] == [1, 2]
    for result, _ in rounds:
        assert len(result.unchanged) + len(result.gone) + len(result.articles) == 31
    assert len(rounds[0][0].articles) == 1


async def test_a_large_feed_is_cut_to_its_newest(site: Website, visits: Visits) -> None:
    add_pages(site, "/4998", "/4999")
    items = [
        rss_item(f"T{n}", f"{site.url}/{n}", pubDate=f"{2000 + n // 300}-01-{n % 28 + 1:02}")
        for n in range(4_998)
    ]
    newest = [rss_item(f"T{n}", f"{site.url}/{n}", pubDate="2026-05-05") for n in (4998, 4999)]
    site.feed("/feed", *items, *newest)
    result = await read(visits, max_pages=2)

    assert ids(visits, result) == ["/4998", "/4999"]
    assert result.notes[0].message == (
        "4998 entries were left out: no more than the 2 newest are taken."
    )
    assert len(site.asked()) == 3


async def test_a_feed_with_a_limit_of_its_own_ignores_the_usual_one(
    site: Website, visits: Visits
) -> None:
    add_pages(site, "/a", "/b", "/c")
    site.feed("/feed", *(rss_item(n, f"{site.url}/{n}") for n in "abc"))

    assert len((await read(visits, options=SourceOptions(limit=2), max_pages=1)).articles) == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<rss><channel><item><title>", "The feed is broken: "),
        ("<rss version='2.0'><channel></channel></rss>", "lists no article"),
        ("<html><body>Log in</body></html>", "neither a feed nor a sitemap"),
        ("<urlset><url><loc>https://e.org/</loc></url></urlset>", "is a sitemap, not a feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [', "broken"),
        ('{"version": "https://jsonfeed.org/version/1", "items": {}}', "broken"),
        ("", "neither"),
    ],
)
async def test_a_feed_that_is_broken_or_empty_is_an_error(
    body: str, message: str, site: Website, visits: Visits
) -> None:
    site.put("/feed", body, content_type="application/xml")
    with pytest.raises(SourceError, match=message):
        await read(visits)


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_a_feed_that_cannot_be_fetched_is_an_error(
    status: int, site: Website, visits: Visits
) -> None:
    site.status("/feed", status)
    with pytest.raises(FetchError, match=f"HTTP {status}"):
        await read(visits)


async def test_of_a_feed_that_breaks_off_what_can_be_made_out_is_read_with_a_note(
    site: Website, visits: Visits
) -> None:
    add_pages(site, "/a")
    item = rss_item("A", f"{site.url}/a")
    site.put("/feed", f"<rss version='2.0'><channel>{item}<item>", content_type="text/xml")
    result = await read(visits)

    assert ids(visits, result) == ["/a"]
    assert "not well-formed" in result.notes[0].message


async def test_a_json_feed_is_read(site: Website, visits: Visits) -> None:
    add_pages(site, "/a")
    items = [
        {"id": "1", "url": "/a", "date_modified": "2026-01-02T00:00:00Z"},
        {"id": 2, "title": "B", "content_text": "Words and more words. " * 12, "authors": [{}, 1]},
        {"id": "3", "title": "C", "content_html": FULL, "authors": [{"name": "Ann"}]},
        "nonsense",
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": items}
    site.put("/feed", json.dumps(feed), content_type="application/feed+json")
    result = await read(visits)

    assert [article.title for article in result.articles] == ["About /a", "B", "C"]
    assert result.articles[2].authors == ("Ann",)
    assert result.read[0].stamp == "2026-01-02T00:00:00Z"


async def test_a_moved_feed_is_followed(site: Website, visits: Visits) -> None:
    add_pages(site, "/blog/a")
    site.redirect("/feed", "/blog/feed", 301)
    site.feed("/blog/feed", rss_item("A", "a"))

    assert ids(visits, await read(visits)) == ["/blog/a"]
