"""PDF files with a text layer become paragraphs; others are refused with a way out."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from index.errors import SourceError
from index.models import Article
from index.reading import Reader
from index.reading.parsing import Document, parse_article
from index.reading.pdf_lines import join_pages
from tests.fakes.documents import lines_at, make_pdf, make_raw_pdf

PAGE = [
    "The pier is closed",
    "The harbour council met on Tuesday and decided that the old pier is to be closed from",
    "the first of May, since its piles are rotten and nobody wants to pay for new ones. The har-",
    "bour master said so.",
    "It was built in 1904 by the state-of-the-",
    "art firm of Lund. “Never again,” he said (and left).",
]
TEXT = (
    "The pier is closed\n\n"
    "The harbour council met on Tuesday and decided that the old pier is to be closed from the "
    "first of May, since its piles are rotten and nobody wants to pay for new ones. The harbour "
    "master said so.\n\n"
    "It was built in 1904 by the state-of-the-art firm of Lund. “Never again,” he said (and left)."
)


def read(data: bytes, name: str = "pier.pdf") -> Article:
    return parse_article(data, Document(name, "pier"))


def changed(data: bytes, password: str, owner: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, owner, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_lines_become_paragraphs_and_cut_words_are_whole_again() -> None:
    assert read(make_pdf(PAGE)).text == TEXT


def test_a_paragraph_goes_on_over_the_page_without_heads_feet_and_page_numbers() -> None:
    def page(number: int, *lines: str) -> list[str]:
        return [f"Harbour Gazette, {number} May", *lines, "Printed in Harbour", f"- {number} -"]

    article = read(
        make_pdf(
            page(1, "Closed", "The old pier was closed on Tuesday by the council, which has no"),
            page(2, "money for new piles. Boats go to the new pier, which is by the lighthouse of"),
            page(3, "Lund, until May."),
        )
    )

    assert article.text == (
        "Closed\n\nThe old pier was closed on Tuesday by the council, which has no money for new "
        "piles. Boats go to the new pier, which is by the lighthouse of Lund, until May."
    )


def test_a_title_that_heads_all_pages_is_read_once() -> None:
    head = "The old pier"
    pages = [
        [head, f"This page of the story is about {what}."] for what in ("boats", "nets", "rain")
    ]
    article = read(make_pdf(*pages))

    assert article.text.count(head) == 1
    assert article.title == head


def test_sections_and_entries_of_a_table_of_contents_begin_anew() -> None:
    lines = [
        "Contents . . . . . . . . . . . . . . . . . . . . 1",
        "The pier . . . . . . . . . . . . . . . . . . . . 2",
        "Nobody knows how long the pier will stay closed, or what is to become of the boats.",
        "1.2. What is to be done",
        "Nothing.",
    ]

    assert read(make_pdf(lines)).text == "\n\n".join(lines)


def test_lines_that_come_again_only_twice_stay() -> None:
    article = read(make_pdf(["The same head.", "First page here."], ["The same head.", "Second."]))

    assert article.text.count("The same head.") == 2


def test_lists_are_lists() -> None:
    lines = ["What to bring to the pier when it opens again in May, says the council:"]
    article = read(make_pdf([*lines, "• A boat that floats", "• Two nets", "1. First, a hat."]))

    assert article.text == f"{lines[0]}\n\n- A boat that floats\n- Two nets\n1. First, a hat."


def test_columns_that_are_written_one_after_the_other_are_read_so() -> None:
    left = lines_at(["The left column is about", "the pier of the town."], 72)
    right = lines_at(["The right column is about", "the boats of the town."], 320)
    words = " ".join(read(make_raw_pdf(left + right)).text.split())

    assert words == (
        "The left column is about the pier of the town. "
        "The right column is about the boats of the town."
    )


def test_letters_that_printers_join_are_separate_again() -> None:
    assert read(make_pdf(["The o\x02ce \x01nds all that is lost."])).text == (
        "The office finds all that is lost."
    )


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("The pier of 1904", "The pier of 1904"),
        ("", "The pier is closed"),
        ("Microsoft Word - pier_final.docx", "The pier is closed"),
        ("pier-final-2.indd", "The pier is closed"),
        ("untitled", "The pier is closed"),
        ("Document1", "The pier is closed"),
    ],
)
def test_a_stated_title_counts_where_a_person_may_have_written_it(stated: str, title: str) -> None:
    assert read(make_pdf(PAGE, facts={"Title": stated})).title == title


def test_without_a_title_the_name_gives_one() -> None:
    article = read(make_pdf(["It is closed. Nobody knows for how long, said one."]), "old-pier.pdf")

    assert article.title == "Old pier"


@pytest.mark.parametrize(
    ("name", "line", "made", "date"),
    [
        ("pier.pdf", "", "D:20250429101500+02'00'", "2025-04-29"),
        ("2025-03-01-pier.pdf", "", "D:20250429101500Z", "2025-03-01"),
        ("2025-03-01-pier.pdf", "29 April 2024", "D:20250429101500Z", "2024-04-29"),
        ("pier.pdf", "Published: April 3rd, 2024", "", "2024-04-03"),
        ("pier.pdf", "2024-02-30", "", None),
        ("pier.pdf", "", "D:19700101000000Z", None),
        ("pier.pdf", "", "D:29990101000000Z", None),
        ("pier.pdf", "", "yesterday", None),
        ("pier.pdf", "", "", None),
    ],
)
def test_the_date_is_that_of_the_text_or_the_name_or_at_last_of_the_making(
    name: str, line: str, made: str, date: str | None
) -> None:
    lines = [PAGE[0], line, *PAGE[1:]] if line else PAGE
    article = read(make_pdf(lines, facts={"CreationDate": made} if made else None), name)

    assert article.published_at == date


def test_authors_are_named_and_programs_are_not() -> None:
    def authors(stated: str) -> tuple[str, ...]:
        return read(make_pdf(PAGE, facts={"Author": stated})).authors

    assert authors("Ann Lund; Bo Holm and Cy Dahl") == ("Ann Lund", "Bo Holm", "Cy Dahl")
    assert authors("Administrator") == ()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (make_pdf([], [], pictures=True), "only pictures of pages; run text recognition"),
        (make_pdf(["17"], pictures=True), "only pictures of pages; run text recognition"),
        (make_pdf([]), "There is no text in it"),
        (make_raw_pdf(), "There is no text in it"),
        (b"<html><body><p>The pier is closed.</p></body></html>", "named like a PDF, but is none"),
        (b"PK\x03\x04 and so on", "named like a PDF, but is none"),
        (b"", "It is empty"),
        (b"%PDF-1.7\nand nothing else", "broken PDF"),
        (make_pdf(PAGE)[:300], "broken PDF"),
        (changed(make_pdf(PAGE), "secret", "other"), "protected with a password"),
        (make_pdf(*[["Page."]] * 2_001), "more than 2,000 pages"),
        (make_raw_pdf(b" " * 21_000_000), "too large or too deeply nested"),
        (make_raw_pdf(b"BT /F1 9 Tf " + b"(a) Tj " * 600_000 + b"ET"), "too large or too deeply"),
        (make_pdf([PAGE[1] + "\x03" * 30]), "fonts do not say which letters they show"),
    ],
    ids=[
        *("scan", "scan-with-number", "blank", "no-pages", "html", "zip", "empty", "head", "cut"),
        *("locked", "pages", "bomb", "operators", "fonts"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        read(data)


def test_a_file_that_may_be_read_but_not_changed_is_read() -> None:
    assert read(changed(make_pdf(PAGE), "", "owner")).text == TEXT


def test_a_pdf_by_another_name_is_refused() -> None:
    with pytest.raises(SourceError, match="it looks like a PDF"):
        read(make_pdf(PAGE), "pier.txt")


def test_a_fetched_pdf_is_told_by_its_content_type() -> None:
    document = Document("pier", "p", "https://example.org/pier", "application/pdf")
    article = parse_article(make_pdf(PAGE), document)

    assert (article.text, article.url) == (TEXT, "https://example.org/pier")


async def test_the_reading_process_reads_pdf_files() -> None:
    reader = Reader()
    try:
        article = await reader.read(make_pdf(PAGE), "pier.pdf", derived_id="pier")
        with pytest.raises(SourceError, match="broken PDF"):
            await reader.read(b"%PDF-1.4", "pier.pdf", derived_id="pier")
    finally:
        await reader.close()

    assert article.text == TEXT


@given(st.binary(max_size=60), st.integers(0, 1_500), st.integers(0, 200))
def test_a_damaged_file_is_read_or_refused_but_never_breaks_anything(
    junk: bytes, place: int, length: int
) -> None:
    data = make_pdf(PAGE)
    with suppress(SourceError):
        assert read(data[:place] + junk + data[place + length :]).text


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=6)))
def test_joining_lines_neither_fails_nor_invents_words(pages: list[list[str]]) -> None:
    joined = "".join("".join(join_pages(pages)).split())
    rest = iter("".join("".join(line for page in pages for line in page).split()))

    assert all(letter in rest for letter in joined)
