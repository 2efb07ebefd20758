"""The queue of answers that did not help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.models import Reply
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
from bot.rendering.lists import Names, write_actor
from bot.rendering.parts import Card, Tone
from bot.rendering.text import plain_line, shorten
from bot.speech import mark, tr, tr_n
from bot.state.feedback import Case, Complaint
from bot.state.replies import SentReply

SUBJECT = "complaint"
COMPLAINTS = {
    Complaint.WRONG: mark("Wrong"),
    Complaint.OUT_OF_DATE: mark("Out of date"),
    Complaint.NOT_MY_QUESTION: mark("Not my question"),
    Complaint.MISSING: mark("Something is missing"),
}
PAGE_SIZE = 6
QUESTION_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases are wanted: those of one reason, or all; the open ones, or those done."""

    reason: Complaint | None = None
    done: bool = False

    @property
    def word(self) -> str:
        """As it stands in an id."""
        return "done" if self.done else str(self.reason or "all")


def read_filter(given: str) -> Filter:
    """The filter that an id or a menu names; all that is open where it is none."""
    if given in set(Complaint):
        return Filter(Complaint(given))
    return Filter(done=given == "done")


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue, counted from 0, of all that fits the filter."""

    entries: tuple[tuple[Case, SentReply], ...]
    page: int
    pages: int
    total: int
    shown: Filter


def render_queue(queue: QueuePage, names: Names, *, word: str = "") -> Card:
    """A page of the queue; ``word`` says what was just done, if anything."""
    shown, page, pages = queue.shown, queue.page, queue.pages
    head = f"**{_write_head(shown, queue.total)}**"
    if pages > 1:
        head += "\n-# " + tr("Page {page} of {pages}", page=page + 1, pages=pages)
    if not queue.total:
        head += "\n" + tr("When readers press “Not helpful” under an answer, it appears here.")
    actions: list[Action] = [_make_filter_menu(shown)]
    if queue.entries:
        actions.insert(0, _make_case_menu(queue.entries, shown))
    if pages > 1:
        newer, older = (action_id(SUBJECT, "page", shown.word, at) for at in (page - 1, page + 1))
        actions += [
            Button(tr("Newer"), newer, disabled=page == 0),
            Button(tr("Older"), older, disabled=page == pages - 1),
        ]
    cases = [_write_case(case, sent, names) for case, sent in queue.entries]
    blocks = [f"-# {word}" if word else "", head, *cases]
    tone = Tone.PLAN if queue.total else Tone.DONE
    return Card(tuple(filter(None, blocks)), tone, actions=tuple(actions))


def _write_head(shown: Filter, count: int) -> str:
    if shown.done:
        return tr_n("{count} answer dealt with", "{count} answers dealt with", count)
    if shown.reason is not None:
        reason = tr(COMPLAINTS[shown.reason])
        return tr_n(
            "{count} answer that did not help: {reason}",
            "{count} answers that did not help: {reason}",
            count,
            reason=reason,
        )
    return tr_n("{count} answer that did not help", "{count} answers that did not help", count)


def _write_case(case: Case, sent: SentReply, names: Names) -> str:
    said = tr_n("{count} reader", "{count} readers", case.complaints)
    reasons = ", ".join(tr(COMPLAINTS[reason]) for reason in case.reasons)
    when = moment(case.last_at.isoformat(), "R")
    lines = [
        f"**{write_question(sent.reply)}**",
        " · ".join(filter(None, [said, reasons, when])),
    ]
    if case.closed_at is not None:
        known = case.closed_by is not None
        by = write_actor(f"discord:{case.closed_by}", names) if known else tr("a forgotten member")
        at = moment(case.closed_at.isoformat(), "d")
        lines.append("-# " + tr("Done by {who} on {date}", who=by, date=at))
    return "\n".join(lines)


def write_question(reply: Reply) -> str:
    """The question of a reply as one harmless line, never empty."""
    return shorten(reply.question.text, QUESTION_LIMIT) or tr("A question without words")


def _make_case_menu(cases: Sequence[tuple[Case, SentReply]], shown: Filter) -> Menu:
    choices = tuple(
        Choice(
            plain_line(sent.reply.question.text, min(CHOICE_LIMIT, LABEL_LIMIT)) or "…",
            case.reply_id,
        )
        for case, sent in cases
    )
    return Menu(action_id(SUBJECT, "open", shown.word), tr("Open one …"), choices)


def _make_filter_menu(shown: Filter) -> Menu:
    filters = (Filter(), *(Filter(reason) for reason in Complaint), Filter(done=True))
    choices = tuple(Choice(_name_filter(each), each.word, chosen=each == shown) for each in filters)
    return Menu(action_id(SUBJECT, "filter"), tr("Show only …"), choices)


def _name_filter(shown: Filter) -> str:
    if shown.done:
        return tr("Dealt with")
    return tr("All that is open") if shown.reason is None else tr(COMPLAINTS[shown.reason])
