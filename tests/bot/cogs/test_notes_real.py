"""A correction's way through a real library: proposed, approved, cited, doubted, retired."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
import simcord

from bot.client import FootnoteBot
from bot.service import FootnoteService
from bot.settings import Settings
from bot.state.stores import Stores
from bot.wiring import open_service
from tests.fakes.discord_articles import ARTICLES, WALL_QUESTION, WALL_TITLE
from tests.fakes.discord_openapi import find_problems
from tests.fakes.discord_world import text_of

WALL, FERRY = ((name, ARTICLES[name].encode()) for name in ("harbour-wall.md", "ferry.md"))
CHANGED = (WALL[0], WALL[1].replace(b"four million", b"five million"))
RIGHT = "The council voted again: the wall will cost six million crowns, not four."


class Town:
    """A server with a real library, a member, a moderator, and a channel for its moderators."""

    def __init__(self, env: simcord.Env, service: FootnoteService, stores: Stores) -> None:
        self.env = env
        self.service = service
        self.stores = stores
        self.guild = env.create_guild("Ostmere")
        manage = discord.Permissions(manage_guild=True)
        keepers = self.guild.create_role("Keepers", permissions=manage)
        self.moderator = self.guild.add_member(env.create_user("mo"), roles=[keepers])
        self.member = self.guild.add_member(env.create_user("ann"))
        self.news = self.guild.create_text_channel("news")
        self.office = self.guild.create_text_channel("office")

    async def ask(self, question: str = WALL_QUESTION) -> simcord.ResponseMessage:
        result = await self.member.slash(self.news, "ask", question=question)
        assert result.response is not None
        return result.response

    async def latest(self, channel: simcord.ChannelHandle) -> discord.Message:
        real = self.env.bot.get_channel(channel.id)
        assert isinstance(real, discord.TextChannel)
        return await anext(real.history(limit=1))

    async def add(self, *files: tuple[str, bytes]) -> None:
        given = {f"file{at or ''}".replace("file1", "file2"): f for at, f in enumerate(files)}
        await self.moderator.slash(self.office, "index add", **given)
        await self.env.settle()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    settings = Settings(data=tmp_path / "data")
    settings.data.mkdir()
    async with open_service(settings, on_notice=lambda _: None) as service:
        stores = Stores(service._libraries.database)
        await stores.open()
        bot = FootnoteBot(service=service.without_waiting(), stores=stores)
        env = simcord.Env(bot, settle_timeout=60.0)
        await env.start()
        town = Town(env, service, stores)
        await stores.servers.change(town.guild.id, desk_channel=town.office.id)
        yield town
        await env.shutdown()
        problems = [find_problems(r.method, r.path, r.json) for r in env.http_requests]
        assert [found for found in problems if found] == []


async def test_a_correction_answers_flags_itself_and_is_retired(town: Town) -> None:
    await town.add(WALL, FERRY)
    answer = await town.ask()
    assert "four million" in text_of(answer)

    form = await town.member.click(answer, label="Correct this")
    await town.member.submit_modal(form, {"right": RIGHT, "source": "I was there."})
    proposal = await town.latest(town.office)
    assert RIGHT in text_of(proposal)
    assert "four million" in text_of(proposal)
    assert "ann" in text_of(proposal)

    await town.moderator.click(proposal, label="Approve")
    again = text_of(await town.ask())
    assert "six million crowns, not four. [1]" in again
    assert "oderator note" in again
    assert "will cost four million" not in again
    channel = town.env.bot.get_channel(town.news.id)
    assert isinstance(channel, discord.TextChannel)
    old = text_of(await channel.fetch_message(answer.id))
    assert old.index("Corrected by a moderator") < old.index("four million")
    assert WALL_TITLE in old

    await town.add(CHANGED)
    told = await town.latest(town.office)
    assert "**Look again at a moderator note**" in text_of(told)
    assert "The sentence stands in it no more." in text_of(told)
    kept = await town.moderator.click(told, label="Keep it")
    assert "Kept: it answers as before." in text_of(kept.response)

    shown = await town.moderator.slash(town.office, "articles", notes=True)
    assert shown.response is not None
    assert "1 moderator note" in text_of(shown.response)
    (note,) = await town.service.notes(f"discord-{town.guild.id}")
    await town.moderator.select(shown.response, [note.id])
    await town.moderator.click(shown.response, label="Retire …")
    await town.moderator.click(shown.response, label="Retire it")
    assert "**Retired:**" in text_of(shown.response)
    assert "five million" in text_of(await town.ask())
    audit = await town.moderator.slash(town.office, "audit")
    assert all(what in text_of(audit.response) for what in ("note retire", "note keep", "**note**"))


async def test_answers_that_a_sync_outdated_are_told_and_marked(town: Town) -> None:
    await town.add(WALL, FERRY)
    answer = await town.ask()
    await town.add(CHANGED)
    told = await town.latest(town.office)
    assert "1 answer quotes an article that has changed since" in text_of(told)

    await town.moderator.click(told, label="Mark those answers")
    channel = town.env.bot.get_channel(town.news.id)
    assert isinstance(channel, discord.TextChannel)
    old = text_of(await channel.fetch_message(answer.id))
    assert old.startswith("**An article behind this answer has changed since.**")


async def test_a_note_survives_going_back_and_taking_the_source_out(town: Town) -> None:
    await town.add(WALL, FERRY)
    form = await town.moderator.click(await town.ask(), label="Correct this")
    await town.moderator.submit_modal(form, {"right": RIGHT, "source": ""})
    await town.moderator.click(await town.latest(town.office), label="Approve")
    await town.add(CHANGED)
    undo = await town.moderator.slash(town.office, "index rollback", edition=1)
    assert undo.response is not None
    await town.moderator.click(undo.response, label="Go back to edition 1")

    again = text_of(await town.ask())
    assert "six million crowns, not four. [1]" in again
    assert "will cost four million" not in again
