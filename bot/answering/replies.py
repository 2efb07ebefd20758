"""Reads a language model's reply as it streams in, sentence by sentence.

The form asked for is lines such as ``The ferry leaves at eight. [e7f3a, e91bc]``, or JSON
after ``SCHEMA``. What comes back may be wrapped in thinking, code fences, greetings and
template leftovers; what cannot be read is left out, and nothing here ever raises.
How the text is cut into pieces makes no difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.answering.models import DraftSentence
from bot.answering.reply_json import JsonReader
from bot.answering.reply_lines import (
    LONGEST_LINE,
    clean_line,
    is_finished,
    read_line,
    starts_with_ids,
)
from bot.answering.reply_refusals import denies, says_no_answer
from bot.answering.reply_wrapping import END, LINE_END, TAG, THINKING

MOST_SENTENCES = 4
_MOST_CHARACTERS = 20_000
_MOST_REPEATS = 3

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "ids": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["text", "ids"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["sentences"],
    "additionalProperties": False,
}
"""The form of a reply for models that follow one; no sentences: the evidence does not answer."""

_CODE = re.compile(r"^\s*(?:```|~~~)\s*+\w*+\s*+$")
_FENCE = re.compile(r"^\W*data-[0-9a-f]{16}\W*$")
# Where a model goes on with what nobody asked for: a list of sources, another question.
_APPENDIX = re.compile(
    r"^(?:sources?|references?|citations?|bibliography|evidence|(?:the |next )?question|user|human"
    r"|system|q)\s*+\d*+\s*+:",
    re.IGNORECASE,
)


def find_none(_: str) -> tuple[str, ...]:
    """For callers that believe only what a model names itself."""
    return ()


class ReplyReader:
    """One reply on its way in.

    Args:
        ids: The evidence ids that were offered, in their order.
        most: How many sentences are kept.
        find_ids: Looks up what a sentence rests on that names no offered id; none if it
            cannot tell.
    """

    def __init__(
        self,
        ids: Sequence[str],
        *,
        most: int = MOST_SENTENCES,
        find_ids: Callable[[str], tuple[str, ...]] = find_none,
    ) -> None:
        self._ids = ids
        self._known = frozenset(ids)
        self._find_ids = find_ids
        self._most = most
        self._kept: list[DraftSentence] = []
        self._events: list[DraftSentence | None] = []
        self._seen: dict[str, int] = {}
        self._rest = ""
        self._read = 0
        self._json: JsonReader | None = None
        self._thinks = False
        self._waiting = ""
        self._denied = False
        self.done = False
        self.says_no_answer = False

    @property
    def sentences(self) -> tuple[DraftSentence, ...]:
        """What was said so far, with at least one id each."""
        return tuple(self._kept)

    def feed(self, piece: str) -> list[DraftSentence | None]:
        """Take the next piece; what it completed. None: all sentences before are void."""
        if not self.done:
            piece = piece[: _MOST_CHARACTERS - self._read]
            self._read += len(piece)
            self._rest += piece
            self._consume()
            if self._read >= _MOST_CHARACTERS:
                self.done = True
        return self._take_events()

    def close(self) -> list[DraftSentence | None]:
        """Say that the reply has ended; what its last, unfinished line held."""
        if not self.done:
            if self._json is None and self._rest:
                self._read_text(self._rest, ended=True)
            self._rest = ""
            empty = self._json is not None and self._json.says_nothing
            if not self._kept and (self._denied or empty):
                self.says_no_answer = True
        self.done = True
        return self._take_events()

    def _take_events(self) -> list[DraftSentence | None]:
        events, self._events = self._events, []
        return events

    def _consume(self) -> None:
        """Read as many whole lines, or JSON objects, as there are."""
        while not self.done:
            if self._json is not None:
                self._read_json()
                return
            form = None if self._kept or self._thinks else _form_of(self._rest)
            if form == "json":
                self._json = JsonReader(self._ids)
                continue
            if form == "open":
                return
            end = LINE_END.search(self._rest)
            if end is None:
                return
            line, self._rest = self._rest[: end.end()], self._rest[end.end() :]
            self._read_text(line, ended=False)

    def _read_json(self) -> None:
        assert self._json is not None  # noqa: S101 - for the type checker
        text, self._rest = self._rest, ""
        for sentence in self._json.feed(text):
            self._take(sentence)
            if self.done:
                return
        if self._json.says_no_answer:
            self._refuse()
        elif self._json.is_complete:
            if not self._kept and (self._json.says_nothing or self._denied):
                self.says_no_answer = True
            self.done = True

    def _read_text(self, line: str, *, ended: bool) -> None:
        line = self._leave_out_thinking(line)
        end = END.search(line)
        # Of a line without end only its beginning is read, as of a reply that broke off.
        ended = ended or len(line) > LONGEST_LINE
        text = clean_line(TAG.sub(" ", line[: end.start()] if end else line))
        if text and not _CODE.match(line) and not _FENCE.match(text):
            self._read_line(text, cut_off=ended)
        if end:
            if not self._kept and self._denied:
                self.says_no_answer = True
            self.done = True

    def _leave_out_thinking(self, line: str) -> str:
        parts, place = [], 0
        for tag in THINKING.finditer(line):
            if not self._thinks:
                parts.append(line[place : tag.start()])
            if tag[1] and not self._thinks:
                self._start_anew()
                parts.clear()
            self._thinks, place = not tag[1], tag.end()
        if not self._thinks:
            parts.append(line[place:])
        return "".join(parts)

    def _start_anew(self) -> None:
        """What came before belonged to thinking whose beginning was not marked."""
        self._void()
        self._seen.clear()
        self._waiting, self._denied = "", False

    def _void(self) -> None:
        if self._kept:
            self._kept.clear()
            self._events.append(None)

    def _refuse(self) -> None:
        self._void()
        self.says_no_answer = self.done = True

    def _read_line(self, text: str, *, cut_off: bool) -> None:
        if says_no_answer(text):
            self._refuse()
            return
        if _APPENDIX.match(text):
            self.done = self.done or bool(self._kept)
            return
        if cut_off and starts_with_ids(text, self._ids) and not is_finished(text):
            return  # the end of the sentence is missing
        for sentence in read_line(text, self._ids):
            self._take(sentence, is_whole=not cut_off or is_finished(sentence.text))

    def _take(self, sentence: DraftSentence, *, is_whole: bool = True) -> None:
        if self.done:
            return
        if is_whole and sentence.text and not self._known & set(sentence.evidence_ids):
            ids = self._find_ids(sentence.text) or sentence.evidence_ids
            sentence = DraftSentence(sentence.text, ids)
        if not sentence.text:
            # A line of ids belongs to the line above it.
            sentence = DraftSentence(self._waiting, sentence.evidence_ids)
        self._waiting = "" if sentence.evidence_ids else sentence.text
        if denies(sentence.text):
            self._denied = True
        elif sentence.text and sentence.evidence_ids:
            self._keep(sentence)

    def _keep(self, sentence: DraftSentence) -> None:
        name = " ".join(sentence.text.casefold().split())
        self._seen[name] = self._seen.get(name, 0) + 1
        if self._seen[name] == 1:
            self._kept.append(sentence)
            self._events.append(sentence)
        self.done = len(self._kept) >= self._most or self._seen[name] > _MOST_REPEATS


def _form_of(text: str) -> str | None:
    """``json`` where a line begins like it, ``open`` while that cannot be told yet."""
    start = text.lstrip(" \t\r\ufeff")
    if not start or start[0] not in "{[":
        return None
    following = start[1:].lstrip()
    if not following:
        return "open"
    opens = '"}' if start[0] == "{" else "{"
    return "json" if following[0] in opens else None
