"""The stored page decides where a link leads; what it cannot say falls back in order."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.answering.models import Quote
from bot.rendering.linking import ArticleLinks, nearest_anchor
from bot.rendering.links import LINK_LIMIT
from bot.rendering.word_ends import is_word_end
from index.pages import OBJECT, Anchor, PageText

URL = "https://town.example/news"
RAINED = "It rained. " * 60


class Reader:
    """Our own reader's addresses."""

    def __init__(self, base: str = "https://read.example") -> None:
        self._base = base

    def link(self, library: str, version_id: str, start: int, end: int) -> str:
        return f"{self._base}/{library}/{version_id}?s={start}&e={end}"


def link_to(
    quote: str,
    text: str,
    page: Sequence[str] | PageText | None,
    *,
    url: str | None = URL,
    reader: Reader | None = None,
    at: int | None = None,
) -> str | None:
    start = text.index(quote) if at is None else at
    cited = Quote("a", "v", "T", url, None, (), None, start, start + len(quote), quote)
    stored = page if page is None or isinstance(page, PageText) else PageText(tuple(page))
    return ArticleLinks(reader)(cited, text, stored, library="gulls")


def words_of(link: str | None) -> str:
    """What the link names, decoded."""
    assert link is not None
    return unquote(link.partition("#:~:")[2])


def test_the_cells_of_a_row_are_told_apart_from_longer_numbers() -> None:
    page = ["7", "0", "352", "8", "1", "0", "35", "Ann", "0", "36", "Bo", "0"]

    link = link_to("35 | Ann | 0", "8 | 1 | 0\n35 | Ann | 0\n36 | Bo | 0", page)

    assert words_of(link) == "text=35,0"


def test_what_only_the_page_repeats_is_told_apart() -> None:
    text = "The ferry sails at nine. Nobody minds."
    page = ["Most read: The ferry sails at nine.", "The ferry sails at nine. Nobody minds."]

    assert words_of(link_to("The ferry sails at nine.", text, page)) == (
        "text=The ferry sails at nine.,-Nobody"
    )


def test_words_are_written_as_the_page_has_them() -> None:
    text = 'He said "ten 000 euros" - no more.'
    page = ["Top", "He said “ten\xa0000 eu\xadros” – no more."]

    assert words_of(link_to(text, text, page)) == "text=He said “ten\xa0000 eu\xadros” – no more."


def test_a_quote_that_the_page_interrupts_is_named_part_by_part() -> None:
    text = "It met for six hours.\n\nIt agreed on nothing."
    page = [
        "It met for six hours.",
        "Buy our lovely new ropes today, all of you.",
        "It agreed on nothing.",
    ]

    assert words_of(link_to(text, text, page)) == (
        "text=It met for six hours.&text=It agreed on nothing."
    )


def test_a_mark_in_the_middle_does_not_part_a_quote() -> None:
    text = "The dyke was built in 1901 and raised in 1953."
    page = ["The dyke was built in 1901[7] and raised in 1953."]

    assert words_of(link_to(text, text, page)) == (
        "text=The dyke was built in 1901[7] and raised in 1953."
    )


def test_no_part_reaches_across_what_is_no_text() -> None:
    text = "The lantern of the pier was lit again by the keeper of the old lighthouse."
    page = [f"The {OBJECT} lantern of the pier was lit again by the keeper of the old lighthouse."]

    assert words_of(link_to(text, text, page)) == "text=The,the keeper of the old lighthouse."


@pytest.mark.parametrize(
    ("sign", "page"),
    [
        ("a list's number", "Clean the pier"),
        ("a list's number", "2. Clean the pier"),
    ],
)
def test_the_mark_of_a_list_need_not_be_on_the_page(sign: str, page: str) -> None:
    link = link_to("2. Clean the pier", "1. Paint\n2. Clean the pier", ["Paint", page])

    assert words_of(link).endswith("Clean the pier"), sign


def test_the_heading_above_stands_in_for_words_that_cannot_be_told_apart() -> None:
    page = PageText(
        ("Intro", "Weather", RAINED.strip(), "More"),
        (
            Anchor(0, "intro", is_heading=True),
            Anchor(1, "dry days", is_heading=True),
            Anchor(3, "more", is_heading=True),
        ),
    )

    assert link_to("It rained.", RAINED, page, at=330) == f"{URL}#dry%20days"
    assert link_to("It rained.", RAINED, page, at=330, url=f"{URL}#top") == f"{URL}#top"
    assert link_to("It rained.", RAINED, PageText(page.blocks), at=330) == URL


def test_the_nearest_anchor_is_the_heading_above_or_what_stands_nearer() -> None:
    anchors = (
        Anchor(0, "one", is_heading=True),
        Anchor(1, "box"),
        Anchor(3, "", is_heading=True),
        Anchor(4, "figure"),
    )
    page = PageText(("a", "b", "c", "d", "e"), anchors)

    assert [nearest_anchor(page, block) for block in range(5)] == [
        "one",
        "one",
        "one",
        "box",
        "figure",
    ]
    assert nearest_anchor(PageText(("a",)), 0) == ""


def test_a_quote_that_is_not_on_the_page_opens_its_top() -> None:
    assert link_to("Nothing of this.", "Nothing of this.", ["Please log in."]) == URL


@pytest.mark.parametrize("url", [None, "file:///etc/passwd", "https://town.example/" + "a" * 600])
def test_our_reader_opens_what_has_no_usable_address(url: str | None) -> None:
    ours = "https://read.example/gulls/v?s=0&e=10"
    assert link_to("It rained.", "It rained.", None, url=url, reader=Reader()) == ours
    assert link_to("It rained.", "It rained.", None, url=url) is None
    long = Reader("https://read.example/" + "r" * 500)
    assert link_to("It rained.", "It rained.", None, url=url, reader=long) is None


def test_a_public_page_comes_before_our_reader() -> None:
    link = link_to("It rained.", "It rained.", ["It rained."], reader=Reader())

    assert words_of(link) == "text=It rained."


def test_a_page_that_was_read_anew_is_searched_anew() -> None:
    links = ArticleLinks()
    quote = Quote("a", "v", "T", URL, None, (), None, 0, 10, "It rained.")
    first = links(quote, "It rained.", PageText(("It rained.",)), library="gulls")
    second = links(quote, "It rained.", PageText(("It rained. It rained.",)), library="gulls")

    assert first == f"{URL}#:~:text=It%20rained."
    assert second != first


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("one two", {0, 3, 4, 7}),
        ("it's 3.5.", {0, 4, 5, 8, 9}),
        ("end.Next", {0, 8}),
        ("a_b", {0, 3}),
        ("新桥，好", {0, 2, 3, 4}),
        ("a\u0301 b", {0, 2, 3, 4}),
        (f"a{OBJECT}b", {0, 3}),
        (f"a {OBJECT}b", {0, 1, 2, 3, 4}),
        ("🇫🇷🇩🇪", {0, 4}),
    ],
)
def test_a_word_ends_only_where_every_browser_says_so(text: str, ends: set[int]) -> None:
    assert {at for at in range(len(text) + 1) if is_word_end(text, at)} == ends


words = st.sampled_from(
    "the The bridge opened on and Élan elan café 41 nine crowns 3,5 it's river mayor boats sailed "
    "ropes tarred again never Monday closed keeper lamp dusk pier".split()
)
blocks = st.lists(words, min_size=1, max_size=14).map(" ".join)


@st.composite
def pages(draw: st.DrawFn) -> tuple[list[str], str, int, int]:
    """A page's blocks; an article's text, some of them; and a range of words of it."""
    # A number parts each block from those that would read the same.
    drawn = draw(st.lists(blocks, min_size=1, max_size=8))
    page = [f"{block} block{number}" for number, block in enumerate(drawn)]
    first = draw(st.integers(0, len(page) - 1))
    last = draw(st.integers(first, len(page) - 1))
    kept = [b for b in page[first : last + 1] if draw(st.integers(0, 5))] or [page[first]]
    text = "\n\n".join(kept)
    starts = [at for at in range(len(text)) if is_start(text, at)]
    start = draw(st.sampled_from(starts))
    ends = [at for at in range(start + 1, len(text) + 1) if is_start(text[::-1], len(text) - at)]
    return page, text, start, draw(st.sampled_from(ends))


def is_start(text: str, at: int) -> bool:
    return not text[at].isspace() and (at == 0 or text[at - 1].isspace())


@given(pages())
@example((["the the", "the"], "the", 0, 3))
def test_a_browser_that_searches_the_page_finds_the_quote(
    drawn: tuple[list[str], str, int, int],
) -> None:
    page, text, start, end = drawn
    link = link_to(text[start:end], text, page, at=start)

    assert link is not None
    assert len(link) <= LINK_LIMIT
    assume(":~:" in link)
    found = [word for part in link.partition("#:~:")[2].split("&") for word in find(part, page)]
    assert list(map(fold, found)) == list(map(fold, text[start:end].split()))


def find(directive: str, page: Sequence[str]) -> list[str]:
    """The words that a browser highlights for one directive."""
    parts = directive.removeprefix("text=").split(",")
    prefix = plain(parts.pop(0)[:-1]) if parts[0].endswith("-") else []
    suffix = plain(parts.pop()[1:]) if parts[-1].startswith("-") else []
    start, end = plain(parts[0]), plain(parts[1]) if len(parts) > 1 else []
    shown = [(word, number) for number, block in enumerate(page) for word in block.split()]
    for at in range(len(shown)):
        if not stands(shown, at, start) or (prefix and not ends(shown, at, prefix)):
            continue
        first = at + len(start)
        if not end and (not suffix or stands(shown, first, suffix)):
            return [word for word, _ in shown[at:first]]
        for last in range(first, len(shown)) if end else ():
            after = last + len(end)
            if stands(shown, last, end) and (not suffix or stands(shown, after, suffix)):
                return [word for word, _ in shown[at:after]]
    raise AssertionError(f"{directive} is not on the page")


def plain(part: str) -> list[str]:
    return [fold(word) for word in unquote(part).split()]


def fold(word: str) -> str:
    return word.lower().replace("é", "e")


def stands(shown: Sequence[tuple[str, int]], at: int, wanted: Sequence[str]) -> bool:
    some = shown[at : at + len(wanted)]
    return [fold(word) for word, _ in some] == wanted and len({block for _, block in some}) == 1


def ends(shown: Sequence[tuple[str, int]], at: int, wanted: Sequence[str]) -> bool:
    return at >= len(wanted) and stands(shown, at - len(wanted), wanted)
