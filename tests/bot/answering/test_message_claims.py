"""Which sentences of a message are looked up, and where they stand in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.message_claims import LONGEST_MESSAGE, MOST_CLAIMS, find_claims


def claims_in(message: str) -> list[str]:
    return [claim.text for claim in find_claims(message).claims]


@pytest.mark.parametrize(
    ("message", "claim"),
    [
        ("The **library** opens at __nine__.", "The library opens at nine."),
        ("> The bridge closes in *July*.", "The bridge closes in July."),
        ("- The bridge closes in July", "The bridge closes in July"),
        ("2) The bridge closes in July", "The bridge closes in July"),
        ("# The bridge closes in July", "The bridge closes in July"),
        ("||The bridge closes in July||", "The bridge closes in July"),
        ("The bridge closes in `July`", "The bridge closes in July"),
        ("The [bridge](https://a.example/b_(c)) closes in July", "The bridge closes in July"),
        ("“The bridge closes in July.”", "The bridge closes in July."),
        ("I think that the bridge closes in July", "the bridge closes in July"),
        ("fyi: the bridge closes in July", "the bridge closes in July"),
        ("The bridge closes in July, right?", "The bridge closes in July"),
        ("The bridge closes in July. [1] [2, 3]", "The bridge closes in July."),
        ("The bridge closes in July 🌉 :bridge: <:b:12345> <@123>", "The bridge closes in July"),
        ("The ferry\u202e costs nothing\u200b today", "The ferry costs nothing today"),
        ("See https://a.example/x?y=1\nThe bridge closes in July", "The bridge closes in July"),
        ("\\*The bridge\\* closes in July", "*The bridge* closes in July"),
        ("snake_case_names are kept in files", "snake_case_names are kept in files"),
    ],
)
def test_a_statement_is_found_without_its_markdown(message: str, claim: str) -> None:
    assert claims_in(message) == [claim]


@pytest.mark.parametrize(
    "message",
    [
        "", "   ", "😀😀😀", "<@123456>", "https://a.example/the-bridge-closes-in-july", "lol",
        "Hello!",
        "thanks everyone", "When does the bridge close?", "Does it close? Why?",
        "I love this bridge", "I am going to the library tomorrow", "The library is awesome",
        "Please close the bridge",
        "We should paint the bridge red", "```\nThe moon is made of cheese.\n```",
        "~~The bridge closes in July~~", "-# The Lantern · 3 March 2031", "Yes.", "ok cool",
        "@everyone", "```The moon is made of cheese", "[1] [2]",
    ],
)  # fmt: skip
def test_what_states_nothing_is_left_alone(message: str) -> None:
    assert claims_in(message) == []


def test_each_line_and_each_sentence_is_a_claim_of_its_own() -> None:
    message = "The bridge closes in July. It opens in September\n- Dogs swim for free"

    assert claims_in(message) == [
        "The bridge closes in July.",
        "It opens in September",
        "Dogs swim for free",
    ]


def test_what_is_said_twice_is_looked_up_once() -> None:
    assert claims_in("The bridge closes in July.\nthe bridge closes in july.") == [
        "The bridge closes in July."
    ]


def test_of_many_claims_the_first_are_looked_up_and_the_others_counted() -> None:
    found = find_claims("\n".join(f"Boat number {at} sails at noon." for at in range(25)))

    assert len(found.claims) == MOST_CLAIMS
    assert found.left_out == 25 - MOST_CLAIMS


def test_a_sentence_without_an_end_is_counted_and_not_looked_up() -> None:
    found = find_claims("The bridge closes " + "and the ferry sails " * 60)

    assert found.claims == ()
    assert found.left_out


@given(st.text(max_size=300) | st.text('*_~`|[]()<>:@#\\ \n"“.?!aT1-', max_size=120))
def test_a_claim_lies_where_it_says_in_any_message(message: str) -> None:
    ends = 0
    for claim in find_claims(message).claims:
        assert 0 <= claim.start < claim.end <= len(message)
        assert claim.start >= ends or claim.start >= 0
        raw = iter(message[claim.start : claim.end])
        assert all(char == " " or char in raw for char in claim.text)


def test_a_hostile_message_takes_no_longer_than_its_length() -> None:
    for piece in ("[", "(", "*", "_", "`", "<@", "||", "> ", "\\", "[a](", "i think ", "so, "):
        find_claims(piece * LONGEST_MESSAGE)
