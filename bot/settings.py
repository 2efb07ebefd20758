"""The settings: read from the environment and ``.env`` in one place, unknown ones refused.

``python -m bot.settings`` writes the ``.env.example`` that belongs to them.
"""

from __future__ import annotations

import difflib
import os
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSetting

from bot.contract import parse_library_name
from bot.errors import ExitCode, FootnoteError
from bot.settings_llm import ModelSettings
from bot.settings_operate import OperateSettings
from bot.settings_store import StoreSettings

PREFIX = "FOOTNOTE_"
TOKEN = "DISCORD_TOKEN"  # noqa: S105 - the variable's name
# A wrong value is not repeated: a key may stand in it.
_NEVER_SHOWN = {
    TOKEN,
    *(f"{PREFIX}LLM_{name}" for name in ("KEY", "URL", "OPTIONS")),
    *(f"{PREFIX}{name}" for name in ("STORE", "CHROMA", "CHROMA_KEY")),
}
_SHOWN_CHARACTERS = 60
_CLOSE_ENOUGH = 0.8
_PLAIN_ADDRESS = re.compile(r"[\w./:\[\]~%-]+", re.ASCII)
# So that a link to a quote stays below what a button of Discord takes.
_LONGEST_READER_URL = 200
_PORTS = 65_535


class SettingsError(FootnoteError):
    """The settings cannot be used; ``mistakes`` holds one readable line for each."""

    exit_code = ExitCode.USAGE

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


class Settings(ModelSettings, OperateSettings, StoreSettings):
    """What an operator can set. Built once, by the command line, and handed on."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        env_file_encoding="utf-8",
        extra="ignore",  # ours is stricter, see _unknown_names: it reads the environment too
        frozen=True,
        hide_input_in_errors=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

    discord_token: SecretStr | None = Field(
        default=None,
        validation_alias=TOKEN,
        description="The bot's token, from the Bot page of its Discord application. "
        "Only `footnote run` needs it.",
    )
    data: Path = Field(
        default=Path(".footnote"),
        description="The folder that holds all data. One process at a time owns it.",
    )
    library: str = Field(
        default="default",
        description="The library that the command line uses. The library of a Discord server "
        "is named discord-SERVER_ID.",
    )
    passages: int = Field(
        default=8, ge=1, le=20, description="How many passages an answer is composed from."
    )
    max_questions_in_flight: int = Field(
        default=50,
        ge=1,
        le=1000,
        description="How many questions the bot works on at once. Others wait for their turn, "
        "server by server, and see how many come first.",
    )
    direct_messages: bool = Field(
        default=False,
        description="Answer private messages too, from the articles of one server that the "
        "person chose and belongs to: yes or no. Each server can refuse it with /config.",
    )
    message_content: bool = Field(
        default=False,
        description="Ask Discord for the message content intent: yes or no. Only automatic "
        "answers use it: with it they know what a new post says and not its title alone, and "
        "answer questions in chosen text channels. Switch it on on the Bot page as well.",
    )
    answer_retention_days: int = Field(
        default=90,
        ge=1,
        le=3650,
        description="For how many days the quotes behind an answer in Discord can be shown, and "
        "questions that the articles left open are kept.",
    )
    embed_workers: int = Field(
        default=2, ge=1, le=64, description="How many texts are embedded at once."
    )
    caution: Literal["bold", "usual", "careful"] = Field(
        default="usual",
        description="How sure an answer without a language model must be: bold, usual or careful. "
        "The more careful, the more questions are refused, answerable ones too.",
    )
    scorer: bool = Field(
        default=True,
        description="Let the packaged sentence scorer help to choose the sentences of an "
        "answer: yes or no. It was trained on CC BY-SA text; see index/model/README.md.",
    )
    fetch_allow_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Private hosts that pages may still be fetched from, as host or host:port "
        "and separated by commas. All other private addresses, and ports but 80 and 443, are "
        "refused.",
    )
    fetch_timeout: float = Field(
        default=20.0, gt=0, le=300, description="Seconds after which fetching a page is given up."
    )
    fetch_max_mb: float = Field(
        default=10.0, gt=0, le=10, description="The largest page that is fetched, in megabytes."
    )
    fetch_delay: float = Field(
        default=1.0, ge=0, le=60, description="Seconds between two requests to one site."
    )
    fetch_robots: bool = Field(
        default=True,
        description="Honour a site's robots.txt: yes or no. Switch it off only for sites "
        "that are yours.",
    )
    max_pages: int = Field(
        default=500,
        ge=1,
        le=50_000,
        description="The most pages that one sitemap or feed gives; the newest are taken.",
    )
    keep_editions: int = Field(
        default=20,
        ge=1,
        le=10_000,
        description="How many of the newest editions are kept, whatever their age.",
    )
    keep_days: int = Field(
        default=90,
        ge=0,
        le=36_500,
        description="For how many days every edition is kept. One that is older, and not "
        "among the newest, is collected and cannot be gone back to.",
    )
    timezone: str = Field(
        default="UTC",
        description="The time zone of schedules, such as Europe/Vienna.",
    )
    reader_url: str | None = Field(
        default=None,
        description="The public address of the web reader, such as https://articles.example.org, "
        "where a proxy hands requests on to FOOTNOTE_READER_LISTEN. If it is set, `footnote run` "
        "serves the reader too, and articles without a page of their own are linked there.",
    )
    reader_listen: str = Field(
        default="127.0.0.1:8360",
        description="The address and port that the web reader listens on.",
    )
    reader_days: int = Field(
        default=30,
        ge=1,
        le=365,
        description="For how many days a link into the web reader opens an article, unless its "
        "library is public.",
    )
    discord_api: str | None = Field(
        default=None,
        description="Another address of Discord's REST API, for a proxy or a test server. "
        "Empty: Discord itself.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged: debug, info, warning or error."
    )
    log_json: bool | None = Field(
        default=None,
        description="Logs as JSON lines: yes, no, or auto (yes unless a terminal shows them).",
    )

    @field_validator("fetch_allow_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(host.strip().lower() for host in value.split(",") if host.strip())
        return value

    @field_validator("log_json", mode="before")
    @classmethod
    def _auto_means_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and value.strip().lower() == "auto" else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _ignore_case(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("data", mode="after")
    @classmethod
    def _expand_home(cls, value: Path) -> Path:
        return value.expanduser()

    @field_validator("library", mode="after")
    @classmethod
    def _check_library(cls, value: str) -> str:
        return parse_library_name(value)

    @field_validator("timezone", mode="after")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:  # not found is a KeyError
            raise ValueError("must name a time zone, such as UTC or Europe/Vienna") from error
        return value

    @field_validator("discord_api", mode="after")
    @classmethod
    def _check_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// or http://")
        return value.rstrip("/") if value else None

    @field_validator("reader_url", mode="after")
    @classmethod
    def _check_reader_url(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        if value is None:
            return None
        if parts.scheme not in {"https", "http"} or not parts.hostname or "@" in parts.netloc:
            raise ValueError("must be an address such as https://articles.example.org")
        if parts.query or parts.fragment or not _PLAIN_ADDRESS.fullmatch(value):
            raise ValueError("must end with the host or a path, without ? and #")
        if len(value) > _LONGEST_READER_URL:
            raise ValueError(f"must have at most {_LONGEST_READER_URL} characters")
        return value.rstrip("/")

    @field_validator("reader_listen", mode="after")
    @classmethod
    def _check_listen(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isascii() or not port.isdecimal() or not 0 < int(port) <= _PORTS:
            raise ValueError("must be an address and a port, such as 127.0.0.1:8360 or [::1]:8360")
        return value

    @property
    def reader_host(self) -> str:
        """The address that the web reader listens on."""
        return self.reader_listen.rpartition(":")[0].strip("[]")

    @property
    def reader_port(self) -> int:
        """The port that the web reader listens on."""
        return int(self.reader_listen.rpartition(":")[2])

    @field_validator("discord_token", mode="after")
    @classmethod
    def _strip_token(cls, value: SecretStr | None) -> SecretStr | None:
        token = value.get_secret_value().strip() if value else ""
        if any(character.isspace() for character in token):
            raise ValueError("must be the token alone, without spaces")
        return SecretStr(token) if token else None


def load_settings(
    overrides: Mapping[str, Any] | None = None, *, env_file: Path = Path(".env")
) -> Settings:
    """The settings of the environment and ``env_file``; ``overrides`` win over both.

    Raises:
        SettingsError: a variable is unknown or its value cannot be used.
    """
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    try:
        in_file = dotenv_values(env_file, interpolate=False) if env_file.is_file() else {}
        mistakes = tuple(_unknown_names(os.environ, in_file, env_file))
        settings = Settings(_env_file=env_file, **given)
    except ValidationError as error:
        raise SettingsError(mistakes + tuple(_describe_mistakes(error, given, in_file))) from None
    except OSError as error:
        said = f"{env_file} cannot be read: {error.strerror or error}"
        raise SettingsError((said,)) from error
    except (UnicodeDecodeError, UnreadableSetting) as error:
        raise SettingsError((f"{env_file} cannot be read: {error}",)) from error
    if mistakes:
        raise SettingsError(mistakes)
    return settings


def render_env_example() -> str:
    """The text of ``.env.example``: every setting, its meaning and its default."""
    lines = [
        "# Copy this file to .env and change what you need. A variable that is set in the",
        "# environment wins over this file. Unknown FOOTNOTE_ variables are refused.",
    ]
    # Those of the base classes come first by themselves; the token should.
    later: tuple[type[BaseSettings], ...] = (StoreSettings, OperateSettings, ModelSettings)
    ours = {name: at for at, group in enumerate(later, 1) for name in group.model_fields}
    in_order = sorted(Settings.model_fields.items(), key=lambda item: ours.get(item[0], 0))
    for name, field in in_order:
        lines += ["", *textwrap.wrap(field.description or "", 88, initial_indent="# ",
                                     subsequent_indent="# ")]  # fmt: skip
        default = field.get_default(call_default_factory=True)
        assignment = f"{_variable(name, field)}={_show_default(name, default)}"
        lines.append(assignment if name == "discord_token" else f"#{assignment}")
    return "\n".join(lines) + "\n"


def _show_default(name: str, value: object) -> str:
    if name == "log_json":
        return "auto"
    if value in (None, (), {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _variable(name: str, field: FieldInfo) -> str:
    return str(field.validation_alias) if field.validation_alias else f"{PREFIX}{name.upper()}"


def _known_names() -> dict[str, str]:
    """Each variable's name and the field it sets."""
    return {_variable(name, field): name for name, field in Settings.model_fields.items()}


def _unknown_names(
    environment: Mapping[str, str], in_file: Mapping[str, str | None], env_file: Path
) -> Iterator[str]:
    """A line for each variable that was meant for us and is not one of ours.

    In the file, names that merely resemble ours count too: there, ``FOTNOTE_DATA``
    is a slip; in the environment it may be anybody's.
    """
    known = _known_names()
    for name in environment:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            yield _describe_unknown(name, known, "the environment")
    for name in in_file:
        meant = name.upper().startswith((PREFIX, "DISCORD_")) or difflib.get_close_matches(
            name.upper(), known, n=1, cutoff=_CLOSE_ENOUGH
        )
        if meant and name.upper() not in known:
            yield _describe_unknown(name, known, str(env_file))


def _describe_unknown(name: str, known: Mapping[str, str], place: str) -> str:
    # Where the prefix is right it says nothing: with it, all names of ours look alike.
    shared = PREFIX if name.upper().startswith(PREFIX) else ""
    endings = {variable.removeprefix(shared): variable for variable in known}
    nearest = difflib.get_close_matches(name.upper().removeprefix(shared), endings, n=1)
    hint = "see .env.example for those there are"
    if nearest:
        hint = f"did you mean {endings[nearest[0]]}?"
    return f"{name} in {place} is not a setting; {hint}"


def _describe_mistakes(
    error: ValidationError, given: Mapping[str, Any], in_file: Mapping[str, str | None]
) -> Iterator[str]:
    variables = {field: variable for variable, field in _known_names().items()}
    for mistake in error.errors(include_url=False, include_context=False):
        located = str(mistake["loc"][0]) if mistake["loc"] else ""
        field = _known_names().get(located.upper(), located)
        message = mistake["msg"].removeprefix("Value error, ")
        message = message[:1].lower() + message[1:]
        variable = variables.get(field, field)
        if field in given:
            yield f"--{field.replace('_', '-')} {_show_value(given[field])}: {message}"
            continue
        value = os.environ.get(variable) or in_file.get(variable)
        if not variable:  # two settings that do not fit together; the message names them
            yield mistake["msg"].removeprefix("Value error, ")
            continue
        shown = "" if variable in _NEVER_SHOWN or value is None else f"={_show_value(value)}"
        yield f"{variable}{shown}: {message}"


def _show_value(value: object) -> str:
    shown = repr(str(value))
    return shown if len(shown) <= _SHOWN_CHARACTERS else f"{shown[:_SHOWN_CHARACTERS]}...'"


if __name__ == "__main__":
    sys.stdout.write(render_env_example())
