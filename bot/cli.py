"""The command line: words in, exit code out.

Only what ``--help`` needs is imported here; the rest comes when a command runs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import __version__
from bot.cli_golden import golden_app
from bot.cli_index import index_app
from bot.cli_words import (
    HELP_OPTIONS,
    Data,
    Json,
    LibraryName,
    State,
    Wanted,
    add_command,
    remember_options,
    require_one,
)
from bot.errors import ExitCode
from bot.options import Options

if TYPE_CHECKING:
    from bot.job import Parts

app = typer.Typer(
    name="footnote",
    help="Answers questions from your own articles, and proves every sentence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=HELP_OPTIONS,
)

QuestionWords = Annotated[
    list[str] | None, typer.Argument(metavar="QUESTION", help="A question in your own words.")
]
Batch = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help='Answer JSON lines {"id", "question"} from a file; - is stdin.'
    ),
]
Limit = Annotated[int, typer.Option("-k", "--limit", min=1, max=100, help="How many passages.")]
Archive = Annotated[Path, typer.Argument(metavar="FILE", help="A file that export wrote.")]


def main(arguments: Sequence[str] | None = None, *, parts: Parts | None = None) -> int:
    """Run one command and return its exit code. ``parts`` replace those of the composition root."""
    try:
        code = app(
            args=None if arguments is None else list(arguments),
            prog_name="footnote",
            obj=State(parts, Options()),
            standalone_mode=False,
        )
    except typer.TyperException as error:
        sys.stderr.write(f"footnote: {' '.join(error.format_message().split())}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return int(code or ExitCode.DONE)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - how typer calls it
    if wanted:
        typer.echo(f"footnote {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context,
    *,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    remember_options(context, Options(data, library, as_json))


@add_command(app, "ask")
def ask(*, question: QuestionWords = None, batch: Batch = None) -> Wanted:
    """Answer a question; every sentence carries its source."""
    return Wanted("ask", _question_params(question, batch))


@add_command(app, "search")
def search(*, question: QuestionWords = None, limit: Limit = 10, batch: Batch = None) -> Wanted:
    """Find passages, and no more."""
    return Wanted("search", {**_question_params(question, batch), "limit": limit})


@add_command(app, "chat")
def chat() -> Wanted:
    """Ask in a conversation."""
    return Wanted("chat", {})


@add_command(app, "run")
def run_bot() -> Wanted:
    """Run the Discord bot until it is told to stop."""
    return Wanted("run", {})


@add_command(app, "eval")
def evaluate(
    *,
    cases: Annotated[Path, typer.Argument(metavar="CASES", help="JSON lines of questions.")],
    articles: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The articles to ask, indexed for this.")
    ] = None,
) -> Wanted:
    """Measure the answers to a set of questions."""
    return Wanted(
        "eval",
        {
            "cases": cases.expanduser().absolute(),
            "articles": articles and articles.expanduser().absolute(),
        },
    )


@add_command(app, "doctor")
def doctor(
    *,
    online: Annotated[bool, typer.Option("--online", help="Ask Discord about the token.")] = False,
) -> Wanted:
    """Check what an operator needs; each line says what to do."""
    return Wanted("doctor", {"online": online})


@add_command(app, "export", quiet=True)
def export(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, a .zip.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> Wanted:
    """Write the library whole to a file: articles, editions, decisions."""
    return Wanted("export", {"path": str(file.expanduser().absolute()), "force": force})


@add_command(app, "import", quiet=True)
def import_archive(*, file: Archive) -> Wanted:
    """Take in what export wrote, checked, into an empty library."""
    return Wanted("import", {"path": str(file.expanduser().absolute())})


app.add_typer(index_app, name="index", help="Add articles, and look after what is indexed.")
app.add_typer(golden_app, name="golden", help="Keep questions that must keep their answer.")


def _question_params(words: list[str] | None, batch: str | None) -> dict[str, Any]:
    require_one(words, batch, says="give either a QUESTION or --batch FILE")
    return {"batch": batch} if batch is not None else {"question": " ".join(words or [])}
