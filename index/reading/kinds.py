"""Which files and web pages are read, and as what."""

from __future__ import annotations

from enum import StrEnum

from index.errors import SourceError

MAX_BYTES = 10_000_000
MAX_TEXT = 2_000_000


class Kind(StrEnum):
    """How bytes are read."""

    MARKDOWN = "markdown"
    TEXT = "text"
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"


_BY_SUFFIX = {
    ".md": Kind.MARKDOWN,
    ".markdown": Kind.MARKDOWN,
    ".mdown": Kind.MARKDOWN,
    ".txt": Kind.TEXT,
    ".text": Kind.TEXT,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".xhtml": Kind.HTML,
    ".pdf": Kind.PDF,
    ".docx": Kind.DOCX,
}
_BY_CONTENT_TYPE = {
    "text/html": Kind.HTML,
    "application/xhtml+xml": Kind.HTML,
    "text/plain": Kind.TEXT,
    "text/markdown": Kind.MARKDOWN,
    "text/x-markdown": Kind.MARKDOWN,
    "application/pdf": Kind.PDF,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": Kind.DOCX,
}
# What people try, and what they can do instead.
_UNREAD = {
    ".doc": "Old Word files (.doc) are not read; save it as .docx.",
    ".epub": "EPUB books are not read: no library that reads them has a fitting licence. "
    "Save its chapters as HTML or text.",
    ".odt": "OpenDocument files (.odt) are not read; save it as .docx or PDF.",
    ".rtf": "RTF files are not read; save it as .docx or PDF.",
}
SUFFIXES = tuple(_BY_SUFFIX)
CONTENT_TYPES = tuple(_BY_CONTENT_TYPE)
SUPPORTED_FILES = f"Footnote reads {', '.join(SUFFIXES)}, .jsonl and .jsonl.gz files."


def split_suffix(name: str) -> tuple[str, str]:
    """The name without its suffix, and the suffix in lower case ("" when there is none)."""
    stem, dot, suffix = name.rpartition(".")
    if not stem or not dot or "/" in suffix:
        return name, ""
    return stem, f".{suffix.lower()}"


def is_supported(name: str) -> bool:
    """Whether a file of this name holds one article that can be read."""
    return split_suffix(name)[1] in _BY_SUFFIX


def why_not_read(name: str) -> str:
    """Why a file of this name, which is not supported, is not read, and what to do."""
    suffix = split_suffix(name)[1]
    return _UNREAD.get(suffix) or f"This type of file is not read. {SUPPORTED_FILES}"


def media_type(content_type: str | None) -> str:
    """``text/html`` out of ``text/html; charset=utf-8``; "" when nothing is given."""
    return (content_type or "").partition(";")[0].strip().lower()


def kind_of(name: str, content_type: str | None = None) -> Kind:
    """How to read this: by content type where one is given, else by the name's suffix.

    Many servers send Markdown as ``text/plain``; there the suffix says more.

    Raises:
        SourceError: neither names something that is read.
    """
    by_suffix = _BY_SUFFIX.get(split_suffix(name)[1])
    media = media_type(content_type)
    if media:
        kind = _BY_CONTENT_TYPE.get(media)
        if kind is None:
            raise SourceError(
                f"Content of type {media[:80]!r} is not read; only web pages, "
                "plain text, Markdown, PDF and Word documents (.docx) are."
            )
        return Kind.MARKDOWN if kind is Kind.TEXT and by_suffix is Kind.MARKDOWN else kind
    if by_suffix is None:
        raise SourceError(why_not_read(name))
    return by_suffix
