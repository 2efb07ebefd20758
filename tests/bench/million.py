"""What a manifest of a million tiny articles costs before anything is embedded.

Run with ``python -m tests.bench.million``. The manifest is simulated: no files are read and no
text is embedded. Measured are remembering its entries (real SQLite), and comparing a reading
with the edition: a first one, one in which nothing changed, and one that lost nearly all,
which has to be stopped. Each size runs in a process of its own, so that its peak is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from index import entry_rows, schema
from index.entry_rows import EntryChanges
from index.planning import compare, drops_too_much
from index.sqlite_upgrade import SqliteUpgrade
from tests.fakes.manifests import KEY, list_new, list_unchanged, make_current, make_state


def measure(count: int) -> dict[str, float]:
    """Seconds of each step and the peak, for a manifest of ``count`` entries."""
    figures: dict[str, float] = {"entries": count}
    clock = time.perf_counter

    began = clock()
    first = compare({}, [(KEY, list_new(count))], drop_missing=True)
    figures["first reading (s)"] = clock() - began
    assert len(first.added) == count
    del first

    states = [make_state(number) for number in range(count)]
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "footnote.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            SqliteUpgrade(path).run(connection, schema.SCHEMA, schema.STEPS)
            connection.execute("INSERT INTO library (name) VALUES ('tiny')")
            connection.execute(
                "INSERT INTO source (library, kind, location, added_by, added_at) "
                "VALUES (1, 'folder', '/tiny', 'me', 'now')"
            )
            began = clock()
            connection.execute("BEGIN")
            entry_rows.save_entries(connection, KEY, EntryChanges(tuple(states), ()))
            connection.execute("COMMIT")
            figures["remembering (s)"] = clock() - began
            began = clock()
            known = {KEY: entry_rows.load_entries(connection, KEY)}
            figures["recalling (s)"] = clock() - began
            figures["database (MB)"] = path.stat().st_size / 1e6

    current = make_current(states)
    began = clock()
    same = compare(current, [(KEY, list_unchanged(states))], known, drop_missing=True)
    figures["nothing changed (s)"] = clock() - began
    assert (same.added, same.changed, same.removed) == ((), (), {})

    began = clock()
    lost = compare(current, [(KEY, list_unchanged(states[:9]))], known, drop_missing=True)
    figures["nearly all lost (s)"] = clock() - began
    assert drops_too_much(len(lost.removed), count)
    figures["peak (MB)"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def main() -> int:
    """Print a table, one column for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        sys.stdout.write(json.dumps(measure(given.one)))
        return 0
    columns = []
    for size in given.sizes:
        words = [sys.executable, "-m", "tests.bench.million", "--one", str(size)]
        columns.append(json.loads(subprocess.run(words, check=True, capture_output=True).stdout))
    for name in columns[0]:
        values = "".join(f"{column[name]:>14,.1f}" for column in columns)
        sys.stdout.write(f"{name:<22}{values}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
