"""What stands around a quote, and that the quote itself stays bold and whole."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.parts import CARD_LIMIT
from bot.rendering.quotes import render_quotes
from bot.rendering.surroundings import Surroundings, find_surroundings
from bot.rendering.text import clean
from bot.state.answers import SentAnswer, SentQuote
from tests.fakes.discord_samples import BRIDGE

TEXT = "The ferry waits. The bridge opened on Tuesday. Carts may cross. Nobody pays."
LONG = "**a word** and another " * 200


def around(text: str, quote: str) -> Surroundings:
    start = text.index(quote)
    return find_surroundings(text, start, start + len(quote))


def test_one_sentence_stands_on_either_side() -> None:
    found = around(TEXT, "The bridge opened on Tuesday.")

    assert found == Surroundings("The ferry waits. ", " Carts may cross.")


def test_at_the_ends_of_an_article_there_is_nothing_more() -> None:
    assert around(TEXT, "The ferry waits.") == Surroundings("", " The bridge opened on Tuesday.")
    assert around(TEXT, "Nobody pays.") == Surroundings("Carts may cross. ", "")
    assert around(TEXT, TEXT) == Surroundings()


def test_a_part_of_a_sentence_gets_the_rest_of_it_as_well() -> None:
    assert around(TEXT, "bridge opened") == Surroundings(
        "The ferry waits. The ", " on Tuesday. Carts may cross."
    )


def test_what_is_long_is_cut_at_its_far_end() -> None:
    text = "So " * 400 + "it was. Here it is. And " + "so " * 400 + "it goes."
    found = around(text, "Here it is.")

    assert found.before.startswith("…So ")
    assert found.before.endswith("it was. ")
    assert found.after.startswith(" And so")
    assert found.after.endswith("so…")
    assert max(len(found.before), len(found.after)) <= 401


@given(st.text(alphabet="ab .!?\n*_[](){}>#-|`\\\"'é😀ש", max_size=200), st.data())
def test_slices_fit_together_as_they_stand_in_the_article(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = find_surroundings(text, start, end)

    assert found.before + text[start:end] + found.after in text


def quote_of(text: str, start: int, end: int) -> SentAnswer:
    quote = SentQuote(1, "a", "v", "Title", None, None, None, start, end, text[start:end])
    return SentAnswer("0" * 16, "1", "2", datetime(2031, 1, 1, tzinfo=UTC), 3, (quote,))


def bold_in(block: str) -> str:
    """What Discord shows in bold: between two stars and two stars, escaped ones aside."""
    lines = [line.removeprefix("> ").removeprefix(">") for line in block.split("\n")[1:]]
    token = r"\\[\s\S]|\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)|[\s\S]"
    found = [each[1] for each in re.finditer(token, "\n".join(lines)) if each[1]]
    plain = "\n".join(found).replace("@\u200b", "@")
    return re.sub(r"\\(.)", r"\1", plain, flags=re.DOTALL)


_words = st.text(alphabet="ab .!?\n*_[](){}>#-|`\\\"'<@:/1é😀ש", max_size=60)


@settings(max_examples=200)
@given(_words, _words.filter(lambda text: bool(clean(text))), _words)
def test_the_quoted_words_are_bold_whatever_stands_in_them(
    before: str, quote: str, after: str
) -> None:
    answer = quote_of(quote, 0, len(quote))
    (card,) = render_quotes(answer, {1: Surroundings(before, after)})
    (block,) = card.blocks

    assert _letters(bold_in(block)) == _letters(clean(quote))


def test_a_long_quote_goes_on_with_its_surroundings_at_its_ends() -> None:
    answer = quote_of(LONG, 0, len(LONG))
    cards = render_quotes(answer, {1: Surroundings("First. ", " Last.")})
    blocks = [block for card in cards for block in card.blocks]

    assert len(blocks) > 1
    assert "> First. **" in blocks[0]
    assert blocks[-1].endswith("** Last.")
    assert sum("First." in block for block in blocks) == 1
    assert sum("Last." in block for block in blocks) == 1
    assert all(card.length <= CARD_LIMIT for card in cards)


def test_paragraphs_stay_apart() -> None:
    text = BRIDGE.text
    start = text.index("The repair")
    end = text.index("Carts") - 1
    answer = quote_of(text, start, end)
    (card,) = render_quotes(answer, {1: find_surroundings(text, start, end)})

    assert card.text.split("\n")[1:] == [
        "> The Tern Bridge opened again on Tuesday.",
        ">",
        (
            "> **The repair took nine weeks and cost 41,000 crowns.** "
            "Carts may cross at walking pace until the new railing stands."
        ),
    ]


def test_without_the_article_the_quote_stands_alone() -> None:
    answer = quote_of(TEXT, 0, 16)

    assert render_quotes(replace(answer))[0].text == "[1] Title\n> The ferry waits."


def _letters(text: str) -> str:
    return "".join(text.split())
