"""Exports and imports libraries, and damages what was exported."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from index.archive import Imported, export_library, import_library
from index.archive_format import MANIFEST, VECTORS
from index.connections import Connection
from index.libraries import Libraries
from index.models import no_progress
from index.records import ArchiveReport, AuditEntry
from tests.fakes.embedding import DIMENSION
from tests.fakes.stores import list_columns

NOTE = AuditEntry("2031-06-01T00:00:00+00:00", "tester", "import", "library.zip")


async def save(libraries: Libraries, path: Path, name: str = "default") -> ArchiveReport:
    return await export_library(libraries.database, name, path, on_progress=no_progress)


async def load(libraries: Libraries, path: Path, name: str = "default", **more: Any) -> Imported:
    fingerprint = libraries._indexer.fingerprint
    return await import_library(
        libraries.database,
        name,
        path,
        **{"fingerprint": fingerprint, "dimension": DIMENSION, "note": NOTE, **more},
        on_progress=no_progress,
    )


async def everything(libraries: Libraries) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, but for when jobs ran.

    How often somebody went back counts where it was done, and is of no use elsewhere. Keys of
    sources are counted from 1: PostgreSQL leaves some out.
    """

    def read(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
        tables: dict[str, list[str]] = {}
        for table, column in list_columns(connection):
            if not table.startswith("lexical") and column != "times_back":
                tables.setdefault(table, []).append(f'"{column}"')
        keys = connection.execute("SELECT pk FROM source ORDER BY pk").fetchall()
        numbers = {pk: number for number, (pk,) in enumerate(keys, 1)}
        sources = {("source", '"pk"'), *((table, '"source"') for table in tables)}

        def tell(table: str) -> Iterator[tuple[Any, ...]]:
            columns = tables[table]
            for row in connection.execute(f"SELECT {', '.join(columns)} FROM {table}"):
                yield tuple(
                    numbers.get(value, value) if (table, column) in sources else value
                    for column, value in zip(columns, row, strict=True)
                )

        return {table: sorted(tell(table), key=repr) for table in tables}

    return await libraries.database.read(read)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def write(path: Path, parts: dict[str, bytes]) -> None:
    """A zip of these members, with a manifest that tells their sizes and hashes."""
    manifest = json.loads(parts[MANIFEST])
    for member in manifest.get("members", []):
        data = parts.get(member["name"], b"")
        member |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        size = 16 + 4 * manifest["dimension"]
        is_lines = member["name"] != VECTORS
        member["rows"] = len(data.splitlines()) if is_lines else -(-len(data) // size)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in {**parts, MANIFEST: json.dumps(manifest).encode()}.items():
            opened.writestr(name, data)


def edit(name: str, change: Callable[[list[dict[str, Any]]], object]) -> Callable[[Path], None]:
    """Damage that changes the rows of a member and forges its hash."""

    def damage(path: Path) -> None:
        parts = members(path)
        rows = [json.loads(line) for line in parts[name].splitlines()]
        change(rows)
        parts[name] = "".join(json.dumps(row) + "\n" for row in rows).encode()
        write(path, parts)

    return damage


def put(name: str, value: object, row: int = 0) -> Callable[[list[dict[str, Any]]], object]:
    return lambda rows: rows[row].update({name: value})
