"""Figures on real SQLite: of one server, by day, by reason, and what was cited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.answering.models import Reason, Reply
from bot.state.stats import Cited, Day
from bot.state.stores import Stores
from tests.fakes.discord_samples import BRIDGE, LIBRARY, bridge_answer, quoting, refusal
from tests.fakes.kept_replies import ANN, BEN, ELSEWHERE, HERE, START, Clock, sending
from tests.fakes.stores import open_database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def stores(tmp_path: Path, clock: Clock) -> AsyncIterator[Stores]:
    database = open_database(tmp_path / "footnote.db")
    it = Stores(database, now=clock)
    await it.open()
    yield it
    await database.close()


async def keep(
    stores: Stores, reply: Reply, *, ms: float = 0.0, guild: int = HERE, private: bool = False
) -> str:
    timed = replace(reply, timings_ms={"total": ms} if ms else {})
    return await stores.replies.record(timed, sending(guild=guild, private=private))


async def test_nothing_asked_is_all_days_at_zero(stores: Stores) -> None:
    stats = await stores.stats.of(HERE, days=7)
    assert [day.day for day in stats.days] == [
        START.date() - timedelta(days=number) for number in range(6, -1, -1)
    ]
    assert (stats.asked, stats.median_ms, stats.cited) == (0, None, ())


async def test_questions_are_counted_by_day_and_by_outcome(stores: Stores, clock: Clock) -> None:
    await keep(stores, bridge_answer())
    clock.advance(days=1)
    await keep(stores, bridge_answer(), private=True)
    await keep(stores, refusal(Reason.NOTHING_FOUND))
    await keep(stores, refusal(Reason.NOTHING_FOUND))
    await keep(stores, refusal(Reason.TOO_OLD))
    stats = await stores.stats.of(HERE, days=2)

    first = START.date()
    assert stats.days == (Day(first, 1, 0), Day(first + timedelta(days=1), 1, 3))
    assert stats.refusals == (("nothing_found", 2), ("too_old", 1))
    assert (stats.answered, stats.refused, stats.asked) == (2, 3, 5)


async def test_what_is_older_than_the_time_does_not_count(stores: Stores, clock: Clock) -> None:
    reply = await keep(stores, bridge_answer(), ms=5)
    await stores.feedback.vote(reply, guild_id=HERE, member_id=ANN, helpful=True)
    clock.advance(days=7)
    stats = await stores.stats.of(HERE, days=7)
    assert (stats.asked, stats.helpful, stats.median_ms, stats.cited) == (0, 0, None, ())
    assert (await stores.stats.of(HERE, days=8)).asked == 1


async def test_another_servers_figures_are_never_counted(stores: Stores) -> None:
    reply = await keep(stores, bridge_answer(), ms=5, guild=ELSEWHERE)
    await stores.feedback.vote(reply, guild_id=ELSEWHERE, member_id=ANN, helpful=True)
    stats = await stores.stats.of(HERE, days=7)
    assert (stats.asked, stats.helpful, stats.median_ms, stats.cited) == (0, 0, None, ())


async def test_votes_are_counted(stores: Stores) -> None:
    reply = await keep(stores, bridge_answer())
    for member, helpful in ((ANN, True), (BEN, False), (13, True)):
        await stores.feedback.vote(reply, guild_id=HERE, member_id=member, helpful=helpful)
    stats = await stores.stats.of(HERE, days=7)
    assert (stats.helpful, stats.not_helpful) == (2, 1)


async def test_half_were_within_the_median_and_95_of_100_within_the_tail(stores: Stores) -> None:
    for number in range(1, 101):
        await keep(stores, bridge_answer(), ms=float(number))
    await keep(stores, bridge_answer())
    stats = await stores.stats.of(HERE, days=7)
    assert (stats.median_ms, stats.tail_ms) == (50.0, 95.0)


async def test_articles_are_counted_by_answers_not_by_quotes(stores: Stores) -> None:
    await keep(stores, bridge_answer())
    await keep(stores, quoting((LIBRARY, "On Saturdays it closes at noon.")))
    assert (await stores.stats.of(HERE, days=7)).cited == (
        Cited(LIBRARY.id, LIBRARY.title, 2),
        Cited(BRIDGE.id, BRIDGE.title, 1),
    )


async def test_a_shared_answer_was_asked_once_and_its_votes_count(stores: Stores) -> None:
    private = await keep(stores, bridge_answer(), ms=5, private=True)
    assert await stores.shares.claim(private)
    posted = await keep(stores, bridge_answer(), ms=5)
    await stores.shares.finish(private, posted)
    await stores.feedback.vote(posted, guild_id=HERE, member_id=BEN, helpful=True)
    stats = await stores.stats.of(HERE, days=1)

    assert (stats.asked, stats.helpful) == (1, 1)
    assert [cited.answers for cited in stats.cited] == [1, 1]
