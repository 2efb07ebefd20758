"""What is too old is forgotten, server by server, and servers that the bot left as well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.answering.models import Reason
from bot.naming import library_of
from bot.state.gaps import GapLog
from bot.state.replies import Sending
from bot.state.retention import GRACE, Pruned
from bot.state.stores import Stores
from index import schema
from index.connections import Connection
from index.database import Database
from index.forgetting import FORGOTTEN
from tests.fakes.discord_samples import BRIDGE, bridge_answer, refusal
from tests.fakes.kept_replies import ANN, ELSEWHERE, HERE, Clock, sending
from tests.fakes.stores import open_database

USUAL = timedelta(days=90)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    it = open_database(tmp_path / "footnote.db")
    await it.migrate(schema.SCHEMA, schema.STEPS)
    yield it
    await it.close()


@pytest.fixture
async def gaps(database: Database, clock: Clock) -> GapLog:
    it = GapLog(database, retention=USUAL, now=clock)
    await it.open()
    return it


@pytest.fixture
async def stores(database: Database, gaps: GapLog, clock: Clock) -> Stores:
    it = Stores(database, now=clock)
    await it.open()
    return it


async def ask(stores: Stores, gaps: GapLog, guild: int) -> str:
    reply = refusal(Reason.NOTHING_FOUND, BRIDGE)
    await gaps.record(library_of(guild), reply)
    return await stores.replies.record(reply, sending(guild=guild))


async def test_each_server_keeps_things_as_long_as_it_wants(
    stores: Stores, gaps: GapLog, clock: Clock
) -> None:
    await stores.servers.change(HERE, retention_days=7)
    await stores.servers.change(3003, retention_days=365)
    for guild in (HERE, ELSEWHERE, 3003):
        await ask(stores, gaps, guild)

    clock.advance(days=8)
    assert await stores.retention.prune(USUAL) == Pruned(replies=1, gaps=1)
    assert set(await stores.replies.guilds()) == {ELSEWHERE, 3003}
    clock.advance(days=90)
    assert await stores.retention.prune(USUAL) == Pruned(replies=1, gaps=1)
    assert await stores.replies.guilds() == (3003,)
    (kept,) = await gaps.gaps(library_of(3003))
    assert kept.times == 1
    await ask(stores, gaps, 3003)
    (kept,) = await gaps.gaps(library_of(3003))
    assert kept.times == 2


async def test_citations_and_votes_go_with_the_replies(
    stores: Stores, database: Database, clock: Clock
) -> None:
    reply = await stores.replies.record(bridge_answer(), sending())
    await stores.feedback.vote(reply, guild_id=HERE, member_id=ANN, helpful=False)
    clock.advance(days=91)
    assert await stores.retention.prune(USUAL) == Pruned(replies=1)

    def work(connection: Connection) -> list[int]:
        return [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("reply", "reply_citation", "vote")
        ]

    assert await database.read(work) == [0, 0, 0]


async def test_old_answers_of_earlier_versions_go_too(stores: Stores, clock: Clock) -> None:
    answer = await stores.answers.record(bridge_answer(), guild_id=HERE, channel_id=1)
    clock.advance(days=91)
    await stores.retention.prune(USUAL)
    assert await stores.answers.find(answer, guild_id=HERE) is None


async def test_a_server_that_was_left_is_forgotten_after_a_while_its_articles_not(
    stores: Stores, gaps: GapLog, database: Database, clock: Clock
) -> None:
    def fill(connection: Connection) -> None:
        connection.execute("INSERT INTO library (pk, name) VALUES (1, ?)", (library_of(HERE),))
        connection.execute(
            "INSERT INTO audit (library, at, actor, action, detail, reason)"
            f" VALUES (1, '2031-01-01', 'discord:{ANN}', 'add', '', '')"
        )

    await database.write(fill)
    await stores.servers.change(HERE, cooldown=5, retention_days=365)
    await stores.homes.choose(ANN, HERE)
    for guild in (HERE, ELSEWHERE):
        await ask(stores, gaps, guild)
    await stores.retention.note_here([ELSEWHERE])
    clock.advance(days=GRACE.days - 1)
    await stores.retention.note_here([ELSEWHERE])
    assert (await stores.retention.prune(USUAL)).servers == 0
    clock.advance(days=2)
    assert (await stores.retention.prune(USUAL)).servers == 1

    assert await stores.replies.guilds() == (ELSEWHERE,)
    assert await gaps.gaps(library_of(HERE)) == ()
    assert (await stores.servers.of(HERE)).cooldown == 0
    assert await stores.homes.find(ANN) is None

    def look(connection: Connection) -> list[tuple[object, ...]]:
        return [tuple(row) for row in connection.execute("SELECT actor FROM audit")]

    assert await database.read(look) == [(FORGOTTEN,)]
    assert (await stores.retention.prune(USUAL)).servers == 0


async def test_a_server_that_comes_back_in_time_loses_nothing(
    stores: Stores, gaps: GapLog, clock: Clock
) -> None:
    await ask(stores, gaps, HERE)
    await stores.retention.note_here([])
    clock.advance(days=GRACE.days - 1)
    await stores.retention.note_here([HERE])
    clock.advance(days=2)
    assert await stores.retention.prune(USUAL) == Pruned()
    assert await stores.replies.guilds() == (HERE,)


async def test_questions_asked_in_private_messages_go_with_their_server(
    stores: Stores, clock: Clock
) -> None:
    await stores.replies.record(bridge_answer(), Sending(HERE, 9, ANN, True, None))
    await stores.retention.note_here([])
    clock.advance(days=GRACE.days + 1)
    await stores.retention.prune(timedelta(days=365))
    assert await stores.replies.guilds() == ()
