"""What is installed is what was locked, comes from nowhere else, and may be used."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.tools import audit
from tests.tools.licences import (
    EXCEPTIONS,
    PAGE,
    installed_licences,
    is_allowed,
    locked_versions,
    write_page,
)
from tests.tools.locks import Locked, read_lock, same_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = [*sorted(ROOT.glob("requirements*.lock")), ROOT / ".ci" / "audit.lock"]
BUILDS = (ROOT / "requirements-build.in").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_of_lock = pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)


def rows_of_page() -> dict[str, tuple[str, str]]:
    cells = re.findall(
        r"(?m)^\| ([a-z0-9][a-z0-9-]*) \| ([^|]+) \| ([^|]+) \|", PAGE.read_text("utf-8")
    )
    return {name: (versions, licence) for name, versions, licence in cells}


@_of_lock
def test_every_package_is_pinned_with_hashes(lock: Path) -> None:
    packages = read_lock(lock)

    assert packages
    assert [each.name for each in packages if not each.hashes] == []


@_of_lock
def test_no_package_is_locked_twice_for_one_place(lock: Path) -> None:
    places = [(each.name, each.marker) for each in read_lock(lock)]

    assert len(set(places)) == len(places)


@pytest.mark.parametrize(
    "line",
    [
        "evil @ https://evil.example/evil.whl",
        "--index-url https://evil.example/simple",
        "--extra-index-url https://evil.example/simple",
        "git+https://evil.example/evil.git",
        "-e .",
        "evil>=1.0",
        "    --hash=md5:00",
    ],
)
def test_a_line_that_could_bring_something_else_is_no_line_of_a_lock(
    tmp_path: Path, line: str
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"good==1.0 \\\n    --hash=sha256:{'0' * 64}\n{line}\n")

    with pytest.raises(ValueError, match="line 3"):
        read_lock(lock)


def test_both_locks_agree_on_what_they_share() -> None:
    running, larger = (
        {(each.name, each.marker): each for each in read_lock(ROOT / name)}
        for name in ("requirements.lock", "requirements-dev.lock")
    )

    builds = {Requirement(line).name for line in BUILDS.splitlines() if line[:1].isalpha()}
    assert {name for name, _ in running} <= {name for name, _ in larger} | builds
    assert [p for p in running.values() if larger.get((p.name, p.marker), p) != p] == []


def test_whatever_the_project_asks_for_is_locked() -> None:
    project = PROJECT["project"]
    running, larger = ({same_name(p.name) for p in read_lock(ROOT / name)} for name in (
        "requirements.lock", "requirements-dev.lock"))  # fmt: skip
    extras = [each for group in project["optional-dependencies"].values() for each in group]
    tools = [each for group in PROJECT["dependency-groups"].values() for each in group]

    assert {same_name(Requirement(each).name) for each in project["dependencies"]} <= running
    assert {same_name(Requirement(each).name) for each in (*extras, *tools)} <= larger


def test_what_is_installed_has_a_locked_version() -> None:
    locked = locked_versions()
    installed = {name: version(name) for name in installed_licences()}

    wrong = {name: is_ for name, is_ in installed.items() if is_ not in locked[name].split(", ")}
    assert wrong == {}


def test_every_licence_is_known_and_allowed() -> None:
    licences = installed_licences()
    odd = {name for name, licence in licences.items() if not is_allowed(licence)}

    assert len(licences) > 100
    assert odd <= set(EXCEPTIONS)
    assert set(EXCEPTIONS) - set(licences) <= {"psycopg", "psycopg-binary"}


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR GPL-2.0-only)", True),
        ("MPL-2.0 AND (GPL-3.0-only OR AGPL-3.0-only)", False),
        ("(MIT)", True),
        ("", False),
    ],
)
def test_of_alternatives_one_has_to_fit_and_together_all(expression: str, fits: bool) -> None:
    assert is_allowed(expression) is fits


def test_the_page_of_licences_is_up_to_date() -> None:
    rows = rows_of_page()

    assert {name: versions for name, (versions, _) in rows.items()} == locked_versions()
    for name, licence in installed_licences().items():
        assert rows[name][1] == licence, f"{name}: run make licences"
    assert [name for name, (_, licence) in rows.items() if licence == "?"] == []


def test_the_page_is_written_as_it_stands() -> None:
    written, there = write_page().splitlines(), PAGE.read_text("utf-8").splitlines()

    assert written[:7] == there[:7]
    assert [line for line in written if line.startswith("- ")] == [
        line for line in there if line.startswith("- ")
    ]


def test_every_exception_of_the_audit_has_a_reason_and_an_end() -> None:
    locked = {same_name(each.name) for lock in LOCKS for each in read_lock(lock)}
    for each in audit.read_exceptions():
        assert same_name(each.package) in locked, each
        assert len(each.reason) > 40, each
        assert each.until > date(2026, 1, 1), each


def test_an_exception_counts_until_its_day_and_for_its_package_only() -> None:
    known = (audit.Known("chromadb", "CVE-1", "because", date(2031, 6, 10)),)
    found = [audit.Found("chromadb", "1.5", "CVE-1", ()), audit.Found("other", "1", "CVE-1", ())]

    assert audit.unknown(found, known, date(2031, 6, 10)) == found[1:]
    assert audit.unknown(found, known, date(2031, 6, 11)) == found


@pytest.mark.parametrize(
    "said", ["", "no json", "[]", '{"dependencies": 3}', '{"dependencies": [{}]}']
)
def test_a_report_that_cannot_be_read_is_no_clean_one(said: str) -> None:
    with pytest.raises(audit.NotAsked):
        audit.read_report(said, [])


def test_a_package_that_the_report_leaves_out_was_not_asked_about() -> None:
    locked = [Locked("good", "1.0", "", ()), Locked("left-out", "1.0", "", ())]
    report = '{"dependencies": [{"name": "good", "version": "1.0", "vulns": []}]}'

    with pytest.raises(audit.NotAsked, match="left-out"):
        audit.read_report(report, locked)
    assert audit.read_report(report, locked[:1]) == []


def test_what_was_found_is_told_with_all_its_names() -> None:
    report = (
        '{"dependencies": [{"name": "bad", "version": "1.0", "vulns": '
        '[{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]}]}]}'
    )

    (found,) = audit.read_report(report, [Locked("bad", "1.0", "", ())])
    assert (found.package, found.id, found.aliases) == ("bad", "PYSEC-1", ("CVE-1",))
    assert audit.unknown([found], (audit.Known("bad", "CVE-1", "", date.max),), date.min) == []
