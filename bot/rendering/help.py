"""The pages of ``/help``."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.actions import CHOICE_LIMIT, Action, Button, Choice, Menu, action_id
from bot.rendering.manual import ENTRIES
from bot.rendering.manual_members import MEMBER_ENTRIES
from bot.rendering.manual_moderators import MODERATOR_ENTRIES
from bot.rendering.manual_parts import Entry, example
from bot.rendering.parts import Card, Tone
from bot.rendering.text import plain_line
from bot.speech import language, mark, tr, translate

SUBJECT = "help"
_MENU = "menu"
_ASKING = mark(
    "Mention me with a question, use `/ask`, or right-click a message and choose Apps, then "
    "“Answer from the articles”. To go on from an answer, press “Follow-up”."
)
_CITING = mark(
    "Every sentence of an answer ends with a mark such as [1]. The mark names a source below, and "
    "“Show quotes” shows its words, which stand in the article letter for letter: I check that. "
    "Where the articles do not answer a question, I say so."
)
_KEEPING = mark(
    "I keep questions with their answers for a while, so that their buttons work and moderators "
    "can mend what is wrong. `/privacy` shows what I keep about you, and deletes it."
)


def render_help(*, moderates: bool) -> Card:
    """The first page: how to ask, what a citation is, what is kept."""
    blocks = (
        f"### {tr('How to ask')}\n{tr(_ASKING)}",
        f"### {tr('What the marks mean')}\n{tr(_CITING)}",
        f"### {tr('What I keep')}\n{tr(_KEEPING)}",
    )
    return Card(blocks, Tone.PLAN, actions=_menus("", moderates=moderates))


def render_page(key: str, *, moderates: bool) -> Card | None:
    """The page of one entry; None where there is none."""
    entry = next((each for each in ENTRIES if each.key == key), None)
    if entry is None:
        return None
    lines = [
        f"### {', '.join(map(_show_name, _names_of(entry)))}",
        tr(entry.what),
        tr("**Who may:** {who}", who=tr(entry.who.value)),
        tr("**What it looks like:** {looks}", looks=tr(entry.looks)),
    ]
    back = Button(tr("First page"), action_id(SUBJECT, "first"))
    return Card(("\n".join(lines),), Tone.PLAN, actions=(*_menus(key, moderates=moderates), back))


def _menus(shown: str, *, moderates: bool) -> tuple[Action, ...]:
    """The menus of pages: for everybody, and for moderators."""
    menus: list[Action] = [
        _menu("page", tr("Commands and buttons …"), MEMBER_ENTRIES, shown),
    ]
    if moderates:
        menus.append(_menu("more", tr("For moderators …"), MODERATOR_ENTRIES, shown))
    return tuple(menus)


def _menu(verb: str, placeholder: str, entries: Sequence[Entry], shown: str) -> Menu:
    choices = tuple(
        Choice(
            plain_line(", ".join(_names_of(entry)), CHOICE_LIMIT),
            entry.key,
            plain_line(tr(entry.what), CHOICE_LIMIT),
            chosen=entry.key == shown,
        )
        for entry in entries
    )
    return Menu(action_id(SUBJECT, verb), placeholder, choices)


def _names_of(entry: Entry) -> tuple[str, ...]:
    """Labels as the reader sees them; commands as they are written."""
    return tuple(map(_show_label, entry.names)) if entry.is_button else entry.names


def _show_label(name: str) -> str:
    # What stands in a menu of Discord's is translated apart from our own buttons.
    return example(translate(name, language(), _MENU) or tr(name))


def _show_name(name: str) -> str:
    return f"`{name}`" if name.startswith("/") else name
