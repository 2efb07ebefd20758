"""Decides whether Chroma's folder can be trusted, before this process opens it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from index import chunk_rows, library_rows, verifying
from index.connections import Connection
from index.database import Database
from index.errors import VectorStoreError
from index.library_rows import LibraryRow

_PROBE_TIMEOUT = 120.0
_SAMPLE = 100


class ChromaHealth:
    """Watches one Chroma folder.

    When Chroma was closed properly a seal is left beside the folder: a hash over its
    files' names, sizes and times. An unbroken seal needs no probe; a missing or a
    broken one means a crash, or that somebody touched the files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seal = folder.with_name(folder.name + ".seal")
        self._must_be_there = False

    def seal(self) -> None:
        """Say that the folder was closed properly, if that can be written.

        Without a seal the next start looks into the folder, as after a crash.
        """
        with suppress(OSError):
            self._seal.write_text(self._state(), encoding="ascii")

    def break_seal(self) -> None:
        """Say that the folder is in use from now on.

        Raises:
            VectorStoreError: it was deleted since it was looked at. Made anew here it would
                hold what comes, miss what was there, and be sealed as sound.
        """
        if self._must_be_there and not self._is_there():
            raise VectorStoreError(
                f"The folder of the vector index, {self._folder}, was deleted while Footnote was "
                "running. Start Footnote again: it is then made anew from the database."
            )
        self._seal.unlink(missing_ok=True)

    async def find_trouble(self, database: Database) -> str | None:
        """What is wrong with the folder, or None; opens nothing in this process."""
        if not await database.read(chunk_rows.was_filled):
            return None
        rows = await database.read(library_rows.list_libraries)
        filled = [row for row in rows if row.edition and row.collection]
        self._must_be_there = self._is_there()
        if not self._must_be_there:
            return "the folder of the vector index is gone"
        if await asyncio.to_thread(self._is_sealed):
            return None
        return await self._probe(database, filled)

    async def _probe(self, database: Database, rows: Sequence[LibraryRow]) -> str | None:
        collections = await database.read(lambda c: _describe(c, rows))
        request = json.dumps({"folder": str(self._folder), "collections": collections})
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "index.probe",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            output, _ = await asyncio.wait_for(
                process.communicate(request.encode()), _PROBE_TIMEOUT
            )
        except TimeoutError:
            return "the vector index did not answer"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            return f"opening the vector index crashed (exit status {process.returncode})"
        problems: list[str] = json.loads(output)["problems"]
        return problems[0] if problems else None

    def move_aside(self) -> None:
        """Put the damaged folder away, keeping the latest one only."""
        self._must_be_there = False
        self.break_seal()
        for old in self._folder.parent.glob(f"{self._folder.name}.damaged-*"):
            shutil.rmtree(old, ignore_errors=True)
        if self._folder.exists():
            aside = f"{self._folder.name}.damaged-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
            self._folder.rename(self._folder.with_name(aside))

    def _is_there(self) -> bool:
        return self._folder.is_dir() and any(self._folder.iterdir())

    def _is_sealed(self) -> bool:
        try:
            return self._seal.read_text(encoding="ascii") == self._state()
        except (OSError, UnicodeDecodeError):
            return False

    def _state(self) -> str:
        lines = []
        for file in sorted(self._folder.rglob("*")):
            if file.is_file():
                stat = file.stat()
                name = file.relative_to(self._folder).as_posix()
                lines.append(f"{name} {stat.st_size} {stat.st_mtime_ns}")
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _describe(connection: Connection, rows: Sequence[LibraryRow]) -> list[dict[str, object]]:
    described: list[dict[str, object]] = []
    for row in rows:
        ids = verifying.chunk_ids(connection, row)
        samples = verifying.take_sample(connection, row, ids, _SAMPLE)
        described.append(
            {
                "name": row.collection,
                "samples": [[s.chunk_id, s.vector.astype(float).tolist()] for s in samples],
            }
        )
    return described
