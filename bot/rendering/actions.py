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


Action = Button | Menu


@dataclass(frozen=True, slots=True)
class TextField:
    """A text to write in a form."""

    id: str
    label: str
    hint: str = ""
    value: str = ""
    limit: int = 300
    required: bool = False
    several_lines: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A window with fields; ``menu`` comes after the texts."""

    id: str
    title: str
    fields: tuple[TextField, ...]
    menu: Menu | None = None

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


def _check_id(text: str) -> str:
    if not 0 < measure(text) <= ID_LIMIT:
        raise ValueError(f"{text!r} is no id for a component")
    return text
