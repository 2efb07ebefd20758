r"""Makes untrusted text safe to store and show, and otherwise leaves it letter for letter.

What changes: line ends become ``\n``. What goes: control characters other than
``\n`` and ``\t``, lone surrogates, and characters nobody can see that hide or
reorder text (bidirectional controls, zero-width spaces, soft hyphens, tags).
Zero-width joiners stay, since Persian, Indic scripts and emoji need them. No
Unicode normalisation: a quote is compared with the text as its author typed it.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f\ud800-\udfff]"
)
_DATE_LIKE = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2}")
_URL_REFUSED = re.compile(r"[\s\\\"<>`{}|^]")

MAX_TITLE = 300
MAX_ID = 300
MAX_NAME = 200
MAX_AUTHORS = 50
MAX_DATE = 64
MAX_URL = 2_000
MAX_PORT = 65_535


def clean_text(text: str) -> str:
    """The text with plain line ends and without characters that cannot be seen."""
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))


def clean_line(text: str, limit: int) -> str:
    """One line of at most ``limit`` characters, spaces collapsed; may be empty."""
    # Not the whole of a hostile value: what stays is short anyway.
    line = " ".join(clean_text(text[: limit * 20]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def clean_title(text: str) -> str:
    """A title as one line of at most 300 characters; may be empty."""
    return clean_line(text, MAX_TITLE)


def clean_names(names: list[str]) -> tuple[str, ...]:
    """Names of authors, each one line, without blanks and doubles, in their order."""
    lines = (clean_line(name, MAX_NAME) for name in names[:MAX_AUTHORS])
    return tuple(dict.fromkeys(line for line in lines if line))


def clean_date(value: object) -> str | None:
    """A date as given, at its own precision; None when it does not look like a date."""
    if not isinstance(value, str) or len(value) > MAX_DATE:
        return None
    line = clean_line(value, MAX_DATE)
    return line if _DATE_LIKE.search(line) else None


def clean_url(value: object) -> str | None:
    """An absolute http(s) address with a host and without credentials, or None."""
    if not isinstance(value, str):
        return None
    url = value.strip()
    if len(url) > MAX_URL or clean_text(url) != url or _URL_REFUSED.search(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return None
    return url if port is None or 0 < port <= MAX_PORT else None
