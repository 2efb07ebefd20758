"""Decides what a page says: the article's text around the quote, its facts, and what to know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.reader.addresses import Place
from bot.reader.markup import PageBlock, has_quote, lay_out
from bot.reader.parts import cut_parts, find_part
from bot.rendering.dates import readable_date
from bot.rendering.links import safe_url
from bot.rendering.text import plain_line
from bot.speech import tr
from index.article_pages import ArticlePage, CurrentText
from index.language import detect_language
from index.models import Span

ROOM = 40_000
"""Bytes of a page that its text may take; what is around it takes less than 10,000."""
_DAY = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?(?!\d)", re.ASCII)
_TITLE = 300
_NAME = 100
_AUTHORS = 10
_URL = 1_000

Address = Callable[[Place, str], str]
"""The address of a place, with an anchor, as the page writes it."""


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a reader must know before the text; ``label`` says it in a word or two."""

    label: str
    text: str
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class PageView:
    """A page as the template shows it; every text is plain and gets escaped there.

    Attributes:
        title: The article's.
        text_language: ISO code of the article's language, "" where it is not known.
        date: When it was published, as people read it.
        day: The same for machines, such as "2025-04-29"; None where that is not known.
        facts: Authors, publisher.
        original: The page it was taken from.
        notices: What to know before reading.
        part: Which part of a long article this is, in words; "" where it is all.
        earlier: The part before this one.
        later: The part behind it.
        skip_to_quote: Whether the quote is on this page.
        back_to_quote: The part with the quote, where that is another.
        blocks: The text.
    """

    title: str
    text_language: str
    date: str | None
    day: str | None
    facts: tuple[str, ...]
    original: Link | None
    notices: tuple[Notice, ...]
    part: str
    earlier: Link | None
    later: Link | None
    skip_to_quote: bool
    back_to_quote: Link | None
    blocks: tuple[PageBlock, ...]


def plan_page(page: ArticlePage, place: Place, address: Address) -> PageView:
    """What to show of a version of an article; CPU work of some milliseconds.

    Args:
        page: The stored version.
        place: The quote, and the part that is asked for.
        address: Writes the addresses of the links on the page.
    """
    quote = _usable_quote(page.text, place.quote)
    place = place if quote is not None else replace(place, start=0, end=0)
    parts = cut_parts(page.text, quote, page.headings, room=ROOM)
    home = find_part(parts, quote.start) if quote else 0
    shown = home if place.part is None else find_part(parts, place.part)
    blocks = tuple(lay_out(page.text, parts[shown], quote, page.headings))
    return PageView(
        title=plain_line(page.title, _TITLE) or tr("Untitled article"),
        text_language=detect_language(page.text) or "",
        date=readable_date(page.published_at),
        day=_machine_date(page.published_at),
        facts=_facts(page),
        original=_original(page),
        notices=tuple(_notices(page, place, quote, address)),
        part=tr("Part {part} of {parts}", part=shown + 1, parts=len(parts))
        if len(parts) > 1
        else "",
        earlier=_to_part(parts, shown - 1, place, address, tr("Earlier part")),
        later=_to_part(parts, shown + 1, place, address, tr("Later part")),
        skip_to_quote=has_quote(blocks),
        back_to_quote=None if quote is None or has_quote(blocks) else _back(place, address),
        blocks=blocks,
    )


def _machine_date(given: str | None) -> str | None:
    found = _DAY.match(given or "")
    return found[0] if found else None


def _usable_quote(text: str, quote: Span | None) -> Span | None:
    fits = quote is not None and quote.end <= len(text)
    return quote if fits and quote and text[quote.start : quote.end].strip() else None


def _facts(page: ArticlePage) -> tuple[str, ...]:
    authors = [plain_line(name, _NAME) for name in page.authors[:_AUTHORS]]
    written = ", ".join(name for name in authors if name)
    if written and len(page.authors) > _AUTHORS:
        written = tr("{authors} and others", authors=written)
    publisher = plain_line(page.publisher or "", _NAME)
    return tuple(fact for fact in (written, publisher) if fact)


def _original(page: ArticlePage) -> Link | None:
    url = safe_url(page.url)
    return Link(tr("Open the original page"), url) if url and len(url) <= _URL else None


def _notices(
    page: ArticlePage, place: Place, quote: Span | None, address: Address
) -> Iterator[Notice]:
    """The most important first."""
    if page.is_note:
        said = tr("A moderator wrote this to put something right. It is not one of the articles.")
        yield Notice(tr("Moderator note"), said)
    if page.corrections:
        yield _corrected(page, place, quote, address)
    if page.superseded_by is not None:
        title = plain_line(page.superseded_by, _NAME) or tr("Untitled article")
        said = tr("Superseded: a moderator says that “{title}” replaces this article.", title=title)
        link = page.successor and _to_other(
            page.successor, place, address, tr("Open the article that replaces it")
        )
        yield Notice(tr("Superseded"), said, link or None)
    if page.newest is None:
        said = tr(
            "This article is no longer in the library. "
            "Here is its text as it was when it was quoted."
        )
        yield Notice(tr("No longer in the library"), said)
    elif not page.is_newest and page.newest.text != page.text:
        yield _newer(page, page.newest, place, quote, address)


def _corrected(page: ArticlePage, place: Place, quote: Span | None, address: Address) -> Notice:
    """The note about the quote, else the newest one."""
    about = [c for c in page.corrections if quote and _overlap(c.span, quote)]
    said = (
        tr("A moderator corrected the highlighted words.")
        if about
        else tr("A moderator corrected something in this article.")
    )
    note = (about or page.corrections)[0].note
    link = _to_other(note, place, address, tr("Open the moderator note"))
    return Notice(tr("Corrected by a moderator"), said, link)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _newer(
    page: ArticlePage, newest: CurrentText, place: Place, quote: Span | None, address: Address
) -> Notice:
    label, link_text = tr("There is a newer version"), tr("Open the newest version")
    if quote is None:
        said = tr("There is a newer version of this article.")
        return Notice(label, said, _to_other(newest, place, address, link_text))
    found = find_again(page.text, quote, newest.text)
    if found is None:
        said = tr(
            "There is a newer version of this article. "
            "The highlighted words are no longer in it as they stand here."
        )
        return Notice(label, said, _to_other(newest, place, address, link_text))
    said = tr("There is a newer version of this article. It still has the highlighted words.")
    there = replace(
        place, version_id=newest.version_id, start=found.start, end=found.end, part=None
    )
    return Notice(label, said, Link(link_text, address(there, "quote")))


def find_again(text: str, quote: Span, other: str) -> Span | None:
    """Where the quote stands, letter for letter, in another text: at the likeliest place."""
    words = text[quote.start : quote.end]
    expected = quote.start / max(1, len(text)) * len(other)
    before = other.rfind(words, 0, int(expected) + len(words))
    after = other.find(words, int(expected))
    places = [at for at in (before, after) if at >= 0]
    if not places:
        return None
    at = min(places, key=lambda place: abs(place - expected))
    return Span(at, at + len(words))


def _to_other(other: CurrentText, place: Place, address: Address, text: str) -> Link:
    """To another version or article, from its beginning."""
    there = replace(place, version_id=other.version_id, start=0, end=0, part=None)
    return Link(text, address(there, ""))


def _to_part(
    parts: Sequence[Span], number: int, place: Place, address: Address, text: str
) -> Link | None:
    if not 0 <= number < len(parts):
        return None
    return Link(text, address(replace(place, part=parts[number].start), ""))


def _back(place: Place, address: Address) -> Link:
    return Link(tr("Back to the quote"), address(replace(place, part=None), "quote"))
