"""The settings of the language model that may write the answers."""

from __future__ import annotations

import difflib
import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

KINDS = ("openai-like", "openai", "ollama", "anthropic", "google")
_KEYED = ("openai", "anthropic", "google")
_CLASS = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


class ModelSettings(BaseSettings):
    """What an operator can set about the language model. ``llm`` is "" where there is none."""

    llm: str = Field(
        default="",
        description="What writes the answers: openai-like (vLLM, llama.cpp, LM Studio, "
        "OpenRouter ...), openai, ollama, anthropic, google, or module:Class for any other "
        "language model of LlamaIndex. Empty: no language model, answers are put together "
        "from the articles' own sentences.",
    )
    llm_model: str = Field(
        default="", description="The model's name as the provider knows it, such as qwen3:8b."
    )
    llm_url: str | None = Field(
        default=None,
        repr=False,
        description="The provider's address, such as http://localhost:8080/v1. Needed for "
        "openai-like; the others know theirs.",
    )
    llm_key: SecretStr | None = Field(
        default=None, description="The provider's key. It is never shown or logged."
    )
    llm_context: int = Field(
        default=8192,
        ge=1024,
        le=10_000_000,
        description="How many tokens the model can read and write in one go.",
    )
    llm_max_tokens: int = Field(
        default=700, ge=16, le=100_000, description="The longest reply, in tokens."
    )
    llm_timeout: float = Field(
        default=60.0, gt=0, le=3600, description="Seconds after which a whole reply is given up."
    )
    llm_first_timeout: float = Field(
        default=20.0,
        gt=0,
        le=3600,
        description="Seconds after which a reply that has not begun is given up. A model on "
        "the bot's own machine may need more.",
    )
    llm_structured: Literal["auto", "yes", "no"] = Field(
        default="auto",
        description="Whether replies are asked for as JSON of a fixed form: yes, no, or auto "
        "(until the provider refuses it).",
    )
    llm_prompts: Path | None = Field(
        default=None,
        description="A folder with prompts of your own; a file named as one of those in "
        "prompts/ takes its place. Empty: ours.",
    )
    llm_options: Annotated[dict[str, Any], NoDecode] = Field(
        default_factory=dict,
        repr=False,
        description="More arguments for the language model's class in LlamaIndex, as JSON, "
        'such as {"temperature": 0.2}.',
    )
    llm_at_once: int = Field(
        default=4, ge=1, le=256, description="How many replies the model writes at once."
    )
    llm_price_in: float = Field(
        default=0.0, ge=0, le=100_000, description="The price of a million tokens it reads."
    )
    llm_price_out: float = Field(
        default=0.0, ge=0, le=100_000, description="The price of a million tokens it writes."
    )
    llm_day_tokens: int | None = Field(
        default=None,
        ge=0,
        description="The most tokens a day, for all servers together. Empty: no limit.",
    )
    llm_day_money: float | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="The most money a day, in the currency of the prices, for all servers "
        "together. Empty: no limit.",
    )
    llm_server_day_tokens: int | None = Field(
        default=None, ge=0, description="The most tokens a day for one server. Empty: no limit."
    )
    llm_server_day_money: float | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="The most money a day for one server. Empty: no limit.",
    )

    @field_validator("llm", mode="after")
    @classmethod
    def _check_kind(cls, value: str) -> str:
        kind = value.strip()
        if not kind or _CLASS.fullmatch(kind):
            return kind
        kind = kind.lower().replace("_", "-")
        if kind in KINDS:
            return kind
        nearest = difflib.get_close_matches(kind, KINDS, n=1, cutoff=0.4)
        hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(KINDS)}"
        raise ValueError(f"is not a kind of language model; {hint}")

    @field_validator("llm_url", mode="after")
    @classmethod
    def _check_llm_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value.strip())
            known = parts.scheme in {"http", "https"} and bool(parts.hostname)
            _ = parts.port  # a port that is no number is an error here
        except ValueError:
            known = False
        if not known:
            raise ValueError("must be an address such as http://localhost:8080/v1")
        if parts.username is not None or parts.query:
            raise ValueError("must hold no key or password; there is FOOTNOTE_LLM_KEY for it")
        return value.strip().rstrip("/")

    @field_validator("llm_key", mode="after")
    @classmethod
    def _strip_key(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value().strip() if value else ""
        if any(not 0x21 <= ord(character) <= 0x7E for character in key):  # noqa: PLR2004
            raise ValueError("must be the key alone, without spaces")
        return SecretStr(key) if key else None

    @field_validator("llm_structured", mode="before")
    @classmethod
    def _lower_structured(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("llm_options", mode="before")
    @classmethod
    def _read_options(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            options = json.loads(value)
        except ValueError:
            options = None
        if not isinstance(options, dict):
            raise ValueError('must be a JSON object, such as {"temperature": 0.2}')  # noqa: TRY004
        return options

    @model_validator(mode="after")
    def _check_model(self) -> Self:
        if self.llm in KINDS and not self.llm_model.strip():
            raise ValueError(f"FOOTNOTE_LLM_MODEL: must name the model that {self.llm} should run")
        if self.llm == "openai-like" and self.llm_url is None:
            raise ValueError("FOOTNOTE_LLM_URL: must be the server's address for openai-like")
        if self.llm in _KEYED and self.llm_key is None:
            raise ValueError(f"FOOTNOTE_LLM_KEY: must be set for {self.llm}")
        limited = self.llm_day_money is not None or self.llm_server_day_money is not None
        if self.llm and limited and not (self.llm_price_in or self.llm_price_out):
            raise ValueError("FOOTNOTE_LLM_PRICE_IN, FOOTNOTE_LLM_PRICE_OUT: must be set, or a "
                             "limit in money means nothing")  # fmt: skip
        return self
