"""A report: figures by group with what they are sure of, and one row a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from bot.errors import CommandError

FORMAT = "footnote eval 1"
EVERYTHING = "all"


class ReportError(CommandError):
    """A saved report cannot be read."""


class Unit(StrEnum):
    """What a figure counts in."""

    SHARE = "share"
    GAIN = "gain"
    COUNT = "count"
    MILLISECONDS = "ms"
    TIMES = "times"


class Better(StrEnum):
    """Which way a figure gets better."""

    MORE = "more"
    LESS = "less"
    NEITHER = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one group.

    ``value`` is None where nothing could be counted. ``low`` and ``high`` hold the true value
    in 95 of 100 such samples, None where that is not said. ``of`` is how many questions it
    rests on. ``part`` is the heading it stands under.
    """

    key: str
    title: str
    part: str
    value: float | None
    low: float | None
    high: float | None
    of: int
    unit: Unit = Unit.SHARE
    better: Better = Better.MORE
    charted: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of some of the questions, by key."""

    name: str
    questions: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Row:
    """How one question went.

    ``right`` is the one thing that two runs are compared by, None where it cannot be said;
    ``marks`` are further yes-and-no results by name. ``shown`` is what somebody would read.
    """

    id: str
    question: str
    right: bool | None
    shown: str
    marks: Mapping[str, bool | None] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a run; the first group holds every question.

    ``about`` says in words what was measured, and how. ``stopped`` is set where not all of the
    questions were asked.
    """

    name: str
    kind: str
    about: tuple[str, ...]
    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    stopped: bool = False

    def to_json(self) -> dict[str, Any]:
        """The whole report in plain JSON types."""
        return {
            "format": FORMAT,
            "name": self.name,
            "kind": self.kind,
            "about": list(self.about),
            "stopped": self.stopped,
            "groups": [
                {
                    "name": group.name,
                    "questions": group.questions,
                    "figures": {key: _to_json(figure) for key, figure in group.figures.items()},
                }
                for group in self.groups
            ],
            "questions": [asdict(row) for row in self.rows],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], where: str) -> Self:
        """The report that ``to_json`` wrote; ``where`` names it in an error.

        Raises:
            ReportError: it is something else.
        """
        if value.get("format") != FORMAT:
            raise ReportError(f"{where} is not a report that footnote eval saved.")
        try:
            return cls(
                name=value["name"],
                kind=value["kind"],
                about=tuple(value["about"]),
                groups=tuple(_group_from(group) for group in value["groups"]),
                rows=tuple(Row(**row) for row in value["questions"]),
                stopped=value["stopped"],
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ReportError(f"{where} is damaged: {error!r}.") from error


def _to_json(figure: Figure) -> dict[str, Any]:
    fields = asdict(figure)
    del fields["key"]
    rounded = {name: fields[name] for name in ("value", "low", "high")}
    return fields | {n: None if v is None else round(v, 6) for n, v in rounded.items()}


def _group_from(value: Mapping[str, Any]) -> Group:
    figures = {
        key: Figure(
            **{
                "key": key,
                **figure,
                "unit": Unit(figure["unit"]),
                "better": Better(figure["better"]),
            }
        )
        for key, figure in value["figures"].items()
    }
    return Group(value["name"], value["questions"], figures)
