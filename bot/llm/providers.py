"""The providers there are: which class of LlamaIndex speaks to each, and how it is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from bot.settings_llm import ModelSettings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

Arguments = dict[str, Any]

_OLD_GEMINI = re.compile(r"(?:models/)?gemini-(?:[12]\b|pro|flash)")
_NO_KEY = "none"


@dataclass(frozen=True, slots=True)
class Asked:
    """What one call asks for besides its prompt. ``usage``: that the provider counts tokens."""

    max_tokens: int
    schema: Mapping[str, Any] | None = None
    usage: bool = True


@dataclass(frozen=True, slots=True)
class Provider:
    """How a kind of language model is made and asked.

    Attributes:
        needs: The module of the integration, which may not be installed.
        class_name: Its class.
        extra: The extra of Footnote that brings it; None: the operator's own.
        build: The class's arguments, of the settings. Retries and guesses by the integration
            are switched off: they are our business.
        prepare: For one call, the object to use and the arguments of ``astream_chat``.
        schemas: Whether it can follow a JSON Schema.
        optional_usage: Whether ``Asked.usage`` has an effect, so that it can be refused.
        ends: Whether a whole reply always says why it ended.
        wrapper: The module of a class of ours around the integration's.
    """

    needs: str
    class_name: str
    extra: str | None
    build: Callable[[ModelSettings], Arguments]
    prepare: Callable[[LLM, Asked], tuple[LLM, Arguments]]
    schemas: bool = True
    optional_usage: bool = False
    ends: bool = True
    wrapper: str | None = None

    @property
    def module(self) -> str:
        """Where its class is."""
        return self.wrapper or self.needs


def find_provider(kind: str) -> Provider:
    """The provider of that kind; ``module:Class`` is any other class of LlamaIndex."""
    if ":" in kind:
        module, _, name = kind.partition(":")
        return Provider(module, name, None, _build_any, _prepare_any, schemas=False, ends=False)
    return PROVIDERS[kind]


def _key(settings: ModelSettings) -> str | None:
    return settings.llm_key.get_secret_value() if settings.llm_key else None


def _build_openai(settings: ModelSettings) -> Arguments:
    # Both are always given: what is left out is looked up in OPENAI_... variables, and a key
    # that was meant for somebody else would go to this server.
    return {
        "model": settings.llm_model,
        "api_base": settings.llm_url or "https://api.openai.com/v1",
        "api_key": _key(settings) or _NO_KEY,
        "is_chat_model": True,
        "context_window": settings.llm_context,
        "temperature": 0.0,
        "timeout": settings.llm_timeout,
        "max_retries": 0,
    }


def _prepare_openai(llm: LLM, asked: Asked) -> tuple[LLM, Arguments]:
    arguments: Arguments = {"max_tokens": asked.max_tokens}
    if asked.usage:
        arguments["stream_options"] = {"include_usage": True}
    if asked.schema is not None:
        form = {"name": "reply", "schema": dict(asked.schema), "strict": True}
        arguments["response_format"] = {"type": "json_schema", "json_schema": form}
    return llm, arguments


def _build_ollama(settings: ModelSettings) -> Arguments:
    key = _key(settings)
    return {
        "model": settings.llm_model,
        "base_url": settings.llm_url or "http://localhost:11434",
        "context_window": settings.llm_context,
        "temperature": 0.0,
        "request_timeout": settings.llm_timeout,
        "is_function_calling_model": False,
        "headers": {"Authorization": f"Bearer {key}"} if key else None,
    }


def _prepare_ollama(llm: LLM, asked: Asked) -> tuple[LLM, Arguments]:
    # It takes the length from the object only, so each call gets a copy; the connections of
    # the first are shared, for they are made before it is copied.
    ollama = cast("Any", llm)
    _ = ollama.async_client
    options = {"num_predict": asked.max_tokens, **ollama.additional_kwargs}
    one = llm.model_copy(update={"additional_kwargs": options})
    return one, {} if asked.schema is None else {"format": dict(asked.schema)}


def _build_anthropic(settings: ModelSettings) -> Arguments:
    return {
        "model": settings.llm_model,
        "base_url": settings.llm_url or "https://api.anthropic.com",
        "api_key": _key(settings),
        "temperature": 0.0,
        "timeout": settings.llm_timeout,
        "max_retries": 0,
    }


def _prepare_anthropic(llm: LLM, asked: Asked) -> tuple[LLM, Arguments]:
    arguments: Arguments = {"max_tokens": asked.max_tokens}
    if asked.schema is not None:
        form = {"type": "json_schema", "schema": dict(asked.schema)}
        arguments["extra_body"] = {"output_config": {"format": form}}
    return llm, arguments


def _build_google(settings: ModelSettings) -> Arguments:
    # Without options of its own for that, its library tries again by itself.
    options: Arguments = {
        "timeout": int(settings.llm_timeout * 1000),
        "retry_options": {"attempts": 1},
    }
    if settings.llm_url:
        options["base_url"] = settings.llm_url
    arguments = {
        "model": settings.llm_model,
        "api_key": _key(settings),
        "http_options": options,
        "max_tokens": settings.llm_max_tokens,
        "context_window": settings.llm_context,
        "file_mode": "inline",
        "max_retries": 0,
    }
    # Later ones refuse a temperature, or repeat themselves at 0.
    return arguments | ({"temperature": 0.0} if _OLD_GEMINI.match(settings.llm_model) else {})


def _prepare_google(llm: LLM, asked: Asked) -> tuple[LLM, Arguments]:
    form: Arguments = {"max_output_tokens": asked.max_tokens}
    if asked.schema is not None:
        form["response_mime_type"] = "application/json"
        form["response_json_schema"] = dict(asked.schema)
    return llm, {"generation_config": form}


def _build_any(settings: ModelSettings) -> Arguments:
    """Only what was set: which other arguments the class takes, its operator knows."""
    given = {"model": settings.llm_model, "api_key": _key(settings), "api_base": settings.llm_url}
    return {name: value for name, value in given.items() if value}


def _prepare_any(llm: LLM, asked: Asked) -> tuple[LLM, Arguments]:  # noqa: ARG001
    # Every class takes other arguments. What is too long is cut off by whoever reads it.
    return llm, {}


_OPENAI = Provider(
    "llama_index.llms.openai_like",
    "OpenAILike",  # for OpenAI too: its own class knows only the models of its release
    "openai",
    _build_openai,
    _prepare_openai,
    optional_usage=True,
)
PROVIDERS: Mapping[str, Provider] = {
    "openai-like": _OPENAI,
    "openai": _OPENAI,
    "ollama": Provider(
        "llama_index.llms.ollama", "Ollama", "ollama", _build_ollama, _prepare_ollama
    ),
    "anthropic": Provider(
        "llama_index.llms.anthropic",
        "Claude",
        "anthropic",
        _build_anthropic,
        _prepare_anthropic,
        wrapper="bot.llm.claude",
    ),
    "google": Provider(
        "llama_index.llms.google_genai",
        "GoogleGenAI",
        "google",
        _build_google,
        _prepare_google,
        # The integration leaves out a last piece that holds no text.
        ends=False,
    ),
}
