"""What a piece of a reply says, whichever integration of LlamaIndex it came through."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llama_index.core.llms import ChatResponse

_BYTES_PER_TOKEN = 3
# (tokens read, tokens written), as the providers call them.
_NAMES = (
    ("prompt_tokens", "completion_tokens"),
    ("input_tokens", "output_tokens"),
    ("prompt_token_count", "candidates_token_count"),
)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens a call read and wrote."""

    read: int
    wrote: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a reply.

    Attributes:
        text: What was written since the last piece; often "".
        alive: Whether the model has begun: text, or thoughts that nobody is shown.
        usage: What the call has used in all, where the provider says.
        finish: Why the reply ended, in the provider's word; None while it goes on.
    """

    text: str
    alive: bool
    usage: Usage | None = None
    finish: str | None = None


def estimate_tokens(text: str) -> int:
    """A number of tokens that is rather too high: one for three bytes."""
    return math.ceil(len(text.encode("utf-8", "replace")) / _BYTES_PER_TOKEN)


def read_piece(response: ChatResponse) -> Piece:
    """The piece that a ``ChatResponse`` of LlamaIndex holds."""
    text = response.delta or ""
    extra = response.additional_kwargs or {}
    inner = response.message.additional_kwargs or {}
    thinks = bool(extra.get("thinking_delta") or inner.get("thinking_delta"))
    return Piece(text, bool(text) or thinks, _read_usage(response), _read_finish(response))


def _read_usage(response: ChatResponse) -> Usage | None:
    raw, inner = response.raw, response.message.additional_kwargs or {}
    places = (
        _look(raw, "usage_metadata"),
        _look(raw, "usage"),
        inner.get("usage"),
        response.additional_kwargs,
    )
    for place in places:
        for read_name, wrote_name in _NAMES:
            read, wrote = _look(place, read_name), _look(place, wrote_name)
            if isinstance(read, int) and isinstance(wrote, int):
                thought = _look(place, "thoughts_token_count")
                return Usage(read, wrote + (thought if isinstance(thought, int) else 0))
    return None


def _read_finish(response: ChatResponse) -> str | None:
    inner = response.message.additional_kwargs or {}
    for value in _finishes(response.raw, inner):
        if value:
            return str(getattr(value, "value", value)).lower()
    return None


def _finishes(raw: object, inner: Mapping[str, object]) -> Iterator[object]:
    choices = _look(raw, "choices")
    if isinstance(choices, list) and choices:
        yield _look(choices[0], "finish_reason")
    yield inner.get("stop_reason")
    yield _look(raw, "finish_reason")
    if _look(raw, "done"):
        yield _look(raw, "done_reason") or "stop"


def _look(place: object, name: str) -> object:
    if isinstance(place, Mapping):
        return place.get(name)
    found: object = getattr(place, name, None)
    return found
