"""Bytes to ``Article``, in one call and without waiting; runs in the reading process."""

from __future__ import annotations

from dataclasses import dataclass

from index.errors import SourceError
from index.models import Article
from index.pages import PageText
from index.reading.blocks import CleanText
from index.reading.cleaning import clean_text, clean_title
from index.reading.decoding import declared_charset, decode
from index.reading.file_names import date_in, humanise
from index.reading.front_matter import read_metadata, split_front_matter
from index.reading.kinds import MAX_BYTES, MAX_TEXT, Kind, kind_of
from index.reading.metadata import Metadata

_MAX_TITLE_LINE = 120


@dataclass(frozen=True, slots=True)
class Document:
    """What is known about some bytes before they are read.

    ``name`` is a file's name or the last part of an address, ``url`` the address
    of a fetched page, ``derived_id`` the article's id unless it names its own.
    """

    name: str
    derived_id: str
    url: str | None = None
    content_type: str | None = None


def parse_article(data: bytes, document: Document) -> Article:
    """The article in ``data``.

    Raises:
        SourceError: too large, not text, broken, or without an article's text.
    """
    kind = kind_of(document.name, document.content_type)
    if len(data) > MAX_BYTES:
        raise SourceError(f"It is larger than {MAX_BYTES // 1_000_000} MB.")
    if not data.strip():
        raise SourceError("It is empty.")
    page: PageText | None = None
    if kind in _FILE_READERS:
        metadata, content = _FILE_READERS[kind](data, document)
    else:
        charset = declared_charset(data, document.content_type, is_html=kind is Kind.HTML)
        source = clean_text(decode(data, charset))
        if not source.strip():
            raise SourceError("It is empty.")
        if kind is Kind.HTML:
            metadata, content, page = _read_html(source, document)
        else:
            metadata, content = _TEXT_READERS[kind](source)
    if len(content.text) > MAX_TEXT:
        raise SourceError(f"The article's text is longer than {MAX_TEXT:,} characters.")
    return _build(document, metadata, content, page)


def _read_markdown(source: str) -> tuple[Metadata, CleanText]:
    from index.reading.markdown import read_markdown  # noqa: PLC0415 - only when one is read

    fields, body = split_front_matter(source)
    content = read_markdown(body)
    if not content.text:
        where = "below the front matter" if fields else "in it"
        raise SourceError(f"There is no text {where}.")
    return read_metadata(fields), content


def _read_html(source: str, document: Document) -> tuple[Metadata, CleanText, PageText | None]:
    from index.reading.html import read_html  # noqa: PLC0415 - trafilatura is slow to import

    return read_html(source, document.url)


def _read_text(source: str) -> tuple[Metadata, CleanText]:
    first, *rest = source.lstrip("\n").split("\n", maxsplit=2)
    is_title = len(first) <= _MAX_TITLE_LINE and len(rest) > 1 and not rest[0].strip()
    return Metadata(title=clean_title(first) if is_title else ""), CleanText(source)


def _read_pdf(data: bytes, document: Document) -> tuple[Metadata, CleanText]:
    from index.reading.pdf import read_pdf  # noqa: PLC0415 - only when one is read

    return read_pdf(data, document.name)


def _read_docx(data: bytes, document: Document) -> tuple[Metadata, CleanText]:
    from index.reading.docx import read_docx  # noqa: PLC0415 - only when one is read

    return read_docx(data, document.name)


_TEXT_READERS = {Kind.MARKDOWN: _read_markdown, Kind.TEXT: _read_text}
_FILE_READERS = {Kind.PDF: _read_pdf, Kind.DOCX: _read_docx}


def _build(
    document: Document, metadata: Metadata, content: CleanText, page: PageText | None
) -> Article:
    url = metadata.url or document.url
    return Article(
        id=metadata.id or document.derived_id,
        title=metadata.title or _title_from(content) or humanise(document.name),
        text=content.text,
        published_at=metadata.published_at or date_in(document.name),
        authors=metadata.authors,
        url=url,
        publisher=metadata.publisher,
        headings=content.headings,
        id_is_given=metadata.id is not None,
        # What nobody can open needs no page.
        page=page if url else None,
    )


def _title_from(content: CleanText) -> str:
    """The first heading of level 1, or else the first of any level."""
    first = min(content.headings, key=lambda h: (h.level != 1, h.start), default=None)
    return clean_title(content.text[first.start : first.end]) if first else ""
