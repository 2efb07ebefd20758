"""Maps a command and its parameters to the service and the answer to JSON.

The process that owns the data folder and the one that hands its work over both
end here, so both give the same answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import structlog

from bot.answering.engine import Underway
from bot.answering.models import Reason
from bot.contract import reply_to_json, search_to_json
from bot.contract_check import checked_to_json
from bot.contract_gaps import gap_to_json
from bot.dispatch_index import INDEX_COMMANDS
from bot.dispatch_upkeep import UPKEEP_COMMANDS
from bot.errors import CommandError, FootnoteError, UnexpectedError
from bot.next_steps import describe_block
from bot.params import Params
from bot.ports import Service
from bot.rendering.underway import describe_stage
from bot.terminal import REFUSALS
from index.errors import FootnoteIndexError, PlanBlocked
from index.models import OnProgress, Progress


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
    given = Params(params)
    try:
        return await perform(service, given, on_progress)
    except PlanBlocked as error:
        line = describe_block(error, given.consent, reason=given.reason, repeated=given.repeated)
        raise CommandError(line) from error
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


async def _ask(service: Service, params: Params, on_progress: OnProgress) -> dict[str, Any]:
    def tell(underway: Underway) -> None:
        on_progress(Progress(describe_stage(underway), 0))

    reply = await service.ask(params.library, params.question, tell)
    if params.flag("keeps_gap"):
        try:
            await service.record_gap(params.library, reply)
        except FootnoteIndexError as error:
            # An answer is not lost because something beside it cannot be written.
            structlog.get_logger(__name__).warning("gap_not_kept", cause=repr(error))
    return cast("dict[str, Any]", reply_to_json(reply))


async def _search(service: Service, params: Params, _: OnProgress) -> dict[str, Any]:
    question = params.question
    result = await service.search(params.library, question, params.limit)
    if result.scoped is not None and result.scoped.is_unknown:
        raise CommandError(REFUSALS[Reason.NO_SUCH_ARTICLE])
    return cast("dict[str, Any]", search_to_json(question, result))


async def _check(service: Service, params: Params, _: OnProgress) -> dict[str, Any]:
    checked = await service.check_message(params.library, params.message, params.id)
    return cast("dict[str, Any]", checked_to_json(checked))


async def _gaps(service: Service, params: Params, _: OnProgress) -> dict[str, Any]:
    gaps = await service.gaps(
        params.library, closed_too=params.flag("closed_too"), cause=params.cause
    )
    return {"gaps": [gap_to_json(gap) for gap in gaps]}


async def _close_gap(service: Service, params: Params, _: OnProgress) -> dict[str, Any]:
    gap = await service.close_gap(params.library, params.gap)
    if gap is None:
        raise CommandError(f"There is no gap {params.gap}; footnote gaps lists them.")
    return cast("dict[str, Any]", gap_to_json(gap))


async def _names(service: Service, _: Params, __: OnProgress) -> dict[str, Any]:
    return {"libraries": list(await service.names())}


_COMMANDS: Mapping[str, Callable[[Service, Params, OnProgress], Awaitable[dict[str, Any]]]] = {
    "ask": _ask,
    "search": _search,
    "check": _check,
    "gaps": _gaps,
    "gaps close": _close_gap,
    "names": _names,
    **INDEX_COMMANDS,
    **UPKEEP_COMMANDS,
}
