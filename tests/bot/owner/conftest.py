"""Data folders, sessions on them, and real ``footnote`` processes over a fake service."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.owner.folder import DataFolder
from bot.owner.session import Session
from tests.fakes.service import FakeService

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def service() -> FakeService:
    return FakeService()


class Notices(list[str]):
    """The notices that were printed, in order."""


@pytest.fixture
def notices() -> Notices:
    return Notices()


OpenSession = Callable[..., Session]


@pytest.fixture
def open_session(data: Path, service: FakeService, notices: Notices) -> OpenSession:
    """Makes a session as a process of its own would have it."""

    def make(command: str = "footnote ask", **options: Any) -> Session:
        serves = options.pop("service", service)
        error: Exception | None = options.pop("opening_error", None)

        def open_service(
            *, on_notice: Callable[[str], None]
        ) -> AbstractAsyncContextManager[FakeService]:
            @asynccontextmanager
            async def opened() -> Any:
                if error is not None:
                    raise error
                yield serves

            return opened()

        return Session(
            DataFolder(data),
            command=command,
            open_service=open_service,
            on_notice=notices.append,
            **{"patience": 5.0, **options},
        )

    return make


Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def spawn(data: Path, tmp_path: Path) -> Iterator[Spawn]:
    """Starts ``footnote --data DATA ...`` as a process; ends those that are left."""
    running: list[subprocess.Popen[str]] = []

    def start(*words: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.footnote", "--data", str(data), *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()
