"""What the commands of the command line share: their options, and how one is made of a function.

Nothing heavy is imported here: ``--help`` waits for none of it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from bot.options import Options

if TYPE_CHECKING:
    from bot.job import Parts

HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_PANEL = "Options of every command"

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="The data folder, .footnote unless set.",
        rich_help_panel=_PANEL,
    ),
]
LibraryName = Annotated[
    str | None,
    typer.Option(
        "--library",
        metavar="NAME",
        help="The library, default unless set.",
        rich_help_panel=_PANEL,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=_PANEL)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print problems only.")]
Reason = Annotated[
    str | None,
    typer.Option("--reason", metavar="TEXT", help="Why; it stands in the history and the audit."),
]
AcceptSuspicious = Annotated[
    bool, typer.Option("--accept-suspicious", help="Publish suspicious articles too.")
]


def read_key(text: str) -> int:
    """The number of a source.

    Raises:
        typer.BadParameter: it is none.
    """
    if text.isascii() and text.isdecimal() and int(text) > 0:
        return int(text)
    raise typer.BadParameter(
        f"{text!r} is not the number of a source; `footnote index sources` lists them."
    )


SourceKeys = Annotated[
    list[int] | None,
    typer.Option(
        "--source", metavar="KEY", parser=read_key, help="Only this source; may be repeated."
    ),
]


class Wanted(NamedTuple):
    """A command as ``commands.run`` knows it, and its parameters."""

    command: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """What a command finds in its context. ``parts`` is None for those of the composition root."""

    parts: Parts | None
    options: Options


Words = Callable[..., Wanted]


def add_command(
    app: typer.Typer, name: str, *, quiet: bool = False, panel: str | None = None
) -> Callable[[Words], Words]:
    """Make a command of a function that turns its own words into what is wanted.

    The options of every command are added to its own, and ``--quiet`` where it has that.
    """

    def register(read_words: Words) -> Words:
        def run(context: typer.Context, **given: Any) -> int:  # noqa: ANN401 - words of any type
            options = Options(
                given.pop("data"),
                given.pop("library"),
                given.pop("as_json"),
                given.pop("quiet", False),
            )
            return _run(context, read_words(**given), options)

        _add_options(run, read_words, quiet=quiet)
        app.command(name, help=inspect.getdoc(read_words), rich_help_panel=panel)(run)
        return read_words

    return register


def add_own_command(app: typer.Typer) -> Callable[[Words], Words]:
    """Make what a group does when none of its commands is named; its options may stand before one.

    The options of every command are added to its own.
    """

    def register(read_words: Words) -> Words:
        def run(context: typer.Context, **given: Any) -> int | None:  # noqa: ANN401
            options = Options(given.pop("data"), given.pop("library"), given.pop("as_json"))
            if context.invoked_subcommand is not None:
                remember_options(context, options)
                return None
            return _run(context, read_words(**given), options)

        _add_options(run, read_words, quiet=False)
        app.callback(invoke_without_command=True, help=inspect.getdoc(read_words))(run)
        return read_words

    return register


def add_common_options(app: typer.Typer) -> None:
    """Let the options of every command stand before a group's commands, too."""

    @app.callback()
    def remember(
        context: typer.Context,
        *,
        data: Data = None,
        library: LibraryName = None,
        as_json: Json = False,
    ) -> None:
        remember_options(context, Options(data, library, as_json))


def remember_options(context: typer.Context, options: Options) -> None:
    """Put options on top of those that stood before them."""
    state: State = context.obj
    context.obj = State(state.parts, state.options.overlay(options))


def make_absolute(target: str) -> str:
    """A path that means the same in the process that owns the data folder."""
    return target if _ADDRESS.match(target) else str(Path(target).expanduser().absolute())


def require_one(*given: object, says: str) -> None:
    """Refuse the words unless exactly one of these was given."""
    if sum(value not in (None, False, [], ()) for value in given) != 1:
        raise typer.BadParameter(says)


def _run(context: typer.Context, wanted: Wanted, options: Options) -> int:
    remember_options(context, options)
    from bot.commands import run  # noqa: PLC0415 - heavy, and only needed from here on

    state: State = context.obj
    return run(wanted.command, wanted.params, state.options, state.parts)


def _add_options(run: Callable[..., int | None], read_words: Words, *, quiet: bool) -> None:
    """Give ``run`` the signature that typer makes a command of."""
    own = list(inspect.signature(read_words, eval_str=True).parameters.values())
    shared = [("data", Data, None), ("library", LibraryName, None), ("as_json", Json, False)]
    if quiet:
        shared.insert(0, ("quiet", Quiet, False))

    def parameter(name: str, annotation: object, default: object) -> inspect.Parameter:
        kind = inspect.Parameter.KEYWORD_ONLY
        return inspect.Parameter(name, kind, annotation=annotation, default=default)

    context = parameter("context", typer.Context, inspect.Parameter.empty)
    parameters = [context, *own, *(parameter(*option) for option in shared)]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
