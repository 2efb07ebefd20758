"""What a site's answer means: which types we take, and what a status tells a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from index.errors import FetchError
from index.reading.cleaning import clean_line
from index.reading.kinds import CONTENT_TYPES, media_type
from index.sources.failures import ComeBackLater, SiteDown

_ADVICE = {
    401: "the page asks for a login.",
    403: "the site refuses to show the page to programs.",
    404: "there is no such page; check the address.",
    410: "the page is gone.",
    429: "the site asks to be left alone for a while; try again later.",
}
_GONE = (404, 410)
_TOO_MANY = 429
_COME_BACK = (_TOO_MANY, 502, 503, 504)
_SERVER_ERROR = 500
_MAX_HEADER = 200
_LONGEST_VALIDATOR = 500


@dataclass(frozen=True, slots=True)
class Accept:
    """The content types that a caller can read. ``what`` names them in an error."""

    types: frozenset[str]
    header: str
    what: str


PAGES = Accept(
    frozenset(CONTENT_TYPES),
    "text/html, application/xhtml+xml, text/markdown, text/plain, application/pdf;q=0.9, */*;q=0.1",
    "web pages and documents",
)
# Many sites send a feed or a sitemap as something else; its root element decides.
LISTINGS = Accept(
    frozenset(
        (
            "application/rss+xml application/atom+xml application/rdf+xml application/xml "
            "text/xml application/feed+json application/json application/gzip "
            "application/x-gzip application/octet-stream text/html text/plain"
        ).split()
    ),
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.1",
    "feeds and sitemaps",
)
ANYTHING_READ = Accept(PAGES.types | LISTINGS.types, PAGES.header, "web pages and feeds")


def require_success(response: httpx.Response) -> None:
    """Raises what a status other than success means.

    Raises:
        SiteDown: for now; ``retry_after`` says how long, where the site does.
        FetchError: anything else; ``is_gone`` for 404 and 410.
    """
    status = response.status_code
    if response.is_success:
        return
    if status in _COME_BACK:
        wait = retry_after(response.headers.get("retry-after"), datetime.now(UTC))
        kind = ComeBackLater if status == _TOO_MANY else SiteDown
        raise kind(_status_message(status), retry_after=wait)
    raise FetchError(_status_message(status), is_gone=status in _GONE)


def require_type(response: httpx.Response, accept: Accept) -> str:
    """The content type as sent; HTML where the site does not say.

    Raises:
        FetchError: a type that is not accepted.
    """
    content_type = clean_line(response.headers.get("content-type", ""), _MAX_HEADER)
    if content_type and media_type(content_type) not in accept.types:
        raise FetchError(
            f"The address leads to {media_type(content_type)!r}; only {accept.what} are read."
        )
    return content_type or "text/html"


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, at least 0; None if it says nothing."""
    text = (value or "").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def validator(value: str | None) -> str | None:
    """An ETag or Last-Modified that can be sent back as it came, or None."""
    if not value or len(value) > _LONGEST_VALIDATOR:
        return None
    return value if value.isascii() and value.isprintable() else None


def _status_message(status: int) -> str:
    if status in _ADVICE:
        return f"HTTP {status}: {_ADVICE[status]}"
    if status >= _SERVER_ERROR:
        return f"HTTP {status}: the site has a problem; try again later."
    return f"HTTP {status}: the site did not give the page."
