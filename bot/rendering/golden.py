"""Golden questions: the list, and how each fares now."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.actions import Button, Style, action_id
from bot.rendering.dates import moment
from bot.rendering.lists import (
    PAGE_SIZE,
    Names,
    count,
    cut_page,
    page_buttons,
    show_title,
    write_actor,
)
from bot.rendering.parts import Card, Tone
from bot.rendering.text import shorten
from index.records import GoldenCheck, GoldenQuestion

_QUESTION_LIMIT = 300
_CITED_SHOWN = 3
_ID_LIMIT = 80


def render_golden(questions: Sequence[GoldenQuestion], names: Names, page: int = 0) -> Card:
    """The golden questions and the articles that they must cite."""
    if not questions:
        text = (
            "There is no golden question yet. `/golden add` keeps one: from then on nothing is "
            "published that would take its article out of its answer."
        )
        return Card((text,), Tone.PLAN)
    page, pages, blocks = cut_page(questions, page, lambda each: _write_question(each, names))
    check = Button("Check now", action_id("golden", "check"), Style.MAIN)
    return Card(
        (f"**{count(len(questions), 'golden question')}**", *blocks),
        Tone.PLAN,
        actions=(check, *page_buttons(page, pages, "golden", "page")),
    )


def render_checks(checks: Sequence[GoldenCheck]) -> Card:
    """How each golden question fares, the failing ones first."""
    failing = [check for check in checks if not check.passes]
    if not failing:
        asked = count(len(checks), "golden question")
        text = f"**Nothing is lost**: {asked} asked, all answered well."
        return Card((text if checks else "There is no golden question to check.",), Tone.DONE)
    asked = count(len(checks), "golden question")
    head = f"**{len(failing)} of {asked} lost**: the answer no longer cites the article"
    _, pages, blocks = cut_page(failing, 0, _write_failure)
    more = f"-# and {len(failing) - PAGE_SIZE} more" if pages > 1 else ""
    return Card(tuple(filter(None, [head, *blocks, more])), Tone.WARNING)


def render_kept(golden: GoldenQuestion) -> Card:
    """That a question is golden now."""
    text = (
        f"**Kept as a golden question**\n{shorten(golden.question, _QUESTION_LIMIT)}\n"
        f"It must cite: {show_title(golden.title or golden.article_id)}"
    )
    return Card((text, "-# Before each publication it is asked again."), Tone.DONE)


def render_forgotten(golden: GoldenQuestion) -> Card:
    """That a question is no longer golden."""
    text = f"No longer a golden question: {shorten(golden.question, _QUESTION_LIMIT)}"
    return Card((text,), Tone.DONE)


def _write_question(golden: GoldenQuestion, names: Names) -> str:
    return (
        f"**{golden.key}** · {shorten(golden.question, _QUESTION_LIMIT)}\n"
        f"must cite {show_title(golden.title or golden.article_id)}\n"
        f"-# {moment(golden.added_at)} · {write_actor(golden.added_by, names)}"
    )


def _write_failure(check: GoldenCheck) -> str:
    golden = check.golden
    shown = ", ".join(shorten(each, _ID_LIMIT) for each in check.cited[:_CITED_SHOWN])
    instead = f"cites {shown} instead" if shown else "gets no answer"
    return (
        f"**{golden.key}** · {shorten(golden.question, _QUESTION_LIMIT)}\n"
        f"must cite {show_title(golden.title or golden.article_id)}; {instead}"
    )
