"""The catalogs as the tests read them: a text that is in none of them does not go by unnoticed."""

from __future__ import annotations

import gettext
import io
from functools import cache
from importlib import resources

import pytest
from babel.messages.pofile import read_po

from bot import speech

_NAMES = {"@Footnote"}
"""What is the same in every language."""


class Listening(gettext.NullTranslations):
    """Says every text as it is written and keeps those that no catalog has."""

    def __init__(self) -> None:
        super().__init__()
        self.unknown: set[str] = set()

    def gettext(self, message: str) -> str:
        if message not in _known():
            self.unknown.add(repr(message))
        return super().gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        if (msgid1, msgid2) not in _known():
            self.unknown.add(repr((msgid1, msgid2)))
        return super().ngettext(msgid1, msgid2, n)


def listen(monkeypatch: pytest.MonkeyPatch) -> Listening:
    """Stands where English is spoken from now on."""
    listening, catalog = Listening(), speech._catalog
    monkeypatch.setattr(
        speech, "_catalog", lambda code: listening if code == speech.SOURCE else catalog(code)
    )
    return listening


@cache
def _known() -> frozenset[object]:
    text = resources.files("bot.locales").joinpath("fr.po").read_text(encoding="utf-8")
    ids = {message.id for message in read_po(io.StringIO(text)) if message.id}
    # Of a text that bends with a number gettext finds the form for one by itself too.
    return frozenset(ids | {each[0] for each in ids if isinstance(each, tuple)} | _NAMES)
