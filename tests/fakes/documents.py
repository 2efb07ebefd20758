"""Makes small PDF and Word files, byte by byte, as programs write them."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def make_pdf(
    *pages: Sequence[str],
    facts: Mapping[str, str] | None = None,
    pictures: bool = False,
) -> bytes:
    """A PDF with a text layer: each page as lines from the top to the bottom."""
    return make_raw_pdf(*map(lines_at, pages), facts=facts, pictures=pictures)


def lines_at(lines: Sequence[str], left: int = 72, top: int = 760) -> bytes:
    """The drawing of some lines below each other, in Windows-1252.

    Its letters 1 and 2 are the ligatures of fi and ffi, 3 has a number of the font's own.
    """
    shown = (
        line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        for line in lines
    )
    body = b" ".join(b"(" + line + b") Tj T*" for line in shown)
    return b"BT /F1 11 Tf 13 TL %d %d Td " % (left, top) + body + b" ET\n"


def make_raw_pdf(
    *drawings: bytes, facts: Mapping[str, str] | None = None, pictures: bool = False
) -> bytes:
    """A PDF whose pages are drawn by these operators."""
    count = len(drawings)
    kids = b" ".join(b"%d 0 R" % (6 + 2 * n) for n in range(count))
    letters = b"/BaseEncoding /WinAnsiEncoding /Differences [1 /fi /ffi /uniE007]"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << %s >> >>"
    stated = b" ".join(b"/%s (%s)" % (k.encode(), v.encode()) for k, v in (facts or {}).items())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids),
        font % letters,
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /Length 1 >>\nstream\n\0\nendstream",
        b"<< %s >>" % stated,
    ]
    picture = b" /XObject << /I 4 0 R >>" if pictures else b""
    for number, drawing in enumerate(drawings):
        packed = zlib.compress(drawing, 9)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources "
            b"<< /Font << /F1 3 0 R >>%s >> >>" % (7 + 2 * number, picture),
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        ]
    return _with_table(objects)


def _with_table(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def paragraph(text: str, style: str | None = None) -> str:
    """A paragraph of WordprocessingML; ``style`` is its id, such as ``Heading1``."""
    of_style = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{of_style}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def make_docx(
    *body: str,
    facts: str = "",
    parts: Mapping[str, bytes | str] | None = None,
    relations: str = "",
    doctype: str = "",
) -> bytes:
    """A Word document with these paragraphs and tables; ``parts`` are added or replaced."""
    everything: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{relations}</Relationships>",
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<w:document '
        f'xmlns:w="{_W}" xmlns:r="{_R}"><w:body>{"".join(body)}</w:body></w:document>',
        "docProps/core.xml": f'<c:coreProperties xmlns:c="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        f"{facts}</c:coreProperties>",
        **(parts or {}),
    }
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in everything.items():
            archive.writestr(name, content)
    return out.getvalue()
