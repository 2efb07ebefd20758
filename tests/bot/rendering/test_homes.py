"""Whose articles answer in private, and what an automatic answer says of itself."""

from __future__ import annotations

import pytest

from bot.rendering.actions import Menu
from bot.rendering.automatic import UNASKED, label_automatic
from bot.rendering.homes import Shared, name_server, render_choice, render_chosen
from bot.rendering.parts import CARD_LIMIT, Card, Tone

HOSTILE = "@everyone **[x](https://evil.example)** <@1>\n# Big \u202e"


@pytest.mark.parametrize("name", [HOSTILE, "", "\u3164", "x" * 500])
def test_whatever_a_server_is_called_its_name_is_harmless(name: str) -> None:
    cards = name_server([Card(("An answer.",), Tone.ANSWER)], name)
    texts = [cards[-1].text, render_chosen(name).text]

    for text in texts:
        assert "@everyone" not in text
        assert "x](" not in text
        assert "\n# " not in text
        assert "\u202e" not in text
    assert len(cards) == 1
    assert cards[0].text.startswith("An answer.")


def test_a_name_that_a_full_card_cannot_hold_comes_in_one_of_its_own() -> None:
    full = Card(("x" * CARD_LIMIT,), Tone.ANSWER)

    assert name_server([full], "The Mill")[0] == full
    assert "The Mill" in name_server([full], "The Mill")[1].text
    assert label_automatic([full])[1] == full
    assert UNASKED in label_automatic([full])[0].text


def test_an_automatic_answer_begins_with_saying_so() -> None:
    (card, rest) = label_automatic([Card(("One.",), Tone.ANSWER), Card(("Two.",), Tone.ANSWER)])

    assert card.blocks == (f"-# {UNASKED}", "One.")
    assert rest.blocks == ("Two.",)


def test_a_menu_holds_25_servers_and_says_that_there_are_more() -> None:
    servers = [Shared(number, "s" * 200) for number in range(1, 27)]
    card = render_choice(servers, chosen=2)

    (menu,) = card.actions
    assert isinstance(menu, Menu)
    assert len(menu.choices) == 25
    assert [choice.value for choice in menu.choices if choice.chosen] == ["2"]
    assert all(0 < len(choice.label) <= 100 for choice in menu.choices)
    assert "There are more" in card.text
    assert "There are more" not in render_choice(servers[:25]).text
