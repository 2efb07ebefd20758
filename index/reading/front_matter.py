"""Reads YAML front matter without believing it: plain strings, lists and mappings only."""

from __future__ import annotations

import html
import re
from typing import Any

import yaml

from index.errors import SourceError
from index.reading.cleaning import clean_date, clean_line, clean_names, clean_title, clean_url
from index.reading.metadata import Metadata, clean_id

_MAX_CHARACTERS = 100_000
_MAX_DEPTH = 20
_MAX_ALIASES = 100
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"\s*(?:#.*\n\s*)*[\w-]{1,40}[ \t]*:(?:\s|$)")
_MAX_PUBLISHER = 200


class _Loader(yaml.BaseLoader):
    """Leaves every scalar as the characters that stand there, a date too."""

    depth = 0
    aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - PyYAML's signature
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            self.aliases += 1
        if self.depth >= _MAX_DEPTH or self.aliases > _MAX_ALIASES:
            raise yaml.MarkedYAMLError(
                problem="it is nested too deeply or repeats too much", problem_mark=event.start_mark
            )
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The fields in front, keys in lower case, and the text behind them.

    Raises:
        SourceError: the front matter is not valid YAML (with the line in the file),
            is never closed, or is too long.
    """
    opening, _, rest = text.partition("\n")
    if opening.rstrip() != "---":
        return {}, text
    closing = _CLOSING.search(rest)
    if closing is None:
        if _KEY.match(rest):
            raise SourceError("The front matter opened on line 1 is never closed with '---'.")
        return {}, text
    if closing.start() > _MAX_CHARACTERS:
        raise SourceError(f"The front matter is longer than {_MAX_CHARACTERS:,} characters.")
    fields = _load(rest[: closing.start()])
    if fields is None:
        return {}, rest[closing.end() :]
    if not isinstance(fields, dict):
        # Two thematic breaks with prose between them are no front matter.
        return {}, text
    return {str(key).lower(): value for key, value in fields.items()}, rest[closing.end() :]


def _load(source: str) -> Any:  # noqa: ANN401 - whatever the YAML holds
    if not source.strip():
        return None
    try:
        return yaml.load(source, Loader=_Loader)  # noqa: S506 - a BaseLoader builds only strings
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line = f", line {mark.line + 2}" if mark else ""
        raise SourceError(
            f"The front matter is not valid YAML{line}: {exc.problem or exc.context}."
        ) from exc
    except (yaml.YAMLError, RecursionError, ValueError) as exc:
        raise SourceError("The front matter is not valid YAML.") from exc


def read_metadata(fields: dict[str, Any]) -> Metadata:
    """The article's metadata out of front matter fields, each cleaned."""
    dates = ("date", "published_at", "pubdate", "published", "created")
    urls = ("url", "canonical_url", "canonical", "link", "permalink")
    return Metadata(
        id=clean_id(fields.get("id")),
        title=clean_title(html.unescape(_name_of(fields.get("title")))),
        published_at=next(filter(None, (clean_date(fields.get(key)) for key in dates)), None),
        authors=_authors(fields.get("authors") or fields.get("author")),
        url=next(filter(None, (clean_url(fields.get(key)) for key in urls)), None),
        publisher=_publisher(fields),
    )


def _publisher(fields: dict[str, Any]) -> str | None:
    names = (_name_of(fields.get(key)) for key in ("publisher", "source"))
    lines = (clean_line(html.unescape(name), _MAX_PUBLISHER) for name in names)
    return next((line for line in lines if line and "://" not in line), None)


def _authors(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return clean_names([html.unescape(_name_of(each)) for each in values])


def _name_of(value: object) -> str:
    """A string, or the ``name`` of a mapping; "" for anything else and for YAML's null."""
    if isinstance(value, dict):
        value = value.get("name")
    return value if isinstance(value, str) and value != "~" else ""
