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
from bot.cli_backup import add_backup
from bot.cli_check import add_check
from bot.cli_gaps import gaps_app
from bot.cli_golden import golden_app
from bot.cli_index import index_app
from bot.cli_reader import run_reader
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
from bot.evaluation.lines import Half
from bot.evaluation.options import EvalOptions
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
        metavar="FILE",
        help='Answer JSON lines {"id", "question"} from a file; - is stdin. A line may carry '
        '"history", the turns before it: [{"question", "answer"}], oldest first.',
    ),
]
OnlyArticle = Annotated[
    str | None, typer.Option("--article", metavar="ID", help="Only from this article.")
]
Since = Annotated[
    str | None,
    typer.Option(metavar="DAY", help='Only articles since then: 2024, "last week", 2024-05-01.'),
]
Limit = Annotated[int, typer.Option("-k", "--limit", min=1, max=100, help="How many passages.")]
Cases = Annotated[
    Path | None,
    typer.Argument(metavar="CASES", help="Questions with their answers, or a saved report."),
]
ArticlesOption = Annotated[
    Path | None, typer.Option(metavar="PATH", help="The articles to ask, indexed for this.")
]
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
        # Without a word the help was shown already, and the error has none.
        if said := " ".join(error.format_message().split()):
            sys.stderr.write(f"footnote: {said}\n")
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
def ask(
    *,
    question: QuestionWords = None,
    batch: Batch = None,
    article: OnlyArticle = None,
    since: Since = None,
) -> Wanted:
    """Answer a question; every sentence carries its source.

    What the articles leave open is kept for footnote gaps, but for batches.
    """
    asked = {**_question_params(question, batch), **_scope_params(article, since)}
    return Wanted("ask", {**asked, "keeps_gap": batch is None})


@add_command(app, "search")
def search(
    *,
    question: QuestionWords = None,
    limit: Limit = 10,
    batch: Batch = None,
    article: OnlyArticle = None,
    since: Since = None,
) -> Wanted:
    """Find passages, and no more."""
    asked = {**_question_params(question, batch), **_scope_params(article, since)}
    return Wanted("search", {**asked, "limit": limit})


add_check(app)


@add_command(app, "chat")
def chat() -> Wanted:
    """Ask in a conversation; a question may go on from those before it."""
    return Wanted("chat", {})


@add_command(app, "run")
def run_bot() -> Wanted:
    """Run the Discord bot until it is told to stop."""
    return Wanted("run", {})


@add_command(app, "eval")
def evaluate(
    *,
    cases: Cases = None,
    articles: ArticlesOption = None,
    golden: Annotated[
        bool, typer.Option("--golden", help="Ask the golden questions of the library.")
    ] = False,
    without_model: Annotated[
        bool, typer.Option("--without-model", help="Answer without the language model.")
    ] = False,
    half: Annotated[
        Half | None, typer.Option(help="One half: choose on tune, report on the other.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="At most N, the same ones every time.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the whole report, as JSON.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(metavar="OLD", help="Hold it against a report saved before.")
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the main figures, as PNG.")
    ] = None,
) -> Wanted:
    """Measure searching, answering and refusing on a set of questions.

    CASES are JSON lines, zipped or not. The least that a line needs:
    {"query": "When does the library open?", "answers": ["ten"]}, and
    {"query": "...", "answerable": false} where the articles do not say.
    SQuAD, CLAPnq, TimeQA, conversations, attribution, injected orders and
    poisoned facts are told by their fields. A report that --save wrote is shown
    again. docs/evaluating.md has examples and says how to read the figures.
    """
    require_one(cases, golden, says="give either CASES or --golden")
    options = EvalOptions(
        articles=_absolute(articles),
        golden=golden,
        without_model=without_model,
        half=half,
        sample=sample,
        save=_absolute(save),
        compare=_absolute(compare),
        chart=_absolute(chart),
    )
    return Wanted("eval", {"cases": _absolute(cases), "options": options})


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


add_backup(app)
add_command(app, "reader")(run_reader)
app.add_typer(index_app, name="index", help="Add articles, and look after what is indexed.")
app.add_typer(golden_app, name="golden", help="Keep questions that must keep their answer.")
app.add_typer(gaps_app, name="gaps", help="What was asked and the articles left open.")


def _question_params(words: list[str] | None, batch: str | None) -> dict[str, Any]:
    require_one(words, batch, says="give either a QUESTION or --batch FILE")
    return {"batch": batch} if batch is not None else {"question": " ".join(words or [])}


def _scope_params(article: str | None, since: str | None) -> dict[str, str]:
    given = {"only_article": article, "since": since}
    return {name: value for name, value in given.items() if value is not None}


def _absolute(path: Path | None) -> Path | None:
    return path and path.expanduser().absolute()
