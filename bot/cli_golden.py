"""The words of ``footnote golden``: questions that must keep citing their article."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli_words import HELP_OPTIONS, Wanted, add_command, add_common_options

golden_app = typer.Typer(no_args_is_help=True, context_settings=HELP_OPTIONS)
add_common_options(golden_app)


@add_command(golden_app, "add")
def add(
    *,
    question: Annotated[
        list[str], typer.Argument(metavar="QUESTION", help="A question in your own words.")
    ],
    article: Annotated[
        str, typer.Option("--article", metavar="ID", help="The article its answer must cite.")
    ],
) -> Wanted:
    """Keep a question; what no longer cites its article is not published unasked."""
    return Wanted("golden add", {"question": " ".join(question), "article": article})


@add_command(golden_app, "list")
def list_golden() -> Wanted:
    """List the golden questions."""
    return Wanted("golden list", {})


@add_command(golden_app, "remove")
def remove(
    *, key: Annotated[int, typer.Argument(metavar="KEY", min=1, help="Its number in the list.")]
) -> Wanted:
    """Forget a golden question."""
    return Wanted("golden remove", {"key": key})


@add_command(golden_app, "check")
def check() -> Wanted:
    """Ask them all; exit 1 if one no longer cites its article."""
    return Wanted("golden check", {})
