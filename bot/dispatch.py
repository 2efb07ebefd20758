"""Maps a command and its parameters to the service and the answer to JSON.

The process that owns the data folder and the one that hands its work over both
end here, so both give the same answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from bot.answering.models import Question
from bot.contract import (
    SEARCH_LIMITS,
    edition_to_json,
    parse_library_name,
    parse_question_text,
    reply_to_json,
    report_to_json,
    search_to_json,
    status_to_json,
    verify_to_json,
)
from bot.errors import CommandError, FootnoteError, UnexpectedError
from bot.ports import Service
from index.errors import FootnoteIndexError
from index.models import OnProgress

ACTOR = "command line"
"""Who published an edition, in its history."""


async def dispatch(
    service: Service, command: str, params: Mapping[str, Any], on_progress: OnProgress
) -> dict[str, Any]:
    """The JSON that a command gives.

    Raises:
        CommandError: it could not be done; the line says why and what to do.
        UnexpectedError: a mistake of ours; the cause is chained.
    """
    try:
        perform = _COMMANDS[command]
    except KeyError:
        raise CommandError(f"There is no command {command!r}.") from None
    try:
        return await perform(service, _Params(params), on_progress)
    except Exception as error:
        raise describe_error(error) from error


def describe_error(error: Exception) -> FootnoteError:
    """The error with a line for people; one without a sentence is a mistake of ours."""
    if isinstance(error, FootnoteError):
        return error
    if isinstance(error, FootnoteIndexError):
        return CommandError(str(error))
    message = getattr(error, "user_message", None)
    if isinstance(message, str):
        return CommandError(message)
    unexpected = UnexpectedError(
        f"Footnote met an unexpected {type(error).__name__}. "
        "FOOTNOTE_LOG_LEVEL=debug shows where; please report it."
    )
    unexpected.__cause__ = error
    return unexpected


class _Params:
    """Parameters that may have come over the socket: each is checked as it is read."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params

    @property
    def library(self) -> str:
        try:
            return parse_library_name(str(self._params.get("library", "default")))
        except ValueError as error:
            raise CommandError(f"--library: {error}.") from error

    @property
    def question(self) -> Question:
        try:
            text = parse_question_text(str(self._params.get("question", "")))
        except ValueError as error:
            raise CommandError(str(error)) from error
        return Question(text=text, id=str(self._params.get("id", "")))

    @property
    def limit(self) -> int:
        limit = self._params.get("limit")
        least, most = SEARCH_LIMITS
        if not isinstance(limit, int) or not least <= limit <= most:
            raise CommandError(f"-k takes a number from {least} to {most}.")
        return limit

    @property
    def articles(self) -> tuple[str, ...]:
        articles = self._params.get("articles")
        if not isinstance(articles, list) or not articles:
            raise CommandError("Name at least one article's id.")
        return tuple(str(article) for article in articles)

    @property
    def targets(self) -> tuple[str, ...]:
        targets = self._params.get("targets")
        if not isinstance(targets, list) or not targets:
            raise CommandError("Name at least one file, folder or URL.")
        return tuple(str(target) for target in targets)


async def _ask(service: Service, params: _Params, _: OnProgress) -> dict[str, Any]:
    reply = await service.ask(params.library, params.question)
    return cast("dict[str, Any]", reply_to_json(reply))


async def _search(service: Service, params: _Params, _: OnProgress) -> dict[str, Any]:
    question = params.question
    result = await service.search(params.library, question, params.limit)
    return cast("dict[str, Any]", search_to_json(question, result))


async def _add(service: Service, params: _Params, on_progress: OnProgress) -> dict[str, Any]:
    report = await service.add(params.library, params.targets, actor=ACTOR, on_progress=on_progress)
    return report_to_json(report)


async def _sync(service: Service, params: _Params, on_progress: OnProgress) -> dict[str, Any]:
    return report_to_json(await service.sync(params.library, actor=ACTOR, on_progress=on_progress))


async def _remove(service: Service, params: _Params, _: OnProgress) -> dict[str, Any]:
    return report_to_json(await service.remove(params.library, params.articles, actor=ACTOR))


async def _names(service: Service, _: _Params, __: OnProgress) -> dict[str, Any]:
    return {"libraries": list(await service.names())}


async def _status(service: Service, params: _Params, _: OnProgress) -> dict[str, Any]:
    return status_to_json(await service.status(params.library))


async def _verify(service: Service, params: _Params, _: OnProgress) -> dict[str, Any]:
    return verify_to_json(await service.verify(params.library))


async def _rebuild(service: Service, params: _Params, on_progress: OnProgress) -> dict[str, Any]:
    return {"vectors": await service.rebuild(params.library, on_progress)}


async def _history(service: Service, params: _Params, _: OnProgress) -> dict[str, Any]:
    editions = await service.history(params.library)
    return {"editions": [edition_to_json(edition) for edition in editions]}


_Perform = Callable[[Service, _Params, OnProgress], Awaitable[dict[str, Any]]]
_COMMANDS: Mapping[str, _Perform] = {
    "ask": _ask,
    "search": _search,
    "add": _add,
    "sync": _sync,
    "remove": _remove,
    "names": _names,
    "status": _status,
    "verify": _verify,
    "rebuild": _rebuild,
    "history": _history,
}
