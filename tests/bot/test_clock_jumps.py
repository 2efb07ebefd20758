"""A clock that jumps a day keeps nobody out, lets nobody in and costs nothing twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cogs.cooldowns import Cooldowns
from bot.cogs.posts import Post, PostBook
from bot.reader.addresses import Asked, Place, is_signed, sign
from bot.state.spending import Limit, OverBudgetError, SpendingLog
from index.sqlite_database import SqliteDatabase

START = datetime(2031, 6, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BOTH_WAYS = pytest.mark.parametrize("jump", [DAY, -DAY], ids=["forward", "back"])


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    it = SqliteDatabase(tmp_path / "footnote.db")
    yield it
    await it.close()


@BOTH_WAYS
def test_a_pause_between_questions_is_over_and_the_next_one_is_as_long_as_ever(
    clock: Clock, jump: timedelta
) -> None:
    cooldowns = Cooldowns(clock)
    cooldowns.start(1, 2)
    assert cooldowns.over_at(1, 2, 30) == START + timedelta(seconds=30)
    clock.now += jump

    assert cooldowns.over_at(1, 2, 30) is None

    cooldowns.start(1, 2)
    assert cooldowns.over_at(1, 2, 30) == clock.now + timedelta(seconds=30)


@BOTH_WAYS
def test_automatic_answers_go_on_and_keep_their_hourly_limit(clock: Clock, jump: timedelta) -> None:
    def post(number: int) -> Post:
        return Post(id=number, guild_id=1, channel_id=2, parent_id=2, poster_id=3)

    book = PostBook(hourly=2, now=clock)
    assert [book.take(post(number)) for number in range(3)] == [True, True, False]
    clock.now += jump

    assert [book.take(post(number)) for number in range(10, 13)] == [True, True, False]


async def test_a_budget_is_the_days_own_whichever_day_it_is_taken_for(
    database: SqliteDatabase, clock: Clock
) -> None:
    log = SpendingLog(database, one_account=Limit(tokens=100), now=clock)
    await log.open()
    await log.reserve("a", read=90, written=5)
    clock.now += DAY
    await log.reserve("a", read=90, written=5)
    clock.now -= DAY

    with pytest.raises(OverBudgetError):
        await log.reserve("a", read=10, written=1)

    assert (await log.spent_today("a")).tokens == 95


async def test_a_call_that_was_booked_before_a_jump_is_settled_once_on_its_own_day(
    database: SqliteDatabase, clock: Clock
) -> None:
    log = SpendingLog(database, now=clock)
    await log.open()
    booking = await log.reserve("a", read=90, written=5)
    clock.now += DAY
    await log.settle(booking, read=10, written=1)

    assert (await log.spent_today("a")).tokens == 0
    clock.now -= DAY
    assert (await log.spent_today("a")).tokens == 11


def test_a_signed_link_ends_when_it_says_and_a_clock_set_back_changes_none(clock: Clock) -> None:
    secret = b"x" * 32
    place = Place("news", "0" * 32, expires=int((START + DAY).timestamp()))
    asked = Asked(place, sign(secret, place))

    assert is_signed(secret, asked, clock.now)
    assert is_signed(secret, asked, clock.now - DAY)
    assert not is_signed(secret, asked, clock.now + DAY)
