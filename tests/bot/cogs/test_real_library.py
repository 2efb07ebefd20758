"""A moderator's way through a real library: add, plan, publish, keep, take out, go back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
import simcord

from bot.client import FootnoteBot
from bot.cogs.golden import KEEP
from bot.settings import Settings
from bot.state.stores import Stores
from bot.wiring import open_service
from tests.fakes.discord_articles import ARTICLES, WALL_QUESTION, WALL_TITLE
from tests.fakes.discord_openapi import find_problems
from tests.fakes.discord_world import text_of

WALL, FERRY = ((name, ARTICLES[name].encode()) for name in ("harbour-wall.md", "ferry.md"))
CHANGED = (WALL[0], WALL[1].replace(b"four million", b"five million"))


class Desk:
    """A moderator at work, and the card that was shown last."""

    def __init__(
        self, env: simcord.Env, channel: simcord.ChannelHandle, moderator: simcord.MemberActor
    ) -> None:
        self.env = env
        self.channel = channel
        self.moderator = moderator
        self.card: simcord.ResponseMessage

    async def use(self, name: str, **options: object) -> str:
        result = await self.moderator.slash(self.channel, name, **options)
        assert result.response is not None
        self.card = result.response
        return text_of(self.card)

    async def press(self, label: str) -> str:
        await self.moderator.click(self.card, label=label)
        return text_of(self.card)


@pytest.fixture
async def desk(stores: Stores, tmp_path: Path) -> AsyncIterator[Desk]:
    settings = Settings(data=tmp_path / "data")
    settings.data.mkdir()
    async with open_service(settings, on_notice=lambda _: None) as service:
        bot = FootnoteBot(service=service.without_waiting(), stores=stores)
        env = simcord.Env(bot, settle_timeout=60.0)
        await env.start()
        guild = env.create_guild("Ostmere")
        manage = discord.Permissions(manage_guild=True)
        keepers = guild.create_role("Keepers", permissions=manage)
        moderator = guild.add_member(env.create_user("mo"), roles=[keepers])
        yield Desk(env, guild.create_text_channel("news"), moderator)
        await env.shutdown()
        problems = [find_problems(r.method, r.path, r.json) for r in env.http_requests]
        assert [found for found in problems if found] == []


async def test_from_the_first_file_to_a_rollback(desk: Desk) -> None:
    assert "**Edition 1 is published**" in await desk.use("index add", file=WALL, file2=FERRY)

    assert f"- {WALL_TITLE}" in await desk.use("index plan", file=CHANGED)
    changes = await desk.press("Show changes")
    assert "will cost four million crowns." in changes
    assert "will cost five million crowns." in changes
    await desk.press("Back to the plan")
    assert "**Publish this plan?**" in await desk.press("Publish …")
    assert "**Edition 2 is published**" in await desk.press("Publish now")
    assert "five million" in await desk.use("ask", question=WALL_QUESTION)

    form = await desk.moderator.context_menu(desk.channel, KEEP, desk.card)
    kept = await desk.moderator.submit_modal(form, {"question": WALL_QUESTION, "article": ["0"]})
    assert "**Kept as a golden question**" in text_of(kept.response)

    await desk.use("index rollback", edition=1, reason="The *old* price.")
    assert "**Edition 3 is published**" in await desk.press("Go back to edition 1")
    assert "four million" in await desk.use("ask", question=WALL_QUESTION)
    audit = await desk.use("index audit")
    assert "Reason: The \\*old\\* price." in audit
    assert "· mo" in audit
    assert "**3** · 1 changed" in await desk.use("index history")
    assert "Going back" not in await desk.use("index jobs")


async def test_what_is_taken_out_answers_no_more_and_labels_show(desk: Desk) -> None:
    await desk.use("index add", file=WALL, file2=FERRY)
    find = desk.moderator.autocomplete
    (wall,) = await find(desk.channel, "index supersede", "article", "harbour")
    (ferry,) = await find(desk.channel, "index supersede", "by", "ferry")
    await desk.use("index supersede", article=wall["value"], by=ferry["value"])
    assert "superseded by “The night ferry" in await desk.use("ask", question=WALL_QUESTION)

    await desk.use("index remove", article=wall["value"])
    assert "1 removed" in await desk.press("Take it out")
    assert "four million" not in await desk.use("ask", question=WALL_QUESTION)
    assert "**The library is whole**" in await desk.use("index verify")
