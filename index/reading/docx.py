"""Word documents (.docx): mammoth makes HTML of them, which becomes blocks of clean text."""

from __future__ import annotations

import io
import re
from datetime import date
from xml.etree.ElementTree import Element, ParseError, fromstring
from zipfile import ZipFile

import mammoth  # type: ignore[import-untyped]

from index.errors import SourceError
from index.reading.blocks import BlockBuilder, CleanText
from index.reading.html_fragment import add_html
from index.reading.metadata import Metadata
from index.reading.office_facts import file_metadata, title_line

# Only XML is read, and it takes some twenty times its size in memory.
MAX_XML = 30_000_000
MAX_ENTRIES = 10_000

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1"
_BODY = "word/document.xml"
_FACTS = "docProps/core.xml"
_STYLES = "p.Title => h1:fresh\np[style-name='Title'] => h1:fresh\np.Subtitle => p:fresh"
# The arrow behind a footnote that leads back to its place.
_WAY_BACK = re.compile(r'\s*<a href="#[^"]{0,200}">↑</a>')
# Files of office programs have no document type; one could define entities that grow.
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))
_CORE = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"


def read_docx(data: bytes, name: str) -> tuple[Metadata, CleanText]:
    """What a Word document says about itself, and its text with headings.

    Raises:
        SourceError: not a .docx file, broken, too large inside, or without text.
    """
    _check_signature(data)
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive)
            facts = _facts_of(archive)
        # Pictures and embedded styles are not looked at; files outside are never opened.
        html = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_STYLES,
            include_embedded_style_map=False,
            convert_image=lambda _: [],
            external_file_access=False,
        ).value
    except (MemoryError, RecursionError, SourceError):
        raise
    # Whatever mammoth stumbles over in a file that is not as Word writes them.
    except Exception as exc:
        raise SourceError("It is a broken Word document, or no Word document at all.") from exc
    builder = BlockBuilder()
    add_html(_WAY_BACK.sub("", html), builder)
    content = builder.build()
    if not content.text:
        raise SourceError("There is no text in it.")
    return _metadata(facts, name, content), content


def _check_signature(data: bytes) -> None:
    if data.startswith(_OLE):
        raise SourceError(
            "It is an old Word file (.doc) or protected with a password, whatever its name says; "
            "save it as .docx without one."
        )
    if not data.startswith(_ZIP):
        raise SourceError("It is named like a Word document (.docx), but is none.")


def _check_parts(archive: ZipFile) -> None:
    parts = archive.infolist()
    if _BODY not in archive.namelist() and not any(p.filename == "_rels/.rels" for p in parts):
        raise SourceError("It is named like a Word document (.docx), but is none.")
    parts = [part for part in parts if not part.filename.startswith("word/media/")]
    # No entry gives more than it declares: reading stops there.
    if len(parts) > MAX_ENTRIES or sum(part.file_size for part in parts) > MAX_XML:
        raise SourceError(f"It holds more than {MAX_XML // 1_000_000} MB when unpacked.")
    if any(part.flag_bits & 1 for part in parts):
        raise SourceError("It is protected with a password; save it without one.")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            xml = archive.read(part)
            if any(doctype in xml for doctype in _DOCTYPES):
                raise SourceError("It is not as Word writes documents: it defines entities.")


def _facts_of(archive: ZipFile) -> Element | None:
    try:
        return fromstring(archive.read(_FACTS))  # noqa: S314 - without entities, as was checked
    except (KeyError, ParseError):
        return None


def _metadata(facts: Element | None, name: str, content: CleanText) -> Metadata:
    title, creator, made = (
        (facts.findtext(tag) or "" if facts is not None else "")
        for tag in (f"{_CORE}title", f"{_CORE}creator", f"{_TERMS}created")
    )
    return file_metadata(
        name,
        content,
        title=title,
        fallback="" if content.headings else title_line(content.text),
        authors=creator.split(";"),
        made=_day(made),
    )


def _day(stamp: str) -> date | None:
    try:
        return date.fromisoformat(stamp.strip()[:10])
    except ValueError:
        return None
