"""The labels of the buttons that the code makes, and the texts that must stay short."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

BOT = Path(__file__).parents[2] / "bot"
_BUTTONS = {"Button", "LinkButton"}


def find_labels() -> dict[str, str]:
    """Every label of a button that is written in the code, with its file."""
    found: dict[str, str] = {}
    for where, node in _nodes():
        given: ast.expr | None = None
        if isinstance(node, ast.Call) and _name(node.func) in _BUTTONS and node.args:
            given = node.args[0]
        elif isinstance(node, ast.Assign) and _is_label(node.targets[0]):
            given = node.value
        for text in _texts(where, given) if given is not None else ():
            found[text] = where
    return found


def find_short_texts() -> Iterator[tuple[str, int]]:
    """The texts of buttons and forms, with how long Discord lets them be."""
    for where, call in _nodes():
        if not isinstance(call, ast.Call):
            continue
        limits = _LIMITS.get(_name(call.func), {})
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        for place, limit in limits.items():
            given = call.args[place] if isinstance(place, int) and place < len(call.args) else None
            if isinstance(place, str):
                given = named.get(place)
            for text in _texts(where, given) if given is not None else ():
                yield text, limit


_SAYING = {"tr", "mark", "plain_line"}
_LIMITS: dict[str, dict[int | str, int]] = {
    **{name: {0: 80} for name in _BUTTONS},
    "Form": {1: 45},
    "TextField": {1: 45, "label": 45, "hint": 100},
    "Menu": {1: 150, "placeholder": 150},
    "ChannelMenu": {1: 150},
    "RoleMenu": {1: 150},
}


def _nodes() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted([*(BOT / "cogs").glob("*.py"), *(BOT / "rendering").glob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield str(path.relative_to(BOT.parent)), node


def _is_label(target: ast.expr) -> bool:
    """Whether what is assigned is what a button will be called."""
    name = _name(target)
    return name == "label" or (name.isupper() and name.endswith("_LABEL") and name[0] != "_")


def _texts(where: str, node: ast.expr) -> Iterator[str]:
    """What an expression may say, as far as it is a marked text."""
    if isinstance(node, ast.IfExp):
        yield from _texts(where, node.body)
        yield from _texts(where, node.orelse)
    elif isinstance(node, ast.Call) and _name(node.func) in _SAYING and node.args:
        yield from _texts(where, node.args[0])
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.Name) and node.id.isupper():
        module = importlib.import_module(where.removesuffix(".py").replace("/", "."))
        value = getattr(module, node.id, None)
        if isinstance(value, str):
            yield value


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
