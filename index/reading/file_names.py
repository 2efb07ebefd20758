"""What a file's name says: a title for people, a date, a name safe to store."""

from __future__ import annotations

import re
from datetime import date

from index.reading.cleaning import clean_line, clean_title
from index.reading.kinds import split_suffix

_DATE = re.compile(r"(?<![0-9])(\d{4})-(\d{2})-(\d{2})(?![0-9])")
_LEADING_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}[-_ .]+(?=.)")
_JOINTS = re.compile(r"[-_\s]+")
_MAX_NAME = 255


def base_name(name: str) -> str:
    """The last part of an untrusted name, as one line; may be empty."""
    return clean_line(re.split(r"[/\\]", name)[-1], _MAX_NAME)


def humanise(name: str) -> str:
    """``2025-04-29-town-hall.md`` as ``Town hall``; never empty."""
    stem = split_suffix(base_name(name))[0]
    words = _JOINTS.sub(" ", _LEADING_DATE.sub("", stem)).strip(" .")
    return clean_title(words[:1].upper() + words[1:]) or "Untitled"


def date_in(name: str) -> str | None:
    """The date in a name such as ``2025-04-29-town-hall.md``, if there is a real one."""
    for match in _DATE.finditer(base_name(name)):
        try:
            return date.fromisoformat(match[0]).isoformat()
        except ValueError:
            continue
    return None
