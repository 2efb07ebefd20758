"""Two servers side by side: whatever people do, nothing of one is ever shown in the other."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import discord
import pytest
import simcord
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.client import FootnoteBot
from bot.cogs.ports import BotConfig, library_of
from bot.settings import Settings
from bot.state.stores import Stores
from bot.wiring import open_service
from tests.fakes.discord_crowd import Crowd, Side, secrets_in
from tests.fakes.stores import open_database

ACTIONS = 450
NORTH: dict[str, object] = {
    "name": "Northwold",
    "who": "Alma Brindlewick",
    "cost": "41,357",
    "title": "Brindlewick mends the pier",
    "people": ("nordahl", "nimble", "nettle"),
    "channel": "northroom",
}
SOUTH: dict[str, object] = {
    "name": "Southmere",
    "who": "Otto Crannockby",
    "cost": "86,914",
    "title": "Crannockby paints the pier",
    "people": ("sandrell", "sorrow", "sable"),
    "channel": "southroom",
}


def _article(facts: dict[str, object]) -> bytes:
    return (
        f"---\ntitle: {facts['title']}\ndate: 2031-03-04\n---\n\n"
        f"The work on the pier cost {facts['cost']} crowns. {facts['who']} led the work on the "
        f"pier from March to June. The pier opened again on Friday, and {facts['who']} cut the "
        "ribbon. The council will look at the bill for the pier in July.\n"
    ).encode()


def _side(env: simcord.Env, facts: dict[str, object]) -> Side:
    guild = env.create_guild(str(facts["name"]))
    keepers = guild.create_role("Keepers", permissions=discord.Permissions(manage_guild=True))
    names = facts["people"]
    assert isinstance(names, tuple)
    people = [
        guild.add_member(env.create_user(name), roles=[keepers] if number == 0 else [])
        for number, name in enumerate(names)
    ]
    who, cost = str(facts["who"]), str(facts["cost"])
    return Side(
        guild=guild,
        channels=[guild.create_text_channel(str(facts["channel"]))],
        roles=[keepers],
        people=people,
        secrets=frozenset(
            {who.split()[1], cost, str(facts["name"]), str(facts["channel"]), *names[:3]}
        ),
        questions=(
            "What did the work on the pier cost?",
            "Who led the work on the pier?",
            f"Who is {who}?",
            "When will the council fly to the moon?",
            "And when did it open?",
            "مَن قاد العمل؟",
            "🙂🙂🙂",
        ),
        files=(("pier.md", _article(facts)),),
    )


@asynccontextmanager
async def _crowd(folder: Path, seed: int) -> AsyncIterator[tuple[simcord.Env, list[Side], Crowd]]:
    wanted = Settings(data=folder / "data", scorer=False)
    wanted.data.mkdir(parents=True)
    database = open_database(folder / "stores.db")
    stores = Stores(database)
    await stores.open()
    async with open_service(wanted, on_notice=lambda _: None) as service:
        config = BotConfig(questions_per_person=50)
        bot = FootnoteBot(service=service.without_waiting(), stores=stores, config=config)
        env = simcord.Env(bot, settle_timeout=60.0)
        await env.start()
        sides = [_side(env, NORTH), _side(env, SOUTH)]
        for side in sides:
            await service.add_uploads(library_of(side.guild.id), side.files, actor="test")
            await stores.servers.change(side.guild.id, desk_channel=side.channels[0].id)
        yield env, sides, Crowd(env, sides, random.Random(seed))
        await env.shutdown()
    await database.close()


@pytest.mark.timeout(600)
@settings(max_examples=3, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32 - 1))
async def test_nothing_of_one_server_is_ever_shown_in_the_other(seed: int) -> None:
    leaks: list[object] = []
    with TemporaryDirectory() as folder:
        counts = await _let_them_act(Path(folder), seed, leaks)
    assert leaks == [], counts
    # Else it proves nothing: most of what they tried has to have been possible.
    assert counts["could not"] < ACTIONS // 3, counts


async def _let_them_act(folder: Path, seed: int, leaks: list[object]) -> Counter[str]:
    """What they did, each with how often; whatever leaked is noted."""
    async with _crowd(folder, seed) as (env, sides, crowd):
        for _ in range(ACTIONS):
            before = len(env.http_requests)
            side = await crowd.act()
            others = frozenset().union(*(o.secrets for o in sides if o is not side))
            for request in env.http_requests[before:]:
                found = secrets_in(request.json, others)
                leaks += [(crowd.done[-3:], request.method, request.path, word) for word in found]
    return Counter(entry.split(":")[0] for entry in crowd.done)
