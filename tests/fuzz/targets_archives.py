"""What somebody else packed: exports of libraries, and pages in them."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from pathlib import Path

from index.archive_checks import check_contents
from index.archive_format import FORMAT, MANIFEST, NAMES, VECTORS
from index.archive_reading import Archive
from index.errors import ArchiveError
from index.pages import PageText
from tests.fuzz.drawing import Draw
from tests.fuzz.target import Target, check_sentence


def read_page(data: bytes) -> None:
    """A stored page, which may come from an archive that somebody else made."""
    try:
        page = PageText.unpack(data)
    except ValueError:
        return
    assert PageText.unpack(page.pack()) == page


def read_archive(data: bytes) -> None:
    """An export with any rows in any of its members, and any bytes as one."""
    draw = Draw(data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "library.zip"
        path.write_bytes(draw.rest() if draw.number(0, 3) == 1 else _archive(draw))
        try:
            archive = Archive(path, most_bytes=50_000_000, on_row=lambda: None)
            try:
                check_contents(archive, "f", 2)
            finally:
                archive.close()
        except ArchiveError as error:
            check_sentence(str(error))


def _archive(draw: Draw) -> bytes:
    parts = dict.fromkeys(NAMES, b"")
    edition = {"number": 1, "published_at": "", "actor": "", "note": "", "reason": ""}
    counts = {"added": 0, "changed": 0, "removed": 0}
    parts["editions.jsonl"] = json.dumps(edition | counts).encode() + b"\n"
    for _ in range(draw.number(0, 6)):
        parts[draw.one_of(NAMES)] = draw.data(800)
    members = [
        {
            "name": name,
            "size": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "rows": -(-len(body) // 24) if name == VECTORS else len(body.splitlines()),
        }
        for name, body in parts.items()
    ]
    manifest = {
        "format": FORMAT, "library": "a", "edition": 1, "fingerprint": "f", "dimension": 2,
        "members": members,
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        for name, body in {MANIFEST: json.dumps(manifest).encode(), **parts}.items():
            opened.writestr(name, body)
    return out.getvalue()


TARGETS = {
    "read_page": Target(
        read_page,
        (
            b"x\x9c",
        ),
        (
            PageText(("One", "Two")).pack(),
        ),
    ),
    "read_archive": Target(
        read_archive,
        (
            *(name.encode() for name in NAMES), b'{"number": ', b'"text": ""', b"null", b"[[0, 1]]",
            b"\n",
        ),
        (
            b"\0\1\0" + b"{}",
        ),
        8_192,
    ),
}  # fmt: skip
