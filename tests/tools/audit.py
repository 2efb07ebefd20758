"""Asks the vulnerability service about all locked packages: ``make audit``.

It ends with 0 where nothing is known against them but the exceptions of ``.ci/audit.toml``,
with 1 where something is, and with 3 where the service could not be asked: then nothing is
known, and that is never taken for a clean result.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from packaging.markers import Marker

from tests.tools.locks import Locked, read_lock, same_name

ROOT = Path(__file__).resolve().parents[2]
EXCEPTIONS = ROOT / ".ci" / "audit.toml"
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-model.lock")
CLEAN, VULNERABLE, NOT_ASKED = 0, 1, 3
_SERVICES = ("pypi", "osv")
_SECONDS = 300


class NotAsked(Exception):
    """The service gave no answer that says something about every package."""


@dataclass(frozen=True, slots=True)
class Known:
    """A weakness that does not touch us, why, and until when that is believed."""

    package: str
    id: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Found:
    """A weakness that the service knows of in a locked version."""

    package: str
    version: str
    id: str
    fixed_in: tuple[str, ...]
    aliases: tuple[str, ...] = ()


def main(program: str) -> int:
    """Ask about every lock file with ``program``, which is pip-audit; what to end with."""
    today, known = datetime.now(UTC).date(), read_exceptions()
    status = CLEAN
    for name in LOCKS:
        try:
            found = ask(program, ROOT / name)
        except NotAsked as error:
            _say(f"{name}: COULD NOT BE ASKED. {error} Nothing is known about these packages.")
            status = status or NOT_ASKED
            continue
        open_ = unknown(found, known, today)
        for each in open_:
            fixed = f"fixed in {', '.join(each.fixed_in)}" if each.fixed_in else "no fix yet"
            _say(f"{name}: {each.package} {each.version} has {each.id} ({fixed})")
            status = VULNERABLE
        _say(f"{name}: {len(found)} known, {len(open_)} without an exception")
    return status


def ask(program: str, lock: Path) -> list[Found]:
    """What is known against the packages of a lock file.

    Raises:
        NotAsked: no service gave a whole answer.
    """
    here = [each for each in read_lock(lock) if not each.marker or Marker(each.marker).evaluate()]
    said = []
    for service in _SERVICES:
        command = [program, "--requirement", str(lock), "--require-hashes", "--disable-pip"]
        command += ["--format", "json", "--progress-spinner", "off", "--vulnerability-service"]
        try:
            done = subprocess.run(
                [*command, service], capture_output=True, text=True, timeout=_SECONDS, check=False
            )
            return read_report(done.stdout, here)
        except (OSError, subprocess.TimeoutExpired) as error:
            said.append(f"{service}: {type(error).__name__}")
        except NotAsked as error:
            last = (done.stderr.strip().splitlines() or [""])[-1][:200]
            said.append(f"{service}: {error} {last}".strip())
    raise NotAsked("; ".join(said) + ".")


def read_report(report: str, locked: Sequence[Locked]) -> list[Found]:
    """The weaknesses that a report of pip-audit tells.

    Raises:
        NotAsked: it is none, or leaves out a package.
    """
    try:
        rows = json.loads(report)["dependencies"]
        skipped = {same_name(row["name"]) for row in rows if "skip_reason" in row}
        asked = {same_name(row["name"]) for row in rows} - skipped
        found = [
            Found(
                row["name"],
                row["version"],
                each["id"],
                tuple(each["fix_versions"]),
                tuple(each.get("aliases", ())),
            )
            for row in rows
            for each in row.get("vulns", ())
        ]
    except (ValueError, TypeError, KeyError) as error:
        raise NotAsked("there is no report") from error
    left_out = sorted({same_name(each.name) for each in locked} - asked)
    if left_out:
        raise NotAsked(f"nothing was said about {', '.join(left_out[:5])}")
    return found


def read_exceptions() -> tuple[Known, ...]:
    """What ``.ci/audit.toml`` lets pass."""
    rows = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8")).get("exception", [])
    return tuple(Known(row["package"], row["id"], row["reason"], row["until"]) for row in rows)


def unknown(found: Sequence[Found], known: Sequence[Known], today: date) -> list[Found]:
    """What was found and no exception speaks for, or none any more."""
    passed = {(same_name(each.package), each.id) for each in known if today <= each.until}
    return [
        each
        for each in found
        if not any((same_name(each.package), id_) in passed for id_ in (each.id, *each.aliases))
    ]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
