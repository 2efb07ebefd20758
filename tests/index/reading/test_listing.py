"""Feeds and sitemaps as bytes: all versions, wrong encodings, hostile ones."""

import gzip
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import SourceError
from index.reading import Reader
from index.reading.listed import ListedEntry, Listing, ListingKind
from index.reading.listing import parse_listing, sniff_listing

URL = "https://e.org/feed"
BODY = "The harbour master said that it would open. " * 6


def parse(data: str | bytes, content_type: str = "application/xml") -> Listing:
    data = data.encode() if isinstance(data, str) else data
    return parse_listing(data, url=URL, content_type=content_type)


def only(data: str | bytes, content_type: str = "application/xml") -> ListedEntry:
    (entry,) = parse(data, content_type).entries
    return entry


RSS_09 = """<rss version="0.91"><channel><item><title>Pier</title>
<link>https://e.org/a</link></item></channel></rss>"""
RSS_10 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/"><item rdf:about="https://e.org/a"><title>Pier</title>
<link>https://e.org/a</link></item></rdf:RDF>"""
RSS_20 = """<rss version="2.0"><channel><item><title>Pier</title>
<guid>https://e.org/a</guid></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Pier</title>
<link rel="alternate" href="a"/></entry></feed>"""
JSON = """{"version": "https://jsonfeed.org/version/1",
"items": [{"title": "Pier", "url": "a"}]}"""


@pytest.mark.parametrize("feed", [RSS_09, RSS_10, RSS_20, ATOM, JSON])
def test_all_kinds_of_feeds_give_title_and_address(feed: str) -> None:
    listing = parse(feed)

    assert listing.kind is ListingKind.FEED
    assert [(e.title, e.url) for e in listing.entries] == [("Pier", "https://e.org/a")]


@pytest.mark.parametrize(
    ("field", "date"),
    [
        ("<pubDate>Tue, 29 Apr 2025 12:00:00 +0200</pubDate>", "2025-04-29T10:00:00Z"),
        ("<pubDate>2025-04-29</pubDate>", "2025-04-29"),
        ('<date xmlns="http://purl.org/dc/elements/1.1/">2025-04-29</date>', "2025-04-29"),
        ("<pubDate>2025-04-29T12:00:00+02:00</pubDate>", "2025-04-29T12:00:00+02:00"),
        ("<pubDate>soon</pubDate>", None),
        ("", None),
    ],
)
def test_dates_are_kept_as_given_or_made_iso(field: str, date: str | None) -> None:
    entry = only(
        f"<rss version='2.0'><channel><item><title>T</title>{field}</item></channel></rss>"
    )

    assert (entry.published_at, entry.changed_at) == (date, None)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"<?xml version='1.0' encoding='windows-1252'?>{}", "text/xml"),
        (b"{}", "text/xml; charset=windows-1252"),
        (b"<?xml version='1.0' encoding='utf-8'?>{}", "application/rss+xml"),
    ],
)
def test_a_wrong_or_missing_encoding_is_survived(data: bytes, content_type: str) -> None:
    item = "<rss version='2.0'><channel><item><title>Küche – neu</title></item></channel></rss>"
    entry = only(data.replace(b"{}", item.encode("cp1252")), content_type)

    assert entry.title == "Küche – neu"


def test_only_full_contents_are_taken_and_their_markup_goes() -> None:
    entries = parse(
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
        f"<item><description>Short.</description><content:encoded><![CDATA[<h2>Pier</h2><p>{BODY}"
        "<script>alert(1)</script></p>]]></content:encoded></item>"
        f"<item><description>Only a teaser.</description></item></channel></rss>"
    ).entries

    assert entries[0].text == f"Pier\n\n{BODY.strip()}"
    assert entries[1].text == ""


def test_the_contents_of_a_feed_have_a_limit_together() -> None:
    item = f"<item><description>{'word ' * 100_000}</description></item>"
    entries = parse(f"<rss version='2.0'><channel>{item * 10}</channel></rss>").entries

    assert sum(len(entry.text) for entry in entries) <= 2_000_000
    assert [bool(entry.text) for entry in entries] == [True] * 4 + [False] * 6


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "http://u:p@e.org/"])
def test_an_address_that_is_no_page_is_no_address(link: str) -> None:
    feed = f"<rss version='2.0'><channel><item><link>{link}</link></item></channel></rss>"

    assert only(feed).url is None


@pytest.mark.parametrize("data", [URL, "/etc/passwd", "file:///etc/passwd", "pyproject.toml"])
def test_bytes_that_look_like_an_address_or_a_path_open_nothing(data: str) -> None:
    with pytest.raises(SourceError, match="neither a feed nor a sitemap"):
        parse(data)


def bomb(root: str) -> str:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY a0 "{"a" * 100}">{entities}]>{root}'


def test_a_billion_laughs_are_not_laughed() -> None:
    feed = "<rss version='2.0'><channel><item><title>&a9;</title></item></channel></rss>"
    with pytest.raises(SourceError, match="declares entities"):
        parse(bomb("<urlset><url><loc>&a9;</loc></url></urlset>"))

    assert all(len(entry.title) < 100 for entry in parse(bomb(feed)).entries)


def test_a_sitemaps_addresses_are_those_of_its_pages() -> None:
    listing = parse(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url>'
        "<image:image><image:loc>https://e.org/x.png</image:loc></image:image>"
        "<loc> https://e.org/a?b&amp;c#d </loc><lastmod>2026-01-02</lastmod></url>"
        "<url><lastmod>2026-01-02</lastmod></url><url><loc>/relative</loc></url></urlset>"
    )

    assert listing.entries == (ListedEntry("https://e.org/a?b&c", changed_at="2026-01-02"),)
    assert listing.is_whole


def test_a_sitemap_with_too_many_pages_is_not_whole() -> None:
    page = "<url><loc>https://e.org/</loc></url>"
    listing = parse(f"<urlset>{page * 50_001}</urlset>")

    assert len(listing.entries) == 50_000
    assert not listing.is_whole


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(b"<urlset/>", mtime=0)[:-9], "cut off"),
        (b"\x1f\x8b" + b"\xff" * 50, "damaged"),
        (gzip.compress(b" " * 50_000_000, mtime=0), "larger than 40 MB"),
    ],
)
def test_packed_listings_are_unpacked_within_limits(data: bytes, message: str) -> None:
    assert parse(gzip.compress(b"<urlset/>")).kind is ListingKind.PAGES
    with pytest.raises(SourceError, match=message):
        parse(data)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("<!DOCTYPE rss [<!ENTITY nbsp '>'>]><rss>", ListingKind.FEED),
        ("<?xml?><!-- <urlset> --><?x <rss>?><feed>", ListingKind.FEED),
        ("<!-- <rss>", None),
        ("<html><rss>", None),
        ("<!DOCTYPE html><html>", None),
        ("no <", None),
        ("<" * 4_000, None),
        ("<!" * 2_000, None),
        ('{"version": 1}', None),
    ],
)
def test_the_root_element_decides(head: str, kind: ListingKind | None) -> None:
    assert sniff_listing(head.encode()) is kind


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([b"<rss>", b"<urlset>", b"<feed>", b"{", b"\x1f\x8b", b""]), st.binary())
def test_any_bytes_are_a_listing_or_a_source_error(head: bytes, rest: bytes) -> None:
    with suppress(SourceError):
        assert isinstance(parse(head + rest), Listing)


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    reader = Reader()
    yield reader
    await reader.close()


async def test_the_reading_process_gives_what_was_parsed(reader: Reader) -> None:
    feed = (
        f"<rss version='2.0'><channel><item><title>T</title><author>Ann</author><description>"
        f"&lt;h1&gt;Pier&lt;/h1&gt;{BODY}</description></item></channel></rss>"
    )
    listing = await reader.read_listing(feed.encode(), url=URL, content_type="text/xml")

    assert listing == parse(feed)
    assert listing.entries[0].headings
    with pytest.raises(SourceError, match="larger than 10 MB"):
        await reader.read_listing(b"x" * 10_000_001, url=URL, content_type="")
    with pytest.raises(SourceError, match="neither"):
        await reader.read_listing(b"x", url=URL, content_type="")


async def test_a_feed_of_5000_entries_is_read(reader: Reader) -> None:
    items = "".join(
        f"<item><title>T{n}</title><link>https://e.org/{n}</link><description>{BODY}</description>"
        "</item>"
        for n in range(5_000)
    )
    data = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    listing = await reader.read_listing(data, url=URL, content_type="text/xml")

    assert len(listing.entries) == 5_000
    assert listing.entries[4_999].text == BODY.strip()


async def test_a_feed_that_takes_too_long_is_stopped() -> None:
    reader = Reader(cpu_seconds=1)
    item = "<item><title>T</title><link>https://e.org/</link></item>"
    data = f"<rss version='2.0'><channel>{item * 150_000}</channel></rss>".encode()
    try:
        with pytest.raises(SourceError, match="too much time or memory"):
            await reader.read_listing(data, url=URL, content_type="text/xml")
    finally:
        await reader.close()
