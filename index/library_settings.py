"""How a library is searched and shown, as its moderators set it; each change in the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from index import audit, decision_rows, timing
from index.connections import Connection
from index.database import Database
from index.recency import Recency, RecencyError, parse_recency
from index.records import AuditEntry

_PUBLIC = "public"
_YES = "yes"


def _is_recency(value: str) -> bool:
    try:
        recency = parse_recency(value)
    except RecencyError:
        return False
    return not recency.is_off and str(recency) == value


SETTINGS: Mapping[str, Callable[[str], bool]] = {
    timing.RECENCY: _is_recency,
    _PUBLIC: lambda value: value == _YES,
}
"""The options that go with a library wherever it goes, and what their values may be."""


def put_settings(connection: Connection, library: str, settings: Mapping[str, str]) -> None:
    """Set them all; those that are not named are as they are without anybody's doing."""
    for name in SETTINGS:
        decision_rows.write_option(connection, library, name, settings.get(name))


def read_public(connection: Connection, library: str) -> bool:
    """Whether anybody may read a library's articles."""
    return decision_rows.read_option(connection, library, _PUBLIC) is not None


class LibrarySettings:
    """Settings of one library; they may be made before its first article.

    Args:
        name: The library.
        database: Holds it.
        now: The time of day.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._name = name
        self._database = database
        self._now = now

    async def recency(self) -> Recency:
        """How much newer articles are preferred."""
        return await self._database.read(lambda c: timing.read_recency(c, self._name))

    async def set_recency(self, recency: Recency, *, actor: str) -> None:
        """Say how much newer articles are preferred from the next question on."""

        def write(connection: Connection) -> None:
            value = None if recency.is_off else str(recency)
            decision_rows.write_option(connection, self._name, timing.RECENCY, value)
            self._note(connection, actor, "recency", str(recency))

        await self._database.write(write)

    async def is_public(self) -> bool:
        """Whether anybody may read its articles in the web reader; no library is by itself."""
        return await self._database.read(lambda c: read_public(c, self._name))

    async def set_public(self, public: bool, *, actor: str) -> None:  # noqa: FBT001 - it is the value
        """Let anybody read its articles in the web reader, or only who was given a link."""

        def write(connection: Connection) -> None:
            decision_rows.write_option(connection, self._name, _PUBLIC, _YES if public else None)
            self._note(connection, actor, "public", "yes" if public else "no")

        await self._database.write(write)

    async def note_setting(self, change: str, *, actor: str) -> None:
        """Write down what somebody set elsewhere, as "what: old -> new"."""
        await self._database.write(lambda c: self._note(c, actor, "config", change))

    def _note(self, connection: Connection, actor: str, action: str, detail: str) -> None:
        """Write it into the audit, also before the library's first article."""
        at = self._now().astimezone(UTC).isoformat(timespec="seconds")
        audit.note_by_name(connection, self._name, AuditEntry(at, actor, action, detail))
