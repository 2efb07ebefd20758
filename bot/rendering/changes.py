"""The changes of a plan, one article a page, each as a diff of its text."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.actions import CHOICES_LIMIT, Button, Choice, Menu, action_id
from bot.rendering.lists import show_title
from bot.rendering.parts import CARD_LIMIT, Card, Tone
from bot.rendering.plans import KINDS
from bot.rendering.text import code_line, measure, plain_line, shorten
from bot.speech import tr, tr_n
from index.plans import Plan, PlanItem

_LINE_LIMIT = 600
_LABEL_LIMIT = 100
_WHY_LIMIT = 400
_RESERVE = 200
_SIGNS = frozenset("+- @")


def render_changes(plan: Plan, page: int) -> Card:
    """The diff of one article, with ways to the others and back to the plan."""
    items = [item for item in plan.items if item.diff]
    back = Button(tr("Back to the plan"), action_id("plan", "show", plan.id))
    if not items:
        return Card((tr("No text is changed by this plan."),), Tone.PLAN, actions=(back,))
    page = min(max(page, 0), len(items) - 1)
    item = items[page]
    place = tr("Change {number} of {total}", number=page + 1, total=len(items))
    title = f"**{show_title(item.title)}**\n-# {place} · {tr(KINDS[item.kind])}"
    why = [shorten(each, _WHY_LIMIT) for each in item.suspicions[:3]]
    opening = "\n".join([title, *why])
    diff = _write_diff(item.diff, CARD_LIMIT - measure(opening) - _RESERVE)
    return Card(
        (opening, diff),
        Tone.PLAN,
        actions=(*_menu(plan, items, page), *_turn(plan, items, page), back),
    )


def _write_diff(diff: Sequence[str], room: int) -> str:
    lines: list[str] = []
    for number, line in enumerate(diff):
        mark, text = (line[0], line[1:]) if line[:1] in _SIGNS else (" ", line)
        # Discord colours a line by its first character; the text behind it is one clean line.
        gap = " " if text[:1] == " " else ""
        written = mark + gap + code_line(text, _LINE_LIMIT)
        if measure("\n".join([*lines, written])) > room:
            rest = len(diff) - number
            left_out = tr_n(
                "… {count} more line; the rest is too long to show here.",
                "… {count} more lines; the rest is too long to show here.",
                rest,
            )
            return f"{_fence(lines)}\n-# {left_out}"
        lines.append(written)
    return _fence(lines)


def _fence(lines: Sequence[str]) -> str:
    return "\n".join(["```diff", *lines, "```"])


def _menu(plan: Plan, items: Sequence[PlanItem], page: int) -> tuple[Menu, ...]:
    """A menu of the changes around this one, where there is more than one."""
    if len(items) == 1:
        return ()
    start = max(0, min(page - CHOICES_LIMIT // 2, len(items) - CHOICES_LIMIT))
    choices = tuple(
        Choice(
            plain_line(f"{number + 1}. {item.title or item.article_id}", _LABEL_LIMIT),
            str(number),
            plain_line(" ".join(item.suspicions), _LABEL_LIMIT),
            chosen=number == page,
        )
        for number, item in enumerate(items)
        if start <= number < start + CHOICES_LIMIT
    )
    return (Menu(action_id("plan", "jump", plan.id), tr("Another change …"), choices),)


def _turn(plan: Plan, items: Sequence[PlanItem], page: int) -> tuple[Button, ...]:
    if len(items) == 1:
        return ()
    last = len(items) - 1
    return (
        Button(tr("Previous"), action_id("plan", "changes", plan.id, page - 1), disabled=not page),
        Button(tr("Next"), action_id("plan", "changes", plan.id, page + 1), disabled=page == last),
    )
