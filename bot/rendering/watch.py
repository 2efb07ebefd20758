"""Answers of late whose articles have changed, for those who decide whether to mark them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rendering.actions import Action, Button, Style, action_id
from bot.rendering.dates import moment
from bot.rendering.lists import show_title
from bot.rendering.parts import Card, Tone
from bot.rendering.text import quote_lines, shorten
from bot.speech import tr, tr_n
from bot.state.replies import SentReply

SHOWN = 10
_QUESTION_LIMIT = 140
_QUOTE_LIMIT = 160
_TITLE_LIMIT = 60


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """An answer, and a quote of it that stands in its article no more, with its title.

    ``is_gone`` says that the article is no longer in the library.
    """

    sent: SentReply
    title: str
    quote: str
    is_gone: bool


def render_changed(changed: Sequence[ChangedAnswer], batch: str) -> Card:
    """Which answers quote what their articles no longer say, and what can be done."""
    head = tr_n(
        "**{count} answer quotes an article that has changed since**",
        "**{count} answers quote articles that have changed since**",
        len(changed),
    )
    rest = len(changed) - SHOWN
    more = tr_n("-# and {count} more", "-# and {count} more", rest) if rest > 0 else ""
    told = "-# " + tr(
        "Marking puts a line in front of each answer that its article has changed. "
        "Nothing else is changed."
    )
    blocks = filter(None, (head, *map(_write, changed[:SHOWN]), more, told))
    actions: tuple[Action, ...] = (
        Button(tr("Mark those answers"), action_id("watch", "mark", batch), Style.MAIN),
        Button(tr("Leave them"), action_id("watch", "leave", batch)),
    )
    return Card(tuple(blocks), Tone.WARNING, actions=actions)


def render_marking(done: int, total: int) -> Card:
    """How far marking is."""
    said = tr("Marking answers: {done} of {total} …", done=done, total=total)
    return Card((said,), Tone.WORKING)


def render_marked(marked: int, unseen: int, failed: int) -> Card:
    """What marking came to."""
    lines = [
        tr_n("**{count} answer is marked.**", "**{count} answers are marked.**", marked),
        tr_n(
            "{count} could be seen by its asker alone, or was deleted.",
            "{count} could be seen by their askers alone, or were deleted.",
            unseen,
        )
        if unseen
        else "",
        tr_n(
            "{count} could not be marked: I may not change messages there.",
            "{count} could not be marked: I may not change messages there.",
            failed,
        )
        if failed
        else "",
    ]
    tone = Tone.WARNING if failed else Tone.DONE
    return Card(("\n".join(filter(None, lines)),), tone)


def render_decided(count: int, *, left: bool) -> Card:
    """The card of a batch that was decided."""
    if left:
        said = tr_n(
            "{count} answer was left as it is, though its article has changed.",
            "{count} answers were left as they are, though their articles have changed.",
            count,
        )
    else:
        said = tr_n(
            "{count} answer is marked: its article has changed.",
            "{count} answers are marked: their articles have changed.",
            count,
        )
    return Card((said,), Tone.DONE)


def link_to(sent: SentReply) -> str:
    """The address of an answer's message; "" where moderators cannot open it."""
    where = sent.sending
    if where.is_private or where.asked_in is None or sent.message_id is None:
        return ""
    return f"https://discord.com/channels/{where.guild_id}/{where.channel_id}/{sent.message_id}"


def _write(changed: ChangedAnswer) -> str:
    address = link_to(changed.sent)
    asked_for = shorten(changed.sent.reply.question.text, _QUESTION_LIMIT)
    question = asked_for or tr("A question without words")
    asked = moment(changed.sent.created_at.isoformat(), "D")
    jump = f" · [{tr('open')}]({address})" if address else ""
    title = show_title(changed.title, _TITLE_LIMIT)
    what = (
        tr("“{title}” is no longer in the library:", title=title)
        if changed.is_gone
        else tr("“{title}” no longer says:", title=title)
    )
    quote = quote_lines(shorten(changed.quote, _QUOTE_LIMIT))
    return f"**{question}** · {asked}{jump}\n{what}\n{quote}"
