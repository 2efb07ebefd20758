"""Whether single rows of an archive are fit to be kept: options, notes, pages."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime

from index.archive_articles import is_line
from index.archive_format import Row
from index.entries import SourceOptions, options_from
from index.models import is_note
from index.note_rows import GONE
from index.pages import MOST_CHARACTERS, Anchor, PageText
from index.reading.cleaning import MAX_ID, MAX_TITLE
from index.storable import can_be_stored

Quoted = tuple[int, int, bytes]
"""Where a note's quote begins and ends in its version's text, and the digest of its letters."""

_VERSION = re.compile(r"[0-9a-f]{32}")
_MOST_ANCHORS = 20_000
_LONGEST_ANCHOR = 200
# Marks of what is no text are not counted where a page is read.
_MOST_OF_PAGE = 2 * MOST_CHARACTERS + 1


def is_time(text: str) -> bool:
    """Whether it is a moment, with its time zone."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def are_options(text: str) -> bool:
    """Whether they are options of a source, as its row keeps them."""
    try:
        fields = json.loads(text)
        options = options_from(fields)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return False
    patterns = (*options.include, *options.exclude)
    return (
        set(fields) <= set(SourceOptions.__slots__)
        and all(isinstance(pattern, str) for pattern in patterns)
        and isinstance(options.language, str | None)
        and (options.limit is None or type(options.limit) is int)
    )


def find_odd_note(row: Row) -> str | None:
    """What is odd about what a note corrects, as the end of a sentence, or None."""
    start, end = row["start"], row["end"]
    checks = {
        "has an id that is none": is_note(row["article_id"]),
        "corrects no article": row["corrects"] not in ("", row["article_id"])
        and is_line(row["corrects"], MAX_ID),
        "corrects what has an odd title": is_line(row["title_then"], MAX_TITLE),
        "quotes what is nowhere": row["quote"] != ""
        and (_is_nowhere(row) or (0 <= start < end and end - start == len(row["quote"]))),
        "quotes a version that is none": _is_version(row["quoted_version"]),
        "was looked at beside a version that is none": _is_version_or_gone(row["looked_at"])
        and (row["told"] is None or _is_version_or_gone(row["told"])),
        "has no time": is_time(row["at"]),
    }
    return next((what for what, is_so in checks.items() if not is_so), None)


def read_quoted(row: Row) -> Quoted | None:
    """What a note quotes; None where the sentence had gone when somebody last changed the note."""
    if _is_nowhere(row):
        return None
    return row["start"], row["end"], digest_of(row["quote"])


def digest_of(text: str) -> bytes:
    """What is remembered of a quote."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def read_page(row: Row) -> PageText:
    """The page of a row that ``find_odd_page`` found to be sound."""
    return PageText(tuple(row["blocks"]), tuple(Anchor(*anchor) for anchor in row["anchors"]))


def find_odd_page(row: Row) -> str | None:
    """What is odd about a page, as the end of a sentence, or None."""
    blocks, anchors = row["blocks"], row["anchors"]
    if not blocks or not all(isinstance(b, str) and b and can_be_stored(b) for b in blocks):
        return "is no text"
    if sum(map(len, blocks)) > _MOST_OF_PAGE:
        return "is too long"
    if len(anchors) > _MOST_ANCHORS or not all(_is_anchor(a, len(blocks)) for a in anchors):
        return "has a place that is none"
    places = [anchor[0] for anchor in anchors]
    return "has its places in no order" if places != sorted(places) else None


def _is_anchor(anchor: object, blocks: int) -> bool:
    if not isinstance(anchor, list) or [type(value) for value in anchor] != [int, str, bool]:
        return False
    block, id_, _ = anchor
    return 0 <= block < blocks and len(id_) <= _LONGEST_ANCHOR and can_be_stored(id_)


def _is_nowhere(row: Row) -> bool:
    return (row["start"], row["end"]) == (0, 0)


def _is_version(text: str) -> bool:
    return _VERSION.fullmatch(text) is not None


def _is_version_or_gone(text: str) -> bool:
    return text == GONE or _is_version(text)
