"""Which messages show a reply, which asked for it, and that each is shared once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.state.replies import ReplyLog, Sending, State
from bot.state.shares import ShareLog
from bot.state.stores import Stores
from tests.fakes.discord_samples import bridge_answer
from tests.fakes.stores import open_database

GUILD, OTHER, CHANNEL, ASKER = 1, 2, 10, 100
START = datetime(2031, 6, 10, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


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
def replies(stores: Stores) -> ReplyLog:
    return stores.replies


def sending(guild: int = GUILD, *, private: bool = False, asked: int | None = None) -> Sending:
    return Sending(guild, CHANNEL, ASKER, private, guild, asked)


async def test_a_reply_is_found_by_each_of_its_messages_in_its_server(replies: ReplyLog) -> None:
    kept = await replies.record(bridge_answer(), sending())
    await replies.note_message(kept, 31, 32, 33)

    for message_id in (31, 32, 33):
        found = await replies.find_shown(message_id, guild_id=GUILD)
        assert found is not None
        assert (found.id, found.message_id, found.message_ids) == (kept, 33, (31, 32, 33))
        assert await replies.find_shown(message_id, guild_id=OTHER) is None
    assert await replies.find_shown(34, guild_id=GUILD) is None


async def test_messages_that_are_noted_anew_replace_those_before(replies: ReplyLog) -> None:
    kept = await replies.record(bridge_answer(), sending())
    await replies.note_message(kept, 31, 32)
    await replies.note_message(kept, 41)
    await replies.note_message(kept)

    found = await replies.find(kept, guild_id=GUILD)
    assert found is not None
    assert found.message_ids == (41,)
    assert await replies.find_shown(31, guild_id=GUILD) is None


async def test_one_that_was_kept_with_its_last_message_alone_is_found(replies: ReplyLog) -> None:
    kept = await replies.record(bridge_answer(), sending())
    await replies.note_message(kept, 31)
    await replies._database.write(
        lambda connection: connection.execute("DELETE FROM reply_message").rowcount
    )
    found = await replies.find_shown(31, guild_id=GUILD)

    assert found is not None
    assert found.message_ids == (31,)


async def test_messages_are_forgotten_with_their_reply(replies: ReplyLog, clock: Clock) -> None:
    kept = await replies.record(bridge_answer(), sending())
    await replies.note_message(kept, 31)
    await replies.prune(GUILD, clock())
    # A message that comes too late is of nobody.
    await replies.note_message(kept, 32)

    def count(connection: object) -> int:
        rows = connection.execute("SELECT count(*) FROM reply_message")  # type: ignore[attr-defined]
        return int(rows.fetchone()[0])

    assert await replies._database.read(count) == 0


async def test_replies_are_found_by_what_asked_for_them(replies: ReplyLog) -> None:
    first = await replies.record(bridge_answer(), sending(asked=7))
    second = await replies.record(bridge_answer(), sending(asked=8))
    await replies.record(bridge_answer(), sending(OTHER, asked=7))
    await replies.record(bridge_answer(), sending())

    assert [r.id for r in await replies.find_asked(7, guild_id=GUILD)] == [first]
    assert [r.id for r in await replies.find_asked(9, 8, 7, guild_id=GUILD)] == [first, second]
    assert await replies.find_asked(9, guild_id=GUILD) == ()


async def test_what_was_said_lately_is_public_and_stands(replies: ReplyLog) -> None:
    old = await replies.record(bridge_answer(), sending())
    after = START + timedelta(seconds=1)
    gone = await replies.record(bridge_answer(), sending())
    await replies.record(bridge_answer(), sending(private=True))
    kept = [await replies.record(bridge_answer(), sending()) for _ in range(3)]
    await replies.set_state(gone, State.RETRACTED)

    found = await replies.find_recent(CHANNEL, guild_id=GUILD, after=after, limit=9)
    assert [r.id for r in found] == kept
    last = await replies.find_recent(CHANNEL, guild_id=GUILD, after=after, limit=2)
    assert [r.id for r in last] == kept[1:]
    assert old not in {r.id for r in found}
    assert await replies.find_recent(CHANNEL, guild_id=OTHER, after=after, limit=9) == ()
    assert await replies.find_recent(CHANNEL + 1, guild_id=GUILD, after=after, limit=9) == ()


async def test_of_many_who_share_at_once_one_does(stores: Stores) -> None:
    kept = await stores.replies.record(bridge_answer(), sending(private=True))
    shares: ShareLog = stores.shares

    assert sum(await asyncio.gather(*(shares.claim(kept) for _ in range(9)))) == 1
    await shares.finish(kept, "f" * 16)
    assert not await shares.claim(kept)


async def test_what_was_not_posted_can_be_shared_again(stores: Stores, clock: Clock) -> None:
    kept = await stores.replies.record(bridge_answer(), sending(private=True))
    assert await stores.shares.claim(kept)
    await stores.shares.release(kept)
    assert await stores.shares.claim(kept)
    # The bot was killed before it could say how it went.
    clock.now += timedelta(minutes=3)
    assert await stores.shares.claim(kept)
    await stores.shares.finish(kept, "")
    clock.now += timedelta(minutes=3)
    assert not await stores.shares.claim(kept)
