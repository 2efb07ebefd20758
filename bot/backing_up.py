"""Carries out ``footnote backup`` and ``footnote restore``.

A backup is read beside whoever owns the data folder, so it needs nobody's help; for a
restore this process has to own the folder.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.errors import CommandError, ExitCode
from bot.job import Job
from bot.known_schemas import known_schemas
from bot.owner.folder import DataFolder
from bot.settings import Settings
from bot.state import pending
from index.backup import BACKUPS, DATABASE, back_up
from index.restoring import Restored, restore


def run_backup(job: Job) -> int:
    """Copy the database, and say where to.

    Raises:
        CommandError: the database is not in the data folder.
        BackupError: it could not be copied.
    """
    _check_sqlite(job.settings)
    folder = job.settings.data.absolute()
    target = _choose_file(job.params.get("file"), folder)
    with job.output.progress(bar=True) as on_progress:
        made = back_up(
            folder / DATABASE,
            target,
            overwrite=bool(job.params.get("force")),
            leave_out=(pending.TABLE,),
            on_progress=on_progress,
        )
    if job.output.as_json:
        job.output.print_json({"file": str(made.path), "bytes": made.bytes})
    elif not job.output.quiet:
        job.output.print_text(f"Backed up to {made.path} ({_megabytes(made.bytes)}, checked).")
    return ExitCode.DONE


def run_restore(job: Job) -> int:
    """Put a backup in place of the database, and say what became of that.

    Raises:
        CommandError: the database is not in the data folder.
        DataFolderError: another process uses the folder, or it cannot be written.
        BackupError: the file is no sound backup.
    """
    _check_sqlite(job.settings)
    folder = DataFolder(job.settings.data)
    if not folder.try_lock():
        raise folder.in_use()
    try:
        with job.output.progress(bar=True) as on_progress:
            restored = restore(
                job.params["file"],
                folder.path,
                known=known_schemas(),
                vectors_elsewhere=job.settings.chroma is not None,
                on_progress=on_progress,
            )
    finally:
        folder.release()
    if job.output.as_json:
        job.output.print_json(
            {
                "database": str(restored.database),
                "bytes": restored.bytes,
                "kept": None if restored.aside is None else str(restored.aside),
            }
        )
    elif not job.output.quiet:
        job.output.print_text(_describe(job.params["file"], restored))
    return ExitCode.DONE


def _describe(file: Path, restored: Restored) -> str:
    lines = [
        f"Restored {file} ({_megabytes(restored.bytes)}).",
        "The vector index is made anew at the next start; nothing is embedded again.",
    ]
    if restored.aside is not None:
        lines.append(
            f"The database that was there before is in {restored.aside}; delete that folder when "
            "you no longer need it."
        )
    return "\n".join(lines)


def _choose_file(named: Path | None, folder: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    if named is None:
        return folder / BACKUPS / f"footnote-{stamp}.db"
    return named / f"footnote-{stamp}.db" if named.is_dir() else named


def _check_sqlite(settings: Settings) -> None:
    if settings.store is not None:
        raise CommandError(
            "Everything is kept in PostgreSQL (FOOTNOTE_STORE). Back it up with pg_dump, and put "
            "it back with pg_restore while Footnote is stopped."
        )


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
