"""A real Chroma server of our own on loopback: `chroma run` of the package."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_SECONDS = 60.0


def find_chroma() -> str | None:
    """The program, or None where the package has none."""
    beside = Path(sys.executable).with_name("chroma")
    return str(beside) if beside.is_file() else shutil.which("chroma")


@dataclass
class ChromaServer:
    """One server over a folder of its own.

    Attributes:
        folder: What it keeps.
        port: Where it listens; the same after a restart.
    """

    program: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @classmethod
    def make(cls, folder: Path) -> ChromaServer:
        """Start a server; skips the test where there is no program for it."""
        program = find_chroma()
        if program is None:
            pytest.skip("needs the chroma program of the package chromadb")
        server = cls(program, folder, find_free_port())
        server.start()
        return server

    @property
    def url(self) -> str:
        """What FOOTNOTE_CHROMA would hold."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [
                *(self.program, "run", "--path", str(self.folder)),
                *("--host", "127.0.0.1", "--port", str(self.port)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
        )
        until = time.monotonic() + _SECONDS
        while not self._answers():
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError("the Chroma server does not start")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the server, as a crash does unless something else is said."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(_SECONDS)
        self.process = None

    def wipe(self) -> None:
        """Delete all that a stopped server kept."""
        shutil.rmtree(self.folder)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False


def find_free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
