"""Carries out commands on a data folder: as its owner, or through whoever owns it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

import structlog

import bot
from bot.dispatch import describe_error, dispatch
from bot.owner.client import request_command
from bot.owner.folder import DataFolder
from bot.owner.ownership import POLL_SECONDS, Ownership, own_locked_folder
from bot.owner.protocol import OwnerGoneError, OwnerSilentError, Request
from bot.ports import OpenService, Service
from index.models import OnProgress, no_progress


class Session:
    """Performs commands on a data folder; use it as an async context.

    Each command decides anew: when the folder is free, this process becomes its
    owner, opens the service and serves others meanwhile; else the work is handed
    to the owner. An owner that ends is replaced or waited for, ``patience`` seconds
    long. ``yields`` lets a bot that starts take the folder over.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        command: str,
        open_service: OpenService,
        on_notice: Callable[[str], None],
        patience: float = 15.0,
        yields: bool = False,
    ) -> None:
        self._folder = folder
        self._command = command
        self._open_service = open_service
        self._on_notice = on_notice
        self._patience = patience
        self._yields = yields
        self._deciding = asyncio.Lock()
        self._hold: _Hold | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        if self._hold is None:
            return
        if error_type is not None:
            self._hold.drop()
        elif self._hold.serves_others:
            self._on_notice("Finishing what another command handed over ...")
        await self._hold.end()

    async def perform(
        self, command: str, params: Mapping[str, Any], on_progress: OnProgress = no_progress
    ) -> dict[str, Any]:
        """The JSON that the command gives.

        Raises:
            CommandError: the command could not be done.
            DataFolderError: the folder cannot be used, or its owner cannot be asked.
        """
        deadline = time.monotonic() + self._patience
        while True:
            hold = await self._hold_if_free()
            if hold is not None:
                return await hold.perform(command, params, on_progress)
            asked_at = time.monotonic()
            try:
                return await self._hand_over(command, params, on_progress)
            except OwnerGoneError:
                if asked_at > deadline:
                    raise self._folder.in_use() from None
            # Waiting for an owner counts, not the time that it worked for us.
            deadline += time.monotonic() - asked_at
            await asyncio.sleep(POLL_SECONDS)

    async def _hand_over(
        self, command: str, params: Mapping[str, Any], on_progress: OnProgress
    ) -> dict[str, Any]:
        owner = self._folder.read_owner()
        if owner is None:
            raise OwnerGoneError("the owner has not said yet where it listens")
        try:
            return await request_command(
                owner.socket,
                Request(command, params, bot.__version__),
                on_progress=on_progress,
                on_notice=self._on_notice,
            )
        except OwnerSilentError as error:
            raise self._folder.in_use(f"which gave {error}") from error

    async def _hold_if_free(self) -> _Hold | None:
        """Our hold on the folder, if we have it or can have it now; counted as in use."""
        async with self._deciding:
            if self._hold is not None and self._hold.released:
                await self._hold.end()
                self._hold = None
            if self._hold is None and self._folder.try_lock():
                self._hold = _Hold(self._folder, self._command, yields=self._yields)
                try:
                    await self._hold.begin(self._open_service, self._on_notice)
                except Exception as error:
                    await self._hold.end()
                    self._hold = None
                    raise describe_error(error) from error
            if self._hold is not None:
                self._hold.count_work()
            return self._hold


class _Hold:
    """A folder this process has locked, with the service open on it, in a task of its own."""

    def __init__(self, folder: DataFolder, command: str, *, yields: bool) -> None:
        self._folder = folder
        self._command = command
        self._yields = yields
        self._opened: asyncio.Future[Service] = asyncio.get_running_loop().create_future()
        self._stop = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._at_work = 0
        self._ownership: Ownership | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def released(self) -> bool:
        """Whether the folder goes, or went, to somebody else."""
        return self._stop.is_set()

    @property
    def serves_others(self) -> bool:
        return self._ownership is not None and self._ownership.busy

    async def begin(self, open_service: OpenService, on_notice: Callable[[str], None]) -> None:
        """Open the service; raises what opening it raises."""
        self._task = asyncio.create_task(self._run(open_service, on_notice))
        either: set[asyncio.Future[Any]] = {self._task, self._opened}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not self._opened.done():
            await self._task

    def count_work(self) -> None:
        """A command will ``perform``; the folder is kept until it has."""
        self._at_work += 1
        self._idle.clear()

    async def perform(
        self, command: str, params: Mapping[str, Any], on_progress: OnProgress
    ) -> dict[str, Any]:
        try:
            return await dispatch(self._opened.result(), command, params, on_progress)
        finally:
            self._at_work -= 1
            if not self._at_work:
                self._idle.set()

    def drop(self) -> None:
        """Drop what others wait for; they look for the next owner."""
        if self._task is not None:
            self._task.cancel()

    async def end(self) -> None:
        """Finish what was accepted, close the service and give the folder back."""
        self._stop.set()
        if self._task is not None:
            (outcome,) = await asyncio.gather(self._task, return_exceptions=True)
            if isinstance(outcome, Exception) and self._opened.done():
                log = structlog.get_logger(__name__)
                log.error("the data folder was not closed cleanly", exc_info=outcome)

    async def _run(self, open_service: OpenService, on_notice: Callable[[str], None]) -> None:
        on_release = self._stop.set if self._yields else None
        async with own_locked_folder(
            self._folder, self._command, on_release=on_release
        ) as ownership:
            self._ownership = ownership

            def notify_all(notice: str) -> None:
                on_notice(notice)
                ownership.notify(notice)

            async with open_service(on_notice=notify_all) as service, ownership.serving(service):
                self._opened.set_result(service)
                await self._stop.wait()
                await self._idle.wait()
