"""``--article`` and ``--since`` of ``ask`` and ``search``."""

from __future__ import annotations

from datetime import date

import pytest

from bot.dispatch import dispatch
from bot.errors import CommandError
from index.models import SearchResult, no_progress
from index.scope import Scope, Scoped
from tests.fakes.command_line import Footnote
from tests.fakes.service import FakeService


@pytest.mark.parametrize("command", ["ask", "search"])
def test_the_scope_reaches_the_service(
    footnote: Footnote, service: FakeService, command: str
) -> None:
    asked: list[Scope] = []
    _record_scopes(service, asked)

    ended = footnote(command, "--article", "a-1", "--since", "March 2024", "When was it?")

    assert ended.code == 0, ended.err
    assert asked == [Scope("a-1", date(2024, 3, 1))]


def _record_scopes(service: FakeService, asked: list[Scope]) -> None:
    ask, search = service.ask, service.search

    async def note_ask(library, question, *rest):  # type: ignore[no-untyped-def]
        asked.append(question.scope)
        return await ask(library, question, *rest)

    async def note_search(library, question, limit):  # type: ignore[no-untyped-def]
        asked.append(question.scope)
        return await search(library, question, limit)

    service.ask, service.search = note_ask, note_search  # type: ignore[method-assign]


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_day_that_cannot_be_read_is_an_error_that_shows_how(
    footnote: Footnote, command: str
) -> None:
    ended = footnote(command, "--since", "the ferry", "When was it?")

    assert ended.code != 0
    assert "last week" in ended.err
    assert ended.out == ""


@pytest.mark.parametrize("value", [True, 7, [], {}, "", " ", "a\0b"])
@pytest.mark.parametrize("name", ["only_article", "since"])
async def test_a_scope_of_the_wrong_kind_is_no_mistake_of_ours(name: str, value: object) -> None:
    params = {"question": "When was it?", name: value}

    with pytest.raises(CommandError):
        await dispatch(FakeService(), "ask", params, no_progress)


async def test_searching_an_article_that_is_not_there_says_so() -> None:
    service = FakeService()

    async def search(library, question, limit):  # type: ignore[no-untyped-def]
        return SearchResult(3, (), {}, {}, scoped=Scoped(question.scope))

    service.search = search  # type: ignore[method-assign]
    params = {"question": "When was it?", "only_article": "gone", "limit": 5}

    with pytest.raises(CommandError, match="no article of that id"):
        await dispatch(service, "search", params, no_progress)
