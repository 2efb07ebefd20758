"""What was asked and left open, as a list that moderators work through."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.actions import (
    CHOICE_LIMIT,
    LABEL_LIMIT,
    Action,
    Button,
    Choice,
    Menu,
    action_id,
)
from bot.rendering.dates import moment
from bot.rendering.lists import count, cut_page, page_of, show_title
from bot.rendering.parts import Card, Tone
from bot.rendering.text import plain_line, shorten
from bot.state.gaps import Cause, Gap, Order

CAUSES = {
    Cause.NO_ARTICLE: "no article",
    Cause.NOT_SUPPORTED: "found, but nothing that answers it",
    Cause.DISAGREE: "the articles disagree",
    Cause.TOO_OLD: "only older articles",
}
_NONE = (
    "Nothing is open: every question of late was answered, or its gap was closed. "
    "What the articles cannot answer appears here by itself."
)
_ORDERS = {Order.NEWEST: "asked last comes first", Order.MOST_ASKED: "asked most comes first"}
_QUESTION_LIMIT = 300
_PAGE = 8


def render_gaps(
    gaps: Sequence[Gap], page: int = 0, *, order: Order = Order.NEWEST, word: str = ""
) -> Card:
    """A page of the open gaps; ``word`` says what was just done, if anything."""
    done = f"-# {word}" if word else ""
    if not gaps:
        return Card(tuple(filter(None, [done, _NONE])), Tone.DONE)
    page, pages, blocks = cut_page(gaps, page, _write_gap, size=_PAGE)
    head = f"**{count(len(gaps), 'open question')}**\n-# {_ORDERS[order]}"
    head += f" · page {page + 1} of {pages}" if pages > 1 else ""
    return Card(
        tuple(filter(None, [done, head, *blocks])),
        Tone.PLAN,
        actions=_make_actions(page_of(gaps, page, _PAGE), page, pages, order),
    )


def say_closed(gap: Gap) -> str:
    """That a gap was put away, or had been before."""
    said = "Closed already" if gap.was_closed else "Closed"
    return f"{said}: {shorten(gap.question, _QUESTION_LIMIT)}"


def _write_gap(gap: Gap) -> str:
    asked = "asked once" if gap.times == 1 else f"asked {gap.times:,} times"
    nearest = [show_title(near.title or near.article_id) for near in gap.nearest[:2]]
    lines = [
        f"**{gap.key}** · {shorten(gap.question, _QUESTION_LIMIT) or 'a question of no words'}",
        f"{CAUSES[gap.cause]} · {asked} · last on {moment(gap.last_asked, 'D')}",
        f"-# nearest: {'; '.join(nearest)}" if nearest else "",
    ]
    return "\n".join(filter(None, lines))


def _make_actions(shown: Sequence[Gap], page: int, pages: int, order: Order) -> tuple[Action, ...]:
    choices = tuple(
        Choice(
            plain_line(f"{gap.key} · {gap.question}", min(CHOICE_LIMIT, LABEL_LIMIT)) or "…",
            str(gap.key),
        )
        for gap in shown
    )
    menu = Menu(action_id("gaps", "close", order, page), "Close one that is dealt with …", choices)
    other = Order.MOST_ASKED if order is Order.NEWEST else Order.NEWEST
    label = "Most asked first" if other is Order.MOST_ASKED else "Newest first"
    turn = Button(label, action_id("gaps", "order", other))
    if pages <= 1:
        return (menu, turn)
    return (
        menu,
        Button("Back", action_id("gaps", "page", order, page - 1), disabled=page == 0),
        Button("More", action_id("gaps", "page", order, page + 1), disabled=page == pages - 1),
        turn,
    )
