"""What somebody wants of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.evaluation.lines import Half


@dataclass(frozen=True, slots=True)
class EvalOptions:
    """What is measured, on how much of it, and where it is written.

    Attributes:
        articles: Asked instead of the library, in a folder that is thrown away.
        golden: Ask the library's golden questions.
        without_model: Answer without the language model, even where one is set.
        half: Only this half of the questions.
        sample: At most so many questions, the same ones every time.
        save: The whole report is written here, as JSON.
        compare: A saved report that this run is held against.
        chart: A picture is written here, as PNG.
    """

    articles: Path | None = None
    golden: bool = False
    without_model: bool = False
    half: Half | None = None
    sample: int | None = None
    save: Path | None = None
    compare: Path | None = None
    chart: Path | None = None
