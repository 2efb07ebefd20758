"""What comes over the socket is checked before the service is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.dispatch import dispatch
from bot.errors import CommandError, UnexpectedError
from bot.owner.folder import DataFolder
from bot.owner.session import Session
from index.models import no_progress
from tests.fakes.service import FakeService, make_plan

WHOLE: dict[str, dict[str, Any]] = {
    "add": {"targets": ["/x"], "include": ["a"], "exclude": ["b"], "language": "de", "take": 3},
    "sync": {"sources": [1]},
    "plan": {"targets": ["/x"], "take": 3, "language": "en"},
    "show plan": {"plan": "p7"},
    "discard": {"plan": "p7"},
    "rollback": {"edition": 2},
    "remove": {"articles": ["a"]},
    "remove source": {"source": 1},
    "supersede": {"article": "a", "by": "b"},
    "audit": {"lines": 5},
    "options": {"source": 1, "take": 2},
    "schedule": {"source": 1, "schedule": "hourly"},
    "recency": {"recency": "mild"},
    "golden add": {"question": "When?", "article": "a"},
    "golden remove": {"key": 4},
    "jobs": {"lines": 5},
    "cancel": {"job": "j1"},
    "export": {"path": "/nowhere/x.zip"},
    "import": {"path": "/nowhere/x.zip"},
}
MAY_BE_MISSING = {
    "include", "exclude", "language", "take", "sources", "by", "job", "targets of plan", "recency",
}  # fmt: skip
CASES = [(command, name) for command, params in WHOLE.items() for name in params]


async def perform(service: FakeService, command: str, **params: Any) -> dict[str, Any]:
    return await dispatch(service, command, params, no_progress)


@pytest.mark.parametrize("command", WHOLE)
async def test_with_all_it_needs_a_command_is_done(command: str) -> None:
    assert await perform(FakeService(), command, **WHOLE[command])


@pytest.mark.parametrize(("command", "name"), CASES)
@pytest.mark.parametrize(
    "value", [True, -1, 0, 2**40, 1.5, {}, {"a": 1}, [[]], [None], "", " ", "a\0b", "x" * 5000]
)
async def test_a_value_of_the_wrong_kind_is_no_mistake_of_ours(
    command: str, name: str, value: object
) -> None:
    service = FakeService()
    try:
        await perform(service, command, **{**WHOLE[command], name: value})
    except UnexpectedError:
        raise
    except CommandError:
        assert service.calls == []


@pytest.mark.parametrize(("command", "name"), CASES)
async def test_what_a_command_needs_cannot_be_missing(command: str, name: str) -> None:
    params = {key: value for key, value in WHOLE[command].items() if key != name}
    service = FakeService()
    if name in MAY_BE_MISSING or f"{name} of {command}" in MAY_BE_MISSING:
        assert await perform(service, command, **params)
        return
    with pytest.raises(CommandError):
        await perform(service, command, **params)
    assert service.calls == []


@pytest.mark.parametrize(
    ("command", "params"),
    [
        ("rollback", {"edition": True}),
        ("rollback", {"edition": "2"}),
        ("sync", {"sources": "1"}),
        ("sync", {"sources": [1, "2"]}),
        ("publish", {"plan": "p7 --accept-drop"}),
        ("publish", {"plan": "p7\n"}),
        ("add", {"targets": ["/x"], "language": "de\n--x"}),
        ("add", {"targets": ["/x"], "include": ["a"] * 101}),
        ("schedule", {"source": 1, "schedule": None}),
        ("export", {"path": "x.zip"}),
        ("export", {"path": "/" + "x" * 5000}),
        ("import", {"path": "x.zip"}),
    ],
)
async def test_what_is_not_right_is_refused(command: str, params: dict[str, Any]) -> None:
    service = FakeService()
    with pytest.raises(CommandError):
        await perform(service, command, **params)

    assert service.calls == []


async def test_consent_is_only_what_was_said_yes_to() -> None:
    service = FakeService()
    with pytest.raises(CommandError):
        await perform(service, "publish", plan="p7", accept_drop="false", override_golden=1)

    ((_, given),) = service.calls
    assert (given["consent"].drop, given["consent"].golden) == (False, False)


@pytest.mark.parametrize("repeated", ["--data 'x", 7, None, "--library a\nb; \x1b[31mrm"])
async def test_the_next_command_is_one_harmless_line(repeated: object) -> None:
    result = await perform(FakeService(), "plan", repeated=repeated)

    assert result["publish_with"].startswith("footnote index publish p7")
    assert "\n" not in result["publish_with"]
    assert "\x1b" not in result["publish_with"]


async def test_a_plan_without_changes_has_no_command_that_publishes_it() -> None:
    class Unchanged(FakeService):
        async def show_plan(self, library: str, plan_id: str) -> Any:
            return make_plan(items=(), drops_too_much=False)

    result = await perform(Unchanged(), "show plan", plan="p7")

    assert (result["empty"], result["publish_with"], result["needs"]) == (True, None, [])


async def test_a_blocked_plan_reads_the_same_from_the_owner_and_through_it(
    tmp_path: Path,
) -> None:
    def open_session() -> Session:
        @asynccontextmanager
        async def open_service(*, on_notice: Callable[[str], None]) -> AsyncIterator[FakeService]:
            yield FakeService()

        return Session(
            DataFolder(tmp_path / "data"),
            command="footnote index publish",
            open_service=open_service,
            on_notice=lambda _: None,
        )

    lines = []
    async with open_session() as owner, open_session() as client:
        for session in (owner, client):
            with pytest.raises(CommandError) as caught:
                await session.perform("publish", {"plan": "p7", "repeated": "--library town"})
            lines.append(str(caught.value))

    assert lines[0] == lines[1]
    assert lines[0].endswith(
        "footnote index publish p7 --accept-drop --override-golden --library town"
    )
