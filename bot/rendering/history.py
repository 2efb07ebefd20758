"""What was published and what was done: editions, the audit, and going back."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.actions import Button, Style, action_id
from bot.rendering.dates import moment
from bot.rendering.lists import (
    Names,
    count,
    cut_page,
    join_counts,
    page_buttons,
    write_actor,
    write_reason,
)
from bot.rendering.parts import Card, Tone
from bot.rendering.text import shorten
from bot.speech import tr, tr_n
from index.models import EditionInfo
from index.records import AuditEntry

_NOTE_LIMIT = 160
_DETAIL_LIMIT = 200
_ACTION_LIMIT = 60


def render_history(editions: Sequence[EditionInfo], names: Names, page: int = 0) -> Card:
    """A page of the editions, newest first."""
    if not editions:
        return Card((tr("Nothing was published yet. `/index add` puts articles in."),), Tone.PLAN)
    current = editions[0].number
    page, pages, blocks = cut_page(
        editions,
        page,
        lambda each: _write_edition(each, names, is_current=each.number == current),
    )
    closing = "-# " + tr("`/index rollback` publishes an earlier edition again.")
    return Card(
        (_head(tr("Editions"), page, pages), *blocks, closing),
        Tone.PLAN,
        actions=page_buttons(page, pages, "history", "page"),
    )


def render_audit(entries: Sequence[AuditEntry], names: Names, page: int = 0) -> Card:
    """A page of what was done, by whom and why, newest first."""
    if not entries:
        return Card((tr("Nothing was done in this library yet."),), Tone.PLAN)
    page, pages, blocks = cut_page(entries, page, lambda entry: _write_entry(entry, names))
    return Card(
        (_head(tr("Who did what"), page, pages), *blocks),
        Tone.PLAN,
        actions=page_buttons(page, pages, "audit", "page"),
    )


def render_rollback(target: EditionInfo, later: Sequence[EditionInfo], reason: str) -> Card:
    """What going back to an edition means, before it is done.

    Args:
        target: The edition whose state would be published again.
        later: Those published after it, which would no longer be in effect.
        reason: Why, as the moderator wrote it.
    """
    sums = {
        "addition": sum(each.added for each in later),
        "change": sum(each.changed for each in later),
        "removal": sum(each.removed for each in later),
    }
    undone = ", ".join(count(number, word) for word, number in sums.items() if number)
    what = (
        tr("edition {edition}", edition=later[-1].number)
        if len(later) == 1
        else tr_n("{count} edition", "{count} editions", len(later))
    )
    lines = [
        tr("**Go back to edition {edition}?**", edition=target.number),
        tr(
            "It was published {when}. Its state is published again as a new edition; nothing is "
            "lost, and you can go forward again the same way.",
            when=moment(target.published_at),
        ),
        tr("Undone: {editions} since then, with {changes}.", editions=what, changes=undone)
        if undone
        else tr("Undone: {editions} since then.", editions=what),
        tr("Schedules are paused, so that the next run does not undo this."),
    ]
    go = Button(
        tr("Go back to edition {edition}", edition=target.number),
        action_id("edition", "rollback", target.number, later[0].number),
        Style.DANGER,
    )
    blocks = ("\n".join(lines), write_reason(reason))
    return Card(tuple(filter(None, blocks)), Tone.WARNING, actions=(go, leave_button()))


def leave_button() -> Button:
    """The button that leaves everything as it is."""
    return Button(tr("Leave it"), action_id("card", "leave"))


def _head(title: str, page: int, pages: int) -> str:
    place = tr("Page {page} of {pages}", page=page + 1, pages=pages)
    return f"**{title}**" + (f"\n-# {place}" if pages > 1 else "")


def _write_edition(edition: EditionInfo, names: Names, *, is_current: bool) -> str:
    counted = join_counts(
        (edition.added, "added"), (edition.changed, "changed"), (edition.removed, "removed")
    )
    now = f" · {tr('answers come from this one')}" if is_current else ""
    note = shorten(edition.note, _NOTE_LIMIT)
    lines = [f"**{edition.number}** · {counted or tr('as before')}{now}", note]
    lines.append(f"-# {moment(edition.published_at)} · {write_actor(edition.actor, names)}")
    return "\n".join(filter(None, lines))


def _write_entry(entry: AuditEntry, names: Names) -> str:
    made = (
        f" · {tr('edition {edition}', edition=entry.edition)}" if entry.edition is not None else ""
    )
    detail = shorten(entry.detail, _DETAIL_LIMIT)
    lines = [
        f"**{shorten(entry.action, _ACTION_LIMIT) or tr('something')}**{made}",
        detail,
        write_reason(entry.reason),
        f"-# {moment(entry.at)} · {write_actor(entry.actor, names)}",
    ]
    return "\n".join(filter(None, lines))
