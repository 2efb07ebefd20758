"""Answers one address: who may read, which page, written and packed. Knows no HTTP server."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.reader.addresses import Asked, Place, is_signed, read_address, relative_address
from bot.reader.html import PageWriter
from bot.reader.page import plan_page
from bot.reader.shelf import Shelf
from bot.speech import mark, speaking, tr
from index.article_pages import ArticlePage

_KEPT_PAGES = 64


class Access(StrEnum):
    """How a page may be kept by browsers and proxies."""

    PUBLIC = "public, max-age=300"
    PRIVATE = "private, no-cache"
    NOT_AT_ALL = "no-store"


@dataclass(frozen=True, slots=True)
class Written:
    """A page, ready to be sent; ``tag`` is a strong validator of ``body``."""

    status: int
    body: bytes
    packed: bytes
    tag: str
    access: Access


class Say(StrEnum):
    """Pages that only say something."""

    HOME = "home"
    ENDED = "ended"
    TAKEN_OUT = "taken out"
    NOT_FOUND = "not found"
    TOO_LONG = "too long"
    NOT_ALLOWED = "not allowed"
    BUSY = "busy"
    FAILED = "failed"


_SAID = {
    Say.HOME: (
        200,
        mark("Footnote"),
        mark("Articles that Footnote quoted are shown here. Open them from an answer in Discord."),
    ),
    # The same for what is not ours, has ended, and does not exist: none can be told from another.
    Say.ENDED: (
        403,
        mark("This link has ended"),
        mark("Ask your question again in Discord, and open the article from the new answer."),
    ),
    Say.TAKEN_OUT: (
        410,
        mark("This article is no longer in the library"),
        mark("The people who look after the library took it out."),
    ),
    Say.NOT_FOUND: (
        404,
        mark("There is nothing here"),
        mark("Open the article from an answer in Discord."),
    ),
    Say.TOO_LONG: (
        414,
        mark("This address is too long"),
        mark("Open the article from an answer in Discord."),
    ),
    Say.NOT_ALLOWED: (405, mark("Pages can only be read here"), mark("Nothing was changed.")),
    Say.BUSY: (
        503,
        mark("Too many people are reading right now"),
        mark("Please try again in a few seconds."),
    ),
    Say.FAILED: (
        500,
        mark("This page cannot be shown"),
        mark("That is our mistake. Please try again in a minute."),
    ),
}


class ReadingDesk:
    """Makes the page that an address asks for.

    Args:
        shelf: The stored articles.
        writer: Writes the pages.
        now: The time of day, with its time zone.
    """

    def __init__(self, shelf: Shelf, writer: PageWriter, *, now: Callable[[], datetime]) -> None:
        self._shelf = shelf
        self._writer = writer
        self._now = now
        self._kept: OrderedDict[Hashable, Written] = OrderedDict()

    @property
    def policy(self) -> str:
        """The Content-Security-Policy of every page."""
        return self._writer.policy

    async def open(
        self, library: str, version_id: str, query: Mapping[str, str], language: str
    ) -> Written:
        """The page of an address, or a friendly word in its place.

        Raises:
            StoreError: the database does not answer.
        """
        asked = read_address(library, version_id, query)
        if asked is None:
            return self.say(Say.ENDED, language)
        door = await self._shelf.door(library)
        secret = door.secret
        signed = secret is not None and is_signed(secret, asked, self._now())
        if not signed and not door.is_public:
            return self.say(Say.ENDED, language)
        page = await self._shelf.find(library, version_id)
        # What left the library is no longer for everybody, but an answer's quotes can be checked.
        if page is None or (page.is_removed and not signed):
            return self.say(Say.ENDED, language)
        if page.is_withheld:
            return self.say(Say.TAKEN_OUT, language)
        signing = secret if signed else None
        key = (asked.place, signing, language, _state_of(page))
        written = self._kept.get(key)
        if written is None:
            # Cutting a very long article takes its time.
            written = await asyncio.to_thread(self._write, page, asked, signing, language)
            self._kept[key] = written
            if len(self._kept) > _KEPT_PAGES:
                self._kept.popitem(last=False)
        return written

    def say(self, what: Say, language: str) -> Written:
        """A page that only says something."""
        status, heading, text = _SAID[what]
        with speaking(language):
            body = self._writer.write_message(tr(heading), tr(text))
        return _pack(status, body, Access.PUBLIC if what is Say.HOME else Access.NOT_AT_ALL)

    def _write(
        self, page: ArticlePage, asked: Asked, secret: bytes | None, language: str
    ) -> Written:
        # Links from a signed page end when it ends: following them opens nothing for longer.
        place = asked.place if secret else replace(asked.place, expires=None)

        def address(there: Place, anchor: str) -> str:
            return relative_address(there, secret, anchor=anchor)

        with speaking(language):
            body = self._writer.write_page(plan_page(page, place, address))
        return _pack(200, body, Access.PRIVATE if secret else Access.PUBLIC)


def _state_of(page: ArticlePage) -> Hashable:
    """All that may change about a version, which itself never does."""
    others = (page.newest, page.successor, *(each.note for each in page.corrections))
    return (*(other and other.version_id for other in others), page.superseded_by)


def _pack(status: int, body: bytes, access: Access) -> Written:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Written(status, body, gzip.compress(body, 6, mtime=0), tag, access)
