from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.state.spending import Limit, OverBudgetError, Prices, SpendingLog
from index.database import Database
from tests.fakes.stores import open_database


class Clock:
    now = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    it = open_database(tmp_path / "footnote.db")
    await SpendingLog(it).open()
    yield it
    await it.close()


async def test_what_was_used_takes_the_place_of_what_was_booked(database: Database) -> None:
    log = SpendingLog(database, prices=Prices(read=3.0, written=15.0))
    booking = await log.reserve("a", read=1000, written=500)
    assert (await log.spent_today("a")).tokens == 1500

    await log.settle(booking, read=900, written=100)

    spent = await log.spent_today("a")
    assert (spent.tokens, spent.calls) == (1000, 1)
    assert spent.money == pytest.approx((900 * 3 + 100 * 15) / 1_000_000)


async def test_a_booking_is_settled_once(database: Database) -> None:
    log = SpendingLog(database)
    booking = await log.reserve("a", read=10, written=10)
    await log.settle(booking, read=1, written=1)

    await log.settle(booking, read=500, written=500)

    assert (await log.spent_today()).tokens == 2


async def test_an_account_cannot_use_more_than_its_limit(database: Database) -> None:
    log = SpendingLog(database, one_account=Limit(tokens=100))
    await log.reserve("a", read=60, written=30)

    with pytest.raises(OverBudgetError, match="100"):
        await log.reserve("a", read=10, written=1)

    await log.reserve("b", read=10, written=1)
    await log.reserve("a", read=9, written=1)
    assert (await log.spent_today("a")).tokens == 100


async def test_all_accounts_together_cannot_use_more_than_theirs(database: Database) -> None:
    log = SpendingLog(database, all_accounts=Limit(tokens=100), one_account=Limit(tokens=90))
    await log.reserve("a", read=60, written=0)

    with pytest.raises(OverBudgetError, match="all servers"):
        await log.reserve("b", read=41, written=0)


async def test_money_is_limited_as_tokens_are(database: Database) -> None:
    log = SpendingLog(database, prices=Prices(10.0, 0.0), one_account=Limit(money=0.5))
    await log.reserve("a", read=50_000, written=1_000_000)

    with pytest.raises(OverBudgetError):
        await log.reserve("a", read=1, written=0)


async def test_a_limit_of_nothing_lets_nothing_through(database: Database) -> None:
    with pytest.raises(OverBudgetError):
        await SpendingLog(database, all_accounts=Limit(tokens=0)).reserve("a", read=1, written=0)


async def test_questions_at_the_same_time_cannot_overspend(database: Database) -> None:
    log = SpendingLog(database, all_accounts=Limit(tokens=1000))

    ended = await asyncio.gather(
        *(log.reserve(f"a{n % 3}", read=90, written=10) for n in range(30)),
        return_exceptions=True,
    )

    assert sum(isinstance(one, OverBudgetError) for one in ended) == 20
    assert (await log.spent_today()).tokens == 1000


async def test_a_call_that_a_crash_cut_off_stays_booked(tmp_path: Path) -> None:
    first = open_database(tmp_path / "x.db")
    log = SpendingLog(first)
    await log.open()
    await log.reserve("a", read=60, written=30)
    await first.close()

    second = open_database(tmp_path / "x.db")
    again = SpendingLog(second, one_account=Limit(tokens=100))
    await again.open()
    with pytest.raises(OverBudgetError):
        await again.reserve("a", read=11, written=0)
    await second.close()


async def test_a_day_begins_at_midnight_where_the_operator_lives(database: Database) -> None:
    clock = Clock()
    limit = Limit(tokens=100)
    vienna = SpendingLog(database, all_accounts=limit, zone=ZoneInfo("Europe/Vienna"), now=clock)
    await vienna.reserve("a", read=100, written=0)
    with pytest.raises(OverBudgetError):
        await vienna.reserve("a", read=1, written=0)

    clock.now += timedelta(hours=1)  # 0:30 in Vienna, still the same day in UTC

    await vienna.reserve("a", read=1, written=0)
    assert (await vienna.spent_today()).tokens == 1


async def test_a_call_is_booked_on_the_day_it_began(database: Database) -> None:
    clock = Clock()
    log = SpendingLog(database, now=clock)
    booking = await log.reserve("a", read=10, written=10)
    clock.now += timedelta(days=1)

    await log.settle(booking, read=5, written=5)

    assert (await log.spent_today()).tokens == 0


async def test_what_is_long_past_is_not_kept(database: Database) -> None:
    clock = Clock()
    log = SpendingLog(database, now=clock)
    await log.reserve("a", read=10, written=10)
    clock.now += timedelta(days=100)

    await log.reserve("a", read=1, written=1)

    kept = await database.read(
        lambda connection: connection.execute("SELECT count(*) FROM model_call").fetchone()[0]
    )
    assert kept == 1
