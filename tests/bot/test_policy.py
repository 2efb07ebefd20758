"""Who may do what where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.policy import (
    Decision,
    Load,
    Person,
    Place,
    check_question,
    has_room,
    may_ask,
    may_moderate,
)
from bot.state.servers import ServerSettings

SERVER = Place(guild_id=1)
PRIVATE = Place(guild_id=None)
VISITED = Place(guild_id=1, is_member=False)
AGAIN = datetime(2031, 6, 10, 12, 0, 0, 500_000, tzinfo=UTC)
ANN = Person(id=1)
MO = Person(id=2, manages_server=True)


def test_anybody_may_ask_where_the_bot_was_added() -> None:
    assert may_ask(SERVER, ANN).allowed


@pytest.mark.parametrize("place", [PRIVATE, VISITED])
def test_nobody_may_ask_or_moderate_elsewhere_and_hears_why(place: Place) -> None:
    for decision in (may_ask(place, MO), may_moderate(place, MO)):
        assert not decision.allowed
        assert decision.sentence.endswith(".")


def test_only_who_manages_the_server_may_moderate() -> None:
    assert may_moderate(SERVER, MO).allowed
    assert not may_moderate(SERVER, ANN).allowed
    assert "manage this server" in may_moderate(SERVER, ANN).sentence


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", False),
        (" x ", False),
        ("?", False),
        ("Hm", True),
        ("x" * 1000, True),
        ("x" * 1001, False),
    ],
)
def test_a_question_has_a_length(text: str, allowed: bool) -> None:
    assert check_question(text).allowed is allowed
    assert bool(check_question(text).sentence) is not allowed


def test_the_length_of_a_long_question_is_named() -> None:
    assert "5,000 characters" in check_question("x" * 5000).sentence


@pytest.mark.parametrize(
    ("load", "said"),
    [
        (Load(3, 4, 1, 2), ""),
        (Load(4, 4, 0, 2), "hands full"),
        (Load(1, 4, 2, 2), "still working"),
        (Load(0, 4, 0, 2, is_closing=True), "restarting"),
        (Load(0, 4, 0, 2, is_full=True, waiting=20), "about 20 questions wait"),
        (Load(0, 4, 0, 2, is_full=True, waiting=1), "about 1 question waits"),
        (Load(0, 4, 0, 2, again_at=AGAIN), f"<t:{int(AGAIN.timestamp()) + 1}:R>"),
    ],
)
def test_room_depends_on_the_load(load: Load, said: str) -> None:
    assert has_room(load).allowed is not bool(said)
    assert said in has_room(load).sentence


def test_where_channels_do_not_count_roles_still_do() -> None:
    rules = ServerSettings(ask_channels=(7,), ask_roles=(8,))
    direct = Place(guild_id=1, any_channel=True)
    asker = Person(id=1, role_ids=frozenset({8}))

    assert not may_ask(SERVER, asker, rules).allowed
    assert may_ask(direct, asker, rules).allowed
    assert "certain roles" in may_ask(direct, ANN, rules).sentence


def denied(sentence: str, why: str = "") -> Decision:
    return Decision(allowed=False, sentence=sentence, why=why)


def test_who_is_turned_away_for_the_load_hears_why_and_metrics_count_it() -> None:
    free = Load(in_flight=0, in_flight_limit=4, of_person=0, of_person_limit=2)
    soon = f"<t:{int(AGAIN.timestamp()) + 1}:R>"

    assert has_room(free) == Decision(allowed=True, sentence="", why="")
    assert [
        has_room(replace(free, **given))
        for given in (
            {"is_closing": True},
            {"of_person": 2},
            {"of_person": 3},
            {"again_at": AGAIN},
            {"is_full": True, "waiting": 1},
            {"is_full": True, "waiting": 2000},
            {"in_flight": 4},
            {"in_flight": 5},
        )
    ] == [
        denied("I am restarting, please ask again in a moment.", "closing"),
        *[
            denied(
                "I am still working on what you asked before. Please wait for that answer first.",
                "person",
            )
        ]
        * 2,
        denied(
            f"This server asks for a pause between questions. You can ask again {soon}.", "cooldown"
        ),
        denied("My queue is full: about 1 question waits. Please try again in a minute.", "full"),
        denied(
            "My queue is full: about 2,000 questions wait. Please try again in a minute.", "full"
        ),
        *[denied("I have my hands full right now. Please ask again in a minute.", "busy")] * 2,
    ]


def test_a_question_of_a_wrong_length_is_told_the_right_one() -> None:
    assert check_question(" x ") == denied(
        "That is a bit short. Please ask in 2 characters or more."
    )
    assert check_question("x" * 1001) == denied(
        "That is 1,001 characters long, and I read questions of up to 1,000. "
        "Please ask for one thing at a time."
    )
    # White space around a question does not count.
    assert check_question(" " * 2000 + "x" * 1000 + "\n").allowed


def test_who_asks_in_another_channel_is_shown_the_first_five_of_the_right_ones() -> None:
    rules = ServerSettings(ask_channels=(1, 2, 3, 4, 5, 6))

    assert may_ask(Place(guild_id=1, channel_ids=(7,)), ANN, rules) == denied(
        "I answer in other channels of this server: <#1> <#2> <#3> <#4> <#5>"
    )
    # A thread, its channel and their category: one of them is enough.
    assert may_ask(Place(guild_id=1, channel_ids=(9, 8, 6)), ANN, rules).allowed


def test_moderators_ask_wherever_and_whatever_roles_they_have() -> None:
    rules = ServerSettings(ask_channels=(7,), ask_roles=(8,), moderator_roles=(9, 10))
    helper = Person(id=3, role_ids=frozenset({10, 11}))

    assert may_moderate(SERVER, helper, rules).allowed
    assert may_ask(SERVER, helper, rules).allowed
    assert may_ask(SERVER, MO, rules).allowed
    assert may_moderate(SERVER, Person(id=4, role_ids=frozenset({11})), rules) == denied(
        "Only people who may manage this server can change its library."
    )
    assert may_ask(SERVER, Person(id=4, role_ids=frozenset({11})), rules) == denied(
        "In this server only people with certain roles may ask me."
    )


def test_where_the_bot_is_no_member_not_even_moderators_may() -> None:
    rules = ServerSettings(moderator_roles=(9,))
    helper = Person(id=3, role_ids=frozenset({9}))
    not_added = "I am not a member of this server, so it has no library that I could answer from."

    assert may_ask(VISITED, helper, rules) == denied(not_added)
    assert may_moderate(VISITED, helper, rules) == denied(not_added)
    assert may_ask(PRIVATE, helper, rules).sentence.startswith("I answer in servers, from the ")
