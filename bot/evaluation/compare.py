"""Two runs side by side: the figures, and question by question what was gained and lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.evaluation.figures import EVERYTHING, Better, Figure, Report, Row
from bot.evaluation.intervals import sign_test
from bot.evaluation.table import describe_value
from bot.terminal import clean

_LISTED = 20
_SHOWN = 160
_SURE = 0.05
RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that both runs have."""

    group: str
    old: Figure
    new: Figure

    @property
    def is_better(self) -> bool | None:
        """Whether the new value is the better one; None where it is neither."""
        old, new = self.old.value, self.new.value
        if old is None or new is None or old == new or self.new.better is Better.NEITHER:
            return None
        return (new > old) is (self.new.better is Better.MORE)


@dataclass(frozen=True, slots=True)
class Split:
    """How many questions got and lost a mark, and how probable that is by chance."""

    mark: str
    gained: int
    lost: int
    probability: float


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose result differs between the runs."""

    id: str
    question: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two runs over the questions that both asked.

    ``changed`` are those that are as right as before, with another answer. ``not_in_both`` is
    how many questions only one of the runs asked.
    """

    old_name: str
    new_name: str
    asked_by_both: int
    not_in_both: int
    moved: tuple[Moved, ...]
    splits: tuple[Split, ...]
    gained: tuple[Change, ...]
    lost: tuple[Change, ...]
    changed: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        """All of it in plain JSON types."""
        return {
            "old": self.old_name,
            "new": self.new_name,
            "asked_by_both": self.asked_by_both,
            "not_in_both": self.not_in_both,
            "figures": [
                {
                    "group": m.group,
                    "key": m.new.key,
                    "title": m.new.title,
                    "old": m.old.value,
                    "new": m.new.value,
                    "better": m.is_better,
                }
                for m in self.moved
            ],
            "sign_tests": [asdict(split) for split in self.splits],
            "gained": [asdict(change) for change in self.gained],
            "lost": [asdict(change) for change in self.lost],
            "changed": [asdict(change) for change in self.changed],
        }


def compare_runs(old: Report, new: Report) -> Comparison:
    """Hold a run against an earlier one of the same questions, told by their ids."""
    before = {row.id: row for row in old.rows}
    pairs = [(before[row.id], row) for row in new.rows if row.id in before]
    return Comparison(
        old_name=old.name,
        new_name=new.name,
        asked_by_both=len(pairs),
        not_in_both=len(old.rows) + len(new.rows) - 2 * len(pairs),
        moved=tuple(_moved(old, new)),
        splits=tuple(_splits(pairs)),
        gained=tuple(_changes(pairs, lambda a, b: not a.right and bool(b.right))),
        lost=tuple(_changes(pairs, lambda a, b: bool(a.right) and not b.right)),
        changed=tuple(_changes(pairs, lambda a, b: a.right == b.right and a.shown != b.shown)),
    )


def _moved(old: Report, new: Report) -> Iterator[Moved]:
    before = {group.name: group for group in old.groups}
    for group in new.groups:
        known: Mapping[str, Figure] = before[group.name].figures if group.name in before else {}
        for key, figure in group.figures.items():
            if key in known:
                yield Moved(group.name, known[key], figure)


def _splits(pairs: Sequence[tuple[Row, Row]]) -> Iterator[Split]:
    names = dict.fromkeys(name for _, row in pairs for name in row.marks)
    for mark in (RIGHT, *names):
        values = [(_mark(old, mark), _mark(new, mark)) for old, new in pairs]
        gained = sum(old is False and new is True for old, new in values)
        lost = sum(old is True and new is False for old, new in values)
        yield Split(mark, gained, lost, sign_test(gained, lost))


def _mark(row: Row, mark: str) -> bool | None:
    return row.right if mark == RIGHT else row.marks.get(mark)


def _changes(
    pairs: Sequence[tuple[Row, Row]], differs: Callable[[Row, Row], bool]
) -> Iterator[Change]:
    for old, new in pairs:
        if differs(old, new):
            yield Change(new.id, new.question, old.shown, new.shown)


def render_comparison(comparison: Comparison) -> str:
    """The comparison for people: figures that moved, sign tests, and the questions by name."""
    blocks = [_render_head(comparison), _render_moved(comparison)]
    blocks.append("\n".join(_render_split(split) for split in comparison.splits))
    for title, changes in (
        ("Gained: wrong before, right now", comparison.gained),
        ("Lost: right before, wrong now", comparison.lost),
        ("Another answer, as right or wrong as before", comparison.changed),
    ):
        blocks.append(_render_changes(title, changes))
    return "\n\n".join(blocks)


def _render_head(comparison: Comparison) -> str:
    line = f"Compared with the earlier run: {comparison.asked_by_both:,} questions asked by both"
    if comparison.not_in_both:
        line += (
            f"; {comparison.not_in_both:,} by only one of them, so the figures rest on other "
            "questions too"
        )
    return line + "."


def _render_moved(comparison: Comparison) -> str:
    lines = []
    for moved in comparison.moved:
        old, new = (describe_value(f.value, f.unit) for f in (moved.old, moved.new))
        if moved.group == EVERYTHING and old != new:
            verdict = "" if comparison.not_in_both else _verdict(moved)
            lines.append(f"  {moved.new.part}, {moved.new.title}  {old} -> {new}{verdict}")
    return "\n".join(["Figures that moved", *(lines or ["  none"])])


def _verdict(moved: Moved) -> str:
    return {True: "  better", False: "  WORSE", None: ""}[moved.is_better]


def _render_split(split: Split) -> str:
    if not split.gained and not split.lost:
        return f"{split.mark}: the same for every question."
    sure = "more than chance" if split.probability < _SURE else "could be chance"
    return (
        f"{split.mark}: {split.gained} gained, {split.lost} lost "
        f"(sign test p = {split.probability:.3f}: {sure})."
    )


def _render_changes(title: str, changes: Sequence[Change]) -> str:
    lines = [f"{title}: {len(changes)}"]
    for change in changes[:_LISTED]:
        lines += [
            f"  {clean(change.id)}: {_shorten(change.question)}",
            f"    before: {_shorten(change.old)}",
            f"    now:    {_shorten(change.new)}",
        ]
    if len(changes) > _LISTED:
        lines.append(f"  ... and {len(changes) - _LISTED} more; --save writes all of them.")
    return "\n".join(lines)


def _shorten(text: str) -> str:
    line = clean(text)
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
