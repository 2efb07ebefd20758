"""What Discord offers while a moderator types, and what they chose, found again.

Ids of articles may be longer than Discord takes. Such a one goes by its hash and its end,
which are enough to find it again.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol

import structlog
from discord import app_commands

from bot.cogs.exchange import Interaction
from bot.cogs.moderation import Desk
from bot.cogs.ports import library_of
from bot.cogs.refusals import NotDone
from bot.rendering.actions import CHOICE_LIMIT, CHOICES_LIMIT
from bot.rendering.text import measure, plain_line
from bot.speech import tr
from index.records import SourceInfo

_TIME_LIMIT = 2.0
_KEY = re.compile(r"~([0-9a-f]{16})~(.*)", re.DOTALL)
_PLAIN = re.compile(r"[^~\s\x00-\x20\x7f-\xa0][^\s\x00-\x1f\x7f-\xa0]*")
_ENDING = re.compile(r"[^\s\x00-\x20\x7f-\xa0]+$")
_TAIL = 40
_LOOKED_AT = 10_000
KEY_LIMIT = 60
Pairs = Sequence[tuple[str, str]]
"""Names and values to choose from."""


class FindsArticles(Protocol):
    """The service, as far as articles are looked up."""

    async def find_articles(
        self, library: str, text: str, limit: int = 25
    ) -> tuple[tuple[str, str], ...]:
        """Ids and titles of articles whose id or title contains the text."""
        ...


async def offer(
    desk: Desk, interaction: Interaction, typed: str, find: Callable[[str], Awaitable[Pairs]]
) -> list[app_commands.Choice[str]]:
    """At most 25 choices for whom the desk admits; none for others, or where there are none.

    Args:
        desk: Knows who may look.
        interaction: What is being typed.
        typed: As far as it is typed; what does not contain it is left out.
        find: The pairs to choose from, for a library.
    """
    try:
        async with asyncio.timeout(_TIME_LIMIT):
            if (allowed := await desk.may(interaction)) is None:
                return []
            pairs = await find(library_of(allowed[0]))
    except Exception as error:  # noqa: BLE001 - a list to choose from is a help, not a must
        structlog.get_logger(__name__).info("no_choices", cause=repr(error))
        return []
    wanted = typed.casefold().strip()
    fitting = ((name, value) for name, value in pairs if wanted in f"{name} {value}".casefold())
    return _to_choices(fitting)


async def offer_articles(
    desk: Desk, interaction: Interaction, typed: str, service: FindsArticles
) -> list[app_commands.Choice[str]]:
    """Articles whose id or title contains what was typed."""

    async def find(library: str) -> Pairs:
        found = await service.find_articles(library, typed.strip(), CHOICES_LIMIT)
        times = Counter(title for _, title in found)
        return [
            # Articles of one title are told apart by their ids.
            (
                title if title and times[title] == 1 else f"{title} · {article_id}",
                article_key(article_id),
            )
            for article_id, title in found
        ]

    return await offer(desk, interaction, "", find)


def article_key(article_id: str) -> str:
    """The article's id, or what stands for it where that is too long for a button."""
    if measure(article_id) <= KEY_LIMIT and _PLAIN.fullmatch(article_id):
        return article_id
    ending = _ENDING.search(article_id)
    tail = ending[0] if ending else ""
    while measure(tail) > _TAIL:
        tail = tail[1:]
    return f"~{_hash(article_id)}~{tail}"


async def find_article(service: FindsArticles, library: str, given: str) -> tuple[str, str]:
    """The id and title of the article that was chosen or typed.

    Raises:
        NotDone: there is none, or more than one.
    """
    if (key := _KEY.fullmatch(given)) is not None:
        found = await service.find_articles(library, key[2], _LOOKED_AT)
        exact = [pair for pair in found if _hash(pair[0]) == key[1]]
    else:
        wanted = given.strip()
        found = await service.find_articles(library, wanted, _LOOKED_AT)
        exact = [pair for pair in found if pair[0] == wanted]
        named = [pair for pair in found if pair[1].casefold() == wanted.casefold()]
        # A part of an id or title will do where only one article has it.
        exact = exact or next((only for only in (named, list(found)) if len(only) == 1), [])
    if exact:
        return exact[0]
    if not found:
        raise NotDone(tr("There is no such article. Choose one from the list that Discord offers."))
    raise NotDone(tr("Several articles fit that. Choose one from the list that Discord offers."))


def find_source(sources: Sequence[SourceInfo], given: str) -> SourceInfo:
    """The source that was chosen or typed, by its key or its location.

    Raises:
        NotDone: there is none.
    """
    wanted = given.strip()
    for source in sources:
        if wanted in {str(source.key), source.source.location}:
            return source
    raise NotDone(tr("There is no such source. `/index sources` lists them with their numbers."))


def _to_choices(pairs: Iterable[tuple[str, str]]) -> list[app_commands.Choice[str]]:
    choices: list[app_commands.Choice[Any]] = []
    for name, value in pairs:
        label = plain_line(name, CHOICE_LIMIT) or plain_line(value, CHOICE_LIMIT)
        if label and 0 < measure(value) <= CHOICE_LIMIT:
            choices.append(app_commands.Choice(name=label, value=value))
        if len(choices) == CHOICES_LIMIT:
            break
    return choices


def _hash(article_id: str) -> str:
    return hashlib.sha256(article_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
