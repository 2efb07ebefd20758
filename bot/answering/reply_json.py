"""Reads sentences from JSON that is still being written, each when its object is complete."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from bot.answering.models import DraftSentence
from bot.answering.reply_lines import LONGEST_LINE, clean_line, ids_in, read_line
from bot.answering.reply_refusals import says_no_answer

_TEXTS = ("text", "sentence", "answer", "content", "claim", "statement")
_IDS = ("ids", "id", "evidence_ids", "evidence", "citations", "sources", "source")


class JsonReader:
    """One JSON value on its way in; its first character is the first that is fed.

    Not a whole parser: brackets outside of strings are matched, and what lies between a
    pair of braces is read by ``json``. A broken object is left out.
    """

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = ids
        self._text = ""
        self._place = 0
        self._open: list[int] = []
        self._in_string = False
        self._escaped = False
        self._found_any = False
        self.is_complete = False
        self.says_no_answer = False

    @property
    def says_nothing(self) -> bool:
        """Whether the value is whole and has no sentence: the evidence does not answer."""
        return self.is_complete and not self._found_any

    def feed(self, piece: str) -> Iterator[DraftSentence]:
        """The sentences whose objects this piece completes."""
        self._text += piece
        while self._place < len(self._text) and not self.is_complete:
            character = self._text[self._place]
            self._place += 1
            if self._in_string:
                self._follow_string(character)
            elif character == '"':
                self._in_string = True
            elif character in "{[":
                self._open.append(self._place - 1)
            elif character in "}]" and self._open:
                start = self._open.pop()
                self.is_complete = not self._open
                if character == "}" and not self.says_no_answer:
                    yield from self._read_object(self._text[start : self._place])

    def _follow_string(self, character: str) -> None:
        if self._escaped:
            self._escaped = False
        elif character == "\\":
            self._escaped = True
        elif character == '"':
            self._in_string = False

    def _read_object(self, text: str) -> list[DraftSentence]:
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            # Something stood there; that it cannot be read does not make it a refusal.
            self._found_any = True
            return []
        if not isinstance(value, dict):
            return []
        if value.get("no_answer") is True:
            self.says_no_answer = True
            return []
        found = self._read_statement(value)
        listed = value.get("sentences")
        for item in listed if isinstance(listed, list) else ():
            found += self._read_string(item) if isinstance(item, str) else []
        self._found_any = self._found_any or bool(found)
        return found

    def _read_statement(self, value: dict[str, Any]) -> list[DraftSentence]:
        text = next((value[key] for key in _TEXTS if isinstance(value.get(key), str)), None)
        if text is None:
            return []
        named = next((value[key] for key in _IDS if value.get(key)), ())
        ids = tuple(
            id_
            for item in (named if isinstance(named, list) else [named])
            for id_ in ids_in(_name_of(item), self._ids)
        )
        if not ids:
            return self._read_string(text)
        sentences = self._read_string(text)
        inline = tuple(id_ for sentence in sentences for id_ in sentence.evidence_ids)
        whole = " ".join(sentence.text for sentence in sentences if sentence.text)
        return [DraftSentence(whole, tuple(dict.fromkeys(ids + inline)))] if whole else []

    def _read_string(self, text: str) -> list[DraftSentence]:
        text = " ".join(text.split())
        if len(text) > LONGEST_LINE:
            self._found_any = True  # as with what is broken: no sentence, and no refusal
            return []
        line = clean_line(text)
        if says_no_answer(line):
            self.says_no_answer = True
            return []
        return [s for s in read_line(line, self._ids) if s.text] if line else []


def _name_of(item: object) -> str:
    if isinstance(item, dict):
        item = item.get("id", "")
    return item.strip("[](){} ") if isinstance(item, str) else ""
