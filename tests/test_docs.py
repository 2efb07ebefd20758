"""The README names what there is, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("compose.yaml"))
)
# Up to where the command itself stands, past the options that any command takes.
TYPED = re.compile(
    r"(?:^[$#] (?:[A-Z_]+=\S+ )*|exec bot |--rm bot |`|bin/)footnote"
    r"(?: --(?:library|data) \S+| --json)*((?: [a-z]+){1,2})",
    re.MULTILINE,
)


def commands() -> set[str]:
    found: set[str] = set()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found |= {f"{name} {sub}" for sub in inner} if inner else {name}
    return found


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_stands_in_the_readme(command: str) -> None:
    last = command.rsplit(maxsplit=1)[-1]

    assert f"`footnote {command}" in README or f"`{last}`" in README


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_that_is_named_exists(name: str) -> None:
    known = commands() | {command.split()[0] for command in commands()}
    for words in TYPED.findall((ROOT / name).read_text(encoding="utf-8")):
        first, both = words.split()[0], words.strip()
        is_group = any(command.startswith(f"{first} ") for command in known)
        assert (both if is_group else first) in known, both


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_is_linked_to_exists(name: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        assert ((ROOT / name).parent / target).exists(), target


def test_every_make_target_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"`make ([a-z]+)", README)) <= targets
