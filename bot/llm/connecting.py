"""Speaks to one provider through LlamaIndex; its library is loaded at the first question."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
from collections.abc import AsyncGenerator, Iterator
from typing import TYPE_CHECKING, Literal

import structlog

from bot.errors import ExitCode, FootnoteError
from bot.llm.failing import find_status
from bot.llm.providers import Arguments, Asked, Provider, find_provider
from bot.llm.reading import Piece, read_piece
from bot.llm.threads import iterate_in_thread
from bot.settings_llm import ModelSettings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage, ChatResponse

_LEAVE_SECONDS = 2.0
# What servers answer to a request that holds something they do not know.
_NOT_UNDERSTOOD = frozenset({400, 404, 415, 422, 501})


class ModelSettingsError(FootnoteError):
    """The language model of the settings cannot be used; the line says what to do."""

    exit_code = ExitCode.USAGE


class Connection:
    """A provider's model. What the provider refuses to understand is remembered as off."""

    def __init__(self, settings: ModelSettings) -> None:
        self.provider: Provider = find_provider(settings.llm)
        self._settings = settings
        self._structured: Literal["auto", "yes", "no"] = settings.llm_structured
        self._counts = self.provider.optional_usage
        self._llm: LLM | None = None
        self._loading = asyncio.Lock()
        self._log = structlog.get_logger(__name__)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be repeated anywhere."""
        key = self._settings.llm_key
        return (key.get_secret_value(),) if key else ()

    @property
    def follows_schemas(self) -> bool:
        """Whether a schema is sent, as far as is known now."""
        return self.provider.schemas and self._structured != "no"

    def check(self) -> None:
        """Look whether the provider's library is there, without loading it.

        Raises:
            ModelSettingsError: it is not; the line says what to install.
        """
        module = self.provider.needs
        try:
            found = importlib.util.find_spec(module) is not None
        except (ImportError, ValueError):
            found = False
        if found:
            return
        if self.provider.extra is None:
            raise ModelSettingsError(
                f"FOOTNOTE_LLM: there is no module {module}. Install the package that brings it."
            )
        raise ModelSettingsError(
            f"FOOTNOTE_LLM={self._settings.llm} needs a package that is not installed. "
            f'Run: pip install "footnote-bot[{self.provider.extra}]"'
        )

    async def check_class(self) -> None:
        """Load a class of the operator's own and look whether it is a language model.

        Raises:
            ModelSettingsError: it is not, or cannot be loaded.
        """
        if self.provider.extra is None:
            await asyncio.to_thread(self._find_class)

    async def load(self) -> LLM:
        """The LlamaIndex object, made at the first call.

        Raises:
            ModelSettingsError: its library or its arguments cannot be used.
        """
        async with self._loading:
            if self._llm is None:
                self._llm = await asyncio.to_thread(self._make)
        return self._llm

    async def begin(
        self, prompt: str, asked: Asked
    ) -> tuple[Piece | None, AsyncGenerator[Piece, None]]:
        """Ask, and wait until the reply begins: its first living piece, and the others.

        Whatever the provider's library raises comes through.
        """
        llm = await self.load()
        ways = self._ways(asked)
        for way in ways[:-1]:
            try:
                begun = await _ask(llm, self.provider, prompt, way)
            except Exception as error:
                if find_status(error) not in _NOT_UNDERSTOOD:
                    raise
            else:
                self._remember(asked, way)
                return begun
        begun = await _ask(llm, self.provider, prompt, ways[-1])
        self._remember(asked, ways[-1])
        return begun

    async def close(self) -> None:
        """Close the connections that are kept open."""
        llm, self._llm = self._llm, None
        # There is no common way to close an integration, so those that are known are looked at.
        for name in ("_aclient", "_async_client", "_client", "_http_client"):
            await _close(getattr(llm, name, None))

    def _make(self) -> LLM:
        self.check()
        arguments = {**self.provider.build(self._settings), **self._settings.llm_options}
        kind = self._find_class()
        try:
            llm = kind(**arguments)
        except Exception as error:  # noqa: BLE001 - a class of anybody's, with anybody's arguments
            said = " ".join(str(error).split())[:300]
            for secret in self.secrets:
                said = said.replace(secret, "***")
            told = f"FOOTNOTE_LLM={self._settings.llm} cannot be used: {said}"
        else:
            return llm
        # Out here nothing is chained to it: the arguments hold the key.
        raise ModelSettingsError(told)

    def _find_class(self) -> type[LLM]:
        from llama_index.core.llms import LLM

        module, name = self.provider.module, self.provider.class_name
        shown = f"FOOTNOTE_LLM={self._settings.llm}"
        try:
            found = getattr(importlib.import_module(module), name, None)
        except Exception as error:
            said = " ".join(str(error).split())[:300] or type(error).__name__
            raise ModelSettingsError(f"{shown} cannot be loaded: {said}") from error
        if isinstance(found, type) and issubclass(found, LLM):
            return found
        what = f"{name} of {module} is not one" if found is not None else f"{module} has no {name}"
        raise ModelSettingsError(f"{shown} must name a language model of LlamaIndex; {what}.")

    def _ways(self, asked: Asked) -> list[Asked]:
        """How to ask, the best first; each of the others leaves something out."""
        schema = asked.schema if self.follows_schemas else None
        ways = [Asked(asked.max_tokens, schema, self._counts)]
        if schema is not None and self._structured == "auto":
            ways.append(Asked(asked.max_tokens, None, self._counts))
        if self._counts:
            ways.append(Asked(asked.max_tokens, ways[-1].schema, usage=False))
        return ways

    def _remember(self, asked: Asked, way: Asked) -> None:
        if self.follows_schemas and asked.schema is not None and way.schema is None:
            self._structured = "no"
            self._log.warning("no structured replies", llm=self._settings.llm)
        if self._counts and not way.usage:
            self._counts = False
            self._log.warning("tokens are estimated", llm=self._settings.llm)


async def _ask(
    llm: LLM, provider: Provider, prompt: str, way: Asked
) -> tuple[Piece | None, AsyncGenerator[Piece, None]]:
    one, arguments = provider.prepare(llm, way)
    pieces = _stream(one, prompt, arguments)
    try:
        async for piece in pieces:
            if piece.alive or piece.usage or piece.finish:
                return piece, pieces
    except BaseException:
        await pieces.aclose()
        raise
    return None, pieces


async def _stream(llm: LLM, prompt: str, arguments: Arguments) -> AsyncGenerator[Piece, None]:
    from llama_index.core.llms import ChatMessage

    messages = [ChatMessage(role="user", content=prompt)]
    if _only_pretends(llm):
        stream = iterate_in_thread(lambda: _stream_sync(llm, messages, arguments))
    else:
        stream = await llm.astream_chat(messages, **arguments)
    try:
        async for response in stream:
            yield read_piece(response)
    finally:
        await _leave(stream)


async def _leave(stream: AsyncGenerator[ChatResponse, None]) -> None:
    """Close the connection behind a stream, also where there is more to read.

    The libraries nest generators, and closing the outermost closes the others only when they
    are collected as garbage. A cancellation inside of them reaches the connection at once.
    """
    loop = asyncio.get_running_loop()
    give_up = loop.time() + _LEAVE_SECONDS
    while loop.time() < give_up:
        reading = asyncio.ensure_future(anext(stream, None))
        await asyncio.sleep(0)
        if reading.done() and not reading.cancelled() and not reading.exception():
            if reading.result() is not None:
                continue  # that piece was waiting already
            break
        reading.cancel()
        await asyncio.wait([reading], timeout=_LEAVE_SECONDS)
        break
    await stream.aclose()


def _stream_sync(
    llm: LLM, messages: list[ChatMessage], arguments: Arguments
) -> Iterator[ChatResponse]:
    yield from llm.stream_chat(messages, **arguments)


def _only_pretends(llm: LLM) -> bool:
    """Whether its ``astream_chat`` is the base class's, which would stop the event loop."""
    from llama_index.core.llms import CustomLLM

    # LlamaIndex wraps the method anew in each class, inherited or not.
    method, base = type(llm).astream_chat, CustomLLM.astream_chat
    return isinstance(llm, CustomLLM) and inspect.unwrap(method) is inspect.unwrap(base)


async def _close(client: object) -> None:
    client = getattr(client, "aio", client)
    # Ollama's client keeps the one with the connections inside.
    for one in (client, getattr(client, "_client", None)):
        for name in ("aclose", "close"):
            method = getattr(one, name, None)
            if method is None:
                continue
            ended = method()
            if inspect.isawaitable(ended):
                await ended
            break
