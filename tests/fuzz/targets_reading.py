"""Readers of files, feeds and archives: whatever comes is read, or refused in a sentence."""

from __future__ import annotations

import gzip

from index.chunking import chunk_article
from index.errors import SourceError
from index.models import Article, Source, SourceKind
from index.reading.frames import pack_json
from index.reading.listing import parse_listing
from index.reading.parsing import Document, parse_article
from index.sources.jsonl import read_jsonl_bytes
from tests.fakes.answering import count_words
from tests.fakes.documents import lines_at, make_docx, make_raw_pdf, paragraph
from tests.fuzz.drawing import Draw, decode
from tests.fuzz.target import Target, check_sentence, is_library_fault

_URL = "https://paper.example/news/one"
_HTML = (
    b"<!doctype html><title>The bridge</title><meta name=author content=Ada>"
    b'<meta property="article:published_time" content="2031-06-10">'
    b"<article><h1>The bridge</h1><p>The bridge opened on Tuesday. The ferry rests.</p>"
    b"<ul><li>One</li><li>Two</li></ul><table><tr><td>9<td>17</table><pre>a  b</pre></article>"
)
_FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>/</link><item>'
    b"<title>One &amp; two</title><link>https://paper.example/1</link><guid>1</guid>"
    b"<pubDate>Tue, 10 Jun 2031 08:00:00 GMT</pubDate>"
    b"<description>&lt;p&gt;Text&lt;/p&gt;</description></item></channel></rss>"
)
_ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:1</id><title type="html">T</title>'
    b'<link href="/1"/><updated>2031-06-10T08:00:00Z</updated><content type="xhtml"><div>x</div>'
    b"</content></entry></feed>"
)
_JSON_FEED = (
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1, "url": "/1", '
    b'"title": "T", "content_html": "<p>x</p>", "date_published": "2031-06-10T08:00:00Z"}]}'
)
_SITEMAP = (
    b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>'
    b"https://paper.example/1</loc><lastmod>2031-06-10</lastmod></url></urlset>"
)
_LINE = (
    b'{"id": "1", "title": "The bridge", "text": "# Open\\nIt opened.", "url": "https://a.example",'
    b' "published_at": "2031-06-10", "authors": ["Ada"], "source": "The Post"}\n'
)
_MARKDOWN = (
    b"---\ntitle: The bridge\ndate: 2031-06-10\nauthors: [Ada]\ntags: &a [*a]\n---\n# Open\n\n"
    b"It *opened*. [Link](https://a.example) ![p](x.png)\n\n- one\n  1. two\n\n| a | b |\n|---|---|"
    b"\n| 1 | 2 |\n\n```py\nx\n```\n> quote\n\n{{< figure >}} <div>raw</div>\n"
)
_XML = (
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?xml",
    b'encoding="utf-16"', b"\xff\xfe", b"xmlns:x=", b"&#0;", b"&#x110000;", b"&amp;", b"</",
)  # fmt: skip
_HTML_WORDS = (
    b"<p>", b"<div>", b"<table>", b"<tr>", b"<td>", b"<br>", b"<li>", b"<pre>", b"<svg>", b"<h2>",
    b"<script>", b"<style>", b"<template>", b"<time datetime=", b"<meta ", b"content=", b"hidden",
    b"<base href=", b"<link rel=canonical href=", b'<script type="application/ld+json">',
    b'{"@type":"NewsArticle","datePublished":"', b"style=display:none", b"id=a", b"<ruby>", b"<rt>",
    b"<details>", b"<article>", b"<main>", b"&nbsp;", b"\xc2\xad", b"\xe2\x80\x8b",
)  # fmt: skip


def read_html(data: bytes) -> None:
    """A web page."""
    _read(data, Document("page.html", "x", url=_URL, content_type="text/html"))


def read_markdown(data: bytes) -> None:
    """A Markdown file with front matter."""
    _read(data, Document("page.md", "x"))


def read_text(data: bytes) -> None:
    """A text file of any encoding."""
    _read(data, Document("page.txt", "x"))


def read_pdf(data: bytes) -> None:
    """A PDF file: any bytes, or a sound one whose pages are drawn by any operators."""
    draw = Draw(data)
    whole = draw.flag()
    _read(draw.rest() if whole else make_raw_pdf(draw.rest()), Document("paper.pdf", "x"))


def read_docx(data: bytes) -> None:
    """A Word document: any bytes, or a sound one with any XML in its body."""
    draw = Draw(data)
    whole = draw.flag()
    body = draw.rest()
    if not whole:
        body = make_docx(body.decode("utf-8", "replace"), facts=decode(body[:200]).encode(
            "utf-8", "replace").decode())  # fmt: skip
    _read(body, Document("paper.docx", "x"))


def read_listing(data: bytes) -> None:
    """A feed or a sitemap, packed or not."""
    draw = Draw(data)
    packed = draw.number(0, 7) == 1
    body = draw.rest()
    body = gzip.compress(body, 1) if packed else body
    try:
        listing = parse_listing(body, url=_URL, content_type="application/xml")
    except SourceError as error:
        check_sentence(str(error))
        return
    except (MemoryError, RecursionError):
        return
    except Exception as error:
        if is_library_fault(error):
            return
        raise
    for entry in listing.entries:
        for text in (entry.url, entry.title, entry.text, entry.published_at):
            _can_be_stored(text or "")


def read_jsonl(data: bytes) -> None:
    """JSON lines, packed or not."""
    draw = Draw(data)
    name = "a.jsonl.gz" if draw.flag() else "a.jsonl"
    body = draw.rest()
    if name.endswith("gz") and not body.startswith(b"\x1f\x8b"):
        body = gzip.compress(body, 1)
    try:
        result = read_jsonl_bytes(Source(SourceKind.UPLOAD, name), body)
    except SourceError as error:
        check_sentence(str(error))
        return
    for article in result.articles:
        _is_sound(article)


def _read(data: bytes, document: Document) -> None:
    try:
        article = parse_article(data, document)
    except SourceError as error:
        check_sentence(str(error))
        return
    except (MemoryError, RecursionError):
        return
    except Exception as error:
        if is_library_fault(error):
            return
        raise
    _is_sound(article)


def _is_sound(article: Article) -> None:
    """It can be stored, sent between processes, cut into chunks, and named."""
    pack_json({"text": article.text, "title": article.title})
    authors = " ".join(article.authors)
    for text in (article.id, article.title, article.text, article.url, article.publisher, authors):
        _can_be_stored(text or "")
    assert article.text.strip()
    assert article.title.strip()
    assert "\n" not in article.title
    for heading in article.headings:
        assert 0 <= heading.start < heading.end <= len(article.text)
    at = 0
    for chunk in chunk_article(article, count_words):
        assert at <= chunk.start < chunk.end <= len(article.text)
        at = chunk.start


def _can_be_stored(text: str) -> None:
    assert "\0" not in text
    text.encode()


TARGETS = {
    "read_html": Target(
        read_html,
        (
            *_XML, *_HTML_WORDS,
        ),
        (
            _HTML,
        ),
    ),
    "read_markdown": Target(
        read_markdown,
        (
            b"---\n", b"title:", b"[a](", b"```", b"&a ", b"*a", b"<<: ", b"{{<", b">}}", b"# ",
            b"| ", b"|---", b"- ", b"1. ", b"<div>", b"\xe2\x80\xa8",
        ),
        (
            _MARKDOWN,
        ),
    ),
    "read_text": Target(
        read_text,
        (
            b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x00", b"\xed\xa0\x80", b"\xe2\x80\xa8",
            b"\x85", b"\n\n",
        ),
        (
            b"The bridge\n\nIt opened on Tuesday.",
        ),
    ),
    "read_pdf": Target(
        read_pdf,
        (
            b"BT /F1 12 Tf ", b" Tj ", b" TJ ", b" Td ", b"T* ", b"ET ", b"q Q ", b"/I Do ",
            b"BI ID EI ", b"(", b")", b"<", b">", b"[", b"]", b" cm ", b"obj", b"endobj",
            b"/FlateDecode",
        ),
        (
            b"\0" + lines_at(["The bridge opened."]), b"\1" + make_raw_pdf(lines_at(["Open."])),
        ),
    ),
    "read_docx": Target(
        read_docx,
        (
            *_XML, b"<w:p>", b"<w:r>", b"<w:t>", b"<w:tbl>", b"<w:tr>", b"<w:tc>", b"<w:hyperlink>",
            b"<w:pPr>", b'<w:pStyle w:val="Heading1"/>',
        ),
        (
            b"\0" + paragraph("The bridge opened.").encode(), b"\1" + make_docx(paragraph("Open.")),
        ),
    ),
    "read_listing": Target(
        read_listing,
        (
            *_XML, b"<item>", b"<link>", b"<entry>", b"<url>", b"<loc>", b"<sitemapindex>",
            b"<sitemap>", b"<lastmod>", b'"items":', b'"version":',
        ),
        tuple(b"\0" + body for body in (_FEED, _ATOM, _JSON_FEED, _SITEMAP)),
    ),
    "read_jsonl": Target(
        read_jsonl,
        (
            b'"text": "', b'"title": "', b'"id": ', b'"url": "', b'"authors": [', b"\\ud800",
            b"\\u0000", b"1e999", b"NaN", b"null", b"{", b"}", b"[", b"\n",
        ),
        (
            b"\0" + _LINE, b"\1" + _LINE,
        ),
    ),
}  # fmt: skip
