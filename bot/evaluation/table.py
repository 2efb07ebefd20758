"""A report as a plain table for people; the command line may dress it up."""

from __future__ import annotations

from collections.abc import Sequence

from bot.evaluation.metrics import Answering, Retrieval
from bot.evaluation.runner import Report

Row = tuple[str, ...]

_RETRIEVAL_HEAD = ("group", "search", "questions", "Hits@4", "Hits@10", "MRR@10", "Full@10")
_ANSWERING_HEAD = (
    "group",
    "questions",
    "1st citation right",
    "1st proves",
    "quotes hold answer",
    "wrongly refused",
    "refusal P",
    "refusal R",
    "refusal F1",
    "exact quotes",
    "sentences",
    "median ms",
    "95 % ms",
)


def retrieval_rows(report: Report) -> tuple[Row, ...]:
    """Head and rows of the figures of searching."""
    rows = [
        (group.name, way, *_retrieval_figures(figures))
        for group in report.groups
        for way, figures in group.retrieval.items()
    ]
    return (_RETRIEVAL_HEAD, *rows)


def answering_rows(report: Report) -> tuple[Row, ...]:
    """Head and rows of the figures of answering."""
    rows = [(group.name, *_answering_figures(group.answering)) for group in report.groups]
    return (_ANSWERING_HEAD, *rows)


def render_table(report: Report) -> str:
    """Both tables, aligned with spaces."""
    tables = (retrieval_rows(report), answering_rows(report))
    return "\n\n".join(_align(table) for table in tables)


def _retrieval_figures(figures: Retrieval) -> Row:
    shares = (figures.hits_at_4, figures.hits_at_10, figures.mrr_at_10, figures.full_at_10)
    return (str(figures.questions), *(_share(share) for share in shares))


def _answering_figures(figures: Answering) -> Row:
    shares = (
        figures.first_citation_right,
        figures.first_citation_proves,
        figures.quotes_hold_answer,
        figures.wrongly_refused,
        figures.refusal_precision,
        figures.refusal_recall,
        figures.refusal_f1,
        figures.exact_quotes,
    )
    sentences = figures.sentences_per_answer
    return (
        str(figures.questions),
        *(_share(share) for share in shares),
        "-" if sentences is None else f"{sentences:.1f}",
        f"{figures.median_ms:.0f}",
        f"{figures.p95_ms:.0f}",
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _align(rows: Sequence[Row]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
