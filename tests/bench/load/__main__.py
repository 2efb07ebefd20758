"""Plays a crowd against the real bot process: ``python -m tests.bench.load ARTICLES QUESTIONS``.

Everything is on the loopback: a small Discord of ours with a thousand members in five servers,
one of them with 10,000 chunks, and ``footnote run`` as an operator starts it. First 200
questions at once, then 20 a second for two minutes, then the same beside a re-index of every
article; and, where ``--long SECONDS`` wants it, as many a second as the bot can answer, for as
long, to see what memory does once its caches are full. Figures go to build/bench/load.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp

from bot.cogs.ports import library_of
from tests.bench.load.crowd import Crowd, tell
from tests.bench.load.library import build_libraries
from tests.bench.load.watching import Watched, Watcher
from tests.bench.versus.corpus import (
    Article,
    change,
    load_articles,
    load_questions,
    write_articles,
)
from tests.fakes.discord_bot import BotProcess, environment
from tests.fakes.discord_payloads import Guild
from tests.fakes.discord_server import DiscordServer

ROOT = Path(__file__).resolve().parents[3]
_SERVERS = 5
_SMALL = 40
_SETTLE_SECONDS = 90.0


def make_guilds() -> list[Guild]:
    """The servers, the large one first."""
    first = 990000000000100010
    return [
        Guild(str(first + n * 10), f"Server {n}", str(first + n * 10 + 1)) for n in range(_SERVERS)
    ]


async def prepare(out: Path, articles: Sequence[Article], guilds: Sequence[Guild]) -> Path:
    """The data folder, built once and kept; a copy to use up."""
    kept, used = out / "load-library", out / "load-data"
    if not (kept / "done").exists():
        _say("indexing the libraries, once ...")
        wanted = [(int(guilds[0].id), articles)]
        wanted += [(int(guild.id), _some(articles, n)) for n, guild in enumerate(guilds[1:])]
        chunks = await build_libraries(kept, wanted, out / "vectors.db")
        (kept / "done").write_text(json.dumps(chunks))
    shutil.rmtree(used, ignore_errors=True)
    shutil.copytree(kept, used)
    return used


def _some(articles: Sequence[Article], number: int) -> list[Article]:
    """A few dozen of them, others for each small server as far as there are enough."""
    start = number * _SMALL % max(1, len(articles) - _SMALL)
    return list(articles[start : start + _SMALL])


async def play(
    crowd: Crowd, watcher: Watcher, *, at_once: int, rate: float, seconds: float
) -> dict[str, Any]:
    """A burst, then a steady stream; what came of both, and how the process bore it."""
    return {
        "burst": await play_burst(crowd, watcher, at_once),
        "stream": await play_stream(crowd, watcher, rate=rate, seconds=seconds),
    }


async def play_burst(crowd: Crowd, watcher: Watcher, count: int) -> dict[str, Any]:
    """So many at once, watched until all are answered."""
    begin = len(crowd.asked)

    async def ask() -> None:
        await crowd.ask_at_once(count)
        await crowd.settle(crowd.asked[begin:], within=_SETTLE_SECONDS)

    return await _watch(crowd, watcher, ask)


async def play_stream(
    crowd: Crowd, watcher: Watcher, *, rate: float, seconds: float
) -> dict[str, Any]:
    """A steady stream, watched for as long as it is asked."""
    before = len(crowd.asked)
    found = await _watch(crowd, watcher, lambda: crowd.ask_steadily(rate, seconds))
    return {**found, "rate": rate, "seconds": seconds, "before": before}


async def _watch(
    crowd: Crowd, watcher: Watcher, ask: Callable[[], Awaitable[None]]
) -> dict[str, Any]:
    over, asked_all = asyncio.Event(), asyncio.Event()
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        looking = group.create_task(crowd.look(over))
        begin = len(crowd.asked)
        watching = group.create_task(watcher.watch(session, asked_all))
        await ask()
        asked = crowd.asked[begin:]
        asked_all.set()
        seen = await watching
        await crowd.settle(asked, within=_SETTLE_SECONDS)
        over.set()
        await looking
    return {**tell(asked), **describe(seen)}


def describe(watched: Watched) -> dict[str, Any]:
    """Memory, files, lag and line of one phase; growth leaves the first quarter out."""
    samples = watched.samples
    if not samples:
        return {}
    warm = Watched(samples[len(samples) // 4 :])
    lag = watched.lag_p99_s()
    took = samples[-1].at - samples[0].at
    return {
        "memory_mb": {
            "first": round(samples[0].memory_mb),
            "median": round(median(s.memory_mb for s in samples)),
            "last": round(samples[-1].memory_mb),
            "growth_a_minute": round(warm.slope_mb_a_minute(), 1),
        },
        "files": {"first": samples[0].files, "last": samples[-1].files},
        "waiting_most": max(s.waiting for s in samples),
        "processors": round((samples[-1].cpu_s - samples[0].cpu_s) / took, 2) if took else None,
        "loop_lag_p99_under_s": lag if lag is None or lag < float("inf") else "more",
    }


@asynccontextmanager
async def reindexing(
    data: Path, guild: Guild, articles: Sequence[Article]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A re-index of every article, changed, given to the running bot by the command line."""
    file = data.with_name("load-changed.jsonl")
    write_articles(file, [change(article, 7) for article in articles])
    log = data.with_name("load-reindex.txt").open("wb")
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("footnote"),
        *(
            "--library",
            library_of(int(guild.id)),
            "index",
            "add",
            "--quiet",
            "--accept-suspicious",
            str(file),
        ),
        cwd=data.parent,
        env=environment(data),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    await asyncio.sleep(5)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        log.close()


async def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Both plays, one after the other, against one process."""
    out: Path = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    articles = [a for path in arguments.articles for a in load_articles(path)]
    if arguments.limit:
        articles = articles[: arguments.limit]
    questions = [asked.text for asked in load_questions(arguments.questions)]
    guilds = make_guilds()
    data = await prepare(out, articles, guilds)
    chunks = json.loads((data / "done").read_text())
    port = _free_port()
    scale = {"at_once": arguments.at_once, "rate": arguments.rate, "seconds": arguments.seconds}
    async with DiscordServer() as server:
        server.world.other_guilds.extend(guilds)
        settings = {"FOOTNOTE_HEALTH_LISTEN": f"127.0.0.1:{port}"}
        started = time.monotonic()
        async with BotProcess(server, data, **settings) as bot:
            ready = time.monotonic() - started
            await _until_commands(server)
            watcher = Watcher(_pid_of(bot), f"http://127.0.0.1:{port}/metrics")
            crowd = Crowd(server, guilds, questions)
            # What a first question loads is no matter of load.
            await _warm_up(crowd)
            _say("200 at once, then a steady stream ...")
            alone = await play(crowd, watcher, **scale)
            _say("the same beside a re-index ...")
            async with reindexing(data, guilds[0], articles[: arguments.reindex]) as process:
                beside = await play(crowd, watcher, **scale)
                beside["reindex_ended"] = process.returncode
            later = None
            if arguments.long:
                _say("a long stream ...")
                rate, seconds = arguments.long_rate, arguments.long
                later = await play_stream(crowd, watcher, rate=rate, seconds=seconds)
        complaints = server.complaints[:20]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processors": os.cpu_count(),
        "load_average": [round(n, 1) for n in os.getloadavg()],
        "chunks": chunks,
        "ready_s": round(ready, 1),
        "people": 1_000,
        "servers": len(guilds),
        "alone": alone,
        "beside_reindex": {**beside, "articles": arguments.reindex},
        "long": later,
        "complaints": complaints,
    }


async def _warm_up(crowd: Crowd) -> None:
    over = asyncio.Event()
    looking = asyncio.create_task(crowd.look(over))
    for _ in range(20):
        await crowd.ask()
        await crowd.settle(crowd.asked, within=30)
    over.set()
    await looking
    if missing := [a for a in crowd.asked if a.outcome != "answered"]:
        raise SystemExit(f"{len(missing)} of 20 questions were not answered, one by one")


async def _until_commands(server: DiscordServer) -> None:
    await server.until(lambda: server.store.commands or None, 60, "commands")


def _pid_of(bot: BotProcess) -> int:
    process = bot._process
    assert process is not None
    return process.pid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main() -> None:
    """Play, and write what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path, nargs="+")
    parser.add_argument("questions", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument("--at-once", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--reindex", type=int, default=1_434, help="articles taken in beside")
    parser.add_argument("--long", type=float, default=0.0, help="seconds of a stream afterwards")
    parser.add_argument("--long-rate", type=float, default=8.0, help="questions a second in it")
    parser.add_argument("--limit", type=int, default=0, help="of all articles, for a quick look")
    arguments = parser.parse_args()
    found = asyncio.run(run(arguments))
    file = arguments.out / "load.json"
    file.write_text(json.dumps(found, indent=1) + "\n")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
