"""A report as plain text for people: a line for each figure, a column for each group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.evaluation.figures import Figure, Group, Report, Unit
from bot.terminal import clean

_WIDEST = 110
_MISSING = "-"
_TO = {False: "-", True: " to "}
_INTERVAL = (
    "In brackets: where the true value lies in 95 of 100 such samples. - : nothing to count."
)

Line = tuple[str, ...]


def render_table(report: Report) -> str:
    """What was measured, every figure by group, and how to read it."""
    heading = [clean(report.name) or "Evaluation", *map(clean, report.about)]
    if report.stopped:
        heading.append(f"Stopped early: only {report.groups[0].questions:,} questions were asked.")
    blocks = [_align(block) for block in _blocks(report.groups)]
    return "\n\n".join(["\n".join(heading), *blocks, _INTERVAL])


def _blocks(groups: Sequence[Group]) -> Iterator[list[Line]]:
    """The table, cut into several where its columns would not fit beside each other."""
    everything, others = groups[0], list(groups[1:])
    titles = _title_column(everything)
    columns = [_column(everything, everything, with_interval=True)]
    width = _width(titles) + _width(columns[0])
    for group in others:
        column = _column(group, everything, with_interval=False)
        if width + _width(column) > _WIDEST:
            yield list(zip(titles, *columns, strict=True))
            columns, width = [], _width(titles)
        columns.append(column)
        width += _width(column)
    yield list(zip(titles, *columns, strict=True))


def _title_column(everything: Group) -> Line:
    titles = ["", "questions"]
    part = ""
    for figure in everything.figures.values():
        if figure.part != part:
            part = figure.part
            titles += ["", part]
        titles.append(f"  {figure.title}")
    return tuple(titles)


def _column(group: Group, everything: Group, *, with_interval: bool) -> Line:
    cells = [clean(group.name), f"{group.questions:,}"]
    part = ""
    for key, of_all in everything.figures.items():
        if of_all.part != part:
            part = of_all.part
            cells += ["", ""]
        cells.append(describe_figure(group.figures[key], with_interval=with_interval))
    return tuple(cells)


def describe_figure(figure: Figure, *, with_interval: bool = False) -> str:
    """The value as people read it, with its interval where wanted and known."""
    text = describe_value(figure.value, figure.unit)
    if with_interval and figure.low is not None and figure.high is not None:
        low, high = (describe_value(value, figure.unit) for value in (figure.low, figure.high))
        text += f" ({low}{_TO[figure.unit is Unit.GAIN]}{high})"
    return text


def describe_value(value: float | None, unit: Unit) -> str:
    """A value with what it counts in."""
    if value is None:
        return _MISSING
    if unit is Unit.SHARE:
        return f"{value:.3f}"
    if unit is Unit.GAIN:
        return f"{value:+.3f}"
    if unit is Unit.MILLISECONDS:
        return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"  # noqa: PLR2004
    return f"{value:.1f}" + (" x" if unit is Unit.TIMES else "")


def _width(column: Line) -> int:
    return max(map(len, column)) + 2


def _align(rows: Sequence[Line]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
