"""RSS, Atom and JSON feeds as lists of entries; runs in the reading process."""

from __future__ import annotations

import io
import json
import re
import time
from typing import Any
from urllib.parse import urljoin

import feedparser  # type: ignore[import-untyped]

from index.errors import SourceError
from index.reading.blocks import BlockBuilder, CleanText
from index.reading.cleaning import (
    MAX_ID,
    clean_date,
    clean_line,
    clean_names,
    clean_title,
    clean_url,
)
from index.reading.html_fragment import add_html
from index.reading.listed import MAX_ENTRIES, ListedEntry, Listing, ListingKind

# Less is a teaser, not an article.
FEWEST_CHARACTERS = 200
# All contents of a feed together, so that a reply stays within its frame.
_MOST_CHARACTERS = 2_000_000
_ISO_DATE = re.compile(r"\d{4}(-\d\d)?(-\d\d)?(T|$)")


def parse_feed(data: bytes, *, url: str, content_type: str) -> Listing:
    """The entries of a feed.

    Raises:
        SourceError: it is broken, and no entry could be made out.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _parse_json(data, url)
    # Given as a stream: feedparser would open a string that looks like an address or a path.
    feed = feedparser.parse(
        io.BytesIO(data),
        response_headers={"content-type": content_type},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    problem = feed.get("bozo_exception")
    is_whole = not _is_broken(problem)
    contents = _Contents(url)
    is_atom = str(feed.get("version", "")).startswith("atom")
    found = [_entry(item, contents, is_atom=is_atom) for item in feed.entries[:MAX_ENTRIES]]
    entries = [entry for entry in found if is_whole or entry.url or entry.title or entry.text]
    if not entries and not is_whole:
        raise SourceError(f"The feed is broken: {clean_line(str(problem), 200)}.")
    return Listing(ListingKind.FEED, tuple(entries), is_whole)


def _is_broken(problem: object) -> bool:
    harmless = (
        feedparser.CharacterEncodingOverride,
        feedparser.NonXMLContentType,
    )
    return problem is not None and not isinstance(problem, harmless)


class _Contents:
    """Makes clean text of the contents of a feed, up to a number of characters in all.

    ``base`` is the feed's address, which its links are relative to.
    """

    def __init__(self, base: str) -> None:
        self.base = base
        self._left = _MOST_CHARACTERS

    def read(self, content: str, *, is_html: bool) -> CleanText:
        """The clean text; empty where it is too short for an article, or all together too long."""
        if not FEWEST_CHARACTERS <= len(content) <= self._left:
            return CleanText("")
        builder = BlockBuilder()
        if is_html:
            add_html(content, builder)
        else:
            builder.paragraph(content)
        clean = builder.build()
        if len(clean.text) < FEWEST_CHARACTERS:
            return CleanText("")
        self._left -= len(clean.text)
        return clean


def _entry(item: Any, contents: _Contents, *, is_atom: bool) -> ListedEntry:  # noqa: ANN401 - feedparser has no types
    published = _date(item, "published") or _date(item, "updated")
    # Only Atom's date says when an entry was changed; others give that of publication again.
    changed = _date(item, "updated") if is_atom else None
    content: dict[str, str] = max(
        (part for part in [*item.get("content", ()), item.get("summary_detail")] if part),
        key=lambda part: len(part.get("value", "")),
        default={},
    )
    is_html = content.get("type") != "text/plain"
    clean = contents.read(content.get("value", ""), is_html=is_html)
    names = [str(author.get("name", "")) for author in item.get("authors", ())]
    id_ = str(item.get("id", ""))
    # RSS takes an id for an address unless told otherwise; many feeds tell nothing.
    is_number = item.get("guidislink") and not id_.startswith(("http://", "https://"))
    return ListedEntry(
        url=None if is_number else _address(item.get("link"), contents.base),
        id=clean_line(id_, MAX_ID),
        title=_plain(str(item.get("title", ""))),
        published_at=published,
        changed_at=changed,
        authors=clean_names(names),
        text=clean.text,
        headings=clean.headings,
    )


def _date(item: Any, name: str) -> str | None:  # noqa: ANN401 - feedparser has no types
    """A date as given where that is ISO 8601, else made so from what feedparser understood."""
    if name not in item:
        return None
    given = str(item[name]).strip()
    parsed = item.get(f"{name}_parsed")
    if _ISO_DATE.match(given) or not isinstance(parsed, time.struct_time):
        return clean_date(given)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", parsed)


def _address(value: object, base: str) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        return clean_url(urljoin(base, value.strip()).partition("#")[0])
    except ValueError:
        return None


def _plain(title: str) -> str:
    """A title without markup."""
    if "<" not in title and "&" not in title:
        return clean_title(title)
    builder = BlockBuilder()
    add_html(title, builder)
    return clean_title(builder.build().text)


def _parse_json(data: bytes, url: str) -> Listing:
    try:
        feed = json.loads(data.decode("utf-8-sig"))
        items = feed["items"]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise SourceError("The feed is broken: it is not valid JSON with items.") from exc
    if not isinstance(items, list):
        raise SourceError("The feed is broken: its items are no list.")
    contents = _Contents(url)
    entries = [_json_entry(item, contents) for item in items if isinstance(item, dict)]
    return Listing(ListingKind.FEED, tuple(entries[:MAX_ENTRIES]))


def _json_entry(item: dict[str, Any], contents: _Contents) -> ListedEntry:
    def text(name: str) -> str:
        value = item.get(name)
        return value if isinstance(value, str) else ""

    html = text("content_html")
    clean = contents.read(html or text("content_text"), is_html=bool(html))
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else []
    names = [person.get("name") for person in people if isinstance(person, dict)]
    return ListedEntry(
        url=_address(item.get("url") or item.get("external_url"), contents.base),
        id=clean_line(str(item.get("id", "")), MAX_ID),
        title=clean_title(text("title")),
        published_at=clean_date(text("date_published")),
        changed_at=clean_date(text("date_modified")),
        authors=clean_names([name for name in names if isinstance(name, str)]),
        text=clean.text,
        headings=clean.headings,
    )
