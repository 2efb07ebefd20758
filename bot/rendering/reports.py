"""What happened to a library, as plain notes for its moderators."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.dates import readable_date, readable_size
from bot.rendering.parts import NOTE_LIMIT
from bot.rendering.text import measure, shorten
from index.models import LibraryStatus, Problem, Progress, SyncReport

_NAMES_SHOWN = 5
_NAME_LIMIT = 60
_PROBLEMS_SHOWN = 6
_WHERE_LIMIT = 80
_MESSAGE_LIMIT = 150
_SOURCES_SHOWN = 8
_SOURCE_LIMIT = 100
_STAGE_LIMIT = 60


def render_progress(title: str, progress: Progress | None) -> str:
    """How far a job is, in one line."""
    if progress is None:
        return f"⏳ {title} …"
    stage = shorten(progress.stage, _STAGE_LIMIT)
    if progress.total is None:
        return f"⏳ {title}: {stage}, {progress.done:,} so far"
    return f"⏳ {title}: {stage}, {progress.done:,} of {progress.total:,}"


def render_report(report: SyncReport) -> str:
    """What an add or a sync did, with the problems by name."""
    lines = [summarise_report(report)]
    lines += _list_names("Added", report.added)
    lines += _list_names("Changed", report.changed)
    lines += _list_names("Removed", report.removed)
    if report.problems:
        lines.append("**Could not be read**")
        lines += _list_limited(list(map(_write_problem, report.problems)), _PROBLEMS_SHOWN)
    return _within_note(lines)


def summarise_report(report: SyncReport) -> str:
    """What an add or a sync did, in one line of counts."""
    if not report.published:
        return (
            f"Nothing changed: {_count(report.unchanged, 'article')} as before, "
            f"edition {report.edition}."
        )
    counts = [
        f"{len(report.added)} added",
        f"{len(report.changed)} changed",
        f"{len(report.removed)} removed" if report.removed else "",
        f"{report.unchanged} unchanged",
    ]
    told = ", ".join(count for count in counts if count)
    return f"**Edition {report.edition} is published**: {told}, in {report.seconds:.1f} s."


def render_status(status: LibraryStatus) -> str:
    """What the library of a server holds."""
    if status.edition is None:
        return "The library of this server is empty. `/index add` puts articles in."
    edition = status.edition
    database, vectors = readable_size(status.database_bytes), readable_size(status.vector_bytes)
    lines = [
        f"**Edition {edition.number}**, published {readable_date(edition.published_at)}",
        f"{_count(status.articles, 'article')}, {_count(status.chunks, 'searchable piece')}",
        f"{database} in the database, {vectors} in the vector index",
    ]
    if status.sources:
        lines.append("**Sources**")
        written = [f"- {shorten(source.location, _SOURCE_LIMIT)}" for source in status.sources]
        lines += _list_limited(written, _SOURCES_SHOWN)
    return _within_note(lines)


def _list_names(what: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    shown = ", ".join(shorten(name, _NAME_LIMIT) for name in names[:_NAMES_SHOWN])
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return [f"{what}: {shown}{more}"]


def _write_problem(problem: Problem) -> str:
    where, message = shorten(problem.where, _WHERE_LIMIT), shorten(problem.message, _MESSAGE_LIMIT)
    return f"- {where}: {message}"


def _list_limited(lines: list[str], limit: int) -> list[str]:
    if len(lines) <= limit:
        return lines
    return [*lines[:limit], f"- and {len(lines) - limit} more"]


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _within_note(lines: list[str]) -> str:
    kept: list[str] = []
    for line in lines:
        if measure("\n".join([*kept, line])) > NOTE_LIMIT:
            break
        kept.append(line)
    return "\n".join(kept)
