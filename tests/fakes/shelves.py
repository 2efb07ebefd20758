"""A plain model of a library: dictionaries and lists that do what the real one should."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from index.planning import FEW, MAX_DROPPED_SHARE

Shelf = Mapping[str, tuple[str, str]]
"""Article ids with the text that they have and the source they came from."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a publication would do: texts with their source, what goes, who is let in again."""

    put: Shelf
    removed: frozenset[str]
    before: Mapping[str, str | None]
    welcome: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not self.put and not self.removed


@dataclass
class Model:
    """What is current, what each edition held, and what somebody removed."""

    current: dict[str, tuple[str, str]] = field(default_factory=dict)
    editions: dict[int, Shelf] = field(default_factory=dict)
    number: int = 0
    withheld: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)

    def copy(self) -> Model:
        """As it is now."""
        return Model(
            dict(self.current),
            dict(self.editions),
            self.number,
            set(self.withheld),
            set(self.sources),
        )

    def change_by(
        self,
        given: Mapping[str, Mapping[str, str]],
        *,
        drop_missing: bool,
        spared: Iterable[str] = (),
    ) -> Change:
        """What these sources would change, by what each gives; ``spared`` are not missing."""
        put: dict[str, tuple[str, str]] = {}
        removed = set()
        for source, texts in given.items():
            for id_, text in texts.items():
                if drop_missing and id_ in self.withheld:
                    continue
                if id_ not in self.current or self.current[id_][0] != text:
                    put[id_] = (text, source)
            if drop_missing:
                removed |= {
                    id_
                    for id_, (_, where) in self.current.items()
                    if where == source and id_ not in texts and id_ not in spared
                }
        before = {id_: self.text_of(id_) for id_ in (*put, *removed)}
        welcome = self.withheld & set(put)
        return Change(put, frozenset(removed), before, frozenset(welcome))

    def text_of(self, id_: str) -> str | None:
        """The text that an article has now."""
        return self.current[id_][0] if id_ in self.current else None

    def fits(self, change: Change) -> bool:
        """Whether what a plan would change is still as it was."""
        return (
            all(self.text_of(id_) == text for id_, text in change.before.items())
            and not change.put.keys() & (self.withheld - change.welcome)
            and all(where in self.sources for _, where in change.put.values())
        )

    def may_drop(self, change: Change) -> bool:
        """Whether no guard asks, however many of those that go come back elsewhere."""
        return len(change.removed) <= self._plausible

    def must_ask(self, change: Change) -> bool:
        """Whether a guard must ask, as many as can having come back elsewhere."""
        back = {text for id_, (text, _) in change.put.items() if id_ not in self.current}
        lost = [id_ for id_ in change.removed if self.current[id_][0] not in back]
        return len(lost) > self._plausible

    @property
    def _plausible(self) -> float:
        return max(FEW, MAX_DROPPED_SHARE * len(self.current))

    def apply(self, change: Change) -> None:
        """Publish it, if it is anything."""
        self.withheld -= change.welcome
        if change.is_empty:
            return
        self.current.update(change.put)
        for id_ in change.removed:
            del self.current[id_]
        self._publish()

    def remove(self, ids: Iterable[str]) -> None:
        """Take articles out; no sync brings them back."""
        for id_ in ids:
            del self.current[id_]
            self.withheld.add(id_)
        self._publish()

    def remove_source(self, source: str) -> None:
        """Forget a source and what it gave."""
        gone = [id_ for id_, (_, where) in self.current.items() if where == source]
        for id_ in gone:
            del self.current[id_]
        self.sources.discard(source)
        if gone:
            self._publish()

    def roll_back(self, number: int) -> None:
        """Publish an earlier edition's texts again; what stays keeps its source."""
        then = self.editions[number]
        now = {
            id_: self.current[id_] if self.text_of(id_) == text else (text, where)
            for id_, (text, where) in then.items()
        }
        changes = now != self.current
        self.current = now
        self.withheld -= now.keys()
        if changes:
            self._publish()

    def collect(self, keep: int) -> None:
        """Forget all but the newest editions."""
        self.editions = {n: s for n, s in self.editions.items() if n > self.number - keep}

    def _publish(self) -> None:
        self.number += 1
        self.editions[self.number] = dict(self.current)
