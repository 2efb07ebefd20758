"""What moderators give to be read: an address or files, and how to read it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.cogs.ports import BotConfig, Upload
from bot.cogs.refusals import NotDone
from bot.rendering.dates import readable_size
from bot.speech import mark, tr
from index.entries import SourceOptions

ONE_OF_TWO = mark("Give me either a `url` or a `file` (up to five), one of the two.")
NOT_A_PAGE = mark("That is no address of a page: it has to begin with `https://` or `http://`.")
NO_LANGUAGE = mark("A language has two letters, as `en` or `de`.")
OPTIONS_NEED_A_PAGE = mark(
    "`include`, `exclude`, `language` and `limit` go with a `url`, not with files."
)
URL_LIMIT = 2000
# Whatever else the service can read (files of the machine it runs on), it shall not for Discord.
_PAGE = re.compile(r"https?://[^/\s\\]+[^\s\\]*", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2}")
_PATTERNS_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Target:
    """An address, or files, or neither."""

    url: str | None
    files: tuple[discord.Attachment, ...]

    @property
    def pages(self) -> list[str]:
        """The address as the service takes it."""
        return [self.url] if self.url else []

    async def download(self, config: BotConfig) -> list[Upload]:
        """The files' names and bytes.

        Raises:
            NotDone: one is larger than Discord said.
        """
        uploads = []
        for file in self.files:
            async with asyncio.timeout(config.upload_timeout):
                data = await file.read()
            # What Discord said of the size may not be what came.
            if len(data) > config.upload_limit:
                raise NotDone(_too_large(len(data), config.upload_limit))
            uploads.append((file.filename, data))
        return uploads


def read_target(url: str | None, files: Sequence[discord.Attachment | None]) -> Target:
    """What was given; the same file twice counts once."""
    given = {file.id: file for file in files if file is not None}
    return Target(url.strip() if url else None, tuple(given.values()))


def what_is_wrong(target: Target, limit: int, *, needed: bool) -> str:
    """Why this cannot be read, "" if it can.

    Args:
        target: What was given.
        limit: How many bytes a file may have.
        needed: Whether something has to be given.
    """
    if (target.url and target.files) or (needed and not target.url and not target.files):
        return tr(ONE_OF_TWO)
    if target.url and not _PAGE.fullmatch(target.url):
        return tr(NOT_A_PAGE)
    large = next((file.size for file in target.files if file.size > limit), None)
    return "" if large is None else _too_large(large, limit)


def read_options(
    include: str | None, exclude: str | None, language: str | None, limit: int | None
) -> SourceOptions | None:
    """How a source is to be read; None where nothing was said.

    Raises:
        NotDone: the language is none.
    """
    if not any((include, exclude, language, limit)):
        return None
    code = (language or "").strip().lower()
    if code and not _LANGUAGE.fullmatch(code):
        raise NotDone(tr(NO_LANGUAGE))
    return SourceOptions(
        include=_split(include), exclude=_split(exclude), language=code or None, limit=limit
    )


def _split(patterns: str | None) -> tuple[str, ...]:
    given = (part.strip() for part in (patterns or "").split(","))
    return tuple(part for part in given if part)[:_PATTERNS_LIMIT]


def _too_large(size: int, limit: int) -> str:
    return tr(
        "The file has {size}; I take files of up to {limit}.",
        size=readable_size(size),
        limit=readable_size(limit),
    )
