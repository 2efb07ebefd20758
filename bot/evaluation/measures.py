"""What a figure is: a ratio of sums over questions, or a quantile of times."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from bot.evaluation.figures import EVERYTHING, Better, Figure, Group, Unit
from bot.evaluation.intervals import find_interval

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)

Ratio = tuple[float, float]


class Measure(Protocol[T_contra]):
    """Makes a figure of the outcomes of a group."""

    @property
    def key(self) -> str:
        """Names the figure."""
        ...

    def of_group(self, outcomes: Sequence[T_contra]) -> Figure:
        """The figure; its value is None where nothing can be counted."""
        ...


@dataclass(frozen=True)
class Share(Generic[T]):
    """The mean of one or more ratios of sums, with its interval.

    Each of ``counts`` gives what one outcome adds above and below the line. Nearly everything
    is such a ratio: a share, a mean, precision, recall, F1. A group where no outcome ``applies``
    has no value.
    """

    key: str
    title: str
    part: str
    counts: Sequence[Callable[[T], Ratio]]
    unit: Unit = Unit.SHARE
    better: Better = Better.MORE
    charted: bool = False
    applies: Callable[[T], bool] | None = None

    def of_group(self, outcomes: Sequence[T]) -> Figure:
        """The figure over at least one outcome."""
        ratios = [[count(outcome) for outcome in outcomes] for count in self.counts]
        counts = np.array(ratios, np.float64).transpose(0, 2, 1)
        above, below = counts.sum(axis=2).T
        counted = below.all() and (self.applies is None or any(map(self.applies, outcomes)))
        value = float((above / below).mean()) if counted else None
        is_share = self.unit is Unit.SHARE
        interval = None if value is None else find_interval(counts, is_share=is_share)
        low, high = interval or (None, None)
        of = int((counts[:, 1] > 0).any(axis=0).sum())
        return Figure(
            self.key,
            self.title,
            self.part,
            value,
            low,
            high,
            of,
            self.unit,
            self.better,
            self.charted,
        )


@dataclass(frozen=True)
class Quantile(Generic[T]):
    """A quantile of what the outcomes give, which may be None. It says no interval."""

    key: str
    title: str
    part: str
    value: Callable[[T], float | None]
    quantile: float
    unit: Unit = Unit.MILLISECONDS
    better: Better = Better.LESS

    def of_group(self, outcomes: Sequence[T]) -> Figure:
        """The figure over at least one outcome."""
        values = [v for outcome in outcomes if (v := self.value(outcome)) is not None]
        value = float(np.quantile(values, self.quantile)) if values else None
        return Figure(
            self.key,
            self.title,
            self.part,
            value,
            None,
            None,
            len(values),
            self.unit,
            self.better,
        )


def part_of_all(true: bool) -> Ratio:  # noqa: FBT001 - reads as a count
    """One question of all."""
    return float(true), 1.0


def part_of(true: bool, counts: bool) -> Ratio:  # noqa: FBT001 - reads as a count
    """One question of those that count."""
    return (float(true), 1.0) if counts else (0.0, 0.0)


def f1(found: bool, due: bool) -> Ratio:  # noqa: FBT001 - reads as a count
    """What one question adds to F1 = 2 TP / (2 TP + FP + FN)."""
    return 2.0 * (found and due), float(found) + float(due)


def make_groups(
    outcomes: Sequence[T],
    names_of: Callable[[T], Sequence[str]],
    measures: Sequence[Measure[T]],
) -> tuple[Group, ...]:
    """The figures of all outcomes and of each named group.

    A figure that no question of the whole set counts for is left out, and a group that holds
    every question is not shown twice.

    Args:
        outcomes: At least one.
        names_of: The groups of an outcome, "" for none: the first names come before the
            second ones in the report, and so on.
        measures: What is measured.
    """
    everything = _measure(outcomes, measures)
    known = [m for m in measures if everything[m.key].value is not None]
    groups = [Group(EVERYTHING, len(outcomes), {m.key: everything[m.key] for m in known})]
    for name, members in _sort_into_groups(outcomes, names_of).items():
        if len(members) < len(outcomes):
            groups.append(Group(name, len(members), _measure(members, known)))
    return tuple(groups)


def _sort_into_groups(
    outcomes: Sequence[T], names_of: Callable[[T], Sequence[str]]
) -> Mapping[str, list[T]]:
    named = [(names_of(outcome), outcome) for outcome in outcomes]
    members: dict[str, list[T]] = {}
    for place in range(max(len(names) for names, _ in named)):
        for names, outcome in named:
            if place < len(names) and names[place] and names[place] not in names[:place]:
                members.setdefault(names[place], []).append(outcome)
    return members


def _measure(outcomes: Sequence[T], measures: Sequence[Measure[T]]) -> Mapping[str, Figure]:
    figures = (measure.of_group(outcomes) for measure in measures)
    return {figure.key: figure for figure in figures}
