"""The picture of ``/stats``: one panel that can be read in Discord, light or dark.

It has a background of its own. Answered and refused differ in colour and in hatching, and
every figure is written beside its bar.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.gridspec import GridSpec
from matplotlib.ticker import MaxNLocator

from bot.rendering.stats import label_day, say_milliseconds, say_share
from bot.rendering.text import plain_line
from bot.speech import tr
from bot.state.stats import Cited, Day, Stats

_SCALE = 2.0
_WIDTH = 7.2
_DOTS = 100
_PAPER, _PANEL, _INK, _FAINT, _LINE = "#20242b", "#2a2f38", "#f2f4f7", "#b9c0cb", "#454c58"
_ANSWERED, _REFUSED, _CITED = "#5ab0f2", "#f5b04d", "#8fd3a8"
_HATCH = "////"
_BIG, _NORMAL, _SMALL = 19, 12, 10.5
_TITLE_LIMIT = 44
_TICKS = 7
_FEW_DAYS = 10
_TILE_CHARACTERS = 18
_FONT = "DejaVu Sans"


def draw_stats(stats: Stats) -> bytes:
    """The figures as a PNG, 1,440 points wide. It takes a while: not for the event loop."""
    rows = len(stats.cited)
    heights = [1.0, 2.7, 0.42 * rows + 0.5] if rows else [1.0, 2.7]
    figure = Figure(figsize=(_WIDTH, sum(heights) + 0.9), dpi=_DOTS, facecolor=_PAPER)
    FigureCanvasAgg(figure)
    grid = GridSpec(
        len(heights),
        1,
        figure=figure,
        height_ratios=heights,
        left=0.075,
        right=0.96,
        top=0.975,
        bottom=0.04 if rows else 0.12,
        hspace=0.42,
    )
    _draw_tiles(figure.add_subplot(grid[0]), stats)
    _draw_days(figure.add_subplot(grid[1]), stats.days)
    if rows:
        _draw_cited(figure.add_subplot(grid[2]), stats.cited)
    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=_DOTS * _SCALE, facecolor=_PAPER)
    return written.getvalue()


def _draw_tiles(axes: Axes, stats: Stats) -> None:
    """A few figures side by side, each with its words under it."""
    axes.axis("off")
    axes.set_ylim(0, 1)
    votes = stats.helpful + stats.not_helpful
    tiles = (
        (f"{stats.asked:,}", tr("questions")),
        (say_share(stats.answered, stats.asked), tr("answered")),
        (say_share(stats.helpful, votes), tr("of votes: helpful")),
        (say_milliseconds(stats.median_ms), tr("median time")),
        (say_milliseconds(stats.tail_ms), tr("95 of 100 within")),
    )
    axes.set_xlim(0, len(tiles))
    for place, (figure, words) in enumerate(tiles):
        _write(axes, place + 0.5, 0.66, figure, size=_BIG, weight="bold")
        lines = textwrap.fill(words, _TILE_CHARACTERS, break_long_words=False)
        _write(axes, place + 0.5, 0.3, lines, size=_SMALL, color=_FAINT, va="top")


def _draw_days(axes: Axes, days: Sequence[Day]) -> None:
    _dress(axes)
    places = range(len(days))
    answered = [day.answered for day in days]
    # A bar of no height would still be outlined.
    refused = [(place, day) for place, day in enumerate(days) if day.refused]
    width = 0.62 if len(days) <= _FEW_DAYS else 0.8
    axes.bar(places, answered, width, color=_ANSWERED, label=tr("answered"))
    axes.bar(
        [place for place, _ in refused],
        [day.refused for _, day in refused],
        width,
        bottom=[day.answered for _, day in refused],
        color=_PANEL,
        edgecolor=_REFUSED,
        hatch=_HATCH,
        linewidth=0.8,
        label=tr("refused"),
    )
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, min_n_ticks=1))
    highest = max(day.answered + day.refused for day in days)
    axes.set_ylim(0, max(1, highest) * 1.08)
    axes.set_xlim(-0.6, len(days) - 0.4)
    shown = _spread(len(days))
    axes.set_xticks(shown, [label_day(days[place].day) for place in shown])
    axes.grid(axis="y", color=_LINE, linewidth=0.8)
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=2,
        frameon=False,
        fontsize=_SMALL,
        labelcolor=_INK,
        handlelength=1.4,
        borderaxespad=0.2,
    )


def _draw_cited(axes: Axes, cited: Sequence[Cited]) -> None:
    axes.axis("off")
    most = max(article.answers for article in cited)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(cited) + 0.05, -1.15)
    _write(axes, 0, -0.75, tr("Most cited articles"), size=_NORMAL, weight="bold", ha="left")
    for place, article in enumerate(cited):
        width = 0.30 * article.answers / most
        axes.barh(place, width, 0.52, color=_CITED)
        _write(axes, width + 0.012, place, f"{article.answers:,}", size=_SMALL, ha="left")
        # Apart, so that a title from right to left leaves the number where it is.
        _write(axes, 0.385, place, f"{place + 1}", size=_SMALL, ha="left", color=_FAINT)
        _write(axes, 0.415, place, _drawable(article.title), size=_SMALL, ha="left")


def _drawable(title: str) -> str:
    """The title as far as our font has its letters; its number stands for it otherwise."""
    line = plain_line(title, _TITLE_LIMIT)
    font = get_font(findfont(FontProperties(family=_FONT)))
    return line if all(font.get_char_index(ord(char)) for char in line) else tr("(see the list)")


def _spread(count: int) -> list[int]:
    """Places of a few days, the last one among them, evenly apart."""
    step = max(1, -(-count // _TICKS))
    return sorted(range(count - 1, -1, -step))


def _dress(axes: Axes) -> None:
    axes.set_facecolor(_PANEL)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_FAINT, labelsize=_SMALL, length=0, pad=5)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _write(axes: Axes, x: float, y: float, words: str, **style: Any) -> None:  # noqa: ANN401
    given = {"color": _INK, "ha": "center", "va": "center", "family": _FONT} | style
    # A dollar in a title is no formula.
    axes.text(x, y, words, parse_math=False, **given)
