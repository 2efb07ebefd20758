"""Links open the article at the quote, are short enough, and break out of nothing."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.answering.models import Quote
from bot.rendering.linking import ArticleLinks
from bot.rendering.links import LINK_LIMIT, safe_url, short_url
from tests.fakes.text_fragments import find_fragment, fragment_parts


def build_link(url: str | None, text: str, start: int, end: int) -> str | None:
    quote = Quote("a", "v", "T", url, None, (), None, start, end, text[start:end])
    return ArticleLinks()(quote, text, None, library="default")


URL = "https://town.example/news"
words = st.sampled_from(
    "the The bridge river-side nine 3.5 crowns, opened on and, Élan café's 41,000 well-known & "
    "(so) “said” it. 日本語 a_b state's".split()
)
sentences = st.lists(words, min_size=1, max_size=30).map(" ".join)
articles = st.lists(sentences, min_size=1, max_size=6).flatmap(
    lambda lines: st.lists(
        st.sampled_from(["\n", "\n\n", " ", "\n- ", " | "]),
        min_size=len(lines),
        max_size=len(lines),
    ).map(lambda joints: "".join(a + b for a, b in zip(lines, joints, strict=True)).strip())
)


@st.composite
def quotes(draw: st.DrawFn) -> tuple[str, int, int]:
    """An article and a range in it that begins and ends at whitespace."""
    text = draw(articles)
    starts = [m.start() for m in re.finditer(r"\S+", text)]
    ends = [m.end() for m in re.finditer(r"\S+", text)]
    first = draw(st.integers(0, len(starts) - 1))
    return text, starts[first], draw(st.sampled_from(ends[first:]))


@given(quotes())
@example(("a a", 0, 1))
@example(("one two. one two.", 9, 17))
@example(("the the the", 0, 3))
def test_a_browser_finds_the_quote_first_and_whole(quote: tuple[str, int, int]) -> None:
    text, start, end = quote
    link = build_link(URL, text, start, end)

    assert link is not None
    assert len(link) <= LINK_LIMIT
    assume(link != URL)
    first, last = next(find_fragment(link, text))
    # All of the quote but what is no word at its ends.
    assert re.fullmatch(r"[\W_]*", text[start:first])
    assert re.fullmatch(r"[\W_]*", text[last:end])
    assert start <= first < last <= end


@given(quotes())
def test_every_part_of_a_fragment_stands_in_one_block_of_the_article(
    quote: tuple[str, int, int],
) -> None:
    text, start, end = quote
    link = build_link(URL, text, start, end)

    assert link is not None
    for part in fragment_parts(link).values():
        assert part in text
        assert not re.search(r"[\n|]", part)


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 200))
def test_no_text_breaks_it(text: str, start: int, end: int) -> None:
    link = build_link(URL, text, min(start, len(text)), min(max(start, end), len(text)))

    assert link is not None
    assert link.startswith(URL)
    assert re.fullmatch(r"[\x21-\x7e]+", link)
    assert not re.search(r"[()<>\[\]\s]", link)


def test_a_sentence_is_named_whole() -> None:
    text = "First line.\nThe levy covers cars, trucks & parts - all of them. More."
    start = text.index("The levy")
    link = build_link(URL, text, start, text.index(" More"))

    expected = "The%20levy%20covers%20cars%2C%20trucks%20%26%20parts%20%2D%20all%20of%20them"
    assert link == f"{URL}#:~:text={expected}"


def test_a_long_quote_is_named_by_its_first_and_last_words() -> None:
    text = "Before that. " + " ".join(f"word{n}" for n in range(200)) + ". After."
    link = build_link(URL, text, text.index("word0"), text.index(" After"))

    assert link == (
        f"{URL}#:~:text=word0%20word1%20word2%20word3%20word4%20word5,"
        "word194%20word195%20word196%20word197%20word198%20word199"
    )


def test_last_words_that_stand_earlier_too_are_not_taken_for_the_end() -> None:
    middle = "one two three four five six"
    text = f"Alpha beta gamma delta epsilon zeta and {middle} and so on until {middle}"
    link = build_link(URL, text, 0, len(text))

    # Six last words would end the highlight half-way, and so would fewer.
    assert link == (
        f"{URL}#:~:text=Alpha%20beta%20gamma%20delta%20epsilon%20zeta%20and%20one,"
        "on%20until%20one%20two%20three%20four%20five%20six"
    )


def test_what_stands_twice_gets_the_words_before_it() -> None:
    text = "In May he said: it rained. In June he wrote: it rained."
    link = build_link(URL, text, text.rindex("it rained"), len(text))

    assert link == f"{URL}#:~:text=wrote%3A-,it%20rained"


def test_what_stands_twice_and_first_gets_the_words_after_it() -> None:
    text = "It rained. Later it rained."
    link = build_link(URL, text, 0, 10)

    assert link == f"{URL}#:~:text=It%20rained,-.%20Later"


def test_what_cannot_be_told_apart_gets_the_plain_page() -> None:
    assert build_link(URL, "it rained. " * 40, 220, 230) == URL
    assert build_link(URL, "... !!!", 0, 3) == URL


def test_a_fragment_of_the_page_is_kept() -> None:
    text = "It rained."
    assert build_link(f"{URL}#top", text, 0, 10) == f"{URL}#top:~:text=It%20rained"
    assert build_link(f"{URL}#top:~:text=old", text, 0, 10) == f"{URL}#top:~:text=It%20rained"
    assert build_link(f"{URL}#", text, 0, 10) == f"{URL}#:~:text=It%20rained"


def test_shorter_words_are_taken_before_the_fragment_is_given_up() -> None:
    text = " ".join("ü" * 20 + str(n) for n in range(30))
    link = build_link(URL, text, 0, len(text))

    assert link is not None
    assert ":~:text=" in link
    assert len(link) <= LINK_LIMIT
    long_page = "https://town.example/" + "a" * 470
    assert build_link(long_page, text, 0, len(text)) == long_page
    assert build_link(long_page + "a" * 30, text, 0, len(text)) is None


@pytest.mark.parametrize(
    "url",
    [
        None, "", "x", "/etc/passwd", "ftp://a.example/", "javascript:alert(1)", "file:///etc",
        "https://name:secret@a.example/", "https://name@a.example/", "https:///path", "https://",
        "https://a.example:port/", "https://a b.example/", "https://a.example/\n", "https://[::1/",
        "https://a.example\\@b.example/", "https://a.example/a b", "https://ex)ample/", "https://<x>",
        "https://[::]paper.example/",
        "data:text/html,x", "//a.example/", "https://a.example/\x00",
    ],
)  # fmt: skip
def test_what_nobody_should_follow_is_no_link(url: str | None) -> None:
    assume_stripped = url is not None and url.strip() != url
    assert (safe_url(url) is None) != assume_stripped
    if not assume_stripped:
        assert build_link(url, "It rained.", 0, 10) is None


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/x_(y)", "https://a.example/x_%28y%29"),
        ("HTTPS://A.example/Path?q=a&b=[1]#f)", "https://a.example/Path?q=a&b=%5B1%5D#f%29"),
        ("https://a.example/caf%C3%A9", "https://a.example/caf%C3%A9"),
        ("https://a.example/café", "https://a.example/caf%C3%A9"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("http://a.example:8080/?u=<x>|`*`", "http://a.example:8080/?u=%3Cx%3E%7C%60%2A%60"),
        ("http://[2001:db8::1]:80/", "http://[2001:db8::1]:80/"),
        ("https://a.example/@Everyone/@her", "https://a.example/%40Everyone/@her"),
    ],
)
def test_urls_are_kept_in_a_form_that_breaks_out_of_nothing(url: str, safe: str) -> None:
    assert safe_url(url) == safe
    assert safe_url(safe) == safe


@given(st.text(max_size=40), st.text(max_size=10))
def test_a_safe_url_stays_the_same_and_stays_inside_a_masked_link(path: str, query: str) -> None:
    safe = safe_url(f"https://a.example/{path}?{query}")

    assume(safe is not None)
    assert safe is not None
    assert safe_url(safe) == safe
    assert re.fullmatch(r"""[^\s()<>\[\]{}"*|`\\^\x7f-\U0010ffff]+""", safe)
    assert urlsplit(safe).hostname == "a.example"


def test_a_page_with_a_long_address_is_not_shown() -> None:
    assert short_url("https://a.example/" + "a" * 600) is None
    assert short_url("https://a.example/a") == "https://a.example/a"
