"""Which server answers somebody in private, on real SQLite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.state.stores import Stores
from tests.fakes.discord_samples import bridge_answer
from tests.fakes.kept_replies import ANN, BEN, ELSEWHERE, HERE, Clock, sending
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


async def test_a_choice_is_kept_until_another_takes_its_place_or_it_is_forgotten(
    stores: Stores,
) -> None:
    homes = stores.homes
    assert await homes.find(ANN) is None
    await homes.choose(ANN, HERE)
    await homes.choose(ANN, ELSEWHERE)
    await homes.choose(BEN, HERE)

    assert (await homes.find(ANN), await homes.find(BEN)) == (ELSEWHERE, HERE)
    assert await homes.forget(ANN)
    assert not await homes.forget(ANN)
    assert (await homes.find(ANN), await homes.find(BEN)) == (None, HERE)


async def test_a_server_that_is_gone_is_nobodys_choice(stores: Stores) -> None:
    await stores.homes.choose(ANN, HERE)
    await stores.homes.choose(BEN, ELSEWHERE)

    assert await stores.homes.forget_server(HERE) == 1
    assert (await stores.homes.find(ANN), await stores.homes.find(BEN)) == (None, ELSEWHERE)


async def test_where_somebody_asked_comes_back_the_last_first_and_nobody_elses(
    stores: Stores, clock: Clock
) -> None:
    for guild in (HERE, ELSEWHERE, HERE):
        clock.advance(minutes=1)
        await stores.replies.record(bridge_answer(), sending(guild=guild))
    await stores.replies.record(bridge_answer(), sending(BEN, guild=3003))

    assert await stores.homes.asked_before(ANN) == (HERE, ELSEWHERE)
    assert await stores.homes.asked_before(ANN, limit=1) == (HERE,)


async def test_a_reply_belongs_to_its_server_for_the_one_who_asked_alone(stores: Stores) -> None:
    reply_id = await stores.replies.record(bridge_answer(), sending(guild=ELSEWHERE))

    assert await stores.homes.server_of(reply_id, ANN) == ELSEWHERE
    assert await stores.homes.server_of(reply_id, BEN) is None
    assert await stores.homes.server_of("0" * 16, ANN) is None
