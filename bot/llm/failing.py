"""What a provider's error means: for members, for the log, for trying again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.answering.errors import Outage
from bot.errors import FootnoteError

# Too many requests, or a moment of weakness of the server; everything else stays as it is.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
_TOO_MANY = 429
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404
_SERVER = 500
_SHOWN = 300
# Nobody waits as long as that; it only keeps absurd values finite.
_LONGEST_WAIT = 86_400.0
# The libraries of the providers share no base class and must not be imported to be looked at,
# so their errors are told apart by the names of their classes.
_UNREACHED = {
    "APIConnectionError",
    "TransportError",
    "ClientConnectionError",
    "ClientPayloadError",
    "ConnectionError",
    "OSError",
}
# Nobody is there to be asked. A moment later nobody is, either, and somebody waits meanwhile.
_ABSENT = {"ConnectError", "ClientConnectorError", "ConnectionRefusedError", "gaierror"}
_TIMED_OUT = {"TimeoutError", "TimeoutException", "APITimeoutError"}


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed.

    Attributes:
        kind: What it means.
        cause: A sentence for the operator's log, without keys.
        passing: Whether trying again is worth it.
        after: Seconds the provider asks to wait, where it says.
        counts: Whether it says something about the model rather than this one question.
        status: The HTTP status, where there was one.
    """

    kind: Outage
    cause: str
    passing: bool = False
    after: float | None = None
    counts: bool = True
    status: int | None = None


class CallFailed(Exception):
    """A call ended with a failure; for use inside this package."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.cause)
        self.failure = failure


def explain(error: BaseException, *, secrets: Sequence[str] = ()) -> Failure:
    """What an exception of a provider's library means."""
    if isinstance(error, CallFailed):
        return error.failure
    status = find_status(error)
    said = _describe(error, secrets)
    if status is not None:
        return _explain_status(error, status, said)
    if isinstance(error, FootnoteError):
        return Failure(Outage.REFUSED, str(error))
    return _explain_type(error, said)


def _explain_type(error: BaseException, said: str) -> Failure:
    names = {each.__name__ for kind in _chain(error) for each in type(kind).__mro__}
    if names & _TIMED_OUT:
        return Failure(Outage.SLOW, f"The model's server did not answer in time ({said}).")
    if names & _UNREACHED:
        return Failure(
            Outage.DOWN,
            f"The model's server cannot be reached, or broke off ({said}).",
            passing=not names & _ABSENT,
        )
    if isinstance(error, ValueError | TypeError | LookupError | AttributeError):
        return Failure(Outage.GARBLED, f"The model's reply cannot be read ({said}).")
    return Failure(Outage.DOWN, f"The model failed ({said}).")


def find_status(error: BaseException) -> int | None:
    """The HTTP status behind an error, if there is one."""
    for name in ("status_code", "code"):
        value = getattr(error, name, None)
        if isinstance(value, int) and 400 <= value < 600:  # noqa: PLR2004
            return value
    return None


def find_wait(error: BaseException, *, now: datetime | None = None) -> float | None:
    """Seconds that ``Retry-After`` asks for, as a number or as a date."""
    for each in _chain(error):
        headers = getattr(getattr(each, "response", None), "headers", None)
        value = headers.get("retry-after") if headers is not None else None
        if value is None:
            continue
        text = str(value).strip()
        if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
            return min(float(text), _LONGEST_WAIT)
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            continue
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
        return min(max(0.0, seconds), _LONGEST_WAIT)
    return None


def _explain_status(error: BaseException, status: int, said: str) -> Failure:
    if status == _TOO_MANY and "quota" in said and "insufficient" in said:
        return Failure(Outage.REFUSED, f"The account has no credit left ({said}).", status=status)
    if status == _TOO_MANY:
        cause = f"The provider asks for fewer requests ({said})."
        return Failure(Outage.BUSY, cause, passing=True, after=find_wait(error), status=status)
    if status >= _SERVER or status in _PASSING:
        cause = f"The model's server failed with status {status} ({said})."
        passing = status in _PASSING
        return Failure(Outage.DOWN, cause, passing=passing, after=find_wait(error), status=status)
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        return Failure(
            Outage.REFUSED, f"The provider refuses FOOTNOTE_LLM_KEY ({said}).", status=status
        )
    if status == _NOT_FOUND:
        cause = f"The provider knows no such model or address; look at FOOTNOTE_LLM_MODEL and FOOTNOTE_LLM_URL ({said})."  # noqa: E501
        return Failure(Outage.REFUSED, cause, status=status)
    # A question that is too long, or too much for the provider's filter: the next may do.
    cause = f"The provider refused the request with status {status} ({said})."
    return Failure(Outage.REFUSED, cause, counts=False, status=status)


def _describe(error: BaseException, secrets: Sequence[str]) -> str:
    said = " ".join(str(error).split())
    for secret in filter(None, secrets):
        said = said.replace(secret, "***")
    said = "".join(character if character.isprintable() else "?" for character in said)
    if len(said) > _SHOWN:
        said = f"{said[:_SHOWN]}..."
    name = type(error).__name__
    return f"{name}: {said}" if said else name


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it; libraries hide the answer's headers there."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or each.__context__
