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


def _row(*controls: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(controls)}


def _button(label: str = "Press", custom_id: str = "a") -> dict[str, Any]:
    return {"type": 2, "style": 2, "label": label, "custom_id": custom_id}


def _link(url: str) -> dict[str, Any]:
    return {"type": 2, "style": 5, "label": "Open", "url": url}


def _menu(*values: str) -> dict[str, Any]:
    options = [{"label": value, "value": value} for value in values]
    return {"type": 3, "custom_id": "m", "options": options}


def _field(number: int = 0, **given: Any) -> dict[str, Any]:
    text = {"type": 4, "style": 1, "custom_id": f"f{number}", **given}
    return {"type": 18, "label": "Text", "component": text}


def test_a_proper_message_passes() -> None:
    whole = [_row(_button(), _link("https://a.example")), _row(_menu("a", "b"))]

    assert find_problems("POST", "/channels/1/messages", {**QUIET, "components": whole}) == []


def test_a_proper_card_passes() -> None:
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
        {**QUIET, "components": [_row(_button(label="x" * 81))]},
        {**QUIET, "components": [_row(_button(label="𝒳" * 41))]},
        {**QUIET, "components": [_row(_button(label=""))]},
        {**QUIET, "components": [_row(_button(custom_id="x" * 101))]},
        {**QUIET, "components": [_row(_button(), _button())]},
        {**QUIET, "components": [_row(_link("https://a.example/" + "x" * 500))]},
        {**QUIET, "components": [_row({**_link("https://a.example"), "custom_id": "a"})]},
        {**QUIET, "components": [_row(*(_button(custom_id=str(n)) for n in range(6)))]},
        {**QUIET, "components": [_row(_menu(*map(str, range(26))))]},
        {**QUIET, "components": [_row(_menu("x" * 101))]},
        {**QUIET, "components": [_row(_menu("a", "a"))]},
        {**QUIET, "components": [_row({**_menu("a"), "placeholder": "x" * 151})]},
    ],
)
def test_a_message_that_discord_would_refuse_or_that_rings_does_not(body: dict[str, Any]) -> None:
    assert find_problems("POST", "/channels/1/messages", body) != []


@pytest.mark.parametrize(
    "data",
    [
        {"title": "x" * 46},
        {"custom_id": "x" * 101},
        {"components": []},
        {"components": [_field(n) for n in range(6)]},
        {"components": [{**_field(), "label": "x" * 46}]},
        {"components": [{**_field(), "description": "x" * 101}]},
        {"components": [_field(), _field()]},
        {"components": [_field(placeholder="x" * 101)]},
        {"components": [_field(max_length=4001)]},
        {"components": [_field(max_length=3, value="four")]},
    ],
)
def test_a_modal_that_discord_would_refuse_does_not_pass(data: dict[str, Any]) -> None:
    path, whole = "/interactions/1/t/callback", {"title": "Ask", "custom_id": "ask"}
    proper = {**whole, "components": [_field()]}

    assert find_problems("POST", path, {"type": 9, "data": proper}) == []
    assert find_problems("POST", path, {"type": 9, "data": {**proper, **data}}) != []


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
