"""What somebody else packed: exports of libraries, and pages in them."""

from __future__ import annotations

import sqlite3
import tempfile
import zlib
from functools import cache
from pathlib import Path

from bot.rendering.linking import nearest_anchor
from index.archive_checks import Contents, check_contents
from index.archive_import import take_in
from index.archive_reading import Archive
from index.errors import ArchiveError
from index.pages import PageText
from index.schema import STEPS
from tests.fuzz.drawing import Draw
from tests.fuzz.sound_archive import DIMENSION, FINGERPRINT, change_archive
from tests.fuzz.target import Target, check_sentence


def read_page(data: bytes) -> None:
    """A stored page, which may come from somebody else: any bytes, or any JSON that was packed."""
    draw = Draw(data)
    whole = draw.flag()
    body = draw.rest()
    try:
        page = PageText.unpack(body if whole else zlib.compress(body, 1))
    except ValueError:
        return
    assert PageText.unpack(page.pack()) == page
    assert all(0 <= anchor.block < len(page.blocks) for anchor in page.anchors)
    nearest_anchor(page, len(page.blocks) // 2).encode()


def read_archive(data: bytes) -> None:
    """An export with changes in any of its members, or any bytes: taken in whole, or refused."""
    draw = Draw(data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "library.zip"
        path.write_bytes(draw.rest() if draw.number(0, 7) == 1 else change_archive(draw))
        try:
            archive = Archive(path, most_bytes=50_000_000, on_row=lambda: None)
            try:
                contents = check_contents(archive, FINGERPRINT, DIMENSION)
                _take_in(archive, contents)
            finally:
                archive.close()
        except ArchiveError as error:
            check_sentence(str(error))


def _take_in(archive: Archive, contents: Contents) -> None:
    """Nothing that was found to be sound fails later, and it counts as many articles as it said."""
    connection = _database()
    connection.execute("BEGIN")
    try:
        row = take_in(connection, "paper", archive, contents, FINGERPRINT)
        (found,) = connection.execute(
            "SELECT count(*) FROM membership WHERE to_edition IS NULL OR to_edition > ?",
            (row.edition,),
        ).fetchone()
        assert found == contents.articles
    finally:
        connection.execute("ROLLBACK")


@cache
def _database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    for step in STEPS:
        connection.executescript(step)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


TARGETS = {
    "read_page": Target(
        read_page,
        (
            b"x\x9c", b"[[", b"]]", b"[", b"]", b", ", b'"a"', b"true", b"false", b"null", b"1e400",
            b"NaN", b"-1", b"9" * 20, b"\\ud800", b"\\u0000", b"{}", b"[" * 2_000,
        ),
        (
            b'\0[["One", "Two"], [[1, "top", true]]]', b"\1" + PageText(("One", "Two")).pack(),
        ),
    ),
    "read_archive": Target(
        read_archive,
        (
            b"[[", b"null", b"\0\1", b"\x01\x02", b"\xff" * 8, "\u202e".encode(), b"https://a.example",
        ),
        (
            b"", b"\0\1\3\1\0\3\2", b"\0\2\5\3\0\4\1\0\7\0\0\3\5\1",
        ),
        8_192,
    ),
}  # fmt: skip
