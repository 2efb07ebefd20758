"""Who did what, when and why, for moderators."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.actions import CHOICE_LIMIT, Action, Button, Choice, Menu, action_id
from bot.rendering.dates import moment
from bot.rendering.lists import Names, write_actor, write_reason
from bot.rendering.parts import Card, Tone
from bot.rendering.text import plain_line, shorten
from bot.speech import tr
from index.records import AuditEntry

PAGE = 8
ALL = "*"
_DETAIL_LIMIT = 200
_ACTION_LIMIT = 60
_REASON_ROOM = 24
_CHOICES = 24


def render_audit_page(
    entries: Sequence[AuditEntry],
    names: Names,
    *,
    actions: Sequence[str],
    action: str = "",
    page: int = 0,
    pages: int = 1,
) -> Card:
    """A page of the audit.

    Args:
        entries: What was done, newest first.
        names: What people are called.
        actions: What may be filtered by.
        action: What is filtered by, "" for nothing.
        page: Which page it is, from 0.
        pages: How many there are.
    """
    head = [f"**{tr('Who did what')}**"]
    if action:
        head.append("-# " + tr("only: {action}", action=shorten(action, _ACTION_LIMIT)))
    if pages > 1:
        head.append("-# " + tr("Page {page} of {pages}", page=page + 1, pages=pages))
    blocks = [_write(entry, names) for entry in entries]
    if not blocks:
        blocks = [tr("Nothing was done in this library yet.")]
    return Card(
        ("\n".join(head), *blocks), Tone.PLAN, actions=_make_actions(actions, action, page, pages)
    )


def _write(entry: AuditEntry, names: Names) -> str:
    edition = (
        " · " + tr("edition {number}", number=entry.edition) if entry.edition is not None else ""
    )
    lines = [
        f"**{shorten(entry.action, _ACTION_LIMIT) or tr('something')}**{edition}",
        shorten(entry.detail, _DETAIL_LIMIT),
        write_reason(entry.reason),
        f"-# {moment(entry.at)} · {write_actor(entry.actor, names)}",
    ]
    return shorten_block("\n".join(filter(None, lines)))


def shorten_block(block: str) -> str:
    """A block, cut at its lines where eight of them would fill more than a card."""
    limit = 440
    while len(block) > limit and "\n" in block:
        lines = block.split("\n")
        longest = max(range(1, len(lines)), key=lambda at: len(lines[at]))
        over = len(block) - limit
        kept = max(len(lines[longest]) - over - 1, _REASON_ROOM)
        if kept >= len(lines[longest]):
            break
        lines[longest] = lines[longest][:kept].rstrip("\\") + "…"
        block = "\n".join(lines)
    return block


def _make_actions(actions: Sequence[str], action: str, page: int, pages: int) -> tuple[Action, ...]:
    made: list[Action] = []
    if actions:
        known = [a for a in actions if len(a) <= CHOICE_LIMIT and a.strip()][:_CHOICES]
        choices = (
            Choice(tr("everything"), ALL, chosen=not action),
            *(Choice(plain_line(a, CHOICE_LIMIT) or "…", a, chosen=a == action) for a in known),
        )
        made.append(Menu(action_id("audit", "only"), tr("Show only …"), choices))
    if pages > 1:
        for label, to in ((tr("Newer"), page - 1), (tr("Older"), page + 1)):
            made.append(
                Button(
                    label,
                    action_id("audit", "turn", to, action[:_ACTION_LIMIT]),
                    disabled=not 0 <= to < pages,
                )
            )
    return tuple(made)
