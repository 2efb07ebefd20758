"""Reads an archive that nobody vouches for: structure, sizes, hashes and the shape of rows."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from index.archive_format import (
    FORMAT,
    KEY_BYTES,
    MANIFEST,
    NAMES,
    NAMES_BEFORE,
    VECTORS,
    Manifest,
    Member,
    Row,
    Table,
)
from index.errors import ArchiveError
from index.storable import can_be_stored

MOST_BYTES = 32 * 1024**3
_MOST_MANIFEST = 100_000
_MOST_LINE = 64 * 1024**2
# JSON lines about articles shrink to a quarter, an audit of the same act over and over more.
_MOST_TIMES = 250
_SMALL = 1024**2
_MOST_DIMENSION = 8192
_MOST_NUMBER = 2**53
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    OSError,
)


class Archive:
    """An open archive. Everything it gives is what the manifest said, or it raises.

    Args:
        path: The file.
        most_bytes: Unpacked, no more than this.
        on_row: Called for every row; may raise to stop.

    Raises:
        ArchiveError: it is no archive of ours, is damaged, too large or too new.
    """

    def __init__(
        self, path: Path, *, most_bytes: int = MOST_BYTES, on_row: Callable[[], None]
    ) -> None:
        self._path = path
        self._on_row = on_row
        with self._told():
            self.size = path.stat().st_size
            self._zip = zipfile.ZipFile(path)
        try:
            with self._told():
                self.manifest = self._open(most_bytes)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Release the file."""
        self._zip.close()

    def rows(self, table: Table) -> Iterator[Row]:
        """The rows of a table in order, each with the fields it must have.

        An archive of an earlier format has none of a table that came later.
        """
        if not self.holds(table):
            return
        with self._told(), self._checked(table.member) as stream:
            while line := stream.readline(_MOST_LINE + 1):
                if len(line) > _MOST_LINE:
                    raise ArchiveError(self._say(f"a line of {table.member} is too long"))
                yield self._parse(table, line)
                self._on_row()

    def holds(self, table: Table) -> bool:
        """Whether its format knows that table."""
        return any(member.name == table.member for member in self.manifest.members)

    def vectors(self) -> Iterator[tuple[str, bytes]]:
        """Keys, 32 hex digits, and vectors as float32 bytes, little-endian."""
        size = KEY_BYTES + 4 * self.manifest.dimension
        with self._told(), self._checked(VECTORS) as stream:
            while record := stream.read(size):
                if len(record) != size:
                    raise ArchiveError(self._say("a vector is cut off"))
                yield record[:KEY_BYTES].hex(), record[KEY_BYTES:]
                self._on_row()

    def refuse(self, what: str) -> ArchiveError:
        """The error that says what is wrong with the archive."""
        return ArchiveError(self._say(what))

    def _open(self, most_bytes: int) -> Manifest:
        infos = {info.filename: info for info in self._zip.infolist()}
        if len(infos) != len(self._zip.infolist()) or not any(
            set(infos) == {MANIFEST, *names} for names in (NAMES, *NAMES_BEFORE.values())
        ):
            raise ArchiveError(self._say("it is no export of a library"))
        if infos[MANIFEST].file_size > _MOST_MANIFEST:
            raise ArchiveError(self._say("its manifest is too long"))
        for info in infos.values():
            if info.compress_type not in _PACKED or info.flag_bits & _ENCRYPTED:
                raise ArchiveError(self._say(f"{info.filename} is packed in an unknown way"))
            if info.file_size > _MOST_TIMES * info.compress_size + _SMALL:
                raise ArchiveError(self._say(f"{info.filename} would unpack to implausibly much"))
        if sum(info.file_size for info in infos.values()) > most_bytes:
            raise ArchiveError(self._say(f"unpacked it is larger than {most_bytes:,} bytes"))
        manifest = self._read_manifest(json.loads(self._zip.read(MANIFEST)))
        for member in manifest.members:
            if member.name not in infos or infos[member.name].file_size != member.size:
                raise ArchiveError(self._say(f"{member.name} does not have the size it should"))
        return manifest

    def _read_manifest(self, fields: object) -> Manifest:
        if not isinstance(fields, dict) or not isinstance(fields.get("format"), int):
            raise ArchiveError(self._say("its manifest is not ours"))
        if fields["format"] > FORMAT:
            raise ArchiveError(
                f"{self._path.name} was written by a newer Footnote (format {fields['format']}, "
                f"this one knows {FORMAT}). Update Footnote, then import it. Nothing was taken in."
            )
        expected = NAMES if fields["format"] == FORMAT else NAMES_BEFORE.get(fields["format"])
        if expected is None:
            raise ArchiveError(self._say("its manifest is not ours"))
        kinds = {"library": "text", "edition": "int", "fingerprint": "text", "dimension": "int"}
        if set(fields) != {"format", "members", *kinds} or not all(
            _is_kind(fields[name], kind) for name, kind in kinds.items()
        ):
            raise ArchiveError(self._say("its manifest is not ours"))
        members = fields["members"]
        if not isinstance(members, list) or not all(map(_is_member, members)):
            raise ArchiveError(self._say("its manifest is not ours"))
        manifest = Manifest(
            fields["library"],
            fields["edition"],
            fields["fingerprint"],
            fields["dimension"],
            tuple(Member(**member) for member in members),
        )
        names = tuple(member.name for member in manifest.members)
        if names != expected or not 0 <= manifest.dimension <= _MOST_DIMENSION:
            raise ArchiveError(self._say("its manifest is not ours"))
        return manifest

    def _parse(self, table: Table, line: bytes) -> Row:
        row = json.loads(line.decode(), parse_constant=_refuse_constant)
        if not isinstance(row, dict) or set(row) != set(table.fields):
            raise ArchiveError(self._say(f"{table.member} has other fields than it should"))
        for name, kind in table.fields.items():
            if not _is_kind(row[name], kind):
                raise ArchiveError(
                    self._say(f"{name!r} in {table.member} is not what it should be")
                )
        return row

    @contextmanager
    def _checked(self, name: str) -> Iterator[_Counted]:
        """A member's stream; what was read is compared with the manifest at the end."""
        member = next(m for m in self.manifest.members if m.name == name)
        with self._zip.open(name) as raw:
            stream = _Counted(raw)
            yield stream
        if (stream.rows, stream.digest.hexdigest()) != (member.rows, member.sha256):
            raise ArchiveError(self._say(f"{name} is not what was written"))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns what a damaged file makes the libraries raise into a sentence."""
        try:
            yield
        except ArchiveError:
            raise
        except RecursionError as error:
            raise ArchiveError(self._say("it is nested too deeply")) from error
        except _DAMAGE as error:
            raise ArchiveError(self._say(f"it cannot be read ({error})")) from error

    def _say(self, what: str) -> str:
        return f"{self._path.name} is not a sound export: {what}. Nothing was taken in."


class _Counted:
    """A stream that knows what went by."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self.digest = hashlib.sha256()
        self.rows = 0

    def readline(self, limit: int) -> bytes:
        return self._count(self._raw.readline(limit))

    def read(self, size: int) -> bytes:
        return self._count(self._raw.read(size))

    def _count(self, part: bytes) -> bytes:
        self.digest.update(part)
        self.rows += bool(part)
        return part


def _is_member(fields: object) -> bool:
    kinds = {"name": str, "size": int, "sha256": str, "rows": int}
    return (
        isinstance(fields, dict)
        and set(fields) == set(kinds)
        and all(type(fields[name]) is kind for name, kind in kinds.items())
    )


def _is_kind(value: Any, kind: str) -> bool:  # noqa: ANN401 - as JSON gave it
    if value is None:
        return kind.endswith("?")
    match kind.removesuffix("?"):
        case "int":
            return type(value) is int and abs(value) <= _MOST_NUMBER
        case "text":
            return isinstance(value, str) and can_be_stored(value)
        case _:
            return isinstance(value, list)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")
