import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.reading.cleaning import clean_date, clean_line, clean_names, clean_text, clean_url


def test_line_ends_become_newlines() -> None:
    assert clean_text("a\r\nb\rc\u2028d\x0ce") == "a\nb\nc\nd\ne"


def test_what_cannot_be_seen_goes() -> None:
    hidden = "\0\x1b\u200b\u202e\u2066\ufeff\u00ad\ud800\U000e0041\x9b"

    assert clean_text(f"a{hidden}b\tc") == "ab\tc"


def test_letters_stay_as_they_are_typed() -> None:
    text = "e\u0301 é \u00a0 ﬁ ½ ‘quote’ می\u200cخواهم 👩\u200d🚒 ﷺ"

    assert clean_text(text) == text


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_clean_text_is_storable_and_stable(text: str) -> None:
    cleaned = clean_text(text)

    cleaned.encode("utf-8")
    assert clean_text(cleaned) == cleaned


def test_a_line_is_cut_with_a_mark() -> None:
    assert clean_line("  a \n b\t", 10) == "a b"
    assert clean_line("x" * 400, 300) == "x" * 299 + "…"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a?b=c#d",
        "http://example.org",
        "https://example.org:8443/ü",
        "https://[2001:db8::1]/x",
    ],
)
def test_addresses_of_pages_are_kept(url: str | None) -> None:
    assert clean_url(f" {url} ") == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://example.org/",
        "//example.org/",
        "/news/1",
        "https://",
        "https://user:pass@example.org/",
        "https://user@example.org/",
        "https://example.org:99999/",
        "https://example.org:x/",
        "https://exam ple.org/",
        "https://example.org/\n",
        "https://example.org/>)[x](",
        "https://example.org/" + "a" * 3000,
        "https://[::1/",
        "https://example.org/\u202e",
        None,
        7,
    ],
)
def test_anything_else_is_no_address(url: str | None) -> None:
    assert clean_url(f"{url}x" if url == "https://example.org/\n" else url) is None


@pytest.mark.parametrize(
    "date",
    ["2025", "2025-04", "2025-04-29", "2025-04-29T10:00:00+02:00", "April 29, 2025", "29.4.25"],
)
def test_dates_stay_as_given(date: str) -> None:
    assert clean_date(date) == date


@pytest.mark.parametrize("value", ["true", "", "soon", None, 2025, "2025" * 40])
def test_what_is_no_date_is_dropped(value: object) -> None:
    assert clean_date(value) is None


def test_authors_lose_blanks_and_doubles() -> None:
    assert clean_names(["Ann  Lee", "", " ", "Ann Lee", "Bo\u202e"]) == ("Ann Lee", "Bo")
