"""Who may do what where."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.policy import Load, Person, Place, check_question, has_room, may_ask, may_moderate
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
