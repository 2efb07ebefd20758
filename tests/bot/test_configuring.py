"""Settings of a server as the real service and the real stores keep them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.service import FootnoteService
from bot.settings import load_settings
from bot.state.servers import ServerBook, read_day_tokens
from bot.state.spending import Limit, OverBudgetError, SpendingLog
from bot.wiring import open_service
from index.database import Database
from tests.fakes.stores import open_database

LIBRARY = "discord-77"
ACTOR = "discord:5"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[FootnoteService]:
    settings = load_settings({"data": tmp_path / "data"}, env_file=tmp_path / "no.env")
    (tmp_path / "data").mkdir()
    async with open_service(settings, on_notice=print) as opened:
        yield opened


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    it = open_database(tmp_path / "footnote.db")
    yield it
    await it.close()


async def _open_spending(database: Database, limit: Limit | None = None) -> SpendingLog:
    log = SpendingLog(database, one_account=limit, own_tokens=read_day_tokens)
    await log.open()
    return log


async def test_a_library_without_articles_can_be_set_up(service: FootnoteService) -> None:
    await service.note_setting(LIBRARY, "Language: as Discord is set -> Deutsch", actor=ACTOR)
    await service.set_public(LIBRARY, True, actor=ACTOR)

    assert await service.is_public(LIBRARY)
    assert await service.budget(LIBRARY) is None
    public, language = await service.audit(LIBRARY)
    assert (language.actor, language.action) == (ACTOR, "config")
    assert language.detail == "Language: as Discord is set -> Deutsch"
    assert (public.action, public.detail) == ("public", "yes")


async def test_what_was_set_first_stays_in_the_audit_with_the_first_article(
    service: FootnoteService, tmp_path: Path
) -> None:
    paper = tmp_path / "ferry.md"
    paper.write_text("# The ferry\n\nThe ferry to Gull Rock sails at nine every morning.\n")
    await service.note_setting(LIBRARY, "Language: as Discord is set -> Deutsch", actor=ACTOR)
    await service.set_recency(LIBRARY, "strong", actor=ACTOR)
    await service.set_reports_channel(LIBRARY, 9, actor=ACTOR)
    await service.note_in_audit(LIBRARY, ACTOR, "gap close", "When does it sail?", "off topic")
    await service.note_setting("discord-78", "Language: Deutsch -> English", actor=ACTOR)
    early = await service.audit(LIBRARY)

    await service.add(LIBRARY, [str(paper)], actor=ACTOR)
    await service.note_setting(LIBRARY, "Language: Deutsch -> English", actor=ACTOR)

    last, *first = await service.audit(LIBRARY)
    assert [entry.action for entry in early] == [
        *("gap close", "reports channel", "recency", "config")
    ]
    assert early[0].reason == "off topic"
    assert last.detail == "Language: Deutsch -> English"
    assert tuple(first[1:]) == early
    assert await service.audit_actions(LIBRARY) == (
        *("add", "config", "gap close", "recency", "reports channel"),
    )
    entries, count = await service.audit_page(LIBRARY, action="config", page=0, size=1)
    assert (entries, count) == ((last,), 2)
    (elsewhere,) = await service.audit("discord-78")
    assert elsewhere.detail == "Language: Deutsch -> English"
    assert await service.audit_actions("discord-78") == ("config",)
    assert await service.audit_page("discord-78", action="add") == ((), 0)
    kept = await service._libraries.database.read(
        lambda c: [row["library"] for row in c.execute("SELECT library FROM early_audit")]
    )
    assert kept == ["discord-78"]


async def test_what_was_set_stands_in_the_audit(service: FootnoteService, tmp_path: Path) -> None:
    paper = tmp_path / "ferry.md"
    paper.write_text("# The ferry\n\nThe ferry to Gull Rock sails at nine every morning.\n")
    await service.add(LIBRARY, [str(paper)], actor=ACTOR)
    await service.note_setting(LIBRARY, "Language: as Discord is set -> Deutsch", actor=ACTOR)

    entry = (await service.audit(LIBRARY))[0]

    assert (entry.actor, entry.action) == (ACTOR, "config")
    assert entry.detail == "Language: as Discord is set -> Deutsch"


async def test_a_server_may_allow_itself_less_than_the_operator_does(
    database: Database,
) -> None:
    servers = ServerBook(database)
    await servers.open()
    log = await _open_spending(database, Limit(tokens=1000))
    await servers.change(77, day_tokens=100)
    await log.reserve(LIBRARY, read=60, written=30)

    with pytest.raises(OverBudgetError, match="100"):
        await log.reserve(LIBRARY, read=10, written=10)
    await log.reserve("discord-78", read=400, written=400)
    await servers.change(77, day_tokens=200)
    await log.reserve(LIBRARY, read=10, written=10)


async def test_a_server_cannot_allow_itself_more_than_the_operator_does(
    database: Database,
) -> None:
    servers = ServerBook(database)
    await servers.open()
    log = await _open_spending(database, Limit(tokens=100))
    await servers.change(77, day_tokens=5000)

    with pytest.raises(OverBudgetError, match="100"):
        await log.reserve(LIBRARY, read=100, written=1)


async def test_a_server_may_do_without_the_language_model(database: Database) -> None:
    servers = ServerBook(database)
    await servers.open()
    log = await _open_spending(database)
    await servers.change(77, day_tokens=0)

    with pytest.raises(OverBudgetError):
        await log.reserve(LIBRARY, read=1, written=0)


async def test_a_budget_needs_no_server_that_ever_set_anything(database: Database) -> None:
    log = await _open_spending(database)

    await log.reserve(LIBRARY, read=10, written=10)
    await log.reserve("default", read=10, written=10)

    budget = await log.budget(LIBRARY)
    assert (budget.spent.tokens, budget.allowed) == (20, Limit())
