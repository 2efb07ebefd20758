"""What a card offers to do: buttons, menus and forms, named by ids that say it all.

An id is ``footnote:SUBJECT:VERB`` or ``footnote:SUBJECT:VERB:ARGUMENT``. It is all that is
left of a card after a restart, so it carries everything that a press needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from bot.rendering.text import measure

PREFIX = "footnote"
ID_LIMIT = 100
LABEL_LIMIT = 80
URL_LIMIT = 512
PLACEHOLDER_LIMIT = 100
CHOICES_LIMIT = 25
CHOICE_LIMIT = 100
_FORM_TITLE_LIMIT = 45


class Style(Enum):
    """How a button looks."""

    PLAIN = auto()
    MAIN = auto()
    DANGER = auto()


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press."""

    label: str
    id: str
    style: Style = Style.PLAIN
    disabled: bool = False

    def __post_init__(self) -> None:
        _check_id(self.id)
        if not 0 < measure(self.label) <= LABEL_LIMIT:
            raise ValueError(f"{self.label!r} is no label for a button")


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a menu; its texts are shown as they are, without markdown."""

    label: str
    value: str
    description: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """Something to choose one of."""

    id: str
    placeholder: str
    choices: tuple[Choice, ...]

    def __post_init__(self) -> None:
        _check_id(self.id)
        if not 0 < len(self.choices) <= CHOICES_LIMIT:
            raise ValueError(f"a menu of {len(self.choices)} choices")


@dataclass(frozen=True, slots=True)
class LinkButton:
    """Something to press that opens a page; the bot hears nothing of it."""

    label: str
    url: str

    def __post_init__(self) -> None:
        if not 0 < measure(self.label) <= LABEL_LIMIT:
            raise ValueError(f"{self.label!r} is no label for a button")
        if not 0 < len(self.url) <= URL_LIMIT or not self.url.startswith(("http://", "https://")):
            raise ValueError(f"{self.url!r} is no address for a button")


class ChannelSort(Enum):
    """What kinds of channels a menu offers."""

    TEXT = auto()
    NEWS = auto()
    FORUM = auto()
    VOICE = auto()
    CATEGORY = auto()


@dataclass(frozen=True, slots=True)
class ChannelMenu:
    """Channels to choose, none to ``most`` of them; ``chosen`` are ids of existing ones."""

    id: str
    placeholder: str
    sorts: tuple[ChannelSort, ...]
    chosen: tuple[int, ...] = ()
    most: int = CHOICES_LIMIT

    def __post_init__(self) -> None:
        _check_picks(self.id, self.chosen, self.most)


@dataclass(frozen=True, slots=True)
class RoleMenu:
    """Roles to choose, none to ``most`` of them; ``chosen`` are ids of existing ones."""

    id: str
    placeholder: str
    chosen: tuple[int, ...] = ()
    most: int = CHOICES_LIMIT

    def __post_init__(self) -> None:
        _check_picks(self.id, self.chosen, self.most)


@dataclass(frozen=True, slots=True)
class UserMenu:
    """One member to choose."""

    id: str
    placeholder: str

    def __post_init__(self) -> None:
        _check_id(self.id)


Action = Button | LinkButton | Menu | ChannelMenu | RoleMenu | UserMenu


@dataclass(frozen=True, slots=True)
class TextField:
    """A text to write in a form; ``placeholder`` stands in it while it is empty."""

    id: str
    label: str
    hint: str = ""
    value: str = ""
    placeholder: str = ""
    limit: int = 300
    required: bool = False
    several_lines: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A window with fields; ``menu`` comes after the texts, or before them."""

    id: str
    title: str
    fields: tuple[TextField, ...]
    menu: Menu | None = None
    menu_first: bool = False

    def __post_init__(self) -> None:
        _check_id(self.id)
        if not 0 < len(self.title) <= _FORM_TITLE_LIMIT:
            raise ValueError(f"{self.title!r} is no title for a form")


def action_id(subject: str, verb: str, *arguments: str | int) -> str:
    """The id of a button, menu or form.

    Raises:
        ValueError: it is longer than Discord takes.
    """
    return _check_id(":".join([PREFIX, subject, verb, *map(str, arguments)]))


def _check_picks(id_: str, chosen: tuple[int, ...], most: int) -> None:
    _check_id(id_)
    if not 0 < most <= CHOICES_LIMIT or len(chosen) > most:
        raise ValueError(f"{len(chosen)} chosen of at most {most}")


def _check_id(text: str) -> str:
    if not 0 < measure(text) <= ID_LIMIT:
        raise ValueError(f"{text!r} is no id for a component")
    return text
