"""Quotes word for word, whatever they hold and however long they are."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.parts import CARD_LIMIT
from bot.rendering.quotes import CARDS_LIMIT, render_quotes
from bot.rendering.text import clean
from bot.state.answers import SentAnswer, SentQuote
from tests.fakes.discord_markdown import shown


def _answer(*texts: str, unconfirmed: tuple[int, ...] = ()) -> SentAnswer:
    quotes = tuple(
        SentQuote(n, "a", f"v{n}", f"Title {n}", "The Lantern", "2031", None, 0, len(text), text)
        for n, text in enumerate(texts, start=1)
    )
    return SentAnswer("0" * 16, "1", "2", datetime(2031, 1, 1, tzinfo=UTC), 3, quotes, unconfirmed)


LONG = "**a word** and another " * 100


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=80) | st.just(LONG), max_size=4))
def test_every_quote_is_shown_letter_for_letter(texts: list[str]) -> None:
    texts = [text for text in texts if clean(text)]
    cards = render_quotes(_answer(*texts))

    lines = [line for card in cards for block in card.blocks for line in block.split("\n")]
    quoted = "\n".join(line.removeprefix(">").strip() for line in lines if line.startswith(">"))
    assert _letters(shown(quoted)) == _letters("\n".join(map(clean, texts)))
    assert all(card.length <= CARD_LIMIT and len(card.blocks) <= 10 for card in cards)


def test_a_quote_with_several_lines_keeps_them() -> None:
    (card,) = render_quotes(_answer("One.\n\nTwo."))

    assert card.text == "[1] Title 1\n-# The Lantern · 2031\n> One.\n>\n> Two."


def test_what_no_card_holds_is_cut_and_says_so() -> None:
    cards = render_quotes(_answer("word " * 10_000))

    assert len(cards) == CARDS_LIMIT
    assert "cut here for length" in cards[-1].text
    assert all("cut here" not in card.text for card in cards[:-1])
    assert "(goes on)" in cards[1].text


def test_many_short_quotes_fit_the_components_of_a_card() -> None:
    cards = render_quotes(_answer(*(f"Quote {n}." for n in range(25))))

    assert [len(card.blocks) for card in cards] == [10, 10, 5]


def test_quotes_that_were_taken_out_are_named() -> None:
    (card,) = render_quotes(_answer("One.", unconfirmed=(2, 3)))

    assert card.blocks[-1].endswith("no longer stands in the article: [2], [3]")


def test_a_superseded_article_is_labelled_beside_its_quote() -> None:
    answer = _answer("One.", "Two.")
    first = replace(answer.quotes[0], superseded_by="**New** @everyone")
    (card,) = render_quotes(replace(answer, quotes=(first, answer.quotes[1])))

    assert "superseded by “\\*\\*New\\*\\* @\u200beveryone”" in card.blocks[0]
    assert "superseded" not in card.blocks[1]


def _letters(text: str) -> str:
    return re.sub(r"\s+", "", text)
