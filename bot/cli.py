"""The command line: words in, exit code out.

Only what ``--help`` needs is imported here; the rest comes when a command runs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import __version__
from bot.errors import ExitCode
from bot.options import Options

if TYPE_CHECKING:
    from bot.job import Parts

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="footnote",
    help="Answers questions from your own articles, and proves every sentence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
)
index_app = typer.Typer(no_args_is_help=True, context_settings=_SETTINGS)
app.add_typer(index_app, name="index", help="Add articles, and look after what is indexed.")

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The data folder, .footnote unless set."),
]
LibraryName = Annotated[
    str | None,
    typer.Option("--library", metavar="NAME", help="The library, default unless set."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print problems only.")]
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


@dataclass(frozen=True, slots=True)
class _State:
    """What a command finds in its context. ``parts`` is None for those of the composition root."""

    parts: Parts | None
    options: Options


def main(arguments: Sequence[str] | None = None, *, parts: Parts | None = None) -> int:
    """Run one command and return its exit code. ``parts`` replace those of the composition root."""
    try:
        code = app(
            args=None if arguments is None else list(arguments),
            prog_name="footnote",
            obj=_State(parts, Options()),
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
    _remember(context, Options(data, library, as_json))


@index_app.callback()
def _common_of_index(
    context: typer.Context,
    *,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> None:
    _remember(context, Options(data, library, as_json))


@app.command()
def ask(
    context: typer.Context,
    *,
    question: QuestionWords = None,
    batch: Batch = None,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """Answer a question; every sentence carries its source."""
    params = _question_params(question, batch)
    return _run(context, "ask", params, Options(data, library, as_json))


@app.command()
def search(
    context: typer.Context,
    *,
    question: QuestionWords = None,
    limit: Limit = 10,
    batch: Batch = None,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """Find passages, and no more."""
    params = {**_question_params(question, batch), "limit": limit}
    return _run(context, "search", params, Options(data, library, as_json))


@app.command()
def chat(
    context: typer.Context,
    *,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """Ask in a conversation."""
    return _run(context, "chat", {}, Options(data, library, as_json))


@app.command("run")
def run_bot(
    context: typer.Context,
    *,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """Run the Discord bot until it is told to stop."""
    return _run(context, "run", {}, Options(data, library, as_json))


@app.command("eval")
def evaluate(
    context: typer.Context,
    *,
    cases: Annotated[Path, typer.Argument(metavar="CASES", help="JSON lines of questions.")],
    articles: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The articles to ask, indexed for this.")
    ] = None,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """Measure the answers to a set of questions."""
    params = {"cases": cases.expanduser().absolute(), "articles": None}
    if articles is not None:
        params["articles"] = articles.expanduser().absolute()
    return _run(context, "eval", params, Options(data, library, as_json))


@app.command()
def doctor(
    context: typer.Context,
    *,
    online: Annotated[bool, typer.Option("--online", help="Ask Discord about the token.")] = False,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """Check what an operator needs; each line says what to do."""
    return _run(context, "doctor", {"online": online}, Options(data, library, as_json))


@index_app.command("add")
def index_add(
    context: typer.Context,
    *,
    targets: Annotated[
        list[str], typer.Argument(metavar="TARGET", help="Files, folders, URLs, .jsonl[.gz].")
    ],
    quiet: Quiet = False,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """Read articles and publish an edition with them."""
    params = {"targets": [_absolute(target) for target in targets]}
    return _run(context, "index add", params, Options(data, library, as_json, quiet))


@index_app.command("sync")
def index_sync(
    context: typer.Context,
    *,
    quiet: Quiet = False,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """Read the remembered sources again and publish what changed."""
    return _run(context, "index sync", {}, Options(data, library, as_json, quiet))


@index_app.command("remove")
def index_remove(
    context: typer.Context,
    *,
    articles: Annotated[list[str], typer.Argument(metavar="ARTICLE", help="Articles' ids.")],
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """Take articles out of the answers."""
    return _run(context, "index remove", {"articles": articles}, Options(data, library, as_json))


@index_app.command("status")
def index_status(
    context: typer.Context,
    *,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """Say what the library holds."""
    return _run(context, "index status", {}, Options(data, library, as_json))


@index_app.command("verify")
def index_verify(
    context: typer.Context,
    *,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """Check that all parts of the index agree; exit 1 if not."""
    return _run(context, "index verify", {}, Options(data, library, as_json))


@index_app.command("rebuild")
def index_rebuild(
    context: typer.Context,
    *,
    quiet: Quiet = False,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """Make the vector index anew from the database; nothing is embedded again."""
    return _run(context, "index rebuild", {}, Options(data, library, as_json, quiet))


@index_app.command("history")
def index_history(
    context: typer.Context,
    *,
    data: Data = None,
    library: LibraryName = None,
    as_json: Json = False,
) -> int:
    """List the editions, newest first."""
    return _run(context, "index history", {}, Options(data, library, as_json))


def _remember(context: typer.Context, options: Options) -> None:
    state: _State = context.obj
    context.obj = _State(state.parts, state.options.overlay(options))


def _run(context: typer.Context, command: str, params: Mapping[str, Any], options: Options) -> int:
    _remember(context, options)
    from bot.commands import run

    state: _State = context.obj
    return run(command, params, state.options, state.parts)


def _question_params(words: list[str] | None, batch: str | None) -> dict[str, Any]:
    if (words is None or words == []) == (batch is None):
        raise typer.BadParameter("give either a QUESTION or --batch FILE")
    return {"batch": batch} if batch is not None else {"question": " ".join(words or [])}


def _absolute(target: str) -> str:
    """A path that means the same in the process that owns the data folder."""
    return target if _ADDRESS.match(target) else str(Path(target).expanduser().absolute())
