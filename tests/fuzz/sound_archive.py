"""A small export that is sound, in the parts that a fuzzer changes."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from index.archive_articles import chunk_id
from index.archive_format import FORMAT, KEY_BYTES, MANIFEST, TABLES, VECTORS, Row
from index.models import NOTE_PREFIX, Article, Heading
from tests.fuzz.drawing import Draw

FINGERPRINT = "f"
DIMENSION = 2
_AT = "2031-06-10T08:00:00+00:00"
_KEY = b"k" * KEY_BYTES
_TEXT = "Times\n\nThe ferry sails at nine. It rests in May."
_QUOTE = "It rests in May."
_FERRY = Article(
    "ferry", "The ferry", _TEXT, "2031-06-10", ("Ada",), "https://paper.example/1", "The Post",
    (Heading(0, 5, 1),),
)  # fmt: skip
_NOTE = Article(f"{NOTE_PREFIX}1", "It does not rest", "The ferry sails in May, too.")
_START = _TEXT.index(_QUOTE)
_SAID: Mapping[str, str] = {
    "published_at": _AT, "added_at": _AT, "at": _AT, "actor": "1", "added_by": "1", "author": "1",
    "approved_by": "2", "outcome": "read", "reason": "", "note": "add",
}  # fmt: skip


def _row(fields: Mapping[str, str], **given: object) -> Row:
    """A row with the same in each field that is not given."""
    blanks = {"int": 0, "text": "", "list": []}
    said = {name: _SAID.get(name, blanks.get(kind)) for name, kind in fields.items()}
    return said | given


def _version(article: Article) -> dict[str, Any]:
    id_, end = article.version_id, len(article.text)
    return {
        "version_id": id_,
        "article_id": article.id,
        "title": article.title,
        "text": article.text,
        "published_at": article.published_at,
        "authors": list(article.authors),
        "url": article.url,
        "publisher": article.publisher,
        "headings": [[h.start, h.end, h.level] for h in article.headings],
        "chunks": [[chunk_id(id_, 0, end), 0, end, "", _KEY.hex()]],
    }


_GIVEN: Mapping[str, Sequence[dict[str, Any]]] = {
    "editions.jsonl": ({"number": 3, "added": 1}, {"number": 4, "added": 1}),
    "sources.jsonl": ({"number": 1, "kind": "folder", "location": "/paper", "options": "{}"},),
    "entries.jsonl": ({"source": 1, "key": "ferry.md", "article_id": "ferry"},),
    "versions.jsonl": sorted(map(_version, (_FERRY, _NOTE)), key=lambda row: row["version_id"]),
    "memberships.jsonl": (
        {"article_id": "ferry", "version": _FERRY.version_id, "source": 1, "from_edition": 3},
        {"article_id": _NOTE.id, "version": _NOTE.version_id, "from_edition": 4},
    ),
    "withheld.jsonl": ({"article_id": "bridge"},),
    "golden.jsonl": ({"question": "When?", "article_id": "ferry", "title": "The ferry"},),
    "supersessions.jsonl": ({"article_id": "bridge", "by_article": "ferry"},),
    "audit.jsonl": ({"action": "add"},),
    "notes.jsonl": (
        {
            "article_id": _NOTE.id, "corrects": "ferry", "title_then": "The ferry",
            "start": _START, "end": _START + len(_QUOTE), "quote": _QUOTE,
            "quoted_version": _FERRY.version_id, "looked_at": _FERRY.version_id,
        },
    ),
    "pages.jsonl": (
        {"version": _FERRY.version_id, "blocks": ["Menu", _TEXT], "anchors": [[1, "top", True]]},
    ),
    "settings.jsonl": ({"name": "public", "value": "yes"}, {"name": "recency", "value": "mild"}),
}  # fmt: skip
_ROWS: Mapping[str, Sequence[Row]] = {
    table.member: [_row(table.fields, **given) for given in _GIVEN[table.member]]
    for table in TABLES
}
_VECTORS = _KEY + struct.pack("<2f", 0.6, 0.8)
_WORDS = (
    _AT, "2031-06-10", "ferry", "bridge", _NOTE.id, _FERRY.version_id, _NOTE.version_id, "gone",
    "folder", "page", '{"limit": 1}', '{"include": ["a"]}', "[]", "public", "recency", "strong",
    "f", "\ud800", "a\nb", "\u202e", "x" * 400, _KEY.hex(), "https://paper.example/2",
)  # fmt: skip


def change_archive(draw: Draw) -> bytes:
    """The export, some of it changed; with nothing to draw, as it is."""
    rows: dict[str, list[Row | bytes]] = {name: list(deepcopy(r)) for name, r in _ROWS.items()}
    manifest: dict[str, Any] = {
        "format": FORMAT, "library": "paper", "edition": 4, "fingerprint": FINGERPRINT,
        "dimension": DIMENSION,
    }  # fmt: skip
    vectors = _VECTORS
    for _ in range(draw.number(0, 6)):
        part = draw.number(0, 9)
        if part == 0:
            manifest[draw.one_of(sorted(manifest))] = _value(draw)
        elif part == 1:
            vectors += draw.data(3 * len(_VECTORS))
        else:
            _change_rows(draw, rows)
    bodies = {VECTORS: vectors, **{name: b"".join(map(_line, r)) for name, r in rows.items()}}
    size = KEY_BYTES + 4 * DIMENSION
    manifest["members"] = [
        {
            "name": name,
            "size": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "rows": -(-len(body) // size) if name == VECTORS else len(rows[name]),
        }
        for name, body in bodies.items()
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        for name, body in {MANIFEST: json.dumps(manifest).encode(), **bodies}.items():
            opened.writestr(name, body)
    return out.getvalue()


def _change_rows(draw: Draw, rows: dict[str, list[Row | bytes]]) -> None:
    table = draw.one_of(TABLES)
    those = rows[table.member]
    at = draw.number(0, max(len(those) - 1, 0))
    how = draw.number(0, 5)
    if how == 0:
        those.append(draw.data(200).replace(b"\n", b" "))
    elif how == 1 and those:
        those.insert(at, deepcopy(those[at]))
    elif how == 2 and those:
        del those[at]
    elif those and isinstance(row := those[at], dict):
        row[draw.one_of(sorted(table.fields))] = _value(draw)


def _value(draw: Draw, depth: int = 0) -> object:
    """Any value that JSON can hold."""
    match draw.number(0, 6):
        case 0:
            return draw.one_of(_WORDS)
        case 1:
            return draw.number(-1, 6)
        case 2:
            return draw.number(-(1 << 62), 1 << 62)
        case 3:
            return draw.one_of((None, True, 0.5, float("nan"), 1 << 80))
        case 4 if depth < 3:
            return [_value(draw, depth + 1) for _ in range(draw.number(0, 5))]
        case _:
            return draw.text(60)


def _line(row: Row | bytes) -> bytes:
    return (row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n"
