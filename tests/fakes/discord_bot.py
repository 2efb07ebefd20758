"""The real ``footnote`` as processes of their own, as an operator starts them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.fakes.discord_server import DiscordServer

SCRIPT = Path(sys.executable).with_name("footnote")
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command left behind."""

    code: int
    out: str
    err: str


def environment(data: Path, **settings: str) -> dict[str, str]:
    """The environment of a ``footnote`` process: ours without settings, and ``settings``."""
    ours = ("FOOTNOTE_", "DISCORD_", "PYTEST_", "COVERAGE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    # The home is one that is empty, so that nothing of the developer's is read or written.
    return {**kept, "FOOTNOTE_DATA": str(data), "HOME": str(data.parent), **settings}


async def run_footnote(
    *arguments: str, data: Path, within: float = 60.0, **settings: str
) -> Finished:
    """Run a command to its end, in the folder that holds ``data``."""
    process = await asyncio.create_subprocess_exec(
        SCRIPT,
        *arguments,
        cwd=data.parent,
        env=environment(data, **settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), within)
    except TimeoutError:
        process.kill()
        out, err = await process.communicate()
        raise AssertionError(f"{arguments} did not end; it said:\n{err.decode()}") from None
    return Finished(process.returncode or 0, out.decode(), err.decode())


async def run_bot_to_its_end(data: Path, token: str, url: str) -> Finished:
    """``footnote run`` where it is expected to end by itself."""
    return await run_footnote("run", data=data, DISCORD_TOKEN=token, FOOTNOTE_DISCORD_API=url)


def said_in(output: str) -> list[str]:
    """The lines for the operator, without those of the log."""
    return [line for line in output.strip().splitlines() if not line.startswith("{")]


class BotProcess:
    """``footnote run`` on a data folder, against a loopback Discord.

    Use it as ``async with BotProcess(server, data) as bot``; it is ready then.
    """

    def __init__(self, server: DiscordServer, data: Path, **settings: str) -> None:
        self._server = server
        self._data = data
        self._settings = {
            "DISCORD_TOKEN": server.token,
            "FOOTNOTE_DISCORD_API": server.url,
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._log = data.with_name(f"{data.name}-output-{len(server.gateway.identifies)}.txt")

    @property
    def output(self) -> str:
        """All it wrote so far, standard output and error together."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    async def __aenter__(self) -> Self:
        identified = len(self._server.gateway.identifies)
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                SCRIPT,
                "run",
                cwd=self._data.parent,
                env=environment(self._data, **self._settings),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            await self._wait_until_ready(self._process, identified + 1)
        except AssertionError:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def stop(self, number: signal.Signals = signal.SIGTERM, *, within: float = 15.0) -> int:
        """Send a signal and wait for the end; the exit code, negative for a signal's."""
        if self._process is None:
            raise AssertionError("it was never started")
        self._process.send_signal(number)
        try:
            return await asyncio.wait_for(self._process.wait(), within)
        except TimeoutError:
            raise AssertionError(f"still running {within} s after {number.name}") from None

    async def _wait_until_ready(self, process: asyncio.subprocess.Process, identifies: int) -> None:
        waiting = self._server.ready(identifies=identifies, within=START_SECONDS)
        ready, ended = asyncio.create_task(waiting), asyncio.create_task(process.wait())
        await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not ready.done():
            ready.cancel()
            raise AssertionError(f"footnote run ended with {process.returncode}:\n{self.output}")
        await ready
