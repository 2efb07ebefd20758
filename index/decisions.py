"""What moderators decide about a library besides its articles, each noted in the audit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import TypeVar

from index import audit, decision_rows, editions, library_rows, schedule_rows, versions
from index.connections import Connection
from index.database import Database
from index.entries import SourceOptions
from index.errors import SourceError
from index.library_rows import LibraryRow
from index.records import AuditEntry, GoldenQuestion, SourceInfo, Supersession
from index.schedules import parse_schedule

T = TypeVar("T")

_REPORTS_CHANNEL = "reports_channel"


class Decisions:
    """Golden questions, supersessions, schedules and options of one library.

    Args:
        name: The library.
        database: Holds it.
        zone: The time zone of schedules.
        now: The time of day.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        *,
        zone: tzinfo = UTC,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._name = name
        self._database = database
        self._zone = zone
        self._now = now

    async def golden(self) -> tuple[GoldenQuestion, ...]:
        """The golden questions, oldest first."""
        return await self._read(
            lambda c, row: tuple(decision_rows.list_golden(c, row.pk)), otherwise=()
        )

    async def add_golden(self, question: str, article_id: str, *, actor: str) -> GoldenQuestion:
        """Keep a question whose answer must cite the article.

        Raises:
            SourceError: the article is not in the current edition.
        """

        def write(connection: Connection, row: LibraryRow) -> GoldenQuestion:
            title = _title(connection, row, article_id)
            golden = decision_rows.add_golden(
                connection, row.pk, question, (article_id, title), actor=actor, now=self._stamp()
            )
            self._note(connection, row, actor, "golden add", f"“{question}” cites {title}")
            return golden

        return await self._write(write)

    async def remove_golden(self, key: int, *, actor: str) -> GoldenQuestion:
        """Forget a golden question.

        Raises:
            SourceError: there is none of that key.
        """

        def write(connection: Connection, row: LibraryRow) -> GoldenQuestion:
            known = {g.key: g for g in decision_rows.list_golden(connection, row.pk)}
            if key not in known:
                raise SourceError(f"There is no golden question {key}.")
            decision_rows.remove_golden(connection, row.pk, key)
            self._note(connection, row, actor, "golden remove", f"“{known[key].question}”")
            return known[key]

        return await self._write(write)

    async def supersede(
        self, article_id: str, *, by: str | None, actor: str, reason: str = ""
    ) -> Supersession | None:
        """Label an article as superseded by another; with None, take the label away.

        Raises:
            SourceError: an article that is not there, a circle, or no label to take away.
        """

        def write(connection: Connection, row: LibraryRow) -> Supersession | None:
            if by is None:
                if not decision_rows.unmark(connection, row.pk, article_id):
                    raise SourceError(f"{article_id} is not marked as superseded.")
                self._note(
                    connection, row, actor, "supersede", f"{article_id} stands again", reason
                )
                return None
            title, newer = _title(connection, row, article_id), _title(connection, row, by)
            _refuse_circle(connection, row, article_id, by)
            mark = Supersession(article_id, by, newer, actor, self._stamp(), reason)
            decision_rows.supersede(connection, row.pk, mark)
            self._note(
                connection, row, actor, "supersede", f"{title} is superseded by {newer}", reason
            )
            return mark

        return await self._write(write)

    async def supersessions(self) -> tuple[Supersession, ...]:
        """What is labelled as superseded, newest first."""
        return await self._read(
            lambda c, row: tuple(decision_rows.list_supersessions(c, row.pk)), otherwise=()
        )

    async def audit(self, limit: int = 50) -> tuple[AuditEntry, ...]:
        """Who did what, newest first."""
        return await self._database.read(lambda c: tuple(audit.list_actions(c, self._name, limit)))

    async def audit_page(
        self, *, action: str = "", page: int = 0, size: int = 8
    ) -> tuple[tuple[AuditEntry, ...], int]:
        """A page of who did what, newest first, and how many entries of that action there are."""
        entries, total = await self._database.read(
            lambda c: audit.page_actions(c, self._name, action=action, page=page, size=size)
        )
        return tuple(entries), total

    async def audit_actions(self) -> tuple[str, ...]:
        """The actions that were ever done, each once."""
        return await self._database.read(lambda c: tuple(audit.name_actions(c, self._name)))

    async def set_options(self, source: int, options: SourceOptions, *, actor: str) -> None:
        """Say how a source is read from now on.

        Raises:
            SourceError: there is no such source.
        """

        def write(connection: Connection, row: LibraryRow) -> None:
            info = _source(connection, row, source)
            library_rows.set_options(connection, source, options)
            self._note(connection, row, actor, "source options", info.source.location)

        await self._write(write)

    async def set_schedule(self, source: int, schedule: str | None, *, actor: str) -> SourceInfo:
        """Say when a source is read again by itself; None: never.

        Raises:
            SourceError: there is no such source.
            ScheduleError: the words do not name a time, or the source cannot be read again.
        """
        parsed = None if schedule is None else parse_schedule(schedule, self._zone)

        def write(connection: Connection, row: LibraryRow) -> SourceInfo:
            schedule_rows.set_schedule(connection, self._name, source, parsed, now=self._now())
            info = _source(connection, row, source)
            told = f"{info.source.location}: {parsed.text if parsed else 'off'}"
            self._note(connection, row, actor, "schedule", told)
            return info

        return await self._write(write)

    async def find_articles(self, text: str, limit: int) -> tuple[tuple[str, str], ...]:
        """Ids and titles of articles that hold ``text`` in either; those that begin so first."""
        return await self._read(
            lambda c, row: tuple(versions.find_titles(c, row.pk, row.edition, text, limit)),
            otherwise=(),
        )

    async def reports_channel(self) -> int | None:
        """The Discord channel where scheduled work is reported."""
        value = await self._database.read(
            lambda c: decision_rows.read_option(c, self._name, _REPORTS_CHANNEL)
        )
        return int(value) if value else None

    async def set_reports_channel(self, channel: int | None, *, actor: str) -> None:
        """Choose that channel, or none."""

        def write(connection: Connection) -> None:
            value = None if channel is None else str(channel)
            decision_rows.write_option(connection, self._name, _REPORTS_CHANNEL, value)
            entry = AuditEntry(self._stamp(), actor, "reports channel", value or "off")
            audit.note_by_name(connection, self._name, entry)

        await self._database.write(write)

    async def note(self, actor: str, action: str, detail: str, reason: str = "") -> None:
        """Put down in the audit what changes no edition, also before the first article."""
        entry = AuditEntry(self._stamp(), actor, action, detail, reason)
        await self._database.write(lambda c: audit.note_by_name(c, self._name, entry))

    def _note(
        self,
        connection: Connection,
        row: LibraryRow,
        actor: str,
        action: str,
        detail: str,
        reason: str = "",
    ) -> None:
        entry = AuditEntry(self._stamp(), actor, action, detail, reason)
        audit.note_action(connection, row.pk, entry)

    async def _read(self, work: Callable[[Connection, LibraryRow], T], *, otherwise: T) -> T:
        def read(connection: Connection) -> T:
            row = library_rows.find_library(connection, self._name)
            return otherwise if row is None else work(connection, row)

        return await self._database.read(read)

    async def _write(self, work: Callable[[Connection, LibraryRow], T]) -> T:
        def write(connection: Connection) -> T:
            row = library_rows.find_library(connection, self._name)
            if row is None:
                raise SourceError("The library is empty. Add articles first.")
            return work(connection, row)

        return await self._database.write(write)

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="seconds")


def _title(connection: Connection, row: LibraryRow, article_id: str) -> str:
    member = editions.members_of(connection, row.pk, row.edition, [article_id]).get(article_id)
    article = member and versions.load_article(connection, row.pk, member.version_id)
    if not article:
        raise SourceError(f"There is no article {article_id[:100]!r} in the current edition.")
    return article.title or article_id


def _refuse_circle(connection: Connection, row: LibraryRow, article_id: str, by: str) -> None:
    newer = {s.article_id: s.by for s in decision_rows.list_supersessions(connection, row.pk)}
    at: str | None = by
    while at is not None:
        if at == article_id:
            raise SourceError("An article cannot supersede itself, also not by a detour.")
        at = newer.pop(at, None)


def _source(connection: Connection, row: LibraryRow, source: int) -> SourceInfo:
    for info in library_rows.describe_sources(connection, row.pk, row.edition):
        if info.key == source:
            return info
    raise SourceError(f"There is no source {source}. `footnote index sources` lists them.")
