"""Lists that may be long, cut so that they fit a card and say what they left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.rendering.actions import Button, action_id
from bot.rendering.parts import CARD_LIMIT
from bot.rendering.text import measure, shorten
from bot.speech import LANGUAGES, mark, speaking, tr, tr_n
from index.forgetting import FORGOTTEN
from index.models import Problem

SHOWN = 8
PAGE_SIZE = 8
_TITLE_LIMIT = 120
_WHERE_LIMIT = 120
_MESSAGE_LIMIT = 240
_NAME_LIMIT = 40
_REASON_LIMIT = 300
REASON_MARK = mark("-# Reason: ")
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
        more = (write_rest(rest),) if rest > 0 else ()
        return "\n".join([self.head, *self.lines, *more])


def write_rest(rest: int) -> str:
    """That a list has so many entries more, in small print."""
    return "-# " + tr_n("and {count} more", "and {count} more", rest)


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
    if actor == FORGOTTEN:
        return tr("a forgotten member")
    return shorten(names.get(actor, actor), _NAME_LIMIT) or tr("somebody")


def write_reason(reason: str) -> str:
    """A reason in small print, "" without one."""
    told = shorten(reason, _REASON_LIMIT * 2)
    return f"{tr(REASON_MARK)}{told}" if told else ""


def read_reason_line(line: str) -> str | None:
    """The reason of a line that ``write_reason`` wrote in any language; None of another."""
    for language in LANGUAGES:
        with speaking(language):
            begin = tr(REASON_MARK)
        if line.startswith(begin):
            return line.removeprefix(begin)
    return None


def show_title(title: str, limit: int = _TITLE_LIMIT) -> str:
    """A title as one harmless line, never empty."""
    return shorten(title, limit) or tr("Untitled article")


def show_place(location: str, limit: int = _WHERE_LIMIT) -> str:
    """Where a source is as one harmless line, never empty."""
    return shorten(location, limit) or tr("an unnamed place")


def count(number: int, what: str) -> str:
    """A number with its word: "1 article", "2,000 articles"."""
    return _COUNTED[what](number)


def join_counts(*counts: tuple[int, str]) -> str:
    """The counts that are not zero, in one line: "3 added · 1 changed"."""
    return " · ".join(_COUNTED[word](number) for number, word in counts if number)


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
            blocks[-1] = "-# " + tr("… the rest of this page is left out for length")
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
        Button(tr("Newer"), action_id(subject, verb, *given, page - 1), disabled=page == 0),
        Button(tr("Older"), action_id(subject, verb, *given, page + 1), disabled=page == pages - 1),
    )


# Each whole, for a language may turn the words around or bend them by the number.
_COUNTED: Mapping[str, Callable[[int], str]] = {
    "article": lambda n: tr_n("{count} article", "{count} articles", n),
    "searchable piece": lambda n: tr_n("{count} searchable piece", "{count} searchable pieces", n),
    "golden question": lambda n: tr_n("{count} golden question", "{count} golden questions", n),
    "addition": lambda n: tr_n("{count} addition", "{count} additions", n),
    "change": lambda n: tr_n("{count} change", "{count} changes", n),
    "removal": lambda n: tr_n("{count} removal", "{count} removals", n),
    "open question": lambda n: tr_n("{count} open question", "{count} open questions", n),
    "added": lambda n: tr_n("{count} added", "{count} added", n),
    "changed": lambda n: tr_n("{count} changed", "{count} changed", n),
    "removed": lambda n: tr_n("{count} removed", "{count} removed", n),
    "gone": lambda n: tr_n("{count} gone", "{count} gone", n),
    "moved": lambda n: tr_n("{count} moved", "{count} moved", n),
    "duplicate": lambda n: tr_n("{count} duplicate", "{count} duplicate", n),
    "suspicious": lambda n: tr_n("{count} suspicious", "{count} suspicious", n),
    "unchanged": lambda n: tr_n("{count} unchanged", "{count} unchanged", n),
    "held back": lambda n: tr_n("{count} held back", "{count} held back", n),
}


def _write_problem(problem: Problem) -> str:
    where, message = shorten(problem.where, _WHERE_LIMIT), shorten(problem.message, _MESSAGE_LIMIT)
    return "- " + (": ".join(filter(None, [where, message])) or tr("nothing more is known"))
