"""The table of faults names tests that exist, for every fault it has to cover."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.*) \|$", re.MULTILINE)
ROWS = {int(number): (fault, does, tests) for number, fault, does, tests in ROW.findall(PAGE)}
LEAST = 54


@cache
def find_tests(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, functions)}


def named_in(cell: str) -> list[tuple[str, str]]:
    """Files with the names of tests; a name without a file is of the one before it."""
    path, found = "", []
    for file, name in re.findall(r"`([\w/.]*)::(\w+)`", cell):
        path = file or path
        found.append((path, name))
    return found


def test_every_fault_has_its_row() -> None:
    assert sorted(ROWS) == list(range(1, len(ROWS) + 1))
    assert len(ROWS) >= LEAST
    assert len(ROWS) == len(re.findall(r"^\| \d+ \|", PAGE, re.MULTILINE)), "a row cannot be read"


@pytest.mark.parametrize("number", sorted(ROWS))
def test_every_row_says_what_happens_and_names_tests_that_exist(number: int) -> None:
    fault, does, tests = ROWS[number]
    named = named_in(tests)

    assert fault
    assert does.endswith(".")
    assert named
    # Whatever else stands in the cell would be a reference that nobody looks at.
    assert re.sub(r"`[\w/.]*::\w+`|<br>|\s", "", tests) == ""
    for path, name in named:
        assert name.startswith("test_")
        assert name in find_tests(path), f"{path}::{name}"
