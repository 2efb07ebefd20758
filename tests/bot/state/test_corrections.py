"""Proposals on real SQLite: decided once, of their server, and without the forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.state.corrections import OPEN_LIMIT, CorrectionLog, Proposal, TooManyOpen, Verdict
from bot.state.corrections import QuotedSentence as Quoted
from bot.state.personal_rows import Subject
from bot.state.replies import Sending
from bot.state.stores import Stores
from index.database import Database
from tests.fakes.discord_samples import bridge_answer
from tests.fakes.stores import open_database

QUOTES = tuple(Quoted(n, "wall", "v", "Wall", n, n + 1, f"Sentence {n}.") for n in (1, 2))
ANN, MO = 800000000000000017, 800000000000000023


def make(reply_id: str = "r1", author: int = ANN, guild: int = 1, text: str = "So.") -> Proposal:
    return Proposal("", guild, reply_id, "When?", "Then. [1]", QUOTES, text, "", author, "")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    it = open_database(tmp_path / "footnote.db")
    yield it
    await it.close()


@pytest.fixture
async def stores(database: Database) -> Stores:
    it = Stores(database)
    await it.open()
    return it


@pytest.fixture
def log(stores: Stores) -> CorrectionLog:
    return stores.corrections


async def test_the_first_decision_counts(log: CorrectionLog) -> None:
    kept = await log.propose(make())

    assert await log.decide(kept.id, Verdict.APPROVED, by=MO, text="Better.")
    assert not await log.decide(kept.id, Verdict.DECLINED, by=ANN, reason="No.")
    found = await log.find(kept.id, guild_id=1)
    assert found is not None
    assert (found.verdict, found.decided_by, found.text) == (Verdict.APPROVED, MO, "Better.")
    await log.choose(kept.id, 1)
    assert (await log.find(kept.id, guild_id=1)) == found


async def test_one_that_could_not_be_carried_out_waits_again(log: CorrectionLog) -> None:
    kept = await log.propose(make())
    await log.decide(kept.id, Verdict.APPROVED, by=MO)
    await log.reopen(kept.id)

    (waiting,) = await log.open_ones(1)
    assert waiting.decided_by is None
    assert await log.decide(kept.id, Verdict.APPROVED, by=MO)


async def test_each_server_has_its_own(log: CorrectionLog) -> None:
    kept = await log.propose(make(guild=1))

    assert await log.find(kept.id, guild_id=2) is None
    assert await log.open_ones(2) == ()


async def test_a_member_has_a_few_open_at_most_in_each_server(log: CorrectionLog) -> None:
    for number in range(OPEN_LIMIT):
        await log.propose(make(f"r{number}"))
    with pytest.raises(TooManyOpen):
        await log.propose(make("one more"))
    await log.propose(make("r0", text="Changed."))
    await log.propose(make("elsewhere", guild=2))
    await log.propose(make("others", author=MO))
    assert len(await log.open_ones(1)) == OPEN_LIMIT + 1


async def test_the_question_goes_with_its_answer_and_the_author_with_their_wish(
    stores: Stores,
) -> None:
    sending = Sending(1, 5, MO, is_private=False, asked_in=1)
    reply_id = await stores.replies.record(bridge_answer(), sending)
    kept = await stores.corrections.propose(make(reply_id))
    await stores.personal.forget(Subject(MO))
    found = await stores.corrections.find(kept.id, guild_id=1)
    assert found is not None
    assert (found.question, found.author_id) == ("", ANN)

    await stores.personal.forget(Subject(ANN))
    found = await stores.corrections.find(kept.id, guild_id=1)
    assert found is not None
    assert (found.author_id, found.text) == (0, "So.")
