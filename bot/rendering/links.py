"""Addresses of articles in a form that is safe to show and to follow."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

LINK_LIMIT = 512
"""What a link button of Discord takes."""

_PARTS_KEPT = "/%:@!$&',;=+-._~"
_UNUSABLE = re.compile(r"[\x00-\x20\x7f\\]")
# An address of IPv6; some parsers pass over what stands behind it.
_BRACKETED = re.compile(r"\[[0-9A-Fa-f:.]+\](?::\d*)?")
# "@everyone" may be the name of somebody's page; the address leads there in this form too.
_CALL = re.compile("@(?=everyone|here)", re.IGNORECASE)


def safe_url(url: str | None) -> str | None:
    """The URL in a form that breaks out of nothing, or None if nobody should follow it.

    Only http and https, with a host, without a name and password. Applied twice it gives
    the same.
    """
    if url is None or _UNUSABLE.search(url := url.strip()):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
            return None
        if "[" in parts.netloc and not _BRACKETED.fullmatch(parts.netloc):
            return None
        name = host if host.isascii() else host.encode("idna").decode("ascii")
        path = quote(parts.path, safe=_PARTS_KEPT)
        query = quote(parts.query, safe=_PARTS_KEPT + "?")
        fragment = quote(parts.fragment, safe=_PARTS_KEPT + "?")
    except (ValueError, UnicodeError):
        return None
    if not re.fullmatch(r"[0-9A-Za-z._-]+|[0-9A-Fa-f:.]+", name):
        return None
    netloc = f"[{name}]" if ":" in name else name
    safe = urlunsplit(
        (parts.scheme, netloc if port is None else f"{netloc}:{port}", path, query, fragment)
    )
    return _CALL.sub("%40", safe)


def short_url(url: str | None) -> str | None:
    """The safe form of the URL if it is short enough to be shown, else None."""
    page = safe_url(url)
    return page if page and len(page) <= LINK_LIMIT else None


def without_words(url: str) -> str:
    """The safe URL without words that it names already, and without an empty fragment."""
    return url.partition(":~:")[0].removesuffix("#")


def has_fragment(url: str) -> bool:
    """Whether the safe URL names a part of its page."""
    return "#" in without_words(url)


def before_words(url: str) -> str:
    """The safe URL up to where words to highlight may be named."""
    url = without_words(url)
    return url + (":~:" if "#" in url else "#:~:")
