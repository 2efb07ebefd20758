"""The parameters of a command: each is checked as it is read, for it may come over the socket."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.answering.models import Question
from bot.contract import (
    SEARCH_LIMITS,
    parse_history,
    parse_library_name,
    parse_question_text,
)
from bot.contract_check import parse_message
from bot.errors import CommandError
from bot.rendering.text import clean_line
from bot.since import SINCE_EXAMPLES, read_since
from bot.state.gap_causes import Cause
from index.entries import EVERYTHING, SourceOptions
from index.plans import Consent
from index.recency import WORDS
from index.storable import can_be_stored

ACTOR = "command line"
"""Who did it, in the history and the audit."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_LANGUAGE = re.compile(r"[a-z]{2}\Z")
_LONGEST_REASON = 500
_LONGEST_WORD = 1000
_MOST_PATTERNS = 100
_LARGEST = 2**31


class Params:
    """What came with a command. Each property raises ``CommandError`` where it is not right."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params

    @property
    def library(self) -> str:
        """The library's name."""
        try:
            return parse_library_name(str(self._params.get("library", "default")))
        except ValueError as error:
            raise CommandError(f"--library: {error}.") from error

    @property
    def question(self) -> Question:
        """The question that is asked, or kept."""
        try:
            text = parse_question_text(str(self._params.get("question", "")))
            history = parse_history(self._params.get("history"))
        except ValueError as error:
            raise CommandError(str(error)) from error
        return Question(
            text=text,
            id=str(self._params.get("id", "")),
            history=history,
            article_id=self._only_article,
            since=self._since,
        )

    @property
    def _only_article(self) -> str | None:
        if self._params.get("only_article") is None:
            return None
        return self._word("only_article", "--article takes an article's id.")

    @property
    def _since(self) -> date | None:
        if self._params.get("since") is None:
            return None
        text = self._word("since", f"--since takes a day: {SINCE_EXAMPLES}.")
        since = read_since(text, datetime.now().astimezone().date())
        if since is None:
            raise CommandError(f"--since takes a day, such as {SINCE_EXAMPLES}.")
        return since

    @property
    def message(self) -> str:
        """The message that is checked."""
        try:
            return parse_message(self._params.get("text"))
        except ValueError as error:
            raise CommandError(str(error)) from error

    @property
    def id(self) -> str:
        """What names the request in logs and results."""
        return str(self._params.get("id", ""))

    @property
    def limit(self) -> int:
        """How many passages are wanted."""
        least, most = SEARCH_LIMITS
        return self._number("limit", f"-k takes a number from {least} to {most}.", least, most)

    @property
    def lines(self) -> int:
        """How many lines of a list are wanted."""
        return self._number("lines", "--limit takes a number from 1 to 10,000.", 1, 10_000)

    @property
    def articles(self) -> tuple[str, ...]:
        """Articles' ids, at least one."""
        says = "Name at least one article's id."
        articles = self._words("articles", says)
        if not all(map(_is_kept, articles)):
            raise CommandError(says)
        return articles

    @property
    def article(self) -> str:
        """One article's id."""
        return self._word("article", "Name an article's id.")

    @property
    def newer(self) -> str | None:
        """The id of the article that supersedes the other; None to take the mark away."""
        return None if self._params.get("by") is None else self._word("by", "--by takes an id.")

    @property
    def targets(self) -> tuple[str, ...]:
        """Absolute paths and addresses, at least one."""
        return self._words("targets", "Name at least one file, folder or URL.")

    @property
    def targets_if_any(self) -> tuple[str, ...]:
        """Absolute paths and addresses; none means the remembered sources."""
        return self.targets if self._params.get("targets") else ()

    @property
    def path(self) -> str:
        """The absolute path of a file: the process that owns the data folder may be elsewhere.

        It is opened and not kept, so its name need not be UTF-8.
        """
        path = self._params.get("path")
        if not isinstance(path, str) or not path.strip() or "\0" in path:
            raise CommandError("Name a file.")
        if not Path(path).is_absolute():
            raise CommandError("Name a file by its absolute path.")
        return path

    @property
    def source(self) -> int:
        """The key of a source."""
        says = "A source is named by its number; footnote index sources lists them."
        return self._number("source", says)

    @property
    def sources(self) -> tuple[int, ...]:
        """Keys of sources; none means all."""
        keys = self._params.get("sources") or []
        if not isinstance(keys, list):
            raise CommandError("--source takes a number; footnote index sources lists them.")
        return tuple(Params({"source": key}).source for key in keys)

    @property
    def key(self) -> int:
        """The key of a golden question."""
        return self._number(
            "key", "A golden question is named by its number; footnote golden list shows them."
        )

    @property
    def cause(self) -> Cause | None:
        """Why gaps were left open that are wanted; None: whatever the reason."""
        value = self._params.get("cause")
        if value is None:
            return None
        try:
            return Cause(value)
        except ValueError as error:
            known = ", ".join(Cause)
            raise CommandError(f"A gap is left open for one of these reasons: {known}.") from error

    @property
    def gap(self) -> int:
        """The number of a gap."""
        return self._number("key", "A gap is named by its number; footnote gaps lists them.")

    @property
    def edition(self) -> int:
        """The number of an edition."""
        says = "An edition is named by its number; footnote index history lists them."
        return self._number("edition", says)

    @property
    def plan(self) -> str:
        """The id of a plan."""
        return self._name("plan", "That is no plan's id; footnote index plans lists them.")

    @property
    def job(self) -> str | None:
        """The id of a job; None for the one that runs."""
        if self._params.get("job") is None:
            return None
        return self._name("job", "That is no job's id; footnote index jobs lists them.")

    @property
    def schedule(self) -> str | None:
        """When a source is read again, as it was written; None for never."""
        text = self._word("schedule", "Say when: hourly, daily 06:00, cron text, or off.").strip()
        return None if text.lower() in {"off", "never", "none"} else text

    @property
    def recency(self) -> str | None:
        """How much newer articles are preferred, as it was written; None to see it."""
        if self._params.get("recency") is None:
            return None
        return self._word("recency", f"Recency is {WORDS}.")

    @property
    def reason(self) -> str:
        """Why, as the person wrote it, on one line."""
        reason = clean_line(str(self._params.get("reason") or ""))
        if len(reason) > _LONGEST_REASON:
            raise CommandError(f"--reason takes at most {_LONGEST_REASON} characters.")
        return reason

    @property
    def consent(self) -> Consent:
        """What was said yes to."""
        return Consent(
            drop=self.flag("accept_drop"),
            suspicious=self.flag("accept_suspicious"),
            golden=self.flag("override_golden"),
        )

    @property
    def options(self) -> SourceOptions | None:
        """How a source is to be read; None when nothing was said about it."""
        changed = self.change_options(EVERYTHING)
        return None if changed == EVERYTHING else changed

    @property
    def changes_options(self) -> bool:
        """Whether anything was said about how a source is read."""
        return self.flag("reset") or any(
            self._params.get(name) for name in ("include", "exclude", "language", "take")
        )

    def change_options(self, options: SourceOptions) -> SourceOptions:
        """The options with what was given in place of what was there."""
        changed = EVERYTHING if self.flag("reset") else options
        if self._params.get("include"):
            changed = replace(changed, include=self._patterns("include"))
        if self._params.get("exclude"):
            changed = replace(changed, exclude=self._patterns("exclude"))
        if self._params.get("language"):
            changed = replace(changed, language=self._language())
        if self._params.get("take") is not None:
            limit = self._number("take", "--limit takes a number from 1.", 1)
            changed = replace(changed, limit=limit)
        return changed

    @property
    def repeated(self) -> str:
        """The common options, each behind a space, for a command to give next."""
        try:
            words = shlex.split(str(self._params.get("repeated") or ""))
        except ValueError:
            return ""
        return f" {clean_line(shlex.join(words))}" if words else ""

    def flag(self, name: str) -> bool:
        """Whether a switch was given."""
        return self._params.get(name) is True

    def _number(self, name: str, says: str, least: int = 1, most: int = _LARGEST) -> int:
        value = self._params.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise CommandError(says)
        return value

    def _word(self, name: str, says: str) -> str:
        value = self._params.get(name)
        if not isinstance(value, str) or not value.strip() or not _is_kept(value):
            raise CommandError(says)
        return value

    def _name(self, name: str, says: str) -> str:
        value = self._word(name, says)
        if not _NAME.match(value):
            raise CommandError(says)
        return value

    def _words(self, name: str, says: str) -> tuple[str, ...]:
        values = self._params.get(name)
        if not isinstance(values, list) or not values:
            raise CommandError(says)
        return tuple(str(value) for value in values)

    def _patterns(self, name: str) -> tuple[str, ...]:
        patterns = self._words(name, f"--{name} takes a pattern, such as 'news/*'.")
        if not all(p.strip() and len(p) <= _LONGEST_WORD and _is_kept(p) for p in patterns):
            raise CommandError(f"--{name} takes a pattern, such as 'news/*'.")
        if len(patterns) > _MOST_PATTERNS:
            raise CommandError(f"--{name} can be given {_MOST_PATTERNS} times at most.")
        return patterns

    def _language(self) -> str:
        language = str(self._params.get("language")).strip().lower()
        if not _LANGUAGE.match(language):
            raise CommandError("--language takes two letters, such as en or de.")
        return language


def _is_kept(word: str) -> bool:
    """Whether a word can be looked up; bytes in it that are no UTF-8 come as half pairs."""
    return "\0" not in word and can_be_stored(word)
