"""Who has to wait, for how long, and what they see of it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import simcord

from bot.client import FootnoteBot
from bot.cogs.intake import Intake
from bot.cogs.message_exchange import MessageExchange
from bot.cogs.ports import BotConfig
from bot.cogs.turns import OnPlace
from bot.state.stores import Stores
from tests.fakes.discord_service import ScriptedService
from tests.fakes.discord_world import INTERVAL, PATIENCE, MakeBot, World, text_of

ASKED = "When did the bridge open?"
STARTED = datetime(2031, 6, 10, 12, tzinfo=UTC)


class Clock:
    """The time, as a test sets it."""

    def __init__(self) -> None:
        self.now = STARTED

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_bot(service: ScriptedService, stores: Stores, config: BotConfig, clock: Clock) -> MakeBot:
    unhurried = replace(config, answer_patience=PATIENCE, answer_interval=INTERVAL)

    def make() -> FootnoteBot:
        return FootnoteBot(service=service, stores=stores, config=unhurried, now=clock)

    return make


@pytest.fixture
def crowd(world: World) -> list[simcord.MemberActor]:
    return [world.guild.add_member(world.env.create_user(f"member{n}")) for n in range(4)]


class Holding:
    """Holds each question at the service until it is let go, and lets the line be."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._held: list[asyncio.Event] = []
        world.service.before = self._hold
        turns = world.bot.intake._turns
        wait = turns._wait

        async def wait_outside(server: int, on_place: OnPlace) -> None:
            waiting = wait(server, on_place)
            await world.env.external_wait(waiting, reason="it waits for its turn")

        turns._wait = wait_outside  # type: ignore[method-assign]

    async def _hold(self) -> None:
        released = asyncio.Event()
        self._held.append(released)
        await self._world.env.external_wait(released.wait(), reason="the test holds it")

    async def let_one_go(self) -> None:
        """Let the one go that was held first."""
        self._held.pop(0).set()
        await self._world.env.settle()


@pytest.mark.parametrize("config", [BotConfig(questions_limit=1)])
async def test_who_waits_is_acknowledged_sees_their_place_and_is_answered_in_order(
    world: World, crowd: list[simcord.MemberActor]
) -> None:
    holding = Holding(world)
    results = [await one.slash(world.channel, "ask", question=ASKED) for one in crowd[:3]]
    assert world.callbacks == [5, 5, 5]

    await world.env.advance_time(PATIENCE)
    assert "1 question before yours" in text_of(results[2].response)
    assert "Yours is the next question" in text_of(results[1].response)
    assert ASKED in text_of(results[1].response)

    await holding.let_one_go()
    await world.env.advance_time(INTERVAL)
    assert "opened again" in text_of(results[0].response)
    assert "Yours is the next question" in text_of(results[2].response)
    await holding.let_one_go()
    await holding.let_one_go()
    assert all("opened again" in text_of(result.response) for result in results)


@pytest.mark.parametrize("config", [BotConfig(questions_limit=1, waiting_each=1)])
async def test_a_full_line_says_so_and_another_server_is_not_behind_it(
    world: World, crowd: list[simcord.MemberActor]
) -> None:
    holding = Holding(world)
    other = world.env.create_guild("The Mill")
    channel = other.create_text_channel("news")
    visitor = other.add_member(world.env.create_user("vi"))
    held = [await one.slash(world.channel, "ask", question=ASKED) for one in crowd[:2]]
    refused = await crowd[2].slash(world.channel, "ask", question=ASKED)
    elsewhere = await visitor.slash(channel, "ask", question=ASKED)

    assert refused.ephemeral
    assert "My queue is full: about 1 question waits" in text_of(refused.response)
    for _ in range(3):
        await holding.let_one_go()
    assert "opened again" in text_of(elsewhere.response)
    assert all("opened again" in text_of(result.response) for result in held)


@pytest.mark.parametrize("config", [BotConfig(questions_limit=1)])
async def test_a_quiet_server_is_not_behind_the_long_line_of_a_busy_one(
    world: World, crowd: list[simcord.MemberActor]
) -> None:
    holding = Holding(world)
    other = world.env.create_guild("The Mill")
    channel = other.create_text_channel("news")
    visitor = other.add_member(world.env.create_user("vi"))
    for one in crowd:
        await one.slash(world.channel, "ask", question=ASKED)
    await visitor.slash(channel, "ask", question=ASKED)
    for _ in range(5):
        await holding.let_one_go()

    asked = [library for library, _ in world.service.asked]
    assert asked == [*[world.library] * 2, f"discord-{other.id}", *[world.library] * 2]


@pytest.mark.parametrize("config", [BotConfig(questions_limit=1)])
async def test_a_question_that_waits_too_long_is_given_up_with_a_word(
    world: World, crowd: list[simcord.MemberActor]
) -> None:
    holding = Holding(world)
    await crowd[0].slash(world.channel, "ask", question=ASKED)
    world.bot.intake._patience = 0.0
    second = await crowd[1].slash(world.channel, "ask", question=ASKED)

    assert "took too long" in text_of(second.response)
    assert len(world.service.asked) == 1
    await holding.let_one_go()


@pytest.mark.parametrize("config", [BotConfig(questions_limit=1, stop_grace=0.0)])
async def test_who_waits_when_the_bot_is_stopped_is_told_so(
    world: World, crowd: list[simcord.MemberActor]
) -> None:
    Holding(world)
    results = [await one.slash(world.channel, "ask", question=ASKED) for one in crowd[:2]]
    await world.bot.finish_work()
    await world.env.settle()

    assert all("restarting" in text_of(result.response) for result in results)
    assert len(world.service.asked) == 1


async def test_a_pause_between_questions_is_one_of_each_member_and_says_when_it_ends(
    world: World, crowd: list[simcord.MemberActor], clock: Clock
) -> None:
    await world.stores.servers.change(world.guild.id, cooldown=60)
    await crowd[0].slash(world.channel, "ask", question=ASKED)
    clock.now += timedelta(seconds=20)
    again = await crowd[0].slash(world.channel, "ask", question=ASKED)
    other = await crowd[1].slash(world.channel, "ask", question=ASKED)

    assert again.ephemeral
    over = int((STARTED + timedelta(seconds=60)).timestamp())
    assert f"<t:{over}:R>" in text_of(again.response)
    assert "opened again" in text_of(other.response)
    clock.now = STARTED + timedelta(seconds=60)
    third = await crowd[0].slash(world.channel, "ask", question=ASKED)
    assert "opened again" in text_of(third.response)


async def test_moderators_make_no_pause(world: World) -> None:
    await world.stores.servers.change(world.guild.id, cooldown=3600)
    for _ in range(2):
        result = await world.moderator.slash(world.channel, "ask", question=ASKED)

    assert "opened again" in text_of(result.response)


async def test_a_question_that_came_to_nothing_costs_no_pause(world: World) -> None:
    await world.stores.servers.change(world.guild.id, cooldown=3600)
    await world.asker.slash(world.channel, "ask", question="?")
    world.service.error = RuntimeError("the wheels came off")
    await world.asker.slash(world.channel, "ask", question=ASKED)
    world.service.error = None
    result = await world.asker.slash(world.channel, "ask", question=ASKED)

    assert "opened again" in text_of(result.response)


async def test_a_pause_in_one_server_is_none_in_another(world: World) -> None:
    await world.stores.servers.change(world.guild.id, cooldown=3600)
    other = world.env.create_guild("The Mill")
    channel = other.create_text_channel("news")
    same = other.add_member(world.asker.user)
    await world.asker.slash(world.channel, "ask", question=ASKED)
    elsewhere = await same.slash(channel, "ask", question=ASKED)
    here = await world.asker.slash(world.channel, "ask", question=ASKED)

    assert "opened again" in text_of(elsewhere.response)
    assert re.search(r"<t:\d+:R>", text_of(here.response))


async def test_what_a_press_goes_on_to_ask_is_one_piece_of_work_with_it(world: World) -> None:
    message = await world.asker.send(world.channel, "hello")
    exchange = MessageExchange(message)
    intake = Intake(limit=1, per_person=1)
    person = world.asker.id

    with intake.working(exchange, is_question=False):
        assert intake.may_enter(person, guild_id=world.guild.id).allowed
        with intake.working(exchange):
            pass
        other = await asyncio.create_task(_may_enter(intake, person))
        assert not other
    assert await asyncio.create_task(_may_enter(intake, person))


async def test_questions_on_their_way_to_the_line_count_too(world: World) -> None:
    message = await world.asker.send(world.channel, "hello")
    exchange = MessageExchange(message)
    intake = Intake(limit=1, per_person=9, waiting_each=1, waiting_all=2)
    here, elsewhere = world.guild.id, 42

    async def come() -> tuple[bool, bool]:
        with intake.working(exchange):
            return await _look(intake, here, elsewhere)

    async def crowd(left: int) -> tuple[bool, bool]:
        with intake.working(exchange):
            return await asyncio.create_task(crowd(left - 1) if left else come())

    assert await crowd(0) == (False, True)
    assert await crowd(1) == (False, False)


async def _look(intake: Intake, *guilds: int) -> tuple[bool, bool]:
    first, second = (intake.may_enter(1, guild_id=guild).allowed for guild in guilds)
    return first, second


async def _may_enter(intake: Intake, person: int) -> bool:
    return intake.may_enter(person).allowed
