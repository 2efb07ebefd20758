"""Starts, feeds, times and restarts the reading process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Any

import index
from index.errors import SourceError
from index.reading.frames import LENGTH_SIZE, pack, pack_json, unpack_length

_LOG = logging.getLogger(__name__)
# Nothing else goes in: a process that reads hostile files has no business with tokens.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "TEMP")


class ReadingProcess:
    """One child process that parses documents, one at a time, under limits.

    It is started with the first document, kept for the next, and replaced after a
    crash, a limit, or ``max_documents`` (the extractor's caches only grow).
    """

    def __init__(
        self,
        *,
        seconds: float,
        cpu_seconds: int,
        memory_bytes: int,
        max_documents: int = 1_000,
    ) -> None:
        self._seconds = seconds
        self._limits = (str(cpu_seconds), str(memory_bytes))
        self._max_documents = max_documents
        self._process: Process | None = None
        self._served = 0
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The running child's process id, if there is one."""
        return self._process.pid if self._process else None

    async def request(self, head: dict[str, Any], data: bytes) -> dict[str, Any]:
        """The child's reply to a document.

        Raises:
            SourceError: it took too long, or the child died of it.
        """
        async with self._turn:
            process = await self._ready()
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._exchange_alive(process, head, data)
            except TimeoutError as exc:
                await self._stop()
                raise SourceError(
                    f"Reading it took longer than {self._seconds:g} seconds, so it was stopped."
                ) from exc
            except (asyncio.IncompleteReadError, OSError, ValueError) as exc:
                await self._stop()
                _LOG.warning("the reading process ended with code %s", process.returncode)
                raise SourceError(
                    "Reading it took too much time or memory, so it was stopped."
                ) from exc
            except BaseException:
                # Cancelled half-way: the next reply would be for this document.
                await self._stop()
                raise

    async def close(self) -> None:
        """Ends the child."""
        async with self._turn:
            await self._stop()

    async def _exchange_alive(
        self, process: Process, head: dict[str, Any], data: bytes
    ) -> dict[str, Any]:
        """As ``_exchange``; once more in a new child when a kept one turns out to be dead.

        A child that died while it was idle is known to be dead only some moments later.
        """
        kept = self._served > 0
        try:
            return await self._exchange(process, head, data)
        except (asyncio.IncompleteReadError, OSError):
            if not kept:
                raise
        await self._stop()
        return await self._exchange(await self._ready(), head, data)

    async def _exchange(
        self, process: Process, head: dict[str, Any], data: bytes
    ) -> dict[str, Any]:
        requests, replies = process.stdin, process.stdout
        if requests is None or replies is None:
            raise OSError("the reading process has no pipes")
        requests.write(pack_json(head) + pack(data))
        await requests.drain()
        length = unpack_length(await replies.readexactly(LENGTH_SIZE))
        reply = json.loads(await replies.readexactly(length))
        self._served += 1
        if not isinstance(reply, dict):
            raise ValueError("the reading process answered with something else")  # noqa: TRY004
        return reply

    async def _ready(self) -> Process:
        process = self._process
        if process and process.returncode is None and self._served < self._max_documents:
            return process
        await self._stop()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "index.reading.worker",
                *self._limits,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=environment,
                # -m looks for the package here, installed or in a checkout.
                cwd=Path(index.__file__).parents[1],
                # Ctrl-C in a terminal is for us; we then end the child.
                start_new_session=True,
            )
        except OSError as exc:
            raise SourceError(f"The reading process could not be started: {exc}") from exc
        self._served = 0
        return self._process

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        # Reads to the end and reaps: no zombie and no open pipe stays behind.
        await process.communicate()
