"""Word documents become articles with headings; others are refused with a way out."""

import io
import struct
from contextlib import suppress
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import SourceError
from index.models import Article
from index.reading import Reader
from index.reading.parsing import Document, parse_article
from tests.fakes.documents import make_docx, paragraph

BODY = (
    paragraph("The old pier", "Title"),
    paragraph("It is closed & nobody knows why."),
    paragraph("History", "Heading1"),
    paragraph("It was built in 1904."),
    paragraph("Piles", "Heading2"),
    paragraph("They are rotten."),
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def read(data: bytes, name: str = "pier.docx") -> Article:
    return parse_article(data, Document(name, "pier"))


def headings(article: Article) -> list[tuple[str, int]]:
    return [(article.text[h.start : h.end], h.level) for h in article.headings]


def cell(text: str) -> str:
    return f"<w:tc>{paragraph(text)}</w:tc>"


def test_a_document_becomes_its_text_with_headings() -> None:
    article = read(make_docx(*BODY))

    assert article.text == (
        "The old pier\n\nIt is closed & nobody knows why.\n\nHistory\n\nIt was built in 1904.\n\n"
        "Piles\n\nThey are rotten."
    )
    assert headings(article) == [("The old pier", 1), ("History", 1), ("Piles", 2)]
    assert article.title == "The old pier"


def test_tables_and_lists_keep_their_shape() -> None:
    numbering = (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
        '<w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1">'
        '<w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    item = (
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
        "<w:r><w:t>{}</w:t></w:r></w:p>"
    )
    table = (
        f"<w:tbl><w:tr>{cell('Day')}{cell('Time')}</w:tr>"
        f"<w:tr>{cell('Monday')}{cell('9 to 5')}</w:tr></w:tbl>"
    )
    data = make_docx(
        item.format("Boats"),
        item.format("Nets"),
        table,
        parts={"word/numbering.xml": numbering},
    )

    assert read(data).text == "- Boats\n- Nets\n\nDay | Time\nMonday | 9 to 5"


def test_words_that_were_taken_out_are_left_out_and_those_put_in_are_in() -> None:
    body = (
        "<w:p><w:r><w:t xml:space='preserve'>The pier is </w:t></w:r>"
        "<w:del><w:r><w:delText>open</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>closed</w:t></w:r></w:ins><w:r><w:t>.</w:t></w:r></w:p>"
    )

    assert read(make_docx(body)).text == "The pier is closed."


def test_a_footnote_is_read_without_the_arrow_that_leads_back() -> None:
    note = f'<w:footnote w:id="2">{paragraph("See the Gazette.")}</w:footnote>'
    notes = f'<w:footnotes xmlns:w="{W}">{note}</w:footnotes>'
    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    body = f"<w:p><w:r><w:t>It was closed.</w:t></w:r>{reference}</w:p>"
    text = read(make_docx(body, parts={"word/footnotes.xml": notes})).text

    assert text == "It was closed.[1]\n\n- See the Gazette."


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        ("<dc:title>A pier of 1904</dc:title>", "A pier of 1904"),
        ("<dc:title>Document1</dc:title>", "The old pier"),
        ("<dc:title></dc:title>", "The old pier"),
        ("<not closed", "The old pier"),
    ],
)
def test_a_stated_title_counts_where_a_person_may_have_written_it(facts: str, title: str) -> None:
    assert read(make_docx(*BODY, facts=facts)).title == title


def test_without_headings_the_first_line_or_the_name_gives_the_title() -> None:
    said = paragraph("It is closed.")

    assert read(make_docx(paragraph("The old pier"), said)).title == "The old pier"
    assert read(make_docx(said, said), "new-pier.docx").title == "New pier"


def test_names_and_the_day_are_taken_from_the_document() -> None:
    facts = (
        "<dc:creator>Ann Lund;python-docx</dc:creator>"
        "<dcterms:created>2025-04-29T08:00:00Z</dcterms:created>"
    )
    article = read(make_docx(*BODY, facts=facts))

    assert article.authors == ("Ann Lund",)
    assert article.published_at == "2025-04-29"


def test_pictures_and_files_outside_are_never_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret words")
    picture = (
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/'
        '2006/wordprocessingDrawing"><a:graphic xmlns:a="http://schemas.openxmlformats.org/'
        'drawingml/2006/main"><a:graphicData><p:pic xmlns:p="http://schemas.openxmlformats.org/'
        'drawingml/2006/picture"><p:blipFill><a:blip r:link="r9"/></p:blipFill></p:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
    relation = (
        '<Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'relationships/image" Target="{secret.as_uri()}" TargetMode="External"/>'
    )
    article = read(make_docx(*BODY, picture, relations=relation))

    assert article.text.endswith("They are rotten.")


def _locked() -> bytes:
    data = bytearray(make_docx(*BODY))
    place = data.index(b"PK\x01\x02")
    while place >= 0:
        data[place + 8] |= 1
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def _lying_about_its_size() -> bytes:
    data = bytearray(make_docx(parts={"word/document.xml": b" " * 40_000_000}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(struct.pack("<I", 40_000_000), data.index(signature) + offset)
        data[place : place + 4] = struct.pack("<I", 1_000)
    return bytes(data)


def _zip_of(name: str) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr(name, "The pier is closed.")
    return out.getvalue()


ENTITIES = '<!DOCTYPE w:document [<!ENTITY a "{}"><!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "It is empty"),
        (b"The pier is closed.", r"named like a Word document \(.docx\), but is none"),
        (b"%PDF-1.7 and so on", r"named like a Word document \(.docx\), but is none"),
        (_zip_of("pier.txt"), r"named like a Word document \(.docx\), but is none"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Word file .* save it as .docx"),
        (_zip_of("pier.txt")[:60], "broken Word document"),
        (make_docx("<w:p>"), "broken Word document"),
        (make_docx(), "There is no text in it"),
        (make_docx(paragraph(" ")), "There is no text in it"),
        (_locked(), "protected with a password"),
        (make_docx(*BODY, doctype=ENTITIES.format("x" * 99)), "it defines entities"),
        (make_docx(parts={"word/document.xml": b" " * 31_000_000}), "more than 30 MB"),
        (make_docx(parts={f"word/{n}.xml": b"" for n in range(10_001)}), "more than 30 MB"),
        (_lying_about_its_size(), "broken Word document"),
    ],
    ids=[
        *("empty", "text", "pdf", "zip", "doc", "cut", "xml", "nothing", "blank", "locked"),
        *("entities", "bomb", "parts", "lie"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        read(data)


async def test_the_reading_process_survives_a_document_that_is_nested_too_deeply() -> None:
    deep = "<w:sdt><w:sdtContent>" * 100_000 + "</w:sdtContent></w:sdt>" * 100_000
    reader = Reader()
    try:
        with pytest.raises(SourceError):
            await reader.read(make_docx(deep), "a.docx", derived_id="a")
        article = await reader.read(make_docx(*BODY), "pier.docx", derived_id="pier")
    finally:
        await reader.close()

    assert article.title == "The old pier"


@given(st.binary(max_size=60), st.integers(0, 1_500), st.integers(0, 200))
def test_a_damaged_file_is_read_or_refused_but_never_breaks_anything(
    junk: bytes, place: int, length: int
) -> None:
    data = make_docx(*BODY)
    with suppress(SourceError):
        assert read(data[:place] + junk + data[place + length :]).text
