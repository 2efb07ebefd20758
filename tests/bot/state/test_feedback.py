"""Votes on real SQLite: one a member and reply, in their own server, and a queue of complaints."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.state.feedback import TEXT_LIMIT, Case, Complaint, Counts, FeedbackLog
from bot.state.stores import Stores
from tests.fakes.discord_samples import bridge_answer
from tests.fakes.kept_replies import ANN, BEN, ELSEWHERE, HERE, MO, START, Clock, sending
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


@pytest.fixture
def log(stores: Stores) -> FeedbackLog:
    return stores.feedback


@pytest.fixture
async def reply(stores: Stores) -> str:
    return await stores.replies.record(bridge_answer(), sending())


async def complain(
    log: FeedbackLog, reply: str, reason: Complaint | None = None, *, by: int = ANN, text: str = ""
) -> None:
    vote = await log.vote(
        reply, guild_id=HERE, member_id=by, helpful=False, reason=reason, text=text
    )
    assert vote is not None


async def test_a_member_has_one_vote_and_may_change_it(log: FeedbackLog, reply: str) -> None:
    first = await log.vote(reply, guild_id=HERE, member_id=ANN, helpful=True)
    assert first is not None
    assert not first.changed
    second = await log.vote(
        reply, guild_id=HERE, member_id=ANN, helpful=False, reason=Complaint.WRONG, text=" No. "
    )

    assert second is not None
    assert second.changed
    (kept,) = await log.votes(reply, guild_id=HERE)
    assert (kept.helpful, kept.reason, kept.text) == (False, Complaint.WRONG, "No.")
    assert await log.counts(reply, guild_id=HERE) == Counts(helpful=0, not_helpful=1)


async def test_a_vote_for_an_answer_of_another_server_is_not_taken(
    log: FeedbackLog, reply: str
) -> None:
    assert await log.vote(reply, guild_id=ELSEWHERE, member_id=ANN, helpful=False) is None
    assert await log.vote("no such", guild_id=HERE, member_id=ANN, helpful=False) is None

    await complain(log, reply)
    assert await log.counts(reply, guild_id=ELSEWHERE) == Counts()
    assert await log.votes(reply, guild_id=ELSEWHERE) == ()
    assert await log.queue(ELSEWHERE) == ()
    assert not await log.close(reply, guild_id=ELSEWHERE, member_id=MO)
    assert await log.close(reply, guild_id=HERE, member_id=MO)
    assert not await log.reopen(reply, guild_id=ELSEWHERE)


async def test_the_queue_holds_each_complained_reply_once_newest_first(
    stores: Stores, log: FeedbackLog, reply: str, clock: Clock
) -> None:
    other = await stores.replies.record(bridge_answer(), sending())
    praised = await stores.replies.record(bridge_answer(), sending())
    await log.vote(praised, guild_id=HERE, member_id=ANN, helpful=True)
    await complain(log, other, Complaint.MISSING)
    clock.advance(minutes=1)
    await complain(log, reply, Complaint.OUT_OF_DATE)
    await complain(log, reply, Complaint.WRONG, by=BEN)
    await log.vote(reply, guild_id=HERE, member_id=MO, helpful=True)

    assert await log.queue(HERE) == (
        Case(reply, 2, (Complaint.WRONG, Complaint.OUT_OF_DATE), START + timedelta(minutes=1)),
        Case(other, 1, (Complaint.MISSING,), START),
    )
    (only,) = await log.queue(HERE, reason=Complaint.MISSING)
    assert only.reply_id == other
    (wrong,) = await log.queue(HERE, reason=Complaint.WRONG)
    assert wrong.complaints == 2


async def test_a_closed_case_comes_back_with_a_new_complaint(
    log: FeedbackLog, reply: str, clock: Clock
) -> None:
    await complain(log, reply, Complaint.WRONG)
    assert await log.close(reply, guild_id=HERE, member_id=MO)
    assert not await log.close(reply, guild_id=HERE, member_id=MO)
    assert await log.queue(HERE) == ()
    (closed,) = await log.queue(HERE, closed=True)
    assert (closed.closed_at, closed.closed_by) == (START, MO)

    clock.advance(hours=1)
    await log.vote(reply, guild_id=HERE, member_id=BEN, helpful=True)
    assert await log.queue(HERE) == ()
    await complain(log, reply, by=BEN)
    assert len(await log.queue(HERE)) == 1


async def test_a_reply_nobody_complained_of_has_no_case_to_close(
    log: FeedbackLog, reply: str
) -> None:
    await log.vote(reply, guild_id=HERE, member_id=ANN, helpful=True)
    assert not await log.close(reply, guild_id=HERE, member_id=MO)


async def test_votes_go_with_their_reply(
    stores: Stores, log: FeedbackLog, reply: str, clock: Clock
) -> None:
    await complain(log, reply)
    await log.close(reply, guild_id=HERE, member_id=MO)
    clock.advance(days=2)
    assert await stores.replies.prune(HERE, clock() - timedelta(days=1)) == 1
    assert await log.queue(HERE, closed=True) == ()
    assert await log.votes(reply, guild_id=HERE) == ()


async def test_a_long_or_broken_text_is_kept_as_far_as_it_can_be(
    log: FeedbackLog, reply: str
) -> None:
    await complain(log, reply, text="\ud83d" + "x" * 5000)
    (vote,) = await log.votes(reply, guild_id=HERE)
    assert vote.text.startswith("?xx")
    assert len(vote.text) == TEXT_LIMIT
