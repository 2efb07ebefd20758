"""A report as a picture: a small chart for each main figure, a line for each group.

matplotlib is heavy, so it is imported when a chart is drawn; a clear error says what to install
where it is missing.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import CommandError
from bot.evaluation.figures import Figure, Report
from bot.terminal import clean

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

_MISSING = "A chart needs matplotlib, which is not installed: pip install matplotlib."
_ACROSS = 3
_NEW, _OLD = "#1f5fa8", "#c98a2b"
_INK, _GRID = "#333333", "#e3e3e3"
_MOST_GROUPS = 12
_NAME_LENGTH, _TITLE_LENGTH = 28, 60
_PANEL_WIDTH, _LINE_HEIGHT, _PANEL_HEIGHT = 3.3, 0.34, 1.1
_NAMES_WIDTH, _HEAD_HEIGHT = 2.2, 0.9
_DPI = 150
_MOST_OF_ERROR = 200

Series = tuple[Report, str, str]


class ChartError(CommandError):
    """A chart cannot be drawn or written."""


def require_charts() -> None:
    """Make sure that charts can be drawn.

    Raises:
        ChartError: matplotlib is not installed, or cannot be loaded.
    """
    if find_spec("matplotlib") is None:
        raise ChartError(_MISSING)
    try:
        import_module("matplotlib.figure")
    except Exception as error:  # what is broken in it may raise anything
        what = f"{type(error).__name__}: {clean(str(error))}"[:_MOST_OF_ERROR]
        raise ChartError(f"matplotlib is installed, but cannot be loaded ({what}).") from error


def draw_chart(path: Path, report: Report, old: Report | None = None) -> None:
    """Write a PNG of a run's main figures by group; with ``old``, of both runs side by side.

    Whiskers show the 95 % intervals.

    Raises:
        ChartError: matplotlib cannot be loaded, there is nothing to draw, or the file cannot
            be written.
    """
    require_charts()
    figures = [f for f in report.groups[0].figures.values() if f.charted]
    if not figures:
        raise ChartError("There is no figure in this run that a chart could show.")
    picture = _open_picture(len(figures), _count_groups(report), two=old is not None)
    series: list[Series] = [(report, _NEW, "this run")]
    if old is not None:
        series.append((old, _OLD, "earlier run"))
    _draw(picture, figures, series)
    try:
        with warnings.catch_warnings():
            # A letter that the font lacks is drawn as a box; the terminal need not hear of it.
            warnings.filterwarnings("ignore", message="Glyph")
            picture.savefig(path, format="png", dpi=_DPI, facecolor="white")
    except OSError as error:
        raise ChartError(f"{path} cannot be written: {error.strerror or error}.") from error


def _open_picture(panels: int, groups: int, *, two: bool) -> Picture:
    # The class, not pyplot: no window, no state shared by all, nothing to close.
    from matplotlib.figure import Figure as Canvas  # noqa: PLC0415 - heavy
    from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: PLC0415

    rows = math.ceil(panels / _ACROSS)
    across = min(panels, _ACROSS)
    line = _LINE_HEIGHT * (1.5 if two else 1)
    height = _HEAD_HEIGHT + rows * (_PANEL_HEIGHT + line * groups)
    layout = ConstrainedLayoutEngine(hspace=0.06, wspace=0.02)
    return Canvas(figsize=(_NAMES_WIDTH + across * _PANEL_WIDTH, height), layout=layout)


def _draw(picture: Picture, figures: Sequence[Figure], series: Sequence[Series]) -> None:
    report = series[0][0]
    rows = math.ceil(len(figures) / _ACROSS)
    across = min(len(figures), _ACROSS)
    panels = picture.subplots(rows, across, squeeze=False, sharey=True)
    names = [group.name for group in report.groups[:_MOST_GROUPS]]
    for i, axes in enumerate(panels.flat):
        if i < len(figures):
            _draw_panel(axes, figures[i], names, series)
        else:
            axes.set_visible(False)
    labels = [f"{_label(g.name)} ({g.questions:,})" for g in report.groups[:_MOST_GROUPS]]
    panels[0][0].set_yticks(range(len(names)), labels)
    panels[0][0].set_ylim(len(names) - 0.5, -0.5)
    title = _label(report.name, _TITLE_LENGTH) or "Evaluation"
    note = "whiskers: 95 % intervals"
    picture.suptitle(f"{title}\n", fontsize=13, fontweight="bold", color=_INK, x=0.01, ha="left")
    if len(series) > 1:
        handles = panels[0][0].get_legend_handles_labels()
        picture.legend(
            *handles,
            loc="outside upper right",
            ncols=2,
            frameon=False,
            fontsize=9,
            title=note,
            title_fontsize=8,
        )
    else:
        picture.text(0.99, 0.99, note, fontsize=8, color=_INK, ha="right", va="top")


def _draw_panel(axes: Axes, figure: Figure, names: Sequence[str], series: Sequence[Series]) -> None:
    shift = 0.2 if len(series) > 1 else 0.0
    for number, (report, colour, label) in enumerate(series):
        groups = {group.name: group.figures for group in report.groups}
        offset = shift * (2 * number - 1)
        for y, name in enumerate(names):
            of_group = groups.get(name, {}).get(figure.key)
            if of_group is not None and of_group.value is not None:
                _draw_value(axes, of_group, y + offset, colour, label if y == 0 else None)
    arrow = {"more": " (more is better)", "less": " (less is better)"}.get(figure.better, "")
    axes.set_title(f"{figure.title}{arrow}", fontsize=9.5, loc="left", color=_INK)
    axes.set_xlim(-0.02, 1.21)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", ".25", ".5", ".75", "1"])
    axes.tick_params(length=0, labelsize=8.5, colors=_INK)
    axes.grid(axis="x", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)


def _draw_value(axes: Axes, figure: Figure, y: float, colour: str, label: str | None) -> None:
    value = figure.value or 0.0
    whiskers: dict[str, Any] = {}
    if figure.low is not None and figure.high is not None:
        below, above = max(0.0, value - figure.low), max(0.0, figure.high - value)
        whiskers = {"xerr": [[below], [above]]}
    axes.errorbar(
        value,
        y,
        fmt="o",
        color=colour,
        markersize=5,
        elinewidth=1.6,
        capsize=2.5,
        label=label,
        **whiskers,
    )
    # At the edge, beyond every whisker: numbers below each other, over nothing.
    axes.text(1.2, y, f"{value:.2f}", fontsize=8, color=colour, va="center", ha="right")


def _label(name: str, length: int = _NAME_LENGTH) -> str:
    """A name on one line, without what matplotlib would read as a formula."""
    text = clean(name)
    shown = text if len(text) <= length else text[: length - 1] + "…"
    return shown.replace("$", r"\$")


def _count_groups(report: Report) -> int:
    return min(len(report.groups), _MOST_GROUPS)
