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
    write_rest,
)
from bot.rendering.parts import Card, Tone
from bot.rendering.text import shorten
from bot.speech import tr, tr_n
from index.records import GoldenCheck, GoldenQuestion

_QUESTION_LIMIT = 300
_CITED_SHOWN = 3
_ID_LIMIT = 80


def render_golden(questions: Sequence[GoldenQuestion], names: Names, page: int = 0) -> Card:
    """The golden questions and the articles that they must cite."""
    if not questions:
        text = tr(
            "There is no golden question yet. `/golden add` keeps one: from then on nothing is "
            "published that would take its article out of its answer."
        )
        return Card((text,), Tone.PLAN)
    page, pages, blocks = cut_page(questions, page, lambda each: _write_question(each, names))
    check = Button(tr("Check now"), action_id("golden", "check"), Style.MAIN)
    return Card(
        (f"**{count(len(questions), 'golden question')}**", *blocks),
        Tone.PLAN,
        actions=(check, *page_buttons(page, pages, "golden", "page")),
    )


def render_checks(checks: Sequence[GoldenCheck]) -> Card:
    """How each golden question fares, the failing ones first."""
    failing = [check for check in checks if not check.passes]
    if not failing:
        text = tr_n(
            "**Nothing is lost**: {count} golden question asked, all answered well.",
            "**Nothing is lost**: {count} golden questions asked, all answered well.",
            len(checks),
        )
        return Card((text if checks else tr("There is no golden question to check."),), Tone.DONE)
    head = tr_n(
        "**{lost} of {count} golden question lost**: the answer no longer cites the article",
        "**{lost} of {count} golden questions lost**: the answer no longer cites the article",
        len(checks),
        lost=len(failing),
    )
    _, pages, blocks = cut_page(failing, 0, _write_failure)
    more = write_rest(len(failing) - PAGE_SIZE) if pages > 1 else ""
    return Card(tuple(filter(None, [head, *blocks, more])), Tone.WARNING)


def render_kept(golden: GoldenQuestion) -> Card:
    """That a question is golden now."""
    cited = tr("It must cite: {title}", title=show_title(golden.title or golden.article_id))
    question = shorten(golden.question, _QUESTION_LIMIT)
    text = f"{tr('**Kept as a golden question**')}\n{question}\n{cited}"
    return Card((text, "-# " + tr("Before each publication it is asked again.")), Tone.DONE)


def render_forgotten(golden: GoldenQuestion) -> Card:
    """That a question is no longer golden."""
    question = shorten(golden.question, _QUESTION_LIMIT)
    text = tr("No longer a golden question: {question}", question=question)
    return Card((text,), Tone.DONE)


def _write_question(golden: GoldenQuestion, names: Names) -> str:
    return (
        f"**{golden.key}** · {shorten(golden.question, _QUESTION_LIMIT)}\n"
        f"{_write_wanted(golden)}\n"
        f"-# {moment(golden.added_at)} · {write_actor(golden.added_by, names)}"
    )


def _write_failure(check: GoldenCheck) -> str:
    golden = check.golden
    shown = ", ".join(shorten(each, _ID_LIMIT) for each in check.cited[:_CITED_SHOWN])
    instead = tr("cites {articles} instead", articles=shown) if shown else tr("gets no answer")
    return (
        f"**{golden.key}** · {shorten(golden.question, _QUESTION_LIMIT)}\n"
        f"{_write_wanted(golden)}; {instead}"
    )


def _write_wanted(golden: GoldenQuestion) -> str:
    return tr("must cite {title}", title=show_title(golden.title or golden.article_id))
