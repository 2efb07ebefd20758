"""What ``/privacy`` says: what is kept, where, for how long, and what forgetting does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.rendering.actions import Button, Style, action_id
from bot.rendering.dates import moment
from bot.rendering.parts import Attachment, Card, Tone
from bot.speech import mark_n, tr, tr_n
from bot.state.holdings import Kind
from bot.state.personal import Summary

SUBJECT = "privacy"
_FORMS = {
    Kind.QUESTIONS: mark_n(
        "{count} question with its answer", "{count} questions with their answers"
    ),
    Kind.FEEDBACK: mark_n(
        "{count} vote or remark on answers, with what you wrote",
        "{count} votes and remarks on answers, with what you wrote",
    ),
    Kind.CORRECTIONS: mark_n(
        "{count} correction that you proposed", "{count} corrections that you proposed"
    ),
    Kind.DECISIONS: mark_n(
        "{count} entry in the history of a library that names you",
        "{count} entries in the history of a library that name you",
    ),
    Kind.CHOICES: mark_n(
        "which server answers you in private messages",
        "which servers answer you in private messages ({count})",
    ),
}
_GAPS = mark_n(
    "{count} open question that only you asked", "{count} open questions that only you asked"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the card is about: one server, or all where ``everywhere``. Days are of retention."""

    everywhere: bool
    kept_days: int


def render_privacy(summary: Summary, scope: Scope) -> Card:
    """What is kept about the reader, and what they can do about it."""
    where = tr("in all servers") if scope.everywhere else tr("in this server")
    head = f"**{tr('What I keep about you')}** · {where}"
    if summary.is_empty:
        return Card((head, tr("Nothing at the moment."), _write_rules(scope)), Tone.DONE)
    export = Button(tr("Export"), action_id(SUBJECT, "export"), Style.MAIN)
    forget = Button(tr("Forget me …"), action_id(SUBJECT, "ask"), Style.DANGER)
    blocks = (head, "\n".join(_write_kept(summary)), _write_rules(scope))
    return Card(blocks, Tone.PLAN, actions=(export, forget))


def render_export(name: str, content: bytes, scope: Scope) -> Card:
    """The file with everything."""
    where = tr("in all servers") if scope.everywhere else tr("in this server")
    said = tr("Everything that I keep about you {where}, as a file:", where=where)
    return Card((said,), Tone.DONE, attachment=Attachment(name, content))


def render_question(summary: Summary, scope: Scope) -> Card:
    """What forgetting would do, before it is done."""
    where = tr("in all servers") if scope.everywhere else tr("in this server")
    lines = [
        f"**{tr('Forget you {where}?', where=where)}**",
        "- " + tr("Your questions, the answers as I keep them, and your votes are deleted."),
        "- " + tr("Open questions that only you asked are deleted."),
        "- " + tr("Conversations that I still remember lose your questions."),
        "- "
        + tr(
            "What you decided as a moderator, and corrections that you wrote, stay as the "
            "server's record, without your name."
        ),
    ]
    stays = [
        tr(
            "Messages stay in Discord: delete those of yours yourself, and ask a moderator to "
            "delete answers of mine. Buttons under my old answers to you will no longer work."
        ),
        tr("This cannot be undone."),
    ]
    yes = Button(tr("Yes, forget me"), action_id(SUBJECT, "forget"), Style.DANGER)
    no = Button(tr("No, keep it"), action_id(SUBJECT, "show"))
    blocks = ("\n".join(lines), "\n".join(_write_kept(summary)), "\n".join(stays))
    return Card(tuple(filter(None, blocks)), Tone.WARNING, actions=(yes, no))


def render_forgotten(summary: Summary, scope: Scope) -> Card:
    """What was forgotten."""
    where = tr("in all servers") if scope.everywhere else tr("in this server")
    said = f"**{tr('I have forgotten you {where}.', where=where)}**"
    if summary.is_empty:
        return Card((said, tr("There was nothing left to forget.")), Tone.DONE)
    again = tr("If you ask me something again, I keep that anew.")
    return Card((said, "\n".join(_write_kept(summary)), f"-# {again}"), Tone.DONE)


def _write_kept(summary: Summary) -> list[str]:
    lines = []
    for kind, form in _FORMS.items():
        kept = summary.kept.get(kind)
        if kept is None:
            continue
        line = tr_n(*form, kept.count)
        lines.append(f"- {line}{_since(kept.oldest)}")
    if summary.gaps:
        lines.append(f"- {tr_n(*_GAPS, summary.gaps)}")
    return lines


def _since(oldest: datetime | None) -> str:
    if oldest is None:
        return ""
    return ", " + tr("the oldest of {date}", date=moment(oldest.isoformat(), "D"))


def _write_rules(scope: Scope) -> str:
    kept = (
        tr("For how long answers, votes and open questions are kept, each server decides.")
        if scope.everywhere
        else tr_n(
            "Answers, votes and open questions are deleted after {count} day.",
            "Answers, votes and open questions are deleted after {count} days.",
            scope.kept_days,
        )
    )
    lines = [
        kept,
        tr(
            "It is kept in the database of whoever runs this bot. Moderators of the server see "
            "questions that were left open or whose answer did not help; who asked in private "
            "is not shown to them. Questions are not written into logs."
        ),
    ]
    if not scope.everywhere:
        lines.append(tr("In a private message to me, `/privacy` shows all servers at once."))
    return "\n".join(f"-# {line}" for line in lines)
