"""Takes out of log lines what must not be in them: secrets, what people asked, line breaks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from structlog.typing import EventDict, WrappedLogger

REMOVED = "[removed]"
_SECRET_KEY = re.compile(
    r"token(?!s)|secret|passw|authorization|api_?key|cookie|credential", re.IGNORECASE
)
_SECRET_SHAPES = (
    re.compile(r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"),  # Discord's tokens
    re.compile(r"(?<=/webhooks/)\d+/[\w-]{20,}"),  # Discord's webhook and interaction tokens
    re.compile(r"(?<=/interactions/)\d+/[\w-]{20,}"),
    re.compile(r"\b(?:sk|pk|rk|ck|ghp|gho|xox[abp])[-_][\w-]{16,}"),
    re.compile(r"(?<=Bearer )[\w.~+/=-]{8,}|(?<=Bot )[\w.-]{20,}|(?<=Basic )[\w+/=-]{8,}"),
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s]+(?=@)"),
    re.compile(r"(?i)(?<=password=)('[^']*'|[^\s&'\"]+)|(?<=api_key=)[^\s&'\"]+"),
)
# What people asked and were told is theirs; a log needs at most how long it was.
_PRIVATE_KEYS = frozenset(
    {"question", "query", "answer", "text", "quote", "content", "params", "title", "prompt"}
)
_PERSON_KEYS = frozenset({"user", "user_id", "member", "person", "asker", "author"})
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_SHORTEST_SECRET = 4
# A shorter text says little, and would be taken out of the middle of our own words.
_SHORTEST_TEXT = 8
_LONGEST_LINE = 16_000

# Between two words: anything that is no letter, written plainly, escaped or percent-encoded.
_BETWEEN = r"(?:[\W_]|\\{1,4}[nrt]|\\{1,4}u[0-9a-f]{4}|%[0-9A-F]{2}){1,16}?"
_WINDOW, _MOST_WORDS = 5, 60

_PRIVATE: ContextVar[tuple[str, ...]] = ContextVar("footnote_private_texts", default=())


def keep_private(texts: Iterable[str]) -> None:
    """Keep these texts out of every line logged from here on in this task, its threads too."""
    _PRIVATE.set(tuple(texts))


@contextmanager
def private(texts: Iterable[str]) -> Iterator[None]:
    """A context in whose log lines these texts do not appear."""
    before = _PRIVATE.set(tuple(dict.fromkeys((*texts, *_PRIVATE.get()))))
    try:
        yield
    finally:
        _PRIVATE.reset(before)


def conceal(line: str) -> str:
    """The line without the private texts of whoever logs it."""
    for text in _PRIVATE.get():
        if len(text.strip()) < _SHORTEST_TEXT:
            continue
        for spelled in _spell(text):
            if spelled in line:
                line = line.replace(spelled, f"({len(text)} characters)")
        words = _find_words(text)
        if words is not None:
            line = words.sub("(...)", line)
    return line


@lru_cache(maxsize=256)
def _spell(text: str) -> tuple[str, ...]:
    """The text as it may turn up within a line, the longest first."""
    spelled = {
        written
        for each in (text.strip(), " ".join(text.split()))
        for written in (
            each,
            repr(each)[1:-1],
            json.dumps(each)[1:-1],
            json.dumps(each, ensure_ascii=False)[1:-1],
            quote(each, errors="replace"),
            quote_plus(each, errors="replace"),
        )
    }
    return tuple(sorted(spelled, key=len, reverse=True))


@lru_cache(maxsize=256)
def _find_words(text: str) -> re.Pattern[str] | None:
    """Finds the text, or a good part of it, by its words, whatever stands between them."""
    words = re.findall(r"[^\W_]+", text)[:_MOST_WORDS]
    windows = [words[at : at + _WINDOW] for at in range(0, len(words), _WINDOW)]
    telling = [each for each in windows if len(each) > 1 and sum(map(len, each)) >= _SHORTEST_TEXT]
    if not telling:
        return None
    patterns = (_BETWEEN.join(map(re.escape, each)) for each in telling)
    return re.compile("|".join(patterns), re.IGNORECASE)


class Scrubber:
    """The last step before rendering: takes out what must not be logged, at any depth.

    Args:
        secrets: Texts that must not appear.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        spelled = {each for s in secrets for each in (s, quote(s, safe=""), repr(s)[1:-1])}
        found = (each for each in spelled if len(each) >= _SHORTEST_SECRET)
        self._secrets = tuple(sorted(found, key=len, reverse=True))

    def __call__(
        self, _logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]
    ) -> EventDict:
        """Clean one event."""
        return {key: self._scrub(key, value) for key, value in event.items()}

    def _scrub(self, key: str, value: object) -> object:
        # Keys with an underscore in front are structlog's own: the record and where it came from.
        if key.startswith("_") or value is None or isinstance(value, bool):
            return value
        if key in _PERSON_KEYS or (_SECRET_KEY.search(key) and not isinstance(value, int | float)):
            return REMOVED
        if isinstance(value, int | float):
            return value
        if key in _PRIVATE_KEYS:
            return f"({len(str(value))} characters)"
        return self._scrub_deeply(key, value)

    def _scrub_deeply(self, key: str, value: object) -> object:
        if isinstance(value, Mapping):
            return {self._clean(str(k)): self._scrub(str(k), v) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._scrub("", item) for item in value]
        return self._clean(str(value), keep_lines=key in {"exception", "stack"})

    def _clean(self, text: str, *, keep_lines: bool = False) -> str:
        for secret in self._secrets:
            text = text.replace(secret, REMOVED)
        for shape in _SECRET_SHAPES:
            text = shape.sub(REMOVED, text)
        text = conceal(text)
        if len(text) > _LONGEST_LINE:
            text = f"{text[:_LONGEST_LINE]} ... {len(text) - _LONGEST_LINE} more characters"
        control = _CONTROL_BUT_LINES if keep_lines else _CONTROL
        text = control.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
