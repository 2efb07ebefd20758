"""Conversations in memory: bounded, forgotten in time, and never mixed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.answering.models import Reason, Turn
from bot.contract import HISTORY_TURNS
from bot.state.conversations import Conversations, Talk, turn_of
from tests.fakes.discord_samples import BRIDGE, bridge_answer, quoting, refusal

PLACES = st.builds(
    Talk,
    guild_id=st.integers(1, 3),
    channel_id=st.integers(1, 3),
    message_id=st.none() | st.integers(1, 3),
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.tuples(PLACES, st.integers(0, 99)), max_size=60))
def test_talks_of_different_servers_channels_and_threads_never_mix(
    said: list[tuple[Talk, int]],
) -> None:
    conversations = Conversations()
    expected: dict[Talk, list[Turn]] = {}
    for talk, number in said:
        turn = Turn(f"question {number}", "")
        conversations.remember(talk, (*conversations.turns(talk), turn))
        expected.setdefault(talk, []).append(turn)

    for talk, turns in expected.items():
        assert conversations.turns(talk) == tuple(turns[-HISTORY_TURNS:])


def test_of_a_long_talk_the_last_turns_are_kept() -> None:
    conversations = Conversations()
    turns = tuple(Turn(f"question {number}", "") for number in range(HISTORY_TURNS + 2))
    conversations.remember(Talk(1, 1), turns)

    assert conversations.turns(Talk(1, 1)) == turns[2:]


def test_nobody_spoke_where_nothing_was_said() -> None:
    assert Conversations().turns(Talk(1, 2)) == ()


def test_a_quiet_talk_is_over_after_its_lifetime() -> None:
    clock = Clock()
    conversations = Conversations(lifetime=60.0, clock=clock)
    conversations.remember(Talk(1, 1), (Turn("first", ""),))
    clock.now = 40.0
    conversations.remember(Talk(1, 2), (Turn("second", ""),))
    clock.now = 61.0

    assert conversations.turns(Talk(1, 1)) == ()
    assert conversations.turns(Talk(1, 2)) == (Turn("second", ""),)


def test_a_talk_that_goes_on_lives_on() -> None:
    clock = Clock()
    conversations = Conversations(lifetime=60.0, clock=clock)
    for now in (0.0, 40.0, 80.0):
        clock.now = now
        turns = conversations.turns(Talk(1, 1))
        conversations.remember(Talk(1, 1), (*turns, Turn(str(now), "")))

    assert [turn.question for turn in conversations.turns(Talk(1, 1))] == ["0.0", "40.0", "80.0"]


def test_only_so_many_talks_are_remembered_and_the_quietest_goes_first() -> None:
    conversations = Conversations(limit=2)
    for channel in (1, 2):
        conversations.remember(Talk(1, channel), (Turn(str(channel), ""),))
    conversations.remember(Talk(1, 1), (Turn("again", ""),))
    conversations.remember(Talk(1, 3), (Turn("3", ""),))

    assert conversations.turns(Talk(1, 2)) == ()
    assert conversations.turns(Talk(1, 1)) == (Turn("again", ""),)
    assert conversations.turns(Talk(1, 3)) != ()


def test_a_turn_holds_the_question_as_understood_and_the_answer_within_bounds() -> None:
    understood = replace(bridge_answer(), asked_as="When did the Tern Bridge open?")
    long = replace(BRIDGE, text="word " * 5000)

    assert turn_of(understood) == Turn("When did the Tern Bridge open?", understood.text)
    assert turn_of(refusal(Reason.NOTHING_FOUND, asked="Who won?")) == Turn("Who won?", "")
    assert len(turn_of(quoting((long, long.text))).answer) == 2000
