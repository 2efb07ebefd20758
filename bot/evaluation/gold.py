"""The passage that a question was written from, where a set cuts its articles into passages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.models import Passage


@dataclass(frozen=True, slots=True)
class _Place:
    passage_id: str
    start: int
    end: int

    def overlap(self, start: int, end: int) -> int:
        return min(end, self.end) - max(start, self.start)


class PassageMap:
    """Which passages of a set a chunk of ours shows: ours are cut at other places."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._places: dict[str, list[_Place]] = {}
        for row in rows:
            place = _Place(row["passage_id"], row["start"], row["start"] + len(row["text"]))
            self._places.setdefault(row["article_id"], []).append(place)

    def find(self, passage: Passage) -> list[str]:
        """The passages that share at least half of themselves, or of the chunk, with it.

        The one with most of its text first; the article itself where its passages are not known.
        """
        places = self._places.get(passage.article_id)
        if not places:
            return [passage.article_id]
        shared = {p: p.overlap(passage.start, passage.end) for p in places}
        length = passage.end - passage.start
        shown = [p for p in places if 2 * shared[p] >= min(length, p.end - p.start)]
        return [p.passage_id for p in sorted(shown, key=lambda p: -shared[p])]

    def touches(self, passage_id: str, passage: Passage) -> bool:
        """Whether a chunk of ours shares text with a passage of the set."""
        return any(
            place.passage_id == passage_id and place.overlap(passage.start, passage.end) > 0
            for place in self._places.get(passage.article_id, ())
        )


@dataclass(frozen=True, slots=True)
class Gold:
    """The passage a question was written from."""

    passage_id: str
    passages: PassageMap = field(repr=False, compare=False)

    def rank(self, found: Sequence[Passage]) -> int | None:
        """Its place, from 1, among the distinct passages that the chunks found show.

        A chunk over two passages counts for the one it shows most of, and for this one.
        """
        before: set[str] = set()
        for passage in found:
            shown = self.passages.find(passage)
            if self.passage_id in shown:
                return len(before) + 1
            before |= set(shown[:1])
        return None

    def holds(self, passage: Passage) -> bool:
        """Whether a chunk of ours shares text with it."""
        return self.passages.touches(self.passage_id, passage)
