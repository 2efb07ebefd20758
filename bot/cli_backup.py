"""The words of ``footnote backup`` and ``footnote restore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli_words import Wanted, add_command


def add_backup(app: typer.Typer) -> None:
    """Make the commands."""

    @add_command(app, "backup", quiet=True)
    def backup(
        *,
        file: Annotated[
            Path | None,
            typer.Argument(
                metavar="FILE",
                help="Where to, a file or a folder; backups/ in the data folder unless named.",
            ),
        ] = None,
        force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    ) -> Wanted:
        """Copy the whole database to a file, also while the bot runs.

        One state of everything: articles, editions, vectors, answers, votes,
        settings of all servers. The copy is checked before it takes its name.
        Not in it: .env, and the vector index, which is made from the database.
        """
        return Wanted("backup", {"file": file and file.expanduser().absolute(), "force": force})

    @add_command(app, "restore", quiet=True)
    def restore(
        *,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="What backup wrote.")],
    ) -> Wanted:
        """Put a backup in place of the database; stop the bot first.

        The backup is checked before anything is changed. The database that was
        there is kept aside, and the vector index made anew at the next start.
        """
        return Wanted("restore", {"file": file.expanduser().absolute()})
