"""``footnote eval``: measures a set, compares it with an earlier run, writes what is wanted."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from bot.errors import CommandError
from bot.evaluation.kinds import load_report
from bot.evaluation.options import EvalOptions
from bot.measuring import measure
from bot.settings import Settings
from index.models import OnProgress


async def evaluate(
    settings: Settings, *, cases: Path | None, options: EvalOptions, on_progress: OnProgress
) -> dict[str, Any]:
    """Measure a set, write what is wanted, and give the report as JSON with its ``table``.

    Args:
        settings: What the operator set; without articles its library is asked.
        cases: The set, or the saved report of an earlier run, which is shown again. None:
            the golden questions of the library.
        options: What is wanted.
        on_progress: Told how far it is.

    Raises:
        FootnoteError: something cannot be read or written, or the data folder is in use.
    """
    from bot.evaluation.chart import draw_chart, require_charts
    from bot.evaluation.compare import compare_runs, render_comparison
    from bot.evaluation.table import render_table

    if options.without_model:
        settings = settings.model_copy(update={"llm": ""})
    # Whatever can fail at the end is tried before an hour of measuring.
    for file in filter(None, (options.save, options.chart)):
        _require_place(file)
    if options.chart is not None:
        require_charts()
    old = load_report(options.compare) if options.compare is not None else None
    report = await measure(settings, cases, options, on_progress)
    written: dict[str, Any] = report.to_json()
    table = render_table(report)
    if old is not None:
        comparison = compare_runs(old, report)
        written["comparison"] = comparison.to_json()
        table += "\n\n" + render_comparison(comparison)
    if options.save is not None:
        _write_json(options.save, written)
    if options.chart is not None:
        draw_chart(options.chart, report, old)
    return {"table": table, **written}


def _require_place(file: Path) -> None:
    """Make sure that a file can be written; a folder that is misspelt is not made."""
    reason = None
    if file.is_dir():
        reason = "it is a folder"
    elif not file.parent.is_dir():
        reason = f"there is no folder {file.parent}"
    elif not os.access(file if file.exists() else file.parent, os.W_OK):
        reason = "it may not be written"
    if reason is not None:
        raise CommandError(f"{file} cannot be written: {reason}.")


def _write_json(file: Path, value: dict[str, Any]) -> None:
    try:
        file.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror or error}.") from error
