from collections.abc import AsyncIterator

import pytest

from index.errors import FetchError, SourceError
from index.models import Article, Source, SourceKind
from index.reading import Reader
from index.sources import read_source
from index.sources.fetching import Fetcher
from index.sources.pages import page_address
from tests.fakes.documents import make_docx, make_pdf, paragraph
from tests.fakes.website import Website, open_fetcher, serve_website

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ARTICLE = (
    "<html><head><title>Pier</title><link rel=canonical href='{canonical}'></head><body><article>"
    "<h1>The pier opens</h1><p>The harbour master said that the new pier would open on Monday.</p>"
    "</article></body></html>"
)


@pytest.fixture
async def site() -> AsyncIterator[str]:
    pages: dict[str, tuple[str, str]] = {
        "/news/pier": (ARTICLE.format(canonical="/news/pier"), "text/html"),
        "/elsewhere": (ARTICLE.format(canonical="https://other.example/pier"), "text/html"),
        "/raw/2025-04-29-pier.md": ("---\nid: stolen\n---\n# The pier\n\nOpens.", "text/plain"),
        "/notes": ("# Not a heading\n\nNotes.", "text/plain"),
        "/empty": ("<html><body></body></html>", "text/html"),
        "/blank": ("", "text/html"),
    }

    async with serve_website() as site:
        for path, (text, content_type) in pages.items():
            site.put(path, text, content_type=content_type)
        site.redirect("/old", "/news/pier?ref=1")
        yield site.url


@pytest.fixture
async def fetcher(site: str) -> AsyncIterator[Fetcher]:
    async with open_fetcher(Website(site)) as fetcher:
        yield fetcher


async def read(url: str, reader: Reader, fetcher: Fetcher) -> Article:
    result = await read_source(Source(SourceKind.PAGE, url), reader=reader, fetcher=fetcher)
    return result.articles[0]


async def test_a_page_is_known_by_its_canonical_address(
    site: str, reader: Reader, fetcher: Fetcher
) -> None:
    article = await read(f"{site}/old", reader, fetcher)

    assert (article.id, article.id_is_given, article.url) == (
        f"{site}/news/pier",
        True,
        f"{site}/news/pier",
    )
    assert article.title == "The pier opens"
    assert "would open on Monday." in article.text


async def test_a_canonical_address_on_another_site_is_not_believed(
    site: str, reader: Reader, fetcher: Fetcher
) -> None:
    article = await read(f"{site}/elsewhere", reader, fetcher)

    assert article.id == article.url == f"{site}/elsewhere"


async def test_markdown_sent_as_plain_text_is_read_as_markdown_and_cannot_take_an_id(
    site: str, reader: Reader, fetcher: Fetcher
) -> None:
    article = await read(f"{site}/raw/2025-04-29-pier.md", reader, fetcher)

    assert article.text == "The pier\n\nOpens."
    assert article.id == f"{site}/raw/2025-04-29-pier.md"
    assert article.published_at == "2025-04-29"


async def test_a_document_behind_an_address_is_read(reader: Reader) -> None:
    async with serve_website() as site, open_fetcher(site) as fetcher:
        line = "The pier opens on Monday, and the harbour master expects many guests."
        word = make_docx(paragraph("The quay", "Heading1"), paragraph(line))
        site.put("/pier", make_pdf([line] * 3), content_type="application/pdf")
        site.put("/quay", word, content_type=DOCX)
        pier = await read(f"{site.url}/pier", reader, fetcher)
        quay = await read(f"{site.url}/quay", reader, fetcher)

    assert line in pier.text
    assert (quay.title, quay.text) == ("The quay", f"The quay\n\n{line}")


async def test_plain_text_stays_as_it_is(site: str, reader: Reader, fetcher: Fetcher) -> None:
    assert (await read(f"{site}/notes", reader, fetcher)).text == "# Not a heading\n\nNotes."


@pytest.mark.parametrize(
    ("path", "message"), [("/empty", "No article text"), ("/blank", "It is empty")]
)
async def test_a_page_without_an_article_is_an_error_with_its_address(
    path: str, message: str, site: str, reader: Reader, fetcher: Fetcher
) -> None:
    with pytest.raises(SourceError, match=f"^{site}{path}: {message}"):
        await read(f"{site}{path}", reader, fetcher)


async def test_a_page_that_is_not_there_is_a_fetch_error(
    site: str, reader: Reader, fetcher: Fetcher
) -> None:
    with pytest.raises(FetchError, match="HTTP 404"):
        await read(f"{site}/missing", reader, fetcher)


@pytest.mark.parametrize(
    ("final", "canonical", "address"),
    [
        ("https://e.org/a?utm=1", "https://e.org/a", "https://e.org/a"),
        ("https://www.e.org/a", "https://e.org/a#top", "https://e.org/a"),
        ("https://e.org/a", "https://e.org/", "https://e.org/a"),
        ("https://e.org/", "https://e.org/", "https://e.org/"),
        ("https://e.org/a", "https://evil.org/a", "https://e.org/a"),
        ("https://e.org/a", "https://e.org.evil.org/a", "https://e.org/a"),
        ("https://e.org/a", None, "https://e.org/a"),
    ],
)
def test_only_the_same_site_may_name_the_canonical_address(
    final: str, canonical: str | None, address: str
) -> None:
    assert page_address(final, canonical) == address
