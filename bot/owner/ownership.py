"""Owning a data folder: its lock, and a socket that serves whoever comes second."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bot
from bot.dispatch import dispatch
from bot.errors import CommandError
from bot.owner.client import request_command
from bot.owner.folder import DataFolder, OwnerInfo
from bot.owner.protocol import OwnerGoneError, OwnerSilentError, Request
from bot.owner.server import RequestServer
from bot.owner.sockets import open_socket, remove_socket
from bot.ports import Service
from index.models import OnProgress, no_progress

RELEASE = "release"
POLL_SECONDS = 0.1


class Ownership:
    """A data folder that this process owns. Clients that connect wait until it is ``serving``."""

    def __init__(self, command: str, *, on_release: Callable[[], None] | None = None) -> None:
        self._on_release = on_release
        self._service: asyncio.Future[Service] = asyncio.get_running_loop().create_future()
        self._server = RequestServer(
            self._carry_out, version=bot.__version__, owner=f"`{command}` (pid {os.getpid()})"
        )

    @property
    def busy(self) -> bool:
        """Whether other processes wait for an answer of this one."""
        return self._server.busy

    def notify(self, notice: str) -> None:
        """Tell the processes that wait for an answer."""
        self._server.notify(notice)

    @asynccontextmanager
    async def serving(
        self, service: Service, *, finish_seconds: float | None = None
    ) -> AsyncIterator[None]:
        """Carry out what others hand over; on leaving, finish what was accepted.

        Only ``finish_seconds`` are spent on that, where given. What is then unfinished
        is dropped, as all is when this is left by an error or cancelled: the clients,
        whose connections close, look for the next owner.
        """
        self._service.set_result(service)
        try:
            yield
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(finish_seconds):
                    await self._server.drain()
        finally:
            await self._server.abort()

    @asynccontextmanager
    async def listening(self, folder: DataFolder, command: str) -> AsyncIterator[None]:
        """Listen on the folder's socket and say so in it."""
        last = folder.read_owner()
        if last is not None:
            remove_socket(Path(last.socket))
        listener, path = open_socket(folder.path)
        try:
            await self._server.start(listener)
            folder.write_owner(
                OwnerInfo(
                    pid=os.getpid(),
                    command=command,
                    since=datetime.now(UTC).isoformat(timespec="seconds"),
                    socket=str(path),
                    version=bot.__version__,
                )
            )
            yield
        finally:
            await self._server.abort()
            listener.close()
            remove_socket(path)

    async def _carry_out(
        self, command: str, params: Mapping[str, Any], on_progress: OnProgress
    ) -> dict[str, Any]:
        if command == RELEASE:
            if self._on_release is not None:
                self._on_release()
            return {"released": self._on_release is not None}
        return await dispatch(await asyncio.shield(self._service), command, params, on_progress)


@asynccontextmanager
async def own_locked_folder(
    folder: DataFolder, command: str, *, on_release: Callable[[], None] | None = None
) -> AsyncIterator[Ownership]:
    """Own a folder whose lock was just taken; the lock is given back at the end."""
    try:
        ownership = Ownership(command, on_release=on_release)
        async with ownership.listening(folder, command):
            yield ownership
    finally:
        folder.release()


@asynccontextmanager
async def own_folder(
    folder: DataFolder, command: str, *, patience: float = 15.0
) -> AsyncIterator[Ownership]:
    """Own a folder for a long time, as the bot does.

    A conversation in a terminal hands its folder over at once; a command that is
    ending is waited for.

    Raises:
        FolderInUseError: somebody still owns it after ``patience`` seconds.
        DataFolderError: the folder cannot be used.
    """
    deadline = time.monotonic() + patience
    asked: str | None = None
    while not folder.try_lock():
        owner = folder.read_owner()
        if owner is not None and owner.socket != asked:
            asked = owner.socket
            await _ask_to_release(owner.socket)
        if time.monotonic() > deadline:
            raise folder.in_use()
        await asyncio.sleep(POLL_SECONDS)
    async with own_locked_folder(folder, command) as ownership:
        yield ownership


async def _ask_to_release(socket_path: str) -> None:
    try:
        await request_command(
            socket_path,
            Request(RELEASE, {}, bot.__version__),
            on_progress=no_progress,
            on_notice=lambda _: None,
            silence_seconds=5.0,
        )
    except (OwnerGoneError, OwnerSilentError, CommandError):
        # The lock decides in the end; who does not hand over is waited for.
        return
