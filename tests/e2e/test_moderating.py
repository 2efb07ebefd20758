"""What moderators do with a library, in a bot that runs, and that is killed, and starts again."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from tests.fakes.discord_bot import BotProcess
from tests.fakes.discord_commands import NotPossibleError
from tests.fakes.discord_payloads import EPHEMERAL, Guild, Payload, visible_text
from tests.fakes.discord_server import DiscordServer
from tests.fakes.website import Handler, Website, article_page, serve_website

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "When is the covered market of Ostmere open?"
OLD, NEW = "from Monday to Thursday", "on Saturdays and Sundays alone"
MARKET = (
    "The covered market of Ostmere is open {when}. Fish, cheese and cut flowers are sold there, "
    "and the clock above its gate was repaired last winter."
)
OTHERS = {
    "/chess": "The chess club meets in the old customs house. Beginners borrow a board and pay "
    "nothing, while members bring tea and biscuits for everybody.",
    "/tram": "The tram to the cemetery runs every twenty minutes. Its last carriage carries "
    "prams, and the driver sells tickets for two crowns.",
    "/choir": "Forty singers make up the harbour choir, which rehearses on Wednesdays. A new "
    "conductor from Lunden takes over in autumn.",
}
SITEMAP = "/sitemap.xml"


class Town:
    """A web site of a town, whose later pages can be held back."""

    def __init__(self, site: Website) -> None:
        self.site = site
        self.opened = asyncio.Event()
        self.opened.set()
        self.waiting = 0
        site.sitemap(SITEMAP, "/market", *OTHERS)
        self.say_open(OLD)
        for path, text in OTHERS.items():
            site.routes[path] = self._held(article_page(path[1:].title(), text))

    def say_open(self, when: str) -> None:
        """Change the page about the market."""
        self.site.article("/market", "The covered market", MARKET.format(when=when))

    def hold(self) -> None:
        """Let the other pages wait until ``opened`` is set."""
        self.opened.clear()

    def _held(self, body: str) -> Handler:
        async def answer(_: web.Request) -> web.Response:
            self.waiting += 1
            await self.opened.wait()
            self.waiting -= 1
            return web.Response(text=body, content_type="text/html")

        return answer


class Moderator:
    """Uses commands and buttons in a guild, and waits for what they come to."""

    def __init__(self, server: DiscordServer, guild: Guild) -> None:
        self._server = server
        self._by = server.world.moderator
        self._channel = guild.channel()

    async def command(self, name: str, wanted: str, **given: object) -> Payload:
        """Use a command; the card, once it holds what is wanted."""
        interaction = await self._server.slash(
            name, by=self._by, channel_id=self._channel["id"], **given
        )
        assert (await self._server.acknowledged(interaction))["type"] == 5
        return await self._server.final_reply(interaction, when=lambda m: wanted in visible_text(m))

    async def press(self, card: Payload, label: str, wanted: str) -> Payload:
        """Press a button; the card, once it holds what is wanted."""
        interaction = await self._server.click(card, label, by=self._by)
        await self._server.acknowledged(interaction)
        return await self._server.final_reply(interaction, when=lambda m: wanted in visible_text(m))

    async def ask(self) -> str:
        """When the market is open."""
        return visible_text(await self.command("ask", "**", question=QUESTION))

    async def begin(self, town: Town) -> None:
        """Add the town's pages."""
        await self.command("index add", "Edition 1 is published", url=town.site.url + SITEMAP)

    async def schedule(self, town: Town) -> None:
        """Have them read every hour, and hear of it in this channel."""
        where = town.site.url + SITEMAP
        await self.command("index schedule", "Read hourly", source=where, when="hourly")
        await self.command("index reports", "Reports of scheduled runs", channel=self._channel)

    async def wait_for(self, name: str, wanted: str) -> str:
        """What a command shows, once it holds what is wanted."""
        for _ in range(100):
            shown = visible_text(await self.command(name, "**"))
            if wanted in shown:
                return shown
            await asyncio.sleep(0.1)
        raise AssertionError(f"no {wanted!r} in what /{name} shows:\n{shown}")


@pytest_asyncio.fixture(loop_scope="module")
async def town() -> AsyncIterator[Town]:
    async with serve_website() as site:
        town = Town(site)
        yield town
        town.opened.set()


@pytest_asyncio.fixture(loop_scope="module")
async def moderator(discord_server: DiscordServer) -> Moderator:
    return Moderator(discord_server, discord_server.world.guild)


def start(server: DiscordServer, data: Path, *towns: Town) -> BotProcess:
    hosts = ",".join(town.site.host for town in towns)
    return BotProcess(server, data, FOOTNOTE_FETCH_ALLOW_HOSTS=hosts, FOOTNOTE_FETCH_DELAY="0")


async def end(bot: BotProcess) -> None:
    assert await bot.stop() == 0, bot.output
    assert "Traceback" not in bot.output


def posted(server: DiscordServer, guild: Guild) -> list[str]:
    """What the bot wrote in the guild's channel that nobody asked for."""
    sent = server.asked("POST", f"/channels/{guild.channel_id}/messages")
    return [visible_text({"content": "", "embeds": [], **request.body}) for request in sent]


async def test_a_plan_is_published_seen_in_the_history_and_taken_back(
    discord_server: DiscordServer, moderator: Moderator, town: Town, tmp_path: Path
) -> None:
    async with start(discord_server, tmp_path / "data", town) as bot:
        await moderator.begin(town)
        assert OLD in await moderator.ask()

        town.say_open(NEW)
        plan = await moderator.command("index plan", "Publish …")
        assert "1 changed · 3 unchanged" in visible_text(plan)
        assert OLD in await moderator.ask()
        changes = visible_text(await moderator.press(plan, "Show changes", "```diff"))
        assert OLD in changes
        assert NEW in changes
        await moderator.press(plan, "Back to the plan", "Publish …")
        await moderator.press(plan, "Publish …", "Publish this plan?")
        await moderator.press(plan, "Publish now", "Edition 2 is published")
        assert NEW in await moderator.ask()

        history = visible_text(await moderator.command("index history", "Editions"))
        assert "**2** · 1 changed · answers come from this one" in history
        assert "grace" in history.lower()
        back = await moderator.command("index rollback", "Leave it", edition=1, reason="Too soon.")
        assert NEW in await moderator.ask()
        await moderator.press(back, "Go back to edition 1", "Edition 3 is published")
        assert OLD in await moderator.ask()
        assert "Too soon." in visible_text(await moderator.command("index audit", "rollback"))
        assert back["flags"] & plan["flags"] & EPHEMERAL
        await end(bot)


async def test_a_sync_shows_how_far_it_is_and_can_be_cancelled(
    discord_server: DiscordServer, moderator: Moderator, town: Town, tmp_path: Path
) -> None:
    async with start(discord_server, tmp_path / "data", town) as bot:
        await moderator.begin(town)
        town.say_open(NEW)
        town.hold()
        card = await moderator.command("index sync", "Cancel")
        await discord_server.until(
            lambda: "of 4" in visible_text(card) or None, 10, "progress on the card"
        )
        assert OLD in await moderator.ask()

        await moderator.press(card, "Cancel", "cancelled")
        assert "Nothing half-done is in the answers" in visible_text(card)
        with pytest.raises(NotPossibleError):
            await moderator.press(card, "Cancel", "")
        town.opened.set()
        assert OLD in await moderator.ask()
        await moderator.command("index sync", "Edition 2 is published")
        assert NEW in await moderator.ask()
        await end(bot)


async def test_schedules_report_what_changed_and_a_killed_sync_goes_on(
    discord_server: DiscordServer, moderator: Moderator, town: Town, tmp_path: Path
) -> None:
    data, server = tmp_path / "data", discord_server
    ours, quiet = server.world.guild, Guild("990000000000000030", "Calm", "990000000000000031")
    server.world.other_guilds.append(quiet)
    neighbour = Moderator(server, quiet)
    async with serve_website() as site:
        calm = Town(site)
        async with start(server, data, town, calm) as bot:
            await asyncio.gather(moderator.begin(town), neighbour.begin(calm))
            await asyncio.gather(moderator.schedule(town), neighbour.schedule(calm))
            await end(bot)

        let_schedules_be_due(data)
        town.say_open(NEW)
        async with start(server, data, town, calm) as bot:
            await server.until(lambda: posted(server, ours) or None, 20, "report")
            assert NEW in await moderator.ask()
            assert "schedule" in await neighbour.wait_for("index jobs", "Nothing changed")
            assert not posted(server, quiet)
            (report,) = posted(server, ours)
            assert "Edition 2 is published" in report
            assert town.site.url + SITEMAP in report.replace("\\", "")

            town.say_open(OLD)
            town.hold()
            await moderator.command("index sync", "Cancel")
            await server.until(lambda: town.waiting or None, 10, "request for a page")
            assert await bot.stop(signal.SIGKILL) == -signal.SIGKILL
        town.opened.set()

        async with start(server, data, town, calm) as bot:
            await server.until(lambda: posted(server, ours)[1:] or None, 20, "word on the restart")
            (told,) = posted(server, ours)[1:]
            assert "was cut off by a restart. I have started it again." in told
            await moderator.wait_for("index history", "**3** · 1 changed · answers come from this")
            assert OLD in await moderator.ask()
            assert "interrupted" in await moderator.wait_for("index jobs", "interrupted")
            assert not posted(server, quiet)
            await end(bot)


def let_schedules_be_due(data: Path) -> None:
    """As if the bot had been away for long."""
    with closing(sqlite3.connect(data / "footnote.db")) as database, database:
        changed = database.execute(
            "UPDATE source SET next_run = '2026-01-01T00:00:00+00:00' WHERE schedule IS NOT NULL"
        )
        assert changed.rowcount == 2
    database.close()
