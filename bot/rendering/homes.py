"""Whose articles answer in private messages, and the choice between several servers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.rendering.actions import CHOICE_LIMIT, CHOICES_LIMIT, Choice, Menu, action_id
from bot.rendering.parts import CARD_LIMIT, Card, Tone
from bot.rendering.text import measure, plain_line, shorten
from bot.speech import mark, tr

SUBJECT, CHOOSE = "home", "choose"
_NAME_LIMIT = 100

ASK_WHICH = mark("Which server's articles shall I answer from?")
_MORE = mark("There are more. Type a part of the name after `/server` to find one.")
_CHANGE = mark("You can change it at any time with `/server`.")
_NOW = mark("From now on I answer you here from the articles of **{server}**.")
_FROM = mark("From the articles of {server}")
_PLACEHOLDER = mark("Choose a server")
_UNNAMED = mark("a server")


@dataclass(frozen=True, slots=True)
class Shared:
    """A server that somebody and the bot share."""

    guild_id: int
    name: str


def render_choice(
    shared: Sequence[Shared], *, chosen: int | None = None, word: str = "", more: bool = False
) -> Card:
    """The question which server is meant, with a menu.

    Args:
        shared: The servers there are to choose from, one or more.
        chosen: The one that is meant now.
        word: A sentence that comes first.
        more: Whether there are others that the menu does not hold.
    """
    choices = tuple(
        Choice(
            label=plain_line(each.name, CHOICE_LIMIT) or tr(_UNNAMED),
            value=str(each.guild_id),
            chosen=each.guild_id == chosen,
        )
        for each in shared[:CHOICES_LIMIT]
    )
    has_more = more or len(shared) > CHOICES_LIMIT
    hints = [tr(_CHANGE), tr(_MORE) if has_more else ""]
    blocks = (
        "\n".join(filter(None, [word, tr(ASK_WHICH)])),
        f"-# {' '.join(filter(None, hints))}",
    )
    menu = Menu(action_id(SUBJECT, CHOOSE), tr(_PLACEHOLDER), choices)
    return Card(blocks, Tone.PLAN, actions=(menu,))


def render_chosen(name: str) -> Card:
    """That a server was chosen."""
    said = tr(_NOW, server=_write_name(name))
    return Card((f"{said}\n-# {tr(_CHANGE)}",), Tone.DONE)


def name_server(cards: Sequence[Card], name: str) -> tuple[Card, ...]:
    """The cards of a reply, the last one ending with whose articles were asked."""
    if not name:
        return tuple(cards)
    said = f"-# {tr(_FROM, server=_write_name(name))}"
    last = cards[-1]
    if last.length + measure(said) + 1 > CARD_LIMIT:
        return (*cards, Card((said,), last.tone))
    *blocks, end = last.blocks
    return (*cards[:-1], replace(last, blocks=(*blocks, f"{end}\n{said}")))


def _write_name(name: str) -> str:
    return shorten(name, _NAME_LIMIT) or tr(_UNNAMED)
