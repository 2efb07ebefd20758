"""Lists that may be long, cut so that they fit a card and say what they left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.rendering.actions import Button, action_id
from bot.rendering.parts import CARD_LIMIT
from bot.rendering.text import measure, shorten
from index.models import Problem

SHOWN = 8
PAGE_SIZE = 8
_TITLE_LIMIT = 120
_WHERE_LIMIT = 120
_MESSAGE_LIMIT = 240
_NAME_LIMIT = 40
_REASON_LIMIT = 300
REASON_MARK = "-# Reason: "
T = TypeVar("T")
Names = Mapping[str, str]
"""Actors as people know them."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with lines under it, the first of ``total``; "and N more" says the rest."""

    head: str
    lines: tuple[str, ...]
    total: int

    def write(self) -> str:
        """The section as one block."""
        rest = self.total - len(self.lines)
        more = (f"-# and {rest:,} more",) if rest > 0 else ()
        return "\n".join([self.head, *self.lines, *more])


def make_section(
    head: str, entries: Sequence[T], write: Callable[[T], str], *, shown: int = SHOWN
) -> Section:
    """The entries under a heading, written only as far as they are shown."""
    return Section(head, tuple(map(write, entries[:shown])), len(entries))


def write_sections(
    sections: Sequence[Section], *, taken: int = 0, limit: int = CARD_LIMIT
) -> tuple[str, ...]:
    """The sections that have lines, as blocks within ``limit - taken`` units together."""
    kept = [section for section in sections if section.total]
    while sum(measure(section.write()) for section in kept) > limit - taken:
        longest = max(kept, key=lambda section: sum(map(measure, section.lines)))
        if not longest.lines:
            break
        kept[kept.index(longest)] = replace(longest, lines=longest.lines[:-1])
    return tuple(section.write() for section in kept)


def list_problems(head: str, problems: Sequence[Problem]) -> Section:
    """What could not be read, or what else somebody should know."""
    return make_section(head, problems, _write_problem)


def write_actor(actor: str, names: Names) -> str:
    """Who it was, as text: never a mention."""
    return shorten(names.get(actor, actor), _NAME_LIMIT) or "somebody"


def write_reason(reason: str) -> str:
    """A reason in small print, "" without one."""
    told = shorten(reason, _REASON_LIMIT * 2)
    return f"{REASON_MARK}{told}" if told else ""


def show_title(title: str, limit: int = _TITLE_LIMIT) -> str:
    """A title as one harmless line, never empty."""
    return shorten(title, limit) or "Untitled article"


def show_place(location: str, limit: int = _WHERE_LIMIT) -> str:
    """Where a source is as one harmless line, never empty."""
    return shorten(location, limit) or "an unnamed place"


def count(number: int, what: str) -> str:
    """A number with its word: "1 article", "2,000 articles"."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def join_counts(*counts: tuple[int, str]) -> str:
    """The counts that are not zero, in one line."""
    return " · ".join(f"{number:,} {word}" for number, word in counts if number)


def cut_page(
    entries: Sequence[T],
    page: int,
    write: Callable[[T], str],
    *,
    size: int = PAGE_SIZE,
    room: int = 3400,
) -> tuple[int, int, tuple[str, ...]]:
    """The page that is wanted, or the nearest there is: its number, how many, its blocks."""
    pages = max(1, -(-len(entries) // size))
    page = min(max(page, 0), pages - 1)
    blocks: list[str] = []
    for entry in page_of(entries, page, size):
        blocks.append(write(entry))
        if sum(map(measure, blocks)) > room:
            blocks[-1] = "-# … the rest of this page is left out for length"
            break
    return page, pages, tuple(blocks)


def page_of(entries: Sequence[T], page: int, size: int = PAGE_SIZE) -> Sequence[T]:
    """The entries that ``cut_page`` shows for the same page."""
    page = min(max(page, 0), max(0, -(-len(entries) // size) - 1))
    return entries[page * size : (page + 1) * size]


def page_buttons(page: int, pages: int, subject: str, verb: str, *given: str) -> tuple[Button, ...]:
    """Buttons to the page before and after, where there is more than one."""
    if pages <= 1:
        return ()
    # The ids must differ, also where both lead nowhere.
    return (
        Button("Newer", action_id(subject, verb, *given, page - 1), disabled=page == 0),
        Button("Older", action_id(subject, verb, *given, page + 1), disabled=page == pages - 1),
    )


def _write_problem(problem: Problem) -> str:
    where, message = shorten(problem.where, _WHERE_LIMIT), shorten(problem.message, _MESSAGE_LIMIT)
    return "- " + (": ".join(filter(None, [where, message])) or "nothing more is known")
