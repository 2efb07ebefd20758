"""What is shown while an answer is made, with a clock that the test moves."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.answering.engine import COMPOSING, SEARCHING, Underway
from bot.cogs.ports import BotConfig
from bot.cogs.screen import AnswerScreen
from bot.rendering.parts import Card
from tests.fakes.discord_samples import BRIDGE, quoting

PARTIAL = quoting((BRIDGE, "The Tern Bridge opened again on Tuesday."))


async def turn_over() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@dataclass
class Clock:
    """Sleeps that end when the test lets time pass."""

    now: float = 0.0
    _sleepers: list[tuple[float, asyncio.Future[None]]] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, future))
        await future

    async def advance(self, seconds: float) -> None:
        end = self.now + seconds
        await turn_over()
        while due := sorted(
            ((at, future) for at, future in self._sleepers if at <= end and not future.done()),
            key=lambda each: each[0],
        ):
            self.now, future = due[0]
            future.set_result(None)
            await turn_over()
        self.now = end


@dataclass
class Place:
    """Where cards are shown, with the time; ``before`` holds a card up, or breaks."""

    clock: Clock
    cards: list[tuple[float, Card]] = field(default_factory=list)
    before: Callable[[], Awaitable[object]] | None = None

    async def update(self, card: Card) -> None:
        if self.before is not None:
            await self.before()
        self.cards.append((self.clock.now, card))

    @property
    def texts(self) -> list[str]:
        return [card.text for _, card in self.cards]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def place(clock: Clock) -> Place:
    return Place(clock)


@pytest.fixture
def screen(place: Place, clock: Clock) -> AnswerScreen:
    return AnswerScreen(place, question="When?", config=BotConfig(), sleep=clock.sleep)


async def test_what_is_quick_shows_nothing_but_the_answer(
    screen: AnswerScreen, place: Place, clock: Clock
) -> None:
    async with screen.shown():
        screen.note(Underway(SEARCHING))
        screen.note(Underway(COMPOSING, PARTIAL, 8))
        await clock.advance(1.4)
    await clock.advance(60)

    assert place.cards == []


async def test_what_is_slow_says_within_two_seconds_how_far_it_is(
    screen: AnswerScreen, place: Place, clock: Clock
) -> None:
    async with screen.shown():
        screen.note(Underway(SEARCHING))
        await clock.advance(2.0)
        assert place.texts == ["**When?**\n-# Searching the articles ..."]
        screen.note(Underway(COMPOSING, passages=8))
        await clock.advance(1.0)

    assert place.texts[1:] == ["**When?**\n-# Reading 8 passages ..."]


async def test_edits_come_at_most_once_a_second_and_only_with_news(
    screen: AnswerScreen, place: Place, clock: Clock
) -> None:
    async with screen.shown():
        for number in range(1, 100):
            screen.note(Underway(COMPOSING, passages=number))
            await clock.advance(0.1)
        screen.note(Underway(COMPOSING, PARTIAL, 8))
        await clock.advance(60)

    times = [at for at, _ in place.cards]
    assert len(times) == 10
    assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(times))


async def test_what_is_written_so_far_has_its_sources_and_says_that_it_is_unfinished(
    screen: AnswerScreen, place: Place, clock: Clock
) -> None:
    async with screen.shown():
        screen.note(Underway(COMPOSING, PARTIAL, 8))
        await clock.advance(2.0)

    (text,) = place.texts
    assert "opened again on Tuesday. [1]" in text
    assert "[[1] Tern Bridge" in text
    assert "Still writing ..." in text


async def test_nothing_comes_after_the_end(
    screen: AnswerScreen, place: Place, clock: Clock
) -> None:
    async with screen.shown():
        screen.note(Underway(SEARCHING))
        await clock.advance(2.0)
    screen.note(Underway(COMPOSING, PARTIAL, 8))
    await clock.advance(60)

    assert len(place.cards) == 1


async def test_the_end_waits_for_an_edit_that_is_on_its_way(
    screen: AnswerScreen, place: Place, clock: Clock
) -> None:
    sent = asyncio.Event()
    place.before = sent.wait
    ended: list[str] = []

    async def work() -> None:
        async with screen.shown():
            screen.note(Underway(SEARCHING))
            await clock.advance(2.0)
        ended.extend(place.texts)

    working = asyncio.create_task(work())
    for _ in range(20):
        await turn_over()
    assert not working.done()
    sent.set()
    await working

    assert len(ended) == 1


async def test_an_edit_that_fails_ends_the_show_and_not_the_answer(
    screen: AnswerScreen, place: Place, clock: Clock
) -> None:
    tries: list[int] = []

    async def fail() -> None:
        tries.append(1)
        raise aiohttp.ClientError("the network is gone")

    place.before = fail
    async with screen.shown():
        screen.note(Underway(SEARCHING))
        await clock.advance(2.0)
        screen.note(Underway(COMPOSING, PARTIAL, 8))
        await clock.advance(10.0)

    assert len(tries) == 1


async def test_an_error_while_answering_comes_through(screen: AnswerScreen, clock: Clock) -> None:
    async def answer() -> None:
        async with screen.shown():
            await clock.advance(2.0)
            raise RuntimeError("the wheels came off")

    with pytest.raises(RuntimeError, match="wheels"):
        await answer()


async def test_what_breaks_the_show_is_logged_and_the_answer_goes_on(
    screen: AnswerScreen, place: Place, clock: Clock
) -> None:
    async def fail() -> None:
        raise RuntimeError("a card without an end")

    place.before = fail
    with capture_logs() as logs:
        async with screen.shown():
            screen.note(Underway(SEARCHING))
            await clock.advance(2.0)

    (entry,) = logs
    assert entry["event"] == "progress_broke_off"
    assert "without an end" in str(entry["exc_info"])
