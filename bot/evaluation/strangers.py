"""Articles that a question set names and the library does not hold: misspelt, most likely."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from bot.evaluation.cases import Case

_MOST_NAMED = 5
_LONGEST_ID = 80


def warn_of_strangers(cases: Sequence[Case], known: Collection[str]) -> list[str]:
    """A warning, or nothing.

    Args:
        cases: The questions that are asked.
        known: The ids of all articles that can be cited.
    """
    asked_by: dict[str, str] = {}
    questions: set[str] = set()
    for case in cases:
        for article in (*case.articles, *(fact.article_id for fact in case.facts)):
            if article not in known:
                asked_by.setdefault(article, case.id)
                questions.add(case.id)
    if not asked_by:
        return []
    named = "; ".join(_describe(*each, known) for each in list(asked_by.items())[:_MOST_NAMED])
    more = len(asked_by) - _MOST_NAMED
    tail = f"; and {more:,} more" if more > 0 else ""
    counts = f"{len(asked_by):,} missing, {len(questions):,} of {len(cases):,} questions"
    told = "Warning: the library does not hold every article that the questions name"
    return [f"{told} ({counts}): {named}{tail}."]


def _describe(article: str, question: str, known: Collection[str]) -> str:
    near = get_close_matches(article, known, n=1)
    meant = f", perhaps {_quote(near[0])}?" if near else ""
    return f"{_quote(article)} (question {question[:_LONGEST_ID]}{meant})"


def _quote(article: str) -> str:
    shown = article if len(article) <= _LONGEST_ID else article[: _LONGEST_ID - 1] + "…"
    return f"“{shown}”"
