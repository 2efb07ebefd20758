import gzip
import os
from pathlib import Path

import pytest

from index.errors import FetchError, SourceError
from index.models import Source, SourceKind
from index.sources import identify, resolve
from tests.fakes.website import Visits, Website


def test_files_folders_and_addresses_are_told_apart(tmp_path: Path) -> None:
    for name in ("a.md", "b.jsonl", "c.JSONL.GZ", "d.HTML"):
        (tmp_path / name).write_text("x")

    assert identify(str(tmp_path)) == Source(SourceKind.FOLDER, str(tmp_path))
    assert identify(str(tmp_path / "a.md")).kind is SourceKind.FILE
    assert identify(str(tmp_path / "d.HTML")).kind is SourceKind.FILE
    assert identify(str(tmp_path / "b.jsonl")).kind is SourceKind.JSONL
    assert identify(str(tmp_path / "c.JSONL.GZ")).kind is SourceKind.JSONL
    assert identify("HTTPS://e.org/a?b#c") == Source(SourceKind.PAGE, "https://e.org/a?b")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", SourceKind.PAGE),
        ("/news", SourceKind.PAGE),
        ("/sitemap.xml", SourceKind.SITEMAP),
        ("/sitemap_index.xml", SourceKind.SITEMAP),
        ("/news-sitemap-2.xml.gz", SourceKind.SITEMAP),
        ("/Sitemap.XML?page=2", SourceKind.SITEMAP),
        ("/sitemap.html", SourceKind.PAGE),
        ("/sitemap/news", SourceKind.PAGE),
        ("/feed", SourceKind.FEED),
        ("/blog/feed/", SourceKind.FEED),
        ("/feed.xml", SourceKind.FEED),
        ("/rss.xml", SourceKind.FEED),
        ("/index.xml", SourceKind.FEED),
        ("/news.rss", SourceKind.FEED),
        ("/news.atom", SourceKind.FEED),
        ("/feedback", SourceKind.PAGE),
        ("/my-feed.xml.html", SourceKind.PAGE),
        ("/report.xml", SourceKind.PAGE),
    ],
)
def test_an_address_is_a_page_unless_its_path_says_otherwise(path: str, kind: SourceKind) -> None:
    assert identify(f"https://e.org{path}") == Source(kind, f"https://e.org{path}")


ATOM = '<?xml version="1.0"?>\n<!-- <rss> -->\n<feed xmlns="http://www.w3.org/2005/Atom"/>'
PAGE = '<!doctype html><html><link rel="alternate" type="application/rss+xml" href="/feed"></html>'


@pytest.mark.parametrize(
    ("path", "body", "content_type", "kind"),
    [
        ("/news", PAGE, "text/html", SourceKind.PAGE),
        ("/feed", PAGE, "text/html", SourceKind.PAGE),
        ("/sitemap.xml", PAGE, "text/html", SourceKind.PAGE),
        ("/news", ATOM, "application/atom+xml", SourceKind.FEED),
        ("/news", ATOM, "text/html", SourceKind.FEED),
        ("/news", '{"version": "https://jsonfeed.org/version/1.1"}', "application/json", "feed"),
        ("/news", "\ufeff<rss/>", "text/xml", SourceKind.FEED),
        ("/news", "<rdf:RDF xmlns='http://purl.org/rss/1.0/'/>", "text/xml", SourceKind.FEED),
        ("/rss.xml", "<urlset></urlset>", "text/xml", SourceKind.SITEMAP),
        ("/map", "<x:sitemapindex xmlns:x='x'/>", "application/xml", SourceKind.SITEMAP),
        ("/map", gzip.compress(b"<urlset/>", mtime=0), "application/gzip", SourceKind.SITEMAP),
        ("/notes", "Plain text.", "text/plain", SourceKind.PAGE),
    ],
)
async def test_an_address_is_what_it_really_gives(
    path: str, body: str | bytes, content_type: str, kind: str, site: Website, visits: Visits
) -> None:
    site.put(path, body, content_type=content_type)
    source = identify(f"{site.url}{path}")

    assert await resolve(source, visits.fetcher, visits.reader) == Source(
        SourceKind(kind), source.location
    )


async def test_an_address_that_cannot_be_fetched_is_an_error(visits: Visits) -> None:
    with pytest.raises(FetchError, match="HTTP 404"):
        await resolve(identify(visits.key("/feed")), visits.fetcher, visits.reader)


async def test_files_and_folders_are_what_they_are(tmp_path: Path, visits: Visits) -> None:
    source = identify(str(tmp_path))

    assert await resolve(source, visits.fetcher, visits.reader) == source


def test_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("x")
    monkeypatch.chdir(tmp_path)

    assert identify("./a.md") == Source(SourceKind.FILE, str(tmp_path / "a.md"))


@pytest.mark.parametrize("target", ["missing.md", "", "a\0b", "x" * 5000, "no/such/folder/"])
def test_what_is_not_there_is_named(target: str) -> None:
    with pytest.raises(SourceError, match=r"^No such file or folder: "):
        identify(target)


def test_a_missing_files_name_cannot_break_the_line() -> None:
    with pytest.raises(SourceError) as caught:
        identify("a\nb\x1b[31m.md")

    assert str(caught.value) == "No such file or folder: a b[31m.md"


def test_types_that_are_not_read_are_named_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("x")

    with pytest.raises(
        SourceError, match=r"a\.zip: This type of file is not read\. Footnote reads"
    ):
        identify(str(tmp_path / "a.zip"))


def test_a_pipe_is_neither_file_nor_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")

    with pytest.raises(SourceError, match="neither a file nor a folder"):
        identify(str(tmp_path / "pipe.md"))


@pytest.mark.parametrize("target", ["ftp://e.org/a", "file:///etc/passwd", "gopher://e.org"])
def test_other_schemes_are_refused(target: str) -> None:
    with pytest.raises(SourceError, match="Only http and https"):
        identify(target)


@pytest.mark.parametrize(
    "target", ["http://", "https://u:p@e.org/", "https://e.org:0/", "http://a b/"]
)
def test_bad_addresses_are_refused(target: str) -> None:
    with pytest.raises(SourceError, match="not an address of a public page"):
        identify(target)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(str(tmp_path)) + b"/\xff.md")
    with open(name, "w") as file:  # noqa: PTH123
        file.write("x")

    with pytest.raises(SourceError, match=r"is not UTF-8.*rename it: .*/\.md"):
        identify(name)
    with pytest.raises(SourceError, match="No such file or folder"):
        identify(f"{name}x")
