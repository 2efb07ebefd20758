"""The words of ``footnote gaps``: questions that the articles left open."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli_words import HELP_OPTIONS, Wanted, add_command, add_own_command
from bot.state.gap_causes import Cause

gaps_app = typer.Typer(context_settings=HELP_OPTIONS)


@add_own_command(gaps_app)
def list_gaps(
    *,
    closed_too: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    cause: Annotated[
        Cause | None, typer.Option(help="Only those that were left open for this reason.")
    ] = None,
) -> Wanted:
    """List the questions that the articles left open, the last asked first."""
    return Wanted("gaps", {"closed_too": closed_too, "cause": cause and cause.value})


@add_command(gaps_app, "close")
def close(
    *, key: Annotated[int, typer.Argument(metavar="KEY", min=1, help="Its number in the list.")]
) -> Wanted:
    """Put a gap away; it is open again when the question is left open once more."""
    return Wanted("gaps close", {"key": key})
