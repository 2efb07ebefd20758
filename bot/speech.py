"""The language in which the bot speaks, and its texts in that language.

English texts are the message ids of gettext catalogs, ``bot/locales/LANGUAGE.po``. The
language belongs to the task that serves one person, as a context variable: so renderers
stay plain functions of their values, and tasks that run side by side never mix.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources

SOURCE = "en"
LANGUAGES = {"en": "English", "fr": "Français", "de": "Deutsch", "es": "Español"}
"""Every language the bot speaks, by its code, as its speakers call it."""
_THOUSANDS = {"fr": "\u202f", "de": ".", "es": "."}
_DOMAIN = "bot.locales"
_spoken: ContextVar[str] = ContextVar("spoken", default=SOURCE)


def tr(message: str, /, **values: object) -> str:
    """The text in the language that is spoken, with the values put in by name."""
    said = _catalog(_spoken.get()).gettext(message)
    return said.format(**values) if values else said


def tr_n(one: str, many: str, count: int, /, **values: object) -> str:
    """The form for this many, ``{count}`` and the values put in by name."""
    said = _catalog(_spoken.get()).ngettext(one, many, count)
    return said.format(count=say_number(count), **values)


def say_number(number: int) -> str:
    """A whole number with its thousands parted as in the language that is spoken."""
    return f"{number:,}".replace(",", _THOUSANDS.get(_spoken.get(), ","))


def mark(message: str, /) -> str:
    """The text itself; marks a constant as one that ``tr`` is asked for later."""
    return message


def mark_n(one: str, many: str, /) -> tuple[str, str]:
    """Both forms; marks constants as ones that ``tr_n`` is asked for later."""
    return one, many


def translate(message: str, language: str, context: str) -> str | None:
    """A text of that context in another language, None where it is not translated."""
    if language == SOURCE:
        return None
    said = _catalog(language).pgettext(context, message)
    return None if said == message else said


def language() -> str:
    """The code of the language that is spoken."""
    return _spoken.get()


def speak(language: str) -> None:
    """Speak it from now on, in this task and those it starts."""
    _spoken.set(language if language in LANGUAGES else SOURCE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak it within a context."""
    token = _spoken.set(language if language in LANGUAGES else SOURCE)
    try:
        yield
    finally:
        _spoken.reset(token)


def read_locale(locale: str | None) -> str:
    """The language of a locale such as ``en-GB`` or ``es-419``; English where we have none."""
    code = (locale or "").partition("-")[0].partition("_")[0].lower()
    return code if code in LANGUAGES else SOURCE


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    if language == SOURCE:
        return gettext.NullTranslations()
    # Only who speaks another language than English waits for it.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    text = resources.files(_DOMAIN).joinpath(f"{language}.po").read_text(encoding="utf-8")
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.StringIO(text), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
