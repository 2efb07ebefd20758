"""Moderators' notes: what members propose, what moderators decide, and the notes themselves."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.actions import (
    CHOICE_LIMIT,
    Action,
    Button,
    Choice,
    Form,
    Menu,
    Style,
    TextField,
    action_id,
)
from bot.rendering.dates import moment
from bot.rendering.lists import Names, show_title, write_actor
from bot.rendering.parts import Card, Tone
from bot.rendering.text import plain_line, quote_lines, shorten, shorten_lines
from bot.speech import mark, tr, tr_n
from bot.state.corrections import Proposal, Verdict
from index.note_rows import NoteInfo, Standing

SHORTEST, LONGEST = 10, 1000
"""How long a note may be, in characters."""
SOURCE_LIMIT = 300
REASON_LIMIT = 300
RIGHT, SOURCE, REASON = "right", "source", "reason"
NOTE_TITLE = mark("Moderator note on “{title}”")
_QUESTION_LIMIT = 300
_ANSWER_LIMIT = 900
_TEXT_LIMIT = 1100
_QUOTE_LIMIT = 500
_TITLE_LIMIT = 200
_CHOICES = 25
_SHOWN = 8


def write_note_title(title: str) -> str:
    """What a note about an article of this title is seen under."""
    return tr(NOTE_TITLE, title=plain_line(title, _TITLE_LIMIT) or tr("Untitled article"))


def make_proposal_form(reply_id: str) -> Form:
    """Where somebody writes what is right."""
    return Form(
        action_id("note", "propose", reply_id),
        tr("Correct this answer"),
        (
            _right_field(tr("A moderator reads it first.")),
            TextField(
                SOURCE,
                tr("How do you know? (optional)"),
                hint=tr("A page, a person, an announcement."),
                limit=SOURCE_LIMIT,
            ),
        ),
    )


def make_edit_form(proposal: Proposal) -> Form:
    """Where a moderator changes a proposal before it answers."""
    return Form(
        action_id("note", "rewrite", proposal.id),
        tr("Edit and approve"),
        (_right_field(tr("It answers from now on, as a moderator note."), proposal.text),),
    )


def make_decline_form(proposal_id: str) -> Form:
    """Where a moderator says why a proposal is not taken."""
    field = TextField(
        REASON,
        tr("Why? (optional)"),
        hint=tr("Moderators see it here and in the audit."),
        limit=REASON_LIMIT,
    )
    return Form(action_id("note", "refuse", proposal_id), tr("Decline this correction"), (field,))


def make_change_form(note: NoteInfo) -> Form:
    """Where a moderator changes a note that answers already."""
    return Form(
        action_id("note", "changed", note.id),
        tr("Edit this note"),
        (_right_field(tr("It takes the place of what the note says now."), note.text[:LONGEST]),),
    )


def render_proposal(proposal: Proposal, names: Names, *, word: str = "") -> Card:
    """A proposal with what it is about, and what can be done."""
    actor = f"discord:{proposal.author_id}"
    by = write_actor(actor, names) if proposal.author_id else tr("a former member")
    head = tr("**A correction is proposed** by {name}", name=by)
    blocks = [
        f"-# {word}" if word else "",
        f"{head}\n-# {moment(proposal.created_at)}",
        "\n".join(
            (
                tr("**Question:** {text}", text=_write_question(proposal)),
                tr("**The answer:** {text}", text=shorten(proposal.answer, _ANSWER_LIMIT)),
            )
        ),
        _write_corrected(proposal),
        tr("**What is right, in their words:**")
        + f"\n{quote_lines(shorten_lines(proposal.text, _TEXT_LIMIT))}"
        + (_write_source(proposal.source)),
        _write_verdict(proposal, names),
    ]
    tone = {Verdict.OPEN: Tone.PLAN, Verdict.APPROVED: Tone.DONE}.get(
        proposal.verdict, Tone.REFUSAL
    )
    return Card(tuple(filter(None, blocks)), tone, actions=_make_choices(proposal))


def render_outcome(proposal: Proposal, names: Names, *, word: str = "") -> Card:
    """What was just decided of a proposal, for who sees all of it beside."""
    decided = "" if proposal.verdict is Verdict.OPEN else _write_verdict(proposal, names)
    said = "\n".join(filter(None, [decided, f"-# {word}" if word else ""]))
    actions = _make_choices(proposal) if decided else ()
    tone = Tone.DONE if decided else Tone.PLAN
    blocks = filter(None, [said, _write_corrected(proposal)])
    return Card(tuple(blocks), tone, actions=actions)


def render_proposals(proposals: Sequence[Proposal]) -> Card:
    """What waits for a decision, oldest first."""
    if not proposals:
        return Card((tr("No correction waits for a decision."),), Tone.DONE, actions=(_to_list(),))
    head = tr_n(
        "**{count} correction waits for a decision**",
        "**{count} corrections wait for a decision**",
        len(proposals),
    )
    lines = [
        "\n".join(
            (
                f"**{_write_question(each)}**",
                quote_lines(shorten(each.text, _QUESTION_LIMIT)),
                f"-# {moment(each.created_at, 'R')}",
            )
        )
        for each in proposals[:_SHOWN]
    ]
    choices = tuple(
        Choice(plain_line(each.text, CHOICE_LIMIT) or "…", each.id) for each in proposals[:_CHOICES]
    )
    menu = Menu(action_id("note", "open"), tr("Look at one …"), choices)
    return Card((head, *lines), Tone.PLAN, actions=(menu, _to_list()))


def render_note(note: NoteInfo, names: Names, *, word: str = "") -> Card:
    """A note with what it corrects, how that stands, and what can be done."""
    by = tr("Written by {name}", name=write_actor(note.author, names))
    approved = tr("approved by {name}", name=write_actor(note.approved_by, names))
    blocks = [
        f"-# {word}" if word else "",
        "\n".join(
            (
                f"**{show_title(note.title)}**",
                quote_lines(shorten_lines(note.text, _TEXT_LIMIT)),
                f"-# {by} · {approved} · {moment(note.approved_at)}",
            )
        ),
        tr("**It corrects this sentence of “{title}”:**", title=show_title(note.corrects.title))
        + f"\n{quote_lines(shorten(note.corrects.quote, _QUOTE_LIMIT))}",
        say_standing(note),
    ]
    actions: list[Action] = []
    if note.needs_a_look:
        actions.append(Button(tr("Keep it"), action_id("note", "keep", note.id), Style.MAIN))
    actions += [
        Button(tr("Edit …"), action_id("note", "change", note.id)),
        Button(tr("Retire …"), action_id("note", "retire", note.id), Style.DANGER),
        _to_list(),
    ]
    tone = Tone.WARNING if note.needs_a_look else Tone.PLAN
    return Card(tuple(filter(None, blocks)), tone, actions=tuple(actions))


def render_retiring(note: NoteInfo) -> Card:
    """What retiring a note means, before it is done."""
    text = "\n".join(
        (
            tr("**Retire this note?**"),
            quote_lines(shorten(note.text, _QUOTE_LIMIT)),
            tr(
                "It leaves the answers at once, and “{title}” answers for itself again. "
                "Answers that it corrected keep their mark.",
                title=show_title(note.corrects.title),
            ),
        )
    )
    go = Button(tr("Retire it"), action_id("note", "retired", note.id), Style.DANGER)
    back = Button(tr("Leave it"), action_id("note", "card", note.id))
    return Card((text,), Tone.WARNING, actions=(go, back))


def render_retired(note: NoteInfo) -> Card:
    """That a note answers no more."""
    said = tr("**Retired:** {title}", title=show_title(note.title))
    told = quote_lines(shorten(note.text, _QUOTE_LIMIT))
    return Card((f"{said}\n{told}",), Tone.DONE, actions=(_to_list(),))


def render_look_again(note: NoteInfo) -> Card:
    """For the moderators' channel: the article that a note corrects is not what it was."""
    text = "\n".join(
        (
            tr("**Look again at a moderator note**"),
            say_standing(note),
            quote_lines(shorten(note.text, _QUOTE_LIMIT)),
        )
    )
    actions = (
        Button(tr("Keep it"), action_id("note", "keep", note.id), Style.MAIN),
        Button(tr("Look at it"), action_id("note", "card", note.id)),
        Button(tr("Retire …"), action_id("note", "retire", note.id), Style.DANGER),
    )
    return Card((text,), Tone.WARNING, actions=actions)


def say_standing(note: NoteInfo) -> str:
    """What became of the article that a note corrects; "" while it is as it was."""
    title = show_title(note.corrects.title)
    if note.standing is Standing.GONE:
        return tr("⚠ Look again: “{title}” is no longer in the library.", title=title)
    if note.standing is Standing.CHANGED and note.quote_stands:
        return tr(
            "⚠ Look again: “{title}” has changed. The sentence still stands in it.", title=title
        )
    if note.standing is Standing.CHANGED:
        return tr(
            "⚠ Look again: “{title}” has changed. The sentence stands in it no more.", title=title
        )
    return ""


def _right_field(hint: str, value: str = "") -> TextField:
    return TextField(
        RIGHT,
        tr("What is right?"),
        hint=hint,
        value=value,
        limit=LONGEST,
        required=True,
        several_lines=True,
    )


def _write_question(proposal: Proposal) -> str:
    # Forgotten with the reply that it asked for, it is empty.
    return shorten(proposal.question, _QUESTION_LIMIT) or tr("A question without words")


def _write_corrected(proposal: Proposal) -> str:
    about = proposal.quote
    said = tr("**It corrects this sentence of “{title}”:**", title=show_title(about.title))
    return f"{said}\n{quote_lines(shorten(about.text, _QUOTE_LIMIT))}"


def _write_source(source: str) -> str:
    if not source:
        return ""
    return "\n-# " + tr("How they know: {text}", text=shorten(source, SOURCE_LIMIT * 2))


def _write_verdict(proposal: Proposal, names: Names) -> str:
    if proposal.verdict is Verdict.OPEN:
        return "-# " + tr(
            "Approve: this text answers from now on as a moderator note, in the place of that "
            "sentence, and the old answer is marked as corrected. Decline: nothing changes."
        )
    name = write_actor(f"discord:{proposal.decided_by or 0}", names)
    at = moment(proposal.decided_at)
    if proposal.verdict is Verdict.APPROVED:
        return tr("**Approved** by {name} · {date}", name=name, date=at)
    declined = tr("**Declined** by {name} · {date}", name=name, date=at)
    why = shorten(proposal.decision, REASON_LIMIT * 2)
    return f"{declined}\n-# {why}" if why else declined


def _make_choices(proposal: Proposal) -> tuple[Action, ...]:
    if proposal.verdict is not Verdict.OPEN:
        if proposal.note_id is None:
            return ()
        return (Button(tr("Look at the note"), action_id("note", "card", proposal.note_id)),)
    buttons = (
        Button(tr("Approve"), action_id("note", "approve", proposal.id), Style.MAIN),
        Button(tr("Edit and approve …"), action_id("note", "edit", proposal.id)),
        Button(tr("Decline …"), action_id("note", "decline", proposal.id), Style.DANGER),
    )
    if len(proposal.quotes) == 1:
        return buttons
    choices = tuple(
        Choice(
            plain_line(f"[{quote.number}] {quote.text}", CHOICE_LIMIT) or f"[{quote.number}]",
            str(at),
            plain_line(quote.title, CHOICE_LIMIT),
            chosen=at == proposal.chosen,
        )
        for at, quote in enumerate(proposal.quotes[:_CHOICES])
    )
    menu = Menu(
        action_id("note", "choose", proposal.id), tr("Which sentence does it correct?"), choices
    )
    return (menu, *buttons)


def _to_list() -> Button:
    return Button(tr("All articles"), action_id("articles", "list", 0))
