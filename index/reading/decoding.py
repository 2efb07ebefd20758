"""From bytes to text: byte order mark, declared charset, UTF-8, then detection."""

from __future__ import annotations

import codecs
import re

import charset_normalizer

from index.errors import SourceError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "an Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
)
# Python knows codecs that are no character sets (punycode, unicode_escape, utf-7):
# a page must not choose one of those.
_CHARACTER_SETS = re.compile(
    r"utf-(8|16|32)|cp\d|iso8859|iso2022|koi8|gb|hz$|big5|euc|shift_jis|johab|mac|ascii|tis-620"
)
_IN_CONTENT_TYPE = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_IN_HTML = re.compile(rb"<meta\b[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_IN_XML = re.compile(rb"\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd]")

_SAMPLE = 200_000
_HEAD = 4_096
_FEW = 8
_MAX_SHARE_NOT_TEXT = 0.02
_MAX_SHARE_REPLACED = 0.001


def declared_charset(data: bytes, content_type: str | None, *, is_html: bool) -> str | None:
    """The charset that the HTTP header, or else the page itself, says it has."""
    if found := _IN_CONTENT_TYPE.search(content_type or ""):
        return found[1]
    if not is_html:
        return None
    match = _IN_XML.match(data[:_HEAD]) or _IN_HTML.search(data[:_HEAD])
    if match is None:
        return None
    name = match[1].decode("ascii", "replace")
    # A page whose declaration could be read byte by byte is not UTF-16, whatever it says.
    return "utf-8" if name.lower().startswith(("utf-16", "utf-32")) else name


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of ``data``, not yet cleaned.

    Raises:
        SourceError: the bytes are not text.
    """
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise SourceError(f"This is not text: it looks like {what}.")
    text = _decode_marked(data) or _decode_declared(data, declared) or _decode_guessed(data)
    sample = text[:_SAMPLE]
    odd = len(_NOT_TEXT.findall(sample))
    if odd > _FEW and odd > len(sample) * _MAX_SHARE_NOT_TEXT:
        raise SourceError("This is not text: it is full of control characters.")
    return text


def _decode_marked(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return None


def _decode_declared(data: bytes, declared: str | None) -> str | None:
    encoding = _known_encoding(declared)
    if encoding is None:
        return None
    if encoding == "utf-8":
        text = data.decode("utf-8", "replace")
        # One bad byte in a long page is a slip, not another character set.
        return text if text.count("\ufffd") <= len(text) * _MAX_SHARE_REPLACED else None
    try:
        return data.decode(encoding)
    except UnicodeError:
        return data.decode("latin-1") if encoding == "cp1252" else None


def _known_encoding(name: str | None) -> str | None:
    try:
        encoding = codecs.lookup(name or "").name
    except (LookupError, ValueError):
        return None
    if not _CHARACTER_SETS.match(encoding):
        return None
    # As browsers do: these labels mean Windows-1252 on the web.
    return "cp1252" if encoding in {"iso8859-1", "ascii"} else encoding


def _decode_guessed(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(_guess_encoding(data[:_SAMPLE]), "replace")


def _guess_encoding(sample: bytes) -> str:
    # Text without a NUL is not UTF-16, however well some short text would fit.
    wide = [] if b"\0" in sample else ["utf_16_be", "utf_16_le", "utf_32_be", "utf_32_le"]
    matches = list(charset_normalizer.from_bytes(sample, cp_exclusion=[*wide, "utf_7"]))
    if not matches:
        raise SourceError("This is not text in any known character set.")
    best = matches[0]
    equal = [m for m in matches if (m.chaos, m.coherence) == (best.chaos, best.coherence)]
    # On a tie the most common of the undeclared ones, as browsers have it.
    likely = any("cp1252" in m.could_be_from_charset for m in equal)
    return "cp1252" if likely else best.encoding
