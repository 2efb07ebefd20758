"""What was asked and left open, as a list that moderators work through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.models import Answer, Reply
from bot.gap_groups import GapGroup
from bot.rendering.actions import (
    CHOICE_LIMIT,
    LABEL_LIMIT,
    Action,
    Button,
    Choice,
    Form,
    Menu,
    Style,
    TextField,
    UserMenu,
    action_id,
)
from bot.rendering.dates import moment
from bot.rendering.lists import Names, cut_page, page_of, show_title, write_actor
from bot.rendering.parts import Card, Tone
from bot.rendering.sources import write_sources
from bot.rendering.text import plain_line, quote_lines, shorten
from bot.speech import mark, tr, tr_n
from bot.state.gaps import Cause, Gap, Order

CAUSES = {
    Cause.NO_ARTICLE: mark("no article"),
    Cause.NOT_SUPPORTED: mark("found, but nothing that answers it"),
    Cause.DISAGREE: mark("the articles disagree"),
    Cause.TOO_OLD: mark("only older articles"),
}
TOLD_LIMIT = 500
TEXT = "text"
ARTICLE = "article"
ANY = "any"
_NONE = mark(
    "Nothing is open: every question of late was answered, or its gap was closed. "
    "What the articles cannot answer appears here by itself."
)
_NONE_OF_CAUSE = mark("Nothing is open for that reason.")
_ORDERS = {
    Order.NEWEST: mark("asked last comes first"),
    Order.MOST_ASKED: mark("asked most comes first"),
}
_QUESTION_LIMIT = 300
_ALSO_LIMIT = 90
_ALSO_SHOWN = 3
_PAGE = 6
_MEMBERS_SHOWN = 10
_TOLD_SHOWN = 3
_ANSWER_LIMIT = 1200
_SEARCH_LIMIT = 100


@dataclass(frozen=True, slots=True)
class GapView:
    """Which gaps are looked at: in which order, and for which reason only, if any."""

    order: Order = Order.MOST_ASKED
    cause: Cause | None = None

    @property
    def argument(self) -> str:
        """How the ids of buttons carry it."""
        return f"{self.order}:{self.cause or ANY}"


def render_gaps(
    groups: Sequence[GapGroup], names: Names, page: int = 0, *, view: GapView, word: str = ""
) -> Card:
    """A page of the open gaps; ``word`` says what was just done, if anything."""
    done = f"-# {word}" if word else ""
    if not groups:
        nothing = tr(_NONE if view.cause is None else _NONE_OF_CAUSE)
        actions = _filters(view) if view.cause is not None else ()
        return Card(tuple(filter(None, [done, nothing])), Tone.DONE, actions=actions)
    page, pages, blocks = cut_page(
        groups, page, lambda group: _write_group(group, names), size=_PAGE
    )
    questions = sum(len(group.gaps) for group in groups)
    head = f"**{tr_n('{count} open question', '{count} open questions', questions)}**"
    lines = [tr(_ORDERS[view.order])]
    if len(groups) < questions:
        lines.append(tr_n("{count} group of like ones", "{count} groups of like ones", len(groups)))
    if view.cause is not None:
        lines.append(tr("only: {cause}", cause=tr(CAUSES[view.cause])))
    if pages > 1:
        lines.append(tr("page {page} of {pages}", page=page + 1, pages=pages))
    head += f"\n-# {' · '.join(lines)}"
    return Card(
        tuple(filter(None, [done, head, *blocks])),
        Tone.PLAN,
        actions=_make_actions(page_of(groups, page, _PAGE), page, pages, view),
    )


def render_group(
    group: GapGroup, names: Names, *, told: Sequence[str] = (), word: str = ""
) -> Card:
    """Gaps that ask nearly the same, with what members wrote, and what can be done."""
    first = group.first
    shown = [_write_member(gap) for gap in group.gaps[:_MEMBERS_SHOWN]]
    rest = len(group.gaps) - len(shown)
    more = [tr_n("-# and {count} more", "-# and {count} more", rest)] if rest else []
    texts = [quote_lines(shorten(text, TOLD_LIMIT)) for text in told[:_TOLD_SHOWN]]
    blocks = [
        f"-# {word}" if word else "",
        _write_group(group, names, whole=True),
        "\n".join([tr("**Asked in these words**"), *shown, *more]) if len(group.gaps) > 1 else "",
        "\n".join([tr("**What members told**"), *texts]) if texts else "",
        _write_reopened(first),
    ]
    key = first.key
    answered = Button(tr("Answered by an article …"), action_id("gaps", "which", key), Style.MAIN)
    buttons: list[Action] = [
        UserMenu(action_id("gaps", "assign", key), tr("Who looks after it?")),
        answered,
        Button(tr("Take it myself"), action_id("gaps", "take", key)),
        Button(tr("Close"), action_id("gaps", "close", key)),
    ]
    if first.assigned_to is not None:
        buttons.append(Button(tr("Nobody any more"), action_id("gaps", "free", key)))
    buttons.append(Button(tr("All gaps"), action_id("gaps", "order", GapView().argument)))
    return Card(tuple(filter(None, blocks)), Tone.PLAN, actions=tuple(buttons))


def render_closed(group: GapGroup, title: str = "") -> Card:
    """That gaps were put away; ``title`` is of the article that fills them, if one does."""
    head = tr_n("**{count} gap is closed**", "**{count} gaps are closed**", len(group.gaps))
    if title:
        head += "\n" + tr("Answered by “{title}”.", title=show_title(title))
    if group.told:
        head += "\n" + tr_n(
            "{count} member had told you of it.", "{count} members had told you of it.", group.told
        )
    reopens = "-# " + tr("It is open again when the question is left open once more.")
    back = Button(tr("All gaps"), action_id("gaps", "order", GapView().argument))
    question = shorten(group.first.question, _QUESTION_LIMIT)
    return Card((f"{head}\n{quote_lines(question)}\n{reopens}",), Tone.DONE, actions=(back,))


def make_which_form(key: int) -> Form:
    """Where a moderator names the article that answers a gap."""
    field = TextField(
        ARTICLE,
        tr("Which article answers it?"),
        hint=tr("A part of its title or id. The question is asked again before it is closed."),
        limit=_SEARCH_LIMIT,
        required=True,
    )
    return Form(action_id("gaps", "look", key), tr("Answered by an article"), (field,))


def render_found(group: GapGroup, found: Sequence[tuple[str, str]]) -> Card:
    """Which of the articles that fit is meant; ``found`` pairs what names them with titles."""
    question = quote_lines(shorten(group.first.question, _QUESTION_LIMIT))
    choices = tuple(
        Choice(plain_line(title, CHOICE_LIMIT) or tr("Untitled article"), key)
        for key, title in found
    )
    menu = Menu(action_id("gaps", "try", group.first.key), tr("Which one is it?"), choices)
    back = Button(tr("Back"), action_id("gaps", "card", group.first.key))
    head = tr("**Which article answers this?**")
    return Card((f"{head}\n{question}",), Tone.PLAN, actions=(menu, back))


def render_tried(group: GapGroup, reply: Reply, *, article_id: str, title: str, key: str) -> Card:
    """What the question gives now, and whether it cites the article; then it can be closed."""
    cites = isinstance(reply, Answer) and any(
        c.quote.article_id == article_id for c in reply.citations
    )
    shown = show_title(title)
    if cites:
        said = tr("**Yes: the answer cites “{title}” now.**", title=shown)
    elif isinstance(reply, Answer):
        said = tr("**It is answered now, but not from “{title}”.**", title=shown)
    else:
        said = tr("**Not yet: the articles still do not answer this.**")
    blocks = [f"{said}\n{quote_lines(shorten(group.first.question, _QUESTION_LIMIT))}"]
    if isinstance(reply, Answer):
        blocks.append(shorten(reply.text, _ANSWER_LIMIT))
        sources = write_sources(reply.citations)
        blocks.append(shorten_sources(sources))
    label = tr("Close as answered by it") if cites else tr("Close all the same")
    style = Style.MAIN if cites else Style.PLAIN
    close = Button(label, action_id("gaps", "answered", group.first.key, key), style)
    back = Button(tr("Back"), action_id("gaps", "card", group.first.key))
    tone = Tone.DONE if cites else Tone.WARNING
    return Card(tuple(filter(None, blocks)), tone, actions=(close, back))


def shorten_sources(sources: str, limit: int = 1500) -> str:
    """The list of sources, cut between its lines."""
    while len(sources) > limit and "\n" in sources:
        sources = sources.rpartition("\n")[0]
    return sources if len(sources) <= limit else ""


def make_tell_form(reply_id: str) -> Form:
    """Where a member says what they miss."""
    field = TextField(
        TEXT,
        tr("What should the articles say? (optional)"),
        hint=tr("Moderators see it with your question, without your name."),
        limit=TOLD_LIMIT,
        several_lines=True,
    )
    return Form(action_id("gap", "told", reply_id), tr("Tell the moderators"), (field,))


def render_told(gap: Gap, text: str) -> Card:
    """For the moderators' channel: a member misses something."""
    lines = [
        tr("**A member misses something in the articles**"),
        quote_lines(shorten(gap.question, _QUESTION_LIMIT)),
        _write_facts(gap.cause, gap.times, gap.last_asked, gap.told),
    ]
    if text:
        lines += [tr("What they write:"), quote_lines(shorten(text, TOLD_LIMIT))]
    look = Button(tr("Look at it"), action_id("gaps", "card", gap.key), Style.MAIN)
    return Card(("\n".join(lines),), Tone.PLAN, actions=(look,))


def say_closed(gap: Gap) -> str:
    """That a gap was put away, or had been before."""
    question = shorten(gap.question, _QUESTION_LIMIT)
    if gap.was_closed:
        return tr("Closed already: {question}", question=question)
    return tr("Closed: {question}", question=question)


def _write_group(group: GapGroup, names: Names, *, whole: bool = False) -> str:
    gap = group.first
    question = shorten(gap.question, _QUESTION_LIMIT) or tr("a question of no words")
    nearest = "; ".join(show_title(near.title or near.article_id) for near in gap.nearest[:2])
    also = "; ".join(
        shorten(each.question, _ALSO_LIMIT) for each in group.gaps[1 : _ALSO_SHOWN + 1]
    )
    more = len(group.gaps) - 1 - _ALSO_SHOWN
    if also and more > 0:
        also += " " + tr_n("and {count} more", "and {count} more", more)
    name = write_actor(f"discord:{gap.assigned_to}", names) if gap.assigned_to else ""
    lines = [
        f"**{question}**",
        f"#{gap.key} · {_write_facts(gap.cause, group.times, group.last_asked, group.told)}",
        f"-# {tr('also: {questions}', questions=also)}" if also and not whole else "",
        f"-# {tr('nearest: {titles}', titles=nearest)}" if nearest else "",
        f"-# {tr('{name} looks after it', name=name)}" if name else "",
    ]
    return "\n".join(filter(None, lines))


def _write_facts(cause: Cause, times: int, last: str, told: int) -> str:
    asked = tr_n("asked once", "asked {count} times", times)
    when = tr("last on {date}", date=moment(last, "D"))
    heard = [tr_n("{count} member told you", "{count} members told you", told)] if told else []
    return " · ".join([tr(CAUSES[cause]), asked, when, *heard])


def _write_member(gap: Gap) -> str:
    asked = tr_n("asked once", "asked {count} times", gap.times)
    return f"- {shorten(gap.question, _ALSO_LIMIT * 2)} · {asked}"


def _write_reopened(gap: Gap) -> str:
    if gap.answered_by is None:
        return ""
    title = show_title(gap.answered_by.title or gap.answered_by.article_id)
    return "-# " + tr("It was closed before as answered by “{title}”.", title=title)


def _make_actions(
    shown: Sequence[GapGroup], page: int, pages: int, view: GapView
) -> tuple[Action, ...]:
    choices = tuple(
        Choice(
            plain_line(f"{g.first.key} · {g.first.question}", min(CHOICE_LIMIT, LABEL_LIMIT))
            or "…",
            str(g.first.key),
        )
        for g in shown
    )
    actions: list[Action] = [Menu(action_id("gaps", "card"), tr("Look at one …"), choices)]
    actions += _filters(view)
    if pages > 1:
        for label, to in ((tr("Back"), page - 1), (tr("More"), page + 1)):
            actions.append(
                Button(
                    label,
                    action_id("gaps", "page", view.argument, to),
                    disabled=not 0 <= to < pages,
                )
            )
    newest = view.order is Order.NEWEST
    other = GapView(Order.MOST_ASKED if newest else Order.NEWEST, view.cause)
    label = tr("Most asked first") if newest else tr("Newest first")
    actions.append(Button(label, action_id("gaps", "order", other.argument)))
    return tuple(actions)


def _filters(view: GapView) -> tuple[Menu]:
    """The menu that shows gaps of one cause only."""
    choices = (
        Choice(tr("every reason"), ANY, chosen=view.cause is None),
        *(
            Choice(tr(name), str(cause), chosen=cause is view.cause)
            for cause, name in CAUSES.items()
        ),
    )
    return (Menu(action_id("gaps", "only", view.order), tr("Show only …"), choices),)
