"""A made-up paper at two moments, and how a folder that holds it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.entries import EntryState
from index.models import Article, ReadResult, Source, SourceKind
from index.records import SourceInfo
from tests.fakes.libraries import article

FOLDER = Source(SourceKind.FOLDER, "/paper")
LONG_TALE = "tale-20"


def tell(number: int, mood: str, *, name: str | None = None, title: str = "") -> Article:
    """A tale; no other number or mood gives the same sentences. Tale 20 is several chunks long."""
    own = " ".join(f"{mood}{number}{letter}" for letter in "abcdefghijklmnop")
    text = (
        f"Tale {number} tells of the {mood} harbour and of pilot{number}. "
        f"The ferry{number} sailed in the morning. Nobody saw crew{number}. They said: {own}."
    )
    if f"tale-{number}" == LONG_TALE:
        days = (" ".join(f"{mood}{day}x{wave}" for wave in range(80)) for day in range(9))
        text += "".join(f"\n\nTale of day {day}: {words}." for day, words in enumerate(days))
    return article(
        name or f"tale-{number}",
        text,
        published_at=f"2031-05-{number % 28 + 1:02}",
        title=title or f"Tale {number}",
    )


YESTERDAY: tuple[Article, ...] = tuple(tell(number, "calm") for number in range(60))
"""Sixty tales."""

_MOVED = {8: "moved-8", 9: "moved-9"}
_LEFT = range(3)
_SHORT = 30


def _tell_today(number: int) -> Article:
    if number in _MOVED:
        return tell(number, "calm", name=_MOVED[number], title=f"Tale {number}")
    if number == _SHORT:
        return article(f"tale-{number}", "Tale 30.", published_at="2031-05-03")
    return tell(number, "stormy" if number % 3 == 2 else "calm")


_BEFORE = [_tell_today(number) for number in range(60) if number not in _LEFT]
_NEW = [tell(number, "stormy") for number in range(60, 74)]
TODAY: tuple[Article, ...] = (
    *_BEFORE,
    *_NEW,
    replace(tell(60, "stormy"), id="copy-of-60", id_is_given=False),
)
"""Some changed, three left, two under another id, new ones, a copy, and one lost nearly all."""
HELD = f"tale-{_SHORT}"
"""The article that lost nearly all of its text."""


def list_entries(
    source: Source, articles: Sequence[Article], known: Mapping[str, EntryState]
) -> ReadResult:
    """What a folder of these files gives: those known by their stamps are not read again."""
    unchanged = {
        key: state
        for key, state in known.items()
        if any(key == f"{a.id}.md" and state.stamp == a.version_id for a in articles)
    }
    read = [a for a in articles if f"{a.id}.md" not in unchanged]
    return ReadResult(
        source,
        tuple(read),
        read=tuple(EntryState(f"{a.id}.md", a.id, stamp=a.version_id) for a in read),
        unchanged=tuple(unchanged.values()),
        failed=frozenset(),
    )


class Folder:
    """Reads the articles that lie in a folder now."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = tuple(articles)

    async def read(self, info: SourceInfo, known: Mapping[str, EntryState]) -> ReadResult:
        """As ``index.library.ReadSource``."""
        return list_entries(info.source, self.articles, known)
