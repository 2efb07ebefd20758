"""The words of ``footnote check``: is it in the articles?"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bot.cli_words import Wanted, add_command

# More than a check takes, so that a text that is too long is told so.
_READ = 100_000
Text = Annotated[
    list[str], typer.Argument(metavar="TEXT", help="What somebody says; - reads standard input.")
]


def add_check(app: typer.Typer) -> None:
    """Make the command."""

    @add_command(app, "check")
    def check(*, text: Text) -> Wanted:
        """Hold a text against the articles, claim by claim.

        Each statement is supported, contradicted or not found, with the quotes
        that say so. A precise check: what is said in quite other words than the
        articles use may not be found.
        """
        given = " ".join(text)
        return Wanted("check", {"text": sys.stdin.read(_READ) if given == "-" else given})
