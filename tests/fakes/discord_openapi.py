"""Checks request bodies against Discord's own API document, and the rules it leaves out."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.fakes.discord_payloads import COMPONENTS_V2, walk_components
from tests.fakes.discord_rules import find_modal_violations, find_violations

CARD_LIMIT = 4000
CARD_COMPONENTS = 40
MODAL = 9
ROOT_MESSAGE = re.compile(r"/channels/\d+/messages(?:/\d+)?|/webhooks/.+|/interactions/.+/callback")


class DiscordDocument:
    """Discord's OpenAPI document; ``check`` says in words what is wrong with a request."""

    def __init__(self, path: Path) -> None:
        self._spec: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        # discord.py sends some ids as numbers; the service takes both.
        self._spec["components"]["schemas"]["SnowflakeType"]["type"] = ["string", "integer"]
        # Literal segments first: /users/@me before /users/{user_id}.
        templates = sorted(self._spec["paths"], key=lambda p: [s[:1] == "{" for s in p.split("/")])
        self._paths = [(_as_pattern(template), template) for template in templates]
        self._validators: dict[tuple[str, str], jsonschema_rs.Draft202012Validator | None] = {}

    def check(self, method: str, path: str, body: Any) -> list[str]:
        """What Discord would refuse this request for, empty when it would take it."""
        template = next((t for pattern, t in self._paths if pattern.fullmatch(path)), None)
        operation = self._spec["paths"].get(template, {}).get(method.lower())
        if template is None or operation is None:
            return [f"{method} {path}: Discord has no such operation"]
        if body is None:
            return []
        validator = self._validator(template, method.lower())
        if validator is None:
            return [f"{method} {path}: takes no body"]
        problems = [f"{method} {template}: {e.message}" for e in validator.iter_errors(body)]
        return problems or [f"{method} {template}: {p}" for p in _unwritten(method, path, body)]

    def _validator(self, template: str, method: str) -> jsonschema_rs.Draft202012Validator | None:
        key = (template, method)
        if key not in self._validators:
            self._validators[key] = self._make_validator(template, method)
        return self._validators[key]

    def _make_validator(
        self, template: str, method: str
    ) -> jsonschema_rs.Draft202012Validator | None:
        content = self._spec["paths"][template][method].get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return None
        schema = content["application/json"]["schema"]
        return jsonschema_rs.Draft202012Validator(
            {**schema, "components": self._spec["components"]}
        )


def _as_pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", template)
    return re.compile("".join("[^/]+" if p.startswith("{") else re.escape(p) for p in parts))


def _unwritten(method: str, path: str, body: Any) -> list[str]:
    """Rules that the document does not say, for the bodies that are messages."""
    if not ROOT_MESSAGE.fullmatch(path.partition("?")[0]) or not isinstance(body, dict):
        return []
    message = body
    is_edit = method == "PATCH"
    if path.endswith("/callback"):
        if body.get("type") == MODAL:
            return find_modal_violations(body.get("data") or {})
        message = body.get("data") or {}
        is_edit = body.get("type") != 4  # type 4 sends a whole message
    flags = message.get("flags") or 0
    problems = find_violations(message, flags=flags, has_files=False, is_edit=is_edit)
    if (message.get("content") or message.get("components")) and message.get(
        "allowed_mentions", {}
    ).get("parse") != []:
        problems.append("mentions are not switched off")
    if flags & COMPONENTS_V2:
        problems += _card_problems(message["components"])
    return problems


def _card_problems(components: list[Any]) -> list[str]:
    found = list(walk_components(components))
    length = sum(len(c.get("content", "").encode("utf-16-le")) // 2 for c in found)
    problems = []
    if length > CARD_LIMIT:
        problems.append(f"{length} characters in a card")
    if len(found) > CARD_COMPONENTS:
        problems.append(f"{len(found)} components in a card")
    return problems


@functools.cache
def _document() -> DiscordDocument | None:
    path = Path(__file__).resolve().parents[2].parent / "shared/discord/openapi.json"
    return DiscordDocument(path) if path.exists() else None


def find_problems(method: str, path: str, body: Any) -> list[str]:
    """What is wrong with a request; where the document is not at hand, only our own rules."""
    document = _document()
    if document is None:
        return [f"{method} {path}: {problem}" for problem in _unwritten(method, path, body)]
    return document.check(method, path, body)
