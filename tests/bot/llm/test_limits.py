"""The breaker and the budget around a model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.answering.engine import Answerer
from bot.answering.errors import ModelUnavailable, Outage
from bot.answering.evidence import offer_evidence
from bot.answering.fallback import FallbackComposer
from bot.answering.modelled import ModelComposer
from bot.answering.models import Answer, DraftSentence, Question, Turn
from bot.answering.rewrite_model import ModelRewriter
from bot.llm.model import Limits
from bot.state.spending import Limit, SpendingLog
from index.breaker import Breaker, BreakerState
from index.errors import StoreError
from index.models import Article, SearchResult
from index.sqlite_database import SqliteDatabase
from prompts import load_all
from tests.fakes.answering import ArticlesInMemory, ScriptedComposer, no_link, passages_of
from tests.fakes.model_server import (
    ModelServer,
    OpenAIWire,
    Wire,
    fails,
    hangs,
    repeats,
    says,
)

Make = Callable[..., Any]
ONCE = Limits(max_tokens=50, attempts=1)
FERRY = Article("ferry", "Ferry", "The ferry to Skerry leaves at 8 a.m. from the east pier.")
(LEAVES,) = offer_evidence(passages_of(FERRY), salt="q")
FOUND = SearchResult(1, (), {}, {})
ASKED = Question("When does the ferry leave?", "q", account="one")


@pytest.fixture
def wire() -> Wire:
    return OpenAIWire()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def fail(asking: Any) -> ModelUnavailable:
    with pytest.raises(ModelUnavailable) as caught:
        await asking.ask()
    return caught.value


async def test_a_model_that_keeps_failing_is_left_alone_and_tried_again_later(
    server: ModelServer, make: Make
) -> None:
    clock = Clock()
    breaker = Breaker("model", failures=2, rest=30, clock=clock)
    asking = make(server, breaker=breaker, limits=ONCE)
    server.will(fails(500))
    await fail(asking)
    await fail(asking)

    error = await fail(asking)

    assert error.kind is Outage.DOWN
    assert len(server.seen) == 2
    clock.now += 30
    server.will(says("Yes."))
    assert await asking.ask() == "Yes."
    assert breaker.state is BreakerState.CLOSED


async def test_a_trial_whose_reader_has_heard_enough_closes_the_breaker(
    server: ModelServer, make: Make
) -> None:
    clock = Clock()
    breaker = Breaker("model", failures=1, rest=30, clock=clock)
    asking = make(server, breaker=breaker, limits=ONCE)
    server.will(fails(500))
    await fail(asking)
    clock.now += 30
    ids = (LEAVES.id,)
    server.will(says(f"{LEAVES.text} [{ids[0]}]\n", "User: and now?\n", "Well, "))

    draft = await ModelComposer(asking.model, load_all()).write(ASKED, FOUND, [LEAVES])

    assert draft.sentences == (DraftSentence(LEAVES.text, ids),)
    assert breaker.state is BreakerState.CLOSED


async def test_the_articles_own_sentences_come_when_a_model_trickles_at_every_step(
    server: ModelServer, make: Make
) -> None:
    server.will(says("Yes."))
    ready = make(server)
    await ready.ask()
    limits = Limits(max_tokens=100_000, seconds=0.5, first_seconds=0.4)
    model = make(server, limits=limits, connection=ready.connection).model
    server.will(repeats("drip ", pause=0.02))
    quoting = ScriptedComposer(lambda evidence: [(evidence[0].text, [evidence[0].id])])
    answerer = Answerer(
        articles=ArticlesInMemory([FERRY]),
        composer=FallbackComposer(ModelComposer(model, load_all()), quoting),
        rewriter=ModelRewriter(model, load_all()),
        link=no_link,
    )
    history = (Turn("When does the ferry to Skerry leave?", "At noon."),)

    reply = await answerer.reply(Question("and on Sundays?", "q", history, account="one"))

    assert len(server.seen) == 3
    assert isinstance(reply, Answer)
    assert reply.text == f"{LEAVES.text} [1]"
    assert ModelUnavailable(kind=Outage.SLOW).why in (reply.notice or "")


async def test_a_question_that_is_refused_does_not_count_against_the_model(
    server: ModelServer, make: Make
) -> None:
    breaker = Breaker("model", failures=1)
    asking = make(server, breaker=breaker, limits=ONCE)
    server.will(fails(400, "prompt is too long"))

    await fail(asking)

    assert breaker.state is BreakerState.CLOSED


async def test_a_trial_that_was_cancelled_does_not_block_the_next(
    server: ModelServer, make: Make
) -> None:
    clock = Clock()
    breaker = Breaker("model", failures=1, rest=30, clock=clock)
    asking = make(server, breaker=breaker, limits=ONCE)
    server.will(fails(500))
    await fail(asking)
    clock.now += 30
    server.will(hangs("The "))
    task = asyncio.create_task(asking.ask())
    async with asyncio.timeout(30):
        while not asking.texts:  # noqa: ASYNC110 - what is asked is a test's own list
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    server.will(says("Yes."))

    assert await asking.ask() == "Yes."


async def test_nobody_is_asked_when_the_budget_is_used_up(
    server: ModelServer, make: Make, database: SqliteDatabase
) -> None:
    spending = SpendingLog(database, one_account=Limit(tokens=100))
    asking = make(server, spending=spending)
    server.will(says("Yes.", usage=(60, 10)))
    assert await asking.ask() == "Yes."

    error = await fail(asking)

    assert error.kind is Outage.OVER_BUDGET
    assert "budget" in error.why
    assert "70" in str(error)
    assert len(server.seen) == 1
    assert await asking.ask(account="another") == "Yes."


async def test_a_budget_that_is_used_up_does_not_open_the_breaker(
    server: ModelServer, make: Make, database: SqliteDatabase
) -> None:
    breaker = Breaker("model", failures=1)
    spending = SpendingLog(database, all_accounts=Limit(tokens=0))

    await fail(make(server, spending=spending, breaker=breaker))

    assert breaker.state is BreakerState.CLOSED


async def test_without_a_database_nothing_is_spent(server: ModelServer, make: Make) -> None:
    class Broken:
        async def reserve(self, *_: Any, **__: Any) -> None:
            raise StoreError("The disk is full.")

    error = await fail(make(server, spending=Broken()))

    assert error.kind is Outage.DOWN
    assert not server.seen
