"""The check of requests that the other tests lean on sees what Discord would refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.discord_openapi import find_problems
from tests.fakes.shared import shared_path

QUIET: dict[str, Any] = {"allowed_mentions": {"parse": []}}
V2 = 1 << 15


def _card(*contents: str) -> list[dict[str, Any]]:
    return [{"type": 17, "components": [{"type": 10, "content": text} for text in contents]}]


def test_a_proper_message_passes() -> None:
    body = {**QUIET, "components": _card("x" * 4000), "flags": V2}

    assert find_problems("POST", "/channels/1/messages", {**QUIET, "content": "x" * 2000}) == []
    assert find_problems("POST", "/channels/1/messages", body) == []
    assert find_problems("PATCH", "/webhooks/1/t/messages/@original", body) == []


@pytest.mark.parametrize(
    "body",
    [
        {**QUIET, "content": "x" * 2001},
        {**QUIET, "content": ""},
        {"content": "rings"},
        {"content": "rings", "allowed_mentions": {"parse": ["users"]}},
        {**QUIET, "components": _card("x" * 2001, "y" * 2001), "flags": V2},
        {**QUIET, "components": _card("x", "𝒳" * 2000), "flags": V2},
        {**QUIET, "components": _card(*"x" * 41), "flags": V2},
        {**QUIET, "components": _card("x"), "content": "beside", "flags": V2},
    ],
)
def test_a_message_that_discord_would_refuse_or_that_rings_does_not(body: dict[str, Any]) -> None:
    assert find_problems("POST", "/channels/1/messages", body) != []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/channels/1/mesages", {**QUIET, "content": "x"}),
        ("PUT", "/channels/1/messages", {**QUIET, "content": "x"}),
        ("POST", "/interactions/1/t/callback", {"type": "five"}),
        ("PUT", "/applications/1/commands", [{"name": "x" * 33, "description": "long name"}]),
        ("PATCH", "/webhooks/1/t/messages/@original", {"content": 5, **QUIET}),
    ],
)
def test_what_discords_document_does_not_know_does_not_pass(
    method: str, path: str, body: object
) -> None:
    shared_path("discord/openapi.json")

    assert find_problems(method, path, body) != []
