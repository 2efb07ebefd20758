"""A plan: what a publication would change, the word before it happens, and what stops it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rendering.actions import Button, Style, action_id
from bot.rendering.lists import (
    Names,
    Section,
    join_counts,
    list_problems,
    make_section,
    show_title,
    write_actor,
    write_sections,
)
from bot.rendering.parts import Card, Tone
from bot.rendering.text import measure, name_commands, shorten
from bot.speech import mark, say_number, tr, tr_n
from index.plans import Consent, Plan, PlanItem, PlanKind, PlanState

_WHERE_LIMIT = 120
_REASON_LIMIT = 240
_NOTE_LIMIT = 200
_GUARD_LIMIT = 900
_RESERVE = 40
KINDS = {
    PlanKind.ADDED: mark("added"),
    PlanKind.CHANGED: mark("changed"),
    PlanKind.REMOVED: mark("removed"),
    PlanKind.MOVED: mark("moved"),
    PlanKind.DUPLICATE: mark("duplicate"),
    PlanKind.KEPT: mark("kept"),
}
_OVER = {
    PlanState.PUBLISHED: mark("This plan was published."),
    PlanState.DISCARDED: mark("This plan was discarded; nothing was changed."),
}


_FAILING_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a plan was not published: the sentence, and what has to be said yes to.

    ``failing`` names golden questions; where it does, the sentence is not needed.
    """

    sentence: str
    needs: Consent
    failing: tuple[str, ...] = ()


def render_plan(plan: Plan, names: Names) -> Card:
    """What the plan would change, with the buttons that go on from there."""
    head = [_write_head(plan), count_changes(plan), _warn_of_drop(plan)]
    opening = "\n".join(filter(None, head))
    closing = _say_what_is_next(plan, names)
    sections = [_list_suspicious(plan), *_list_changes(plan), *_list_remarks(plan)]
    taken = measure(opening) + measure(closing) + _RESERVE
    return Card(
        (opening, *write_sections(sections, taken=taken), closing),
        Tone.WARNING if plan.suspicious or plan.drops_too_much else Tone.PLAN,
        actions=_buttons(plan),
    )


def render_confirm(plan: Plan) -> Card:
    """What publishing it will do, before it is done."""
    lines = [tr("**Publish this plan?**"), count_changes(plan)]
    if plan.suspicious:
        lines.append(
            tr_n(
                "{count} article in it may be broken; see the plan.",
                "{count} articles in it may be broken; see the plan.",
                len(plan.suspicious),
            )
        )
    lines.append(_warn_of_drop(plan))
    closing = "-# " + tr(
        "Everybody gets answers from the new edition at once. "
        "`/index rollback` brings the old one back."
    )
    actions = (
        Button(tr("Publish now"), action_id("plan", "confirm", plan.id), Style.MAIN),
        Button(tr("Back to the plan"), action_id("plan", "show", plan.id)),
    )
    return Card(("\n".join(filter(None, lines)), closing), Tone.PLAN, actions=actions)


def render_guard(plan: Plan, stop: Stop) -> Card:
    """What stops the publication, exactly, and how to publish all the same."""
    needs = stop.needs
    opening = f"{tr('**Not published: a moderator has to look first**')}\n{count_changes(plan)}"
    is_told_below = stop.failing if needs.golden else needs.drop or needs.suspicious
    told = "" if is_told_below else shorten(stop.sentence, _GUARD_LIMIT)
    closing = "-# " + tr("Nothing was changed. Publishing anyway is recorded with your name.")
    sections = [
        make_section(tr("**Golden questions that would fail**"), stop.failing, _write_failing),
        _list_dropped(plan) if needs.drop else None,
        _list_suspicious(plan) if needs.suspicious else None,
    ]
    taken = sum(map(measure, (opening, told, closing))) + _RESERVE
    blocks = [opening, told, *write_sections(list(filter(None, sections)), taken=taken), closing]
    actions = (
        Button(
            tr("Publish anyway …"),
            action_id("plan", "force", plan.id, write_consent(needs)),
            Style.DANGER,
        ),
        *_looks(plan),
        Button(tr("Discard"), action_id("plan", "discard", plan.id)),
    )
    return Card(tuple(filter(None, blocks)), Tone.WARNING, actions=actions)


def render_note(sentence: str, tone: Tone = Tone.PLAN, actions: tuple[Button, ...] = ()) -> Card:
    """One sentence of ours as a card; what is untrusted in it is already made harmless."""
    return Card((sentence,), tone, actions=actions)


def render_unfit(sentence: str) -> Card:
    """That a plan cannot be published or shown, and why."""
    told = shorten(name_commands(sentence), _GUARD_LIMIT) or tr("The plan no longer fits.")
    blocks = (
        tr("**Not published.** {why}", why=told),
        "-# " + tr("`/index plan` makes a new plan."),
    )
    return Card(blocks, Tone.REFUSAL)


def write_consent(consent: Consent) -> str:
    """What was said yes to, in letters for an id."""
    letters = {"d": consent.drop, "s": consent.suspicious, "g": consent.golden}
    return "".join(letter for letter, given in letters.items() if given) or "-"


def read_consent(letters: str) -> Consent:
    """What ``write_consent`` wrote."""
    return Consent(drop="d" in letters, suspicious="s" in letters, golden="g" in letters)


def count_changes(plan: Plan) -> str:
    """The plan in one line of counts."""
    counted = join_counts(
        (len(plan.of(PlanKind.ADDED)), "added"),
        (len(plan.of(PlanKind.CHANGED)), "changed"),
        (len(plan.of(PlanKind.REMOVED)), "gone"),
        (len(plan.of(PlanKind.MOVED)), "moved"),
        (len(plan.of(PlanKind.DUPLICATE)), "duplicate"),
        (len(plan.suspicious), "suspicious"),
        (plan.unchanged, "unchanged"),
    )
    return counted or tr("no articles")


def _warn_of_drop(plan: Plan) -> str:
    if not plan.drops_too_much:
        return ""
    share = f" ({plan.drops / plan.articles:.0%})" if plan.articles else ""
    return tr_n(
        "**{drops} of {count} article{share} would leave the answers.**",
        "**{drops} of {count} articles{share} would leave the answers.**",
        plan.articles,
        drops=say_number(plan.drops),
        share=share,
    )


def _write_head(plan: Plan) -> str:
    if plan.base_edition:
        return tr(
            "**Plan `{id}`** against edition {edition}", id=plan.id, edition=plan.base_edition
        )
    return tr("**Plan `{id}`** against an empty library", id=plan.id)


def _list_suspicious(plan: Plan) -> Section:
    return make_section(tr("**Look at these first**"), plan.suspicious, _write_suspicious, shown=6)


def _write_failing(question: str) -> str:
    return f"- {shorten(question, _FAILING_LIMIT)}"


def _list_changes(plan: Plan) -> list[Section]:
    """What is not listed as suspicious already, by what becomes of it."""
    heads = {
        PlanKind.ADDED: tr("**Added**"),
        PlanKind.CHANGED: tr("**Changed**"),
        PlanKind.REMOVED: tr("**Gone**"),
        PlanKind.MOVED: tr("**Moved**"),
        PlanKind.DUPLICATE: tr("**Left out as duplicates**"),
        PlanKind.KEPT: tr("**Kept as they are**"),
    }
    plain = {kind: [i for i in plan.of(kind) if not i.suspicions] for kind in heads}
    return [make_section(head, plain[kind], _write_item, shown=5) for kind, head in heads.items()]


def _list_dropped(plan: Plan) -> Section:
    share = f"{plan.drops / plan.articles:.0%}" if plan.articles else ""
    head = tr_n(
        "{count} article would leave the answers",
        "{count} articles would leave the answers",
        plan.drops,
    )
    head = f"**{head}, {tr('{share} of the library', share=share)}**" if share else f"**{head}**"
    return make_section(head, plan.of(PlanKind.REMOVED), _write_item, shown=12)


def _list_remarks(plan: Plan) -> list[Section]:
    return [
        list_problems(tr("**Could not be read**"), plan.problems),
        list_problems(tr("**Good to know**"), plan.notes),
    ]


def _write_suspicious(item: PlanItem) -> str:
    why = " ".join(shorten(each, _REASON_LIMIT) for each in item.suspicions[:3])
    line = f"- {show_title(item.title)} ({tr(KINDS[item.kind])})"
    return f"{line}\n  {why}" if why.strip() else line


def _write_item(item: PlanItem) -> str:
    line = f"- {show_title(item.title)}"
    if item.kind is PlanKind.MOVED and item.other:
        was, now = (shorten(each, _WHERE_LIMIT) for each in (item.other, item.article_id))
        return f"{line}\n  {was} → {now}"
    reason = shorten(item.reason, _REASON_LIMIT)
    return f"{line}\n  {reason}" if reason else line


def _say_what_is_next(plan: Plan, names: Names) -> str:
    made = tr("Made by {name}", name=write_actor(plan.actor, names))
    note = shorten(plan.note, _NOTE_LIMIT)
    told = f"-# {made}: {note}" if note else f"-# {made}"
    if plan.state is not PlanState.OPEN:
        return f"{told}\n{tr(_OVER[plan.state])}"
    if plan.is_empty:
        same = tr("Nothing to publish: the library already is as its sources are.")
        return f"{told}\n{same}"
    return f"{told}\n-# " + tr("Nothing is changed until it is published.")


def _buttons(plan: Plan) -> tuple[Button, ...]:
    if plan.state is not PlanState.OPEN:
        return ()
    discard = Button(tr("Discard"), action_id("plan", "discard", plan.id))
    if plan.is_empty:
        return (*_looks(plan), discard)
    publish = Button(tr("Publish …"), action_id("plan", "publish", plan.id), Style.MAIN)
    return (publish, *_looks(plan), discard)


def _looks(plan: Plan) -> tuple[Button, ...]:
    if not any(item.diff for item in plan.items):
        return ()
    return (Button(tr("Show changes"), action_id("plan", "changes", plan.id, 0)),)
