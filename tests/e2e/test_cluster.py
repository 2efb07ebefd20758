"""Two processes of one bot over PostgreSQL and a Chroma server, each with half of the shards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from aiohttp import web

from tests.fakes.chroma_server import ChromaServer
from tests.fakes.discord_articles import (
    ARTICLES,
    FAIR,
    FAIR_QUESTION,
    LIBRARY,
    WALL_QUESTION,
    WALL_QUOTE,
    WALL_TITLE,
)
from tests.fakes.discord_bot import BotProcess, Finished, run_footnote
from tests.fakes.discord_payloads import Guild, visible_text
from tests.fakes.discord_server import DiscordServer
from tests.fakes.stores import SERVERS
from tests.fakes.website import Website, article_page, serve_website

pytestmark = pytest.mark.asyncio(loop_scope="module")

SYNCS = r"/applications/\d+(/guilds/\d+)?/commands"
MILL = Guild("990000000004194314", "The Mill", "990000000004194315")
MILL_LIBRARY = f"discord-{MILL.id}"
PAGES = {"here": LIBRARY, "there": MILL_LIBRARY, "nobody": "default"}
"""A page of each library's own, by its path."""


@dataclass
class Cluster:
    """Two bots, ``here`` with shard 0 and ``there`` with shard 1, and what they share."""

    discord: DiscordServer
    site: Website
    folder: Path
    settings: dict[str, str]
    store: str
    stack: AsyncExitStack
    bots: dict[str, BotProcess] = field(default_factory=dict)

    def data(self, name: str) -> Path:
        """The data folder of a process."""
        return self.folder / name

    async def run(self, name: str, *command: str, library: str = LIBRARY) -> Finished:
        """Run a command where that bot runs; it carries it out, if it runs."""
        settings: Any = {**self.settings, "FOOTNOTE_LIBRARY": library}
        return await run_footnote(*command, data=self.data(name), **settings)

    async def start(self, name: str, shards: str) -> None:
        """Start a bot, until the end or a kill."""
        bot = BotProcess(self.discord, self.data(name), **self.settings, FOOTNOTE_SHARDS=shards)
        self.bots[name] = await bot.__aenter__()
        self.stack.push_async_callback(bot.__aexit__)

    async def ask(self, question: str, channel_id: str) -> str:
        """What a question in a channel is answered."""
        asked = await self.discord.slash("ask", channel_id=channel_id, question=question)
        return visible_text(await self.discord.final_reply(asked))

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Look into the store."""
        with psycopg.connect(self.store, autocommit=True) as connection:
            cursor = connection.execute(sql, values)
            return list(cursor.fetchall()) if cursor.description else []

    def hold_page(self, path: str) -> asyncio.Event:
        """Let the site answer for a page only when the event is set; gives it."""
        gate, before = asyncio.Event(), self.site.routes[path]

        async def wait(request: web.Request) -> web.StreamResponse:
            await gate.wait()
            answer = before(request)
            return answer if isinstance(answer, web.StreamResponse) else await answer

        self.site.routes[path] = wait
        return gate

    async def asked_for(self, path: str) -> None:
        """Wait until somebody asks the site for a page."""
        await self.discord.until(
            lambda: path in [each.path for each in self.site.seen] or None, 30, f"visit of {path}"
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster(
    discord_server: DiscordServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Cluster]:
    """Both libraries are filled, every page is due by its schedule, and both bots start at once."""
    folder = tmp_path_factory.mktemp("cluster")
    postgres = SERVERS.server()
    store = postgres.create_database()
    chroma = ChromaServer.make(folder / "chroma-server")
    discord_server.world.other_guilds.append(MILL)
    discord_server.gateway.shards_advised = 2
    async with serve_website() as site, AsyncExitStack() as stack:
        stack.callback(chroma.stop)
        settings = {
            "FOOTNOTE_STORE": store,
            "FOOTNOTE_CHROMA": chroma.url,
            "FOOTNOTE_FETCH_ALLOW_HOSTS": site.host,
            "FOOTNOTE_FETCH_DELAY": "0",
        }
        it = Cluster(
            discord_server,
            site,
            folder,
            settings,
            f"{store}?options=-csearch_path%3Dfootnote",
            stack,
        )
        for name in PAGES:
            it.data(name).mkdir()
        await fill(it)
        it.query(
            "UPDATE source SET schedule = 'daily 04:00', next_run = '2001-01-01' "
            "WHERE kind <> 'folder'"
        )
        site.seen.clear()
        await asyncio.gather(it.start("here", "0/2"), it.start("there", "1/2"))
        await discord_server.until(
            lambda: len(discord_server.gateway.connected) == 2 or None, 60, "second shard"
        )
        yield it
        for name, bot in it.bots.items():
            assert await bot.stop() == 0, f"{name}:\n{bot.output}"
            assert "Traceback" not in bot.output, bot.output
            assert discord_server.token not in bot.output
    discord_server.world.other_guilds.remove(MILL)
    discord_server.gateway.shards_advised = 1
    postgres.drop_database(store)


async def fill(cluster: Cluster) -> None:
    articles = cluster.folder / "articles"
    articles.mkdir()
    for name, text in ARTICLES.items():
        articles.joinpath(name).write_text(text, encoding="utf-8")
    targets: dict[str, list[str]] = {}
    for path in PAGES:
        title = f"The keeper of {path}"
        cluster.site.put(f"/{path}", article_page(title, f"{title} has a dog called Bramble."))
        targets[path] = [f"{cluster.site.url}/{path}"]
    targets["here"].append(str(articles))
    filled = await asyncio.gather(
        *(
            cluster.run(path, "index", "add", *targets[path], library=library)
            for path, library in PAGES.items()
        )
    )
    assert [added.code for added in filled] == [0, 0, 0], [added.err for added in filled]


async def test_shards_identify_one_after_the_other_and_commands_are_registered_once(
    cluster: Cluster,
) -> None:
    (first, at), (second, later) = cluster.discord.gateway.identified_at

    assert {first, second} == {0, 1}
    assert later - at > 5.0
    assert [each["shard"][1] for each in cluster.discord.gateway.identifies] == [2, 2]
    assert [request.status for request in cluster.discord.asked("PUT", SYNCS)] == [200]


async def test_each_process_answers_in_its_own_servers(cluster: Cluster) -> None:
    answers = await asyncio.gather(
        cluster.ask(WALL_QUESTION, cluster.discord.world.guild.channel_id),
        cluster.ask("What is the dog of the keeper of there called?", MILL.channel_id),
    )

    assert WALL_QUOTE.removesuffix(".") in answers[0]
    assert "Bramble" in answers[1]
    callbacks = [each.path for each in cluster.discord.asked("POST", "/interactions/.*")]
    assert len(callbacks) == len(set(callbacks)) == 2


async def test_every_schedule_ran_once(cluster: Cluster) -> None:
    def count() -> list[tuple[Any, ...]]:
        return cluster.query(
            "SELECT library, count(*) FROM job WHERE actor = 'schedule' AND state = 'done' "
            "GROUP BY library ORDER BY library"
        )

    expected = sorted((library, 1) for library in PAGES.values())
    await cluster.discord.until(lambda: count() == expected or None, 60, "scheduled runs")

    assert sorted(each.path for each in cluster.site.seen) == sorted(f"/{path}" for path in PAGES)


async def test_what_one_process_publishes_the_other_answers_from(
    cluster: Cluster, tmp_path: Path
) -> None:
    fair = tmp_path / "fair.md"
    fair.write_text(FAIR, encoding="utf-8")
    channel_id = cluster.discord.world.guild.channel_id
    assert "meadow" not in await cluster.ask(FAIR_QUESTION, channel_id)

    added = await cluster.run("there", "index", "add", str(fair))

    assert added.code == 0, added.err
    assert "meadow behind the mill" in await cluster.ask(FAIR_QUESTION, channel_id)
    found = await cluster.run("there", "search", "--json", FAIR_QUESTION)
    assert "meadow" in found.out


async def test_a_reindex_asked_of_both_at_once_runs_once_and_can_be_cancelled_from_the_other(
    cluster: Cluster,
) -> None:
    gate = cluster.hold_page("/here")
    cluster.site.seen.clear()
    syncing = asyncio.create_task(cluster.run("there", "index", "sync"))
    await cluster.asked_for("/here")
    moderator = cluster.discord.world.moderator

    refused = visible_text(
        await cluster.discord.final_reply(await cluster.discord.slash("index sync", by=moderator))
    )
    assert "Reading the sources again" in refused
    assert [each.path for each in cluster.site.seen] == ["/here"]
    listed = json.loads((await cluster.run("here", "index", "jobs", "--json")).out)
    assert [job["state"] for job in listed["jobs"][:1]] == ["running"]
    cancelled = await cluster.run("here", "index", "cancel")
    assert cancelled.code == 0, cancelled.err

    ended = await syncing
    gate.set()
    assert ended.code != 0
    assert "Cancelled by" in ended.err


async def test_a_process_that_is_killed_at_work_loses_nothing(cluster: Cluster) -> None:
    gate = cluster.hold_page("/there")
    cluster.site.seen.clear()
    moderator = cluster.discord.world.moderator
    await cluster.discord.slash("index sync", by=moderator, channel_id=MILL.channel_id)
    await cluster.asked_for("/there")
    ((job_id,),) = cluster.query("SELECT id FROM job WHERE state = 'running'")
    await cluster.bots["there"].__aexit__()  # kill -9
    gate.set()

    again = await cluster.run("here", "index", "sync", library=MILL_LIBRARY)
    assert again.code == 0, again.err
    assert cluster.query("SELECT state FROM job WHERE id = %s", job_id) == [("running",)]

    await cluster.start("there", "1/2")
    assert cluster.query("SELECT state FROM job WHERE id = %s", job_id) == [("interrupted",)]
    answers = await asyncio.gather(
        cluster.ask("What is the dog of the keeper of there called?", MILL.channel_id),
        cluster.ask(WALL_QUESTION, cluster.discord.world.guild.channel_id),
    )
    assert "Bramble" in answers[0]
    assert WALL_TITLE in answers[1]
