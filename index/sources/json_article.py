"""The article of one JSON line, checked field by field."""

from __future__ import annotations

import json
import re
from typing import Any

from index.errors import SourceError
from index.models import Article
from index.reading.cleaning import clean_date, clean_line, clean_names, clean_title, clean_url
from index.reading.headings import find_headings
from index.reading.kinds import MAX_TEXT
from index.reading.metadata import clean_id
from index.sources.ids import content_id

_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
_MAX_PUBLISHER = 200


def read_line(line: bytes) -> Article:
    """The article of one line.

    Raises:
        SourceError: what is wrong with the line, in one sentence.
    """
    fields = _load(line)
    text = _text_of(fields)
    title = clean_title(_string(fields, "title", needed=True))
    if not title:
        raise SourceError("The title has no visible characters.")
    url = clean_url(_string(fields, "url"))
    published_at = clean_date(_string(fields, "published_at"))
    given = _given_id(fields)
    return Article(
        id=given or content_id(title, published_at, url),
        title=title,
        text=text,
        published_at=published_at,
        authors=_authors(fields),
        url=url,
        publisher=clean_line(_string(fields, "source"), _MAX_PUBLISHER) or None,
        headings=find_headings(text),
        id_is_given=given is not None,
    )


def _load(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        raise SourceError("The line is not UTF-8.") from exc
    except json.JSONDecodeError as exc:
        raise SourceError(f"Invalid JSON: {exc.msg} (column {exc.colno}).") from exc
    except (ValueError, RecursionError) as exc:
        raise SourceError("Invalid JSON: a number too long or nested too deeply.") from exc
    if not isinstance(fields, dict):
        raise SourceError("The line is not a JSON object.")
    return fields


def _string(fields: dict[str, Any], key: str, *, needed: bool = False) -> str:
    value = fields.get(key)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise SourceError(f"'{key}' must be a string.")
    if needed and not value.strip():
        raise SourceError(f"'{key}' is missing or blank.")
    return value


def _text_of(fields: dict[str, Any]) -> str:
    text = _string(fields, "text", needed=True)
    if _NOT_STORABLE.search(text):
        raise SourceError("'text' holds a NUL character or half of a surrogate pair.")
    if len(text) > MAX_TEXT:
        raise SourceError(f"'text' is longer than {MAX_TEXT:,} characters.")
    return text


def _given_id(fields: dict[str, Any]) -> str | None:
    value = fields.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return clean_id(str(value))
    return clean_id(_string(fields, "id"))


def _authors(fields: dict[str, Any]) -> tuple[str, ...]:
    value = fields.get("authors")
    names = [value] if isinstance(value, str) else value or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SourceError("'authors' must be a string or a list of strings.")
    return clean_names(names)
