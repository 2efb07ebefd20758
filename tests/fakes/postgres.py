"""A real PostgreSQL server of our own, and a fresh database in it for every test."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_SECONDS = 30.0
PASSWORD = "a-canary-of-a-password"
# It may lose everything when its machine does, and nothing when it is killed.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}


def find_binaries() -> Path | None:
    """The folder of the server's programs, or None where there is none."""
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    found = shutil.which("postgres")
    places = [Path(found)] if found else known
    return places[0].parent if places else None


@dataclass
class PostgresServer:
    """One cluster in a temporary folder, listening on loopback.

    Attributes:
        port: Where it listens; the same after a restart.
    """

    binaries: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @classmethod
    def make(cls, binaries: Path) -> PostgresServer:
        """Make a cluster and start its server."""
        folder = Path(tempfile.mkdtemp(prefix="footnote-postgres-"))
        server = cls(binaries, folder, _free_port())
        password = folder / "password"
        password.write_text(PASSWORD)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
            shutil.chown(password, "postgres", "postgres")
        server.run(
            "initdb",
            *("--pgdata", str(folder / "data"), "--username", "footnote", "--encoding", "UTF8"),
            *("--locale", "C.UTF-8", "--auth", "scram-sha-256", "--pwfile", str(password)),
            "--no-sync",
        )
        server.start()
        return server

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        import psycopg  # noqa: PLC0415 - an extra

        log = (self.folder / "log").open("ab")
        settings = {**_SETTINGS, "unix_socket_directories": str(self.folder)}
        self.process = subprocess.Popen(
            self._as_its_user(
                str(self.binaries / "postgres"),
                *("-D", str(self.folder / "data"), "-p", str(self.port)),
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
            ),
            stdout=log,
            stderr=log,
            cwd="/",
        )
        log.close()
        until = time.monotonic() + _SECONDS
        while True:
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT ends every connection, SIGQUIT is as good as a crash."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(_SECONDS)
        self.process = None

    def remove(self) -> None:
        """End the server and delete its cluster."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database: str) -> str:
        """What FOOTNOTE_STORE would hold."""
        return f"postgresql://footnote:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def create_database(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{secrets.token_hex(6)}"
        self.tell(f'CREATE DATABASE "{name}" STRATEGY file_copy')
        return self.address(name)

    def drop_database(self, address: str) -> None:
        """Delete a database, whoever is connected to it."""
        name = address.rpartition("/")[2]
        self.tell(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def tell(self, sql: str, database: str = "postgres") -> None:
        """Run a statement as the server's owner."""
        import psycopg  # noqa: PLC0415 - an extra

        with psycopg.connect(self.address(database), autocommit=True) as connection:
            connection.execute(sql)

    def signal(self, pid: int, number: signal.Signals) -> None:
        """Send a signal to one of the server's processes."""
        os.kill(pid, number)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs to its end."""
        subprocess.run(
            self._as_its_user(str(self.binaries / program), *arguments),
            check=True,
            capture_output=True,
            cwd="/",
        )

    def _as_its_user(self, *command: str) -> list[str]:
        # The server refuses to be run by root.
        if os.geteuid() != 0:
            return list(command)
        return [
            *("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"),
            # A test run that is killed leaves no server behind.
            *("--pdeathsig", "INT"),
            *command,
        ]


class PostgresServers:
    """Starts a server when the first test asks for one."""

    def __init__(self) -> None:
        self._server: PostgresServer | None = None

    def server(self) -> PostgresServer:
        """The server of this test run; skips the test where none can be."""
        if self._server is None:
            pytest.importorskip("psycopg", reason="needs the extra postgres")
            binaries = find_binaries()
            if binaries is None:
                pytest.skip("needs a PostgreSQL server's programs, such as Debian's postgresql")
            self._server = PostgresServer.make(binaries)
        return self._server

    def close(self) -> None:
        """Remove what was started."""
        if self._server is not None:
            self._server.remove()
            self._server = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
