"""Gaps on real SQLite: kept once, by cause, in their own library, and for a while only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.answering.models import Difference, Question, Reason, Reply
from bot.state.gaps import Cause, Gap, GapLog, Order
from index.database import Database
from tests.fakes.discord_samples import BRIDGE, LIBRARY, bridge_answer, refusal
from tests.fakes.stores import open_database

START = datetime(2031, 6, 10, 12, 0, tzinfo=UTC)
ASKED = "Who paid for the bridge?"


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **given: float) -> None:
        self.now += timedelta(**given)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    it = open_database(tmp_path / "footnote.db")
    yield it
    await it.close()


@pytest.fixture
async def log(database: Database, clock: Clock) -> GapLog:
    it = GapLog(database, retention=timedelta(days=90), limit=5, now=clock)
    await it.open()
    return it


def refused(asked: str = ASKED, reason: Reason = Reason.NOTHING_FOUND) -> Reply:
    return refusal(reason, BRIDGE, BRIDGE, LIBRARY, asked=asked)


async def one(log: GapLog) -> Gap:
    (gap,) = await log.gaps("town")
    return gap


async def test_a_gap_says_what_was_asked_when_and_what_came_near(log: GapLog) -> None:
    assert await log.record("town", refused())

    gap = await one(log)
    assert (gap.question, gap.cause, gap.edition, gap.times) == (ASKED, Cause.NO_ARTICLE, 3, 1)
    assert [near.article_id for near in gap.nearest] == [BRIDGE.id, LIBRARY.id]
    assert [near.title for near in gap.nearest] == [BRIDGE.title, LIBRARY.title]
    assert gap.first_asked == gap.last_asked == START.isoformat(timespec="microseconds")


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        (Reason.NOTHING_FOUND, Cause.NO_ARTICLE),
        (Reason.NOT_SUPPORTED, Cause.NOT_SUPPORTED),
        (Reason.TOO_OLD, Cause.TOO_OLD),
        (Reason.LIBRARY_EMPTY, None),
        (Reason.MODEL_DOWN, None),
        (Reason.UNCLEAR_QUESTION, None),
    ],
)
async def test_only_what_the_articles_leave_open_is_a_gap(
    log: GapLog, reason: Reason, cause: Cause | None
) -> None:
    assert await log.record("town", refused(reason=reason)) is (cause is not None)

    assert [gap.cause for gap in await log.gaps("town")] == ([cause] if cause else [])


async def test_an_answer_is_a_gap_where_the_articles_disagree_and_else_none(log: GapLog) -> None:
    differing = replace(bridge_answer(), differences=(Difference((1, 2), ("9", "10")),))

    assert not await log.record("town", bridge_answer())
    assert await log.record("town", differing)
    assert (await one(log)).cause is Cause.DISAGREE


@pytest.mark.parametrize(
    "again", ["who paid for  the bridge", "WHO PAID FOR THE BRIDGE?!", "“Who paid for the Bridge”"]
)
async def test_the_same_question_typed_otherwise_counts_up(
    log: GapLog, clock: Clock, again: str
) -> None:
    await log.record("town", refused())
    clock.advance(days=2)
    await log.record("town", refused(again, Reason.NOT_SUPPORTED))

    gap = await one(log)
    assert (gap.times, gap.question, gap.cause) == (2, again, Cause.NOT_SUPPORTED)
    assert gap.first_asked < gap.last_asked


async def test_a_follow_up_is_kept_as_it_was_understood(log: GapLog) -> None:
    reply = refusal(Reason.NOT_SUPPORTED, BRIDGE, asked="And who paid for it?")
    await log.record("town", replace(reply, asked_as="Who paid for the Tern Bridge?"))

    assert (await one(log)).question == "Who paid for the Tern Bridge?"


async def test_libraries_never_mix(log: GapLog) -> None:
    await log.record("town", refused())
    await log.record("discord-7", refused())

    assert (await one(log)).times == 1
    assert await log.close("discord-7", (await one(log)).key) is None
    assert (await one(log)).closed_at is None


async def test_a_closed_gap_is_out_of_the_list_until_it_is_asked_about_again(log: GapLog) -> None:
    await log.record("town", refused())
    closed = await log.close("town", (await one(log)).key)

    assert closed is not None
    assert closed.closed_at is not None
    assert await log.gaps("town") == ()
    assert await log.gaps("town", closed_too=True) == (closed,)
    await log.record("town", refused())
    assert (await one(log)).times == 2


async def test_closing_twice_keeps_the_first_time(log: GapLog, clock: Clock) -> None:
    await log.record("town", refused())
    first = await log.close("town", 1)
    clock.advance(hours=1)
    again = await log.close("town", 1)

    assert first is not None
    assert again == first
    assert (first.was_closed, again.was_closed) == (False, True)
    assert await log.close("town", 99) is None


async def test_the_newest_come_first_or_those_asked_most(log: GapLog, clock: Clock) -> None:
    for asked in ("first question", "second question", "first question", "third question"):
        await log.record("town", refused(asked))
        clock.advance(minutes=1)

    async def listed(order: Order) -> list[str]:
        return [gap.question.split()[0] for gap in await log.gaps("town", order=order)]

    assert await listed(Order.NEWEST) == ["third", "first", "second"]
    assert await listed(Order.MOST_ASKED) == ["first", "third", "second"]


async def test_a_library_keeps_so_many_and_lets_closed_and_rare_ones_go_first(
    log: GapLog, clock: Clock
) -> None:
    for name in ("often", "often", "closed", "often closed", "often closed", "rare", "newer"):
        await log.record("town", refused(f"{name} question"))
        clock.advance(minutes=1)
    for gap in await log.gaps("town"):
        if "closed" in gap.question:
            await log.close("town", gap.key)
    for number in range(3):
        await log.record("town", refused(f"flood {number}"))
        clock.advance(minutes=1)

    kept = {gap.question for gap in await log.gaps("town", closed_too=True)}
    assert kept == {"often question", "newer question", "flood 0", "flood 1", "flood 2"}


async def test_the_question_that_was_asked_just_now_is_never_the_one_to_go(
    database: Database, clock: Clock
) -> None:
    log = GapLog(database, limit=2, now=clock)
    await log.open()
    for name in ("often", "often", "more often", "more often"):
        await log.record("town", refused(f"{name} question"))
    clock.advance(minutes=1)

    await log.record("town", refused("a new question"))

    kept = [gap.question for gap in await log.gaps("town")]
    assert kept[0] == "a new question"
    assert len(kept) == 2


async def test_what_nobody_asks_about_any_more_is_forgotten(
    log: GapLog, clock: Clock, database: Database
) -> None:
    await log.record("town", refused("an old question"))
    await log.record("other", refused("another old question"))
    clock.advance(days=89)
    await log.record("town", refused("a young question"))
    clock.advance(days=2)

    assert (await one(log)).question == "a young question"
    assert await log.prune() == 2
    assert await log.prune() == 0
    rows = await database.read(lambda it: it.execute("SELECT question FROM gap").fetchall())
    assert [tuple(row) for row in rows] == [("a young question",)]


async def test_who_asked_is_not_kept(log: GapLog, database: Database) -> None:
    reply = replace(refused(), question=Question(ASKED, id="id-of-the-question"))
    await log.record("town", reply)

    rows = await database.read(lambda it: it.execute("SELECT * FROM gap").fetchall())
    assert "id-of-the-question" not in str([tuple(row) for row in rows])


@pytest.mark.parametrize("asked", ["???", "🦉🦉", "half a character \ud83e", "x" * 1000, "'; --"])
async def test_any_text_can_be_kept_and_counts_up(log: GapLog, asked: str) -> None:
    await log.record("town", refused(asked))
    await log.record("town", refused(asked))

    assert (await one(log)).times == 2


async def test_gaps_outlive_a_restart(log: GapLog, database: Database, clock: Clock) -> None:
    await log.record("town", refused())
    again = GapLog(database, now=clock)
    await again.open()

    assert (await one(again)).question == ASKED


async def test_questions_of_any_length_are_told_apart_and_counted(log: GapLog) -> None:
    endless = "".join(chr(0x4E00 + n * 7 % 20_000) for n in range(4_000))
    for asked in (endless, endless, endless + "x"):
        assert await log.record("town", refused(asked))

    assert sorted(gap.times for gap in await log.gaps("town")) == [1, 2]
