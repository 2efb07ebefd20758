"""The text layer of PDF files, by pypdf, put together into paragraphs."""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import date

from pypdf import PageObject, PdfReader, apply_configuration
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

from index.errors import SourceError
from index.reading.blocks import BlockBuilder, CleanText
from index.reading.cleaning import clean_text
from index.reading.kinds import MAX_TEXT
from index.reading.metadata import Metadata
from index.reading.office_facts import file_metadata, title_line
from index.reading.pdf_lines import ITEM, join_pages

MAX_PAGES = 2_000
# What one page may unpack to; pictures are not unpacked.
MAX_STREAM = 20_000_000
# Drawing steps of one page; a map may take some hundred thousand.
MAX_OPERATIONS = 1_000_000

_SIGNATURE = b"%PDF-"
# Some programs write a few lines in front.
_HEAD = 1_024
_FEWEST_LETTERS = 20
_LETTER = re.compile(r"[^\W\d_]")
# A font that does not say which letters it shows gives these.
_NO_LETTER = re.compile("[\ufffd\ue000-\uf8ff]|\\(cid:\\d+\\)")
_MOST_UNREADABLE = 0.1
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
_TOO_LARGE = "It is too large or too deeply nested to be read."
_LOCKED = "It is protected with a password; save it without one."


def read_pdf(data: bytes, name: str) -> tuple[Metadata, CleanText]:
    """What a PDF says about itself, and its text as paragraphs.

    Raises:
        SourceError: no PDF, broken, protected, with too many pages, or without a text layer.
    """
    if _SIGNATURE not in data[:_HEAD]:
        raise SourceError("It is named like a PDF, but is none.")
    try:
        with apply_configuration(
            zlib_maximum_output_length=MAX_STREAM, stream_parsing_work_maximum_count=MAX_OPERATIONS
        ):
            reader = PdfReader(io.BytesIO(data))
            _unlock(reader)
            pages = _texts_of(reader)
            facts = _facts_of(reader)
    except (MemoryError, RecursionError, SourceError):
        raise
    except LimitReachedError as exc:
        raise SourceError(_TOO_LARGE) from exc
    # A broken file makes pypdf stumble in many ways, not only in its own.
    except Exception as exc:
        raise SourceError("It is a broken PDF; save or print it as PDF once more.") from exc
    content = _content(pages)
    title, author, made = facts
    metadata = file_metadata(
        name,
        content,
        title=title,
        fallback=title_line(content.text),
        authors=re.split(r"[;,]| and ", author),
        made=made,
    )
    return metadata, content


def _content(pages: list[str]) -> CleanText:
    builder = BlockBuilder()
    items = None
    for paragraph in join_pages([page.split("\n") for page in pages]):
        if mark := ITEM.match(paragraph):
            items = items or object()
            marker = mark[1] if mark[1][0].isalnum() else "-"
            builder.item(paragraph[mark.end() :], marker, 0, items)
        else:
            items = None
            builder.paragraph(paragraph)
    return builder.build()


def _unlock(reader: PdfReader) -> None:
    """Opens a file that asks for no password to be read, only to be changed."""
    try:
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceError(_LOCKED)
    except (DependencyError, NotImplementedError) as exc:
        raise SourceError(_LOCKED) from exc


def _texts_of(reader: PdfReader) -> list[str]:
    if len(reader.pages) > MAX_PAGES:
        raise SourceError(f"It has more than {MAX_PAGES:,} pages; split it.")
    texts: list[str] = []
    length = 0
    for page in reader.pages:
        texts.append(_clean(page.extract_text()))
        length += len(texts[-1])
        if length > MAX_TEXT:
            raise SourceError(f"The article's text is longer than {MAX_TEXT:,} characters.")
    whole = "".join(texts)
    if len(_LETTER.findall(whole)) < _FEWEST_LETTERS:
        if any(map(_has_picture, reader.pages)):
            raise SourceError(
                "It holds only pictures of pages; run text recognition (OCR) on it first."
            )
        raise SourceError("There is no text in it.")
    if len(_NO_LETTER.findall(whole)) > len(whole) * _MOST_UNREADABLE:
        raise SourceError(
            "Its fonts do not say which letters they show; run text recognition (OCR) on it first."
        )
    return texts


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", clean_text(text).translate(_LIGATURES))


def _has_picture(page: PageObject) -> bool:
    try:
        objects = page["/Resources"]["/XObject"]  # type: ignore[index]
        return any(each.get_object().get("/Subtype") == "/Image" for each in objects.values())
    except (KeyError, AttributeError, TypeError, PyPdfError):
        return False


def _facts_of(reader: PdfReader) -> tuple[str, str, date | None]:
    """Title, author and day of making as the file states them; a broken field is none."""
    facts = reader.metadata
    if facts is None:
        return "", "", None
    try:
        made = facts.creation_date
    except (ValueError, PyPdfError):
        made = None
    return str(facts.title or ""), str(facts.author or ""), made.date() if made else None
