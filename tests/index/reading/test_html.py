import pytest

from index.models import Article
from index.reading.parsing import Document, parse_article

PARAGRAPH = (
    "The harbour master said on Tuesday that the new pier would open to all boats "
    "before the end of the month, weather permitting, and thanked the volunteers."
)


def page(body: str, head: str = "") -> str:
    return (
        f"<!doctype html><html><head><title>T</title>{head}</head><body><nav><a href='/'>Home</a>"
        f"<a href='/x'>Subscribe now</a></nav><main><article>{body}<p>{PARAGRAPH}</p></article>"
        "</main><footer>Imprint and cookies</footer></body></html>"
    )


def read(html: str, url: str | None = "https://gull.example/pier") -> Article:
    return parse_article(html.encode(), Document("pier.html", "derived", url=url))


def test_the_main_text_has_the_shape_of_all_clean_texts() -> None:
    article = read(
        page(
            f"<h1>The pier opens</h1><p>{PARAGRAPH}</p><h2>What <em>comes</em> next</h2>"
            "<ul><li>More boats in spring<ul><li>and a ferry</li></ul></li><li>Less noise</li></ul>"
            "<ol><li>First the rails</li><li>Then the paint</li></ol>"
            "<table><tr><th>Day</th><th>Boats</th></tr><tr><td>Monday</td><td>3</td></tr></table>"
            "<blockquote><p>It was time, said the mayor of the town.</p></blockquote>"
            "<pre><code>one\n  two\n\nthree</code></pre><p>Line one<br>line two of it.</p>"
        )
    )

    assert article.text == (
        f"The pier opens\n\n{PARAGRAPH}\n\nWhat comes next\n\n"
        "- More boats in spring\n  - and a ferry\n- Less noise\n\n"
        "1. First the rails\n2. Then the paint\n\nDay | Boats\nMonday | 3\n\n"
        "It was time, said the mayor of the town.\n\none\n  two\n\nthree\n\n"
        f"Line one\nline two of it.\n\n{PARAGRAPH}"
    )
    assert [(h.level, article.text[h.start : h.end]) for h in article.headings] == [
        (1, "The pier opens"),
        (2, "What comes next"),
    ]


def test_words_inside_time_elements_stay_in_their_sentence() -> None:
    article = read(
        page(f"<p>On <time datetime='2025-05-06'>May 6</time> it rained.</p><p>{PARAGRAPH}</p>")
    )

    assert "On May 6 it rained." in article.text


def test_struck_out_and_unseen_words_are_left_out() -> None:
    article = read(
        page(f"<p>It cost <del>two</del> three mil&#x200b;lion&#x202e;.</p><p>{PARAGRAPH}</p>")
    )

    assert "It cost three million." in article.text


def test_metadata_comes_from_the_page_and_the_date_keeps_its_precision() -> None:
    article = read(
        page(
            "<h1>The pier opens</h1>",
            "<link rel='canonical' href='/news/pier'>"
            "<meta property='og:title' content='The pier opens'>"
            "<meta property='og:site_name' content='The Grey Gull'>"
            "<meta property='article:published_time' content='2025-04-29T08:30:00+02:00'>"
            "<meta name='author' content='Ann Lee'>",
        )
    )

    assert article.title == "The pier opens"
    assert article.published_at == "2025-04-29T08:30:00+02:00"
    assert article.authors == ("Ann Lee",)
    assert article.publisher == "The Grey Gull"
    assert article.url == "https://gull.example/news/pier"


@pytest.mark.parametrize(
    ("head", "date"),
    [
        (
            (
                '<script type="application/ld+json">{"@graph": [{"@type": "WebSite"}, '
                '{"@type": ["NewsArticle"], "datePublished": "2025-04-29T06:30Z"}]}</script>'
            ),
            "2025-04-29T06:30Z",
        ),
        ('<script type="application/ld+json">{not json</script>', None),
        ('<script type="application/ld+json">' + "[" * 5000 + "</script>", None),
        ("<meta name='date' content='2025-04'>", "2025-04"),
        ("<meta name='date' content='soon'>", None),
    ],
)
def test_dates_are_taken_as_the_page_states_them(head: str, date: str | None) -> None:
    assert read(page("<h1>Pier</h1>", head)).published_at == date


def test_a_date_shown_on_the_page_is_taken_with_its_machine_form() -> None:
    html = page("<h1>Pier</h1><p><time pubdate datetime='2025-04-29T07:00'>29 April</time></p>")

    assert read(html).published_at == "2025-04-29T07:00"


@pytest.mark.parametrize("href", ["javascript:alert(1)", "https://u:p@gull.example/", "//[", ""])
def test_a_canonical_address_that_is_no_page_is_dropped(href: str) -> None:
    html = page("", f"<link rel='canonical' href='{href}'>")

    assert read(html, url=None).url is None


def test_the_declared_charset_of_a_page_is_used() -> None:
    html = page(
        f"<p>Żółta łódź wypłynęła rano z portu. {PARAGRAPH}</p>", "<meta charset='iso-8859-2'>"
    )
    article = parse_article(html.encode("iso-8859-2"), Document("a.html", "derived"))

    assert "Żółta łódź wypłynęła rano z portu." in article.text


def test_a_fragment_without_a_frame_is_read() -> None:
    assert read(f"<p>{PARAGRAPH}</p>").text == PARAGRAPH
