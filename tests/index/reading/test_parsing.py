import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import SourceError
from index.models import Article
from index.reading.kinds import CONTENT_TYPES, kind_of
from index.reading.parsing import Document, parse_article
from tests.fakes.documents import make_docx, make_pdf, paragraph


def read(data: str | bytes, name: str = "a.md", **known: str) -> Article:
    raw = data.encode() if isinstance(data, str) else data
    return parse_article(raw, Document(name, **({"derived_id": "derived"} | known)))


def test_a_markdown_article_carries_everything_its_front_matter_says() -> None:
    article = read(
        "---\nid: n-1\ntitle: The pier\ndate: 2025-04\nauthor: Ann Lee\n"
        "url: https://e.org/pier\npublisher: The Gull\n---\n\n# The pier\n\nIt opens.",
    )

    assert article == Article(
        id="n-1",
        title="The pier",
        text="The pier\n\nIt opens.",
        published_at="2025-04",
        authors=("Ann Lee",),
        url="https://e.org/pier",
        publisher="The Gull",
        headings=article.headings,
        id_is_given=True,
    )
    assert [(h.start, h.end, h.level) for h in article.headings] == [(0, 8, 1)]


def test_without_an_id_of_its_own_an_article_takes_the_derived_one() -> None:
    article = read("Text.")

    assert (article.id, article.id_is_given) == ("derived", False)


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("## Small\n\n# Big\n\nText.", "a.md", "Big"),
        ("Text.\n\n## Small", "a.md", "Small"),
        ("Text.", "2025-04-29-new_town-hall.md", "New town hall"),
        ("Text.", "2025-04-29.md", "2025 04 29"),
        ("The pier opens\n\nIt was time.", "a.txt", "The pier opens"),
        ("The pier opens\nIt was time.", "pier-news.txt", "Pier news"),
        ("One line only.", "pier-news.txt", "Pier news"),
        ("x" * 121 + "\n\nText.", "pier.txt", "Pier"),
    ],
)
def test_a_title_is_always_found(text: str, name: str, title: str) -> None:
    assert read(text, name).title == title


def test_plain_text_stays_whole_letter_for_letter() -> None:
    text = "\n A title\n\n  # not a heading\n\ttext  with  spaces\u00a0 \n"
    article = read(text, "a.txt")

    assert article.text == text
    assert article.headings == ()


def test_a_date_in_the_file_name_is_used_when_nothing_else_gives_one() -> None:
    assert read("Text.", "18f-2016-10-11-juice.md").published_at == "2016-10-11"
    assert read("Text.", "2016-13-41-juice.md").published_at is None
    assert read("---\ndate: 2015\n---\nText.", "2016-10-11-juice.md").published_at == "2015"


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
@pytest.mark.parametrize("data", [b"", b" \n\t ", b"\xef\xbb\xbf\n", b"\0\0"])
def test_an_empty_file_is_an_error(name: str, data: bytes) -> None:
    with pytest.raises(SourceError, match="It is empty"):
        read(data, name)


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "a.md", "PNG image"),
        ("---\ntitle: A\n---\n\n", "a.md", "no text below the front matter"),
        ("<!-- only a comment -->", "a.md", "no text"),
        ("---\ntitle: A: B\n---\nText", "a.md", "line 2"),
        ("<html><body><nav><a href=x>Home</a></nav></body></html>", "a.html", "No article text"),
        ("<html><script>var x = 'long enough words';</script></html>", "a.html", "No article text"),
        ("x", "a.exe", r"This type of file is not read. Footnote reads .md, .*, .pdf, .docx, "),
        ("x", "a.doc", r"Old Word files \(.doc\) are not read; save it as .docx"),
        ("x", "a.EPUB", r"EPUB books are not read: no library .* fitting licence"),
        ("x", "a.odt", r"save it as .docx or PDF"),
        ("x", ".md", "not read"),
        ("x" * 2_000_001, "a.txt", "longer than 2,000,000 characters"),
        (b"x" * 10_000_001, "a.txt", "larger than 10 MB"),
    ],
)
def test_bad_input_gives_one_clear_sentence(data: bytes, name: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(data, name)


def test_the_content_type_decides_over_the_name() -> None:
    assert read(
        "<p>A sentence that is long enough.</p>", "a.txt", content_type="text/html"
    ).text == ("A sentence that is long enough.")
    assert read("# A\n\nb", "a.md", content_type="text/plain; charset=utf-8").text == "A\n\nb"
    assert read("# A\n\nb", "a", content_type="text/plain").text == "# A\n\nb"
    with pytest.raises(SourceError, match="'image/png' is not read"):
        kind_of("a.md", "image/png")


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=400) | st.text(max_size=200).map(lambda t: t.encode("utf-16")))
def test_random_bytes_give_an_article_or_a_source_error(name: str, data: bytes) -> None:
    try:
        article = read(data, name)
    except SourceError:
        return
    assert article.title
    assert article.text.strip()
    article.text.encode()
    for heading in article.headings:
        assert article.text[heading.start : heading.end].strip()


def test_every_content_type_has_a_reader() -> None:
    files = {
        "application/pdf": make_pdf(["Words that are enough for a page."]),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": make_docx(
            paragraph("Words that are enough for a page.")
        ),
    }
    for content_type in CONTENT_TYPES:
        data = files.get(content_type, b"<p>Words that are enough for a page.</p>")
        assert (
            "Words that are enough for a page." in read(data, "a", content_type=content_type).text
        )
