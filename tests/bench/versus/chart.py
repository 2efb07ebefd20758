"""The chart of docs/benchmarks.md, on a ground of its own that reads well in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

_GROUND, _INK, _FAINT = "#1e2126", "#e8eaed", "#5b626c"
_OURS, _STOCK = "#4fb3a5", "#8a93a0"
_SYSTEMS = (
    ("footnote", "Footnote"),
    ("llamaindex", "LlamaIndex"),
    ("langchain", "LangChain"),
    ("chroma", "Chroma"),
)


class Medians(Protocol):
    """What is drawn."""

    def middle(self, row: str, system: str, name: str) -> float | None:
        """The median of the rounds."""

    def sizes(self, row: str) -> list[int]:
        """The sizes of a row."""


def draw_chart(figures: Medians, path: Path) -> None:
    """Four small panels of bars, less is better but for the last."""
    import matplotlib as mpl  # noqa: PLC0415 - only whoever draws has it

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    size = max((s for s in figures.sizes("query") if s <= 10_000), default=0)
    panels = (
        ("Index all, vectors given (s)", "index", "full_s"),
        ("One article changed (s, log)", "index", "one_changed_s"),
        (f"Query, {size:,} chunks (median ms)", f"query {size}", "p50_ms"),
        ("Questions with evidence in ten (%)", "index", "hits_at_10"),
    )
    style: Any = {
        "text.color": _INK,
        "axes.labelcolor": _INK,
        "xtick.color": _INK,
        "ytick.color": _INK,
    }
    with mpl.rc_context({**style, "font.size": 10}):
        figure, axes = plt.subplots(2, 2, figsize=(9.6, 5.2), facecolor=_GROUND)
        for axis, (title, row, name) in zip(axes.flat, panels, strict=True):
            shown = [
                (label, value, _OURS if system == "footnote" else _STOCK)
                for system, label in _SYSTEMS
                if (value := figures.middle(row, system, name)) is not None
            ]
            factor = 100 if name == "hits_at_10" else 1
            bars = axis.barh(
                [label for label, _, _ in shown],
                [value * factor for _, value, _ in shown],
                color=[colour for _, _, colour in shown],
            )
            axis.bar_label(bars, fmt="%.3g", padding=4, color=_INK)
            axis.set_title(title, color=_INK, loc="left", fontsize=11)
            axis.set_facecolor(_GROUND)
            axis.invert_yaxis()
            if "log" in title:
                axis.set_xscale("log")
            axis.margins(x=0.18)
            axis.tick_params(length=0)
            for side in ("top", "right", "bottom"):
                axis.spines[side].set_visible(False)
            axis.spines["left"].set_color(_FAINT)
            axis.set_xticks([])
            axis.minorticks_off()
        figure.tight_layout(pad=1.4)
        figure.savefig(path, dpi=140, facecolor=_GROUND)
        plt.close(figure)
