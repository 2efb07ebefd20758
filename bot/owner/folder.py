"""The data folder: who owns it, held by a lock of the operating system.

Two processes on one Chroma folder destroy it silently, so whoever wants to open
anything inside must hold ``owner.lock`` first. ``owner.json`` beside it only says
who that is and where to reach them; the lock alone decides.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import FootnoteError

_LOCK = "owner.lock"
_OWNER = "owner.json"


class DataFolderError(FootnoteError):
    """The data folder cannot be used; the line says why and what to do."""


class FolderInUseError(DataFolderError):
    """Another process owns the data folder and could not be asked."""


@dataclass(frozen=True, slots=True)
class OwnerInfo:
    """Who owns a data folder. ``since`` is UTC, ISO 8601; ``socket`` an absolute path."""

    pid: int
    command: str
    since: str
    socket: str
    version: str

    def describe(self) -> str:
        """For a person, such as "`footnote run` (pid 12, since 18:03)"."""
        try:
            since = datetime.fromisoformat(self.since).astimezone()
        except ValueError:
            return f"`{self.command}` (pid {self.pid})"
        today = since.date() == datetime.now(since.tzinfo).date()
        shown = since.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")
        return f"`{self.command}` (pid {self.pid}, since {shown})"


class DataFolder:
    """A folder that one process owns at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        # The lock is taken and released by one task, but not always in one thread.
        self._lock = FileLock(
            self.path / _LOCK, mode=0o600, thread_local=False, fallback_to_soft=False
        )

    @property
    def is_owned(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock.is_locked

    def try_lock(self) -> bool:
        """Make the folder where it is missing and take its lock; False when it is taken.

        Raises:
            DataFolderError: the folder cannot be made or written.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(blocking=False)
            self._check_writable()
        except Timeout:
            return False
        except OSError as error:
            self._lock.release()
            raise DataFolderError(
                f"The data folder {self.path} cannot be used ({error.strerror or error}). "
                "Choose another with --data DIR or FOOTNOTE_DATA, or mend its permissions."
            ) from error
        return True

    def release(self) -> None:
        """Give the folder back; harmless when it is not held."""
        if self.is_owned:
            self.path.joinpath(_OWNER).unlink(missing_ok=True)
            self._lock.release()

    def write_owner(self, owner: OwnerInfo) -> None:
        """Say who holds the lock. Only the holder may."""
        target = self.path / _OWNER
        draft = target.with_suffix(f".{owner.pid}.tmp")
        draft.write_text(json.dumps(asdict(owner)), encoding="utf-8")
        draft.replace(target)

    def read_owner(self) -> OwnerInfo | None:
        """What the owner, or the last one that was killed, wrote about itself."""
        try:
            read = json.loads(self.path.joinpath(_OWNER).read_text(encoding="utf-8"))
            return OwnerInfo(
                pid=int(read["pid"]),
                command=str(read["command"]),
                since=str(read["since"]),
                socket=str(read["socket"]),
                version=str(read["version"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def in_use(self, detail: str = "") -> FolderInUseError:
        """The error that names the owner."""
        owner = self.read_owner()
        who = owner.describe() if owner else "another process"
        who = f"{who}, {detail}" if detail else who
        return FolderInUseError(
            f"The data folder {self.path} is in use by {who}. "
            "Wait until it is done, stop it, or choose another folder with --data DIR."
        )

    def _check_writable(self) -> None:
        """The lock may lie in a folder whose other files cannot be written any more."""
        probe = self.path / f"{_LOCK}.{os.getpid()}.probe"
        try:
            probe.write_bytes(b"")
        finally:
            with contextlib.suppress(OSError):
                probe.unlink(missing_ok=True)
