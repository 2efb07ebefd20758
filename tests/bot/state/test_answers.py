"""Sent answers on real SQLite: found in their own server, confirmed, forgotten in time."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.state.answers import AnswerLog, SentAnswer, confirm_quotes
from bot.state.command_hash import CommandHashes
from index.database import Database
from tests.fakes.discord_samples import BRIDGE, LIBRARY, bridge_answer, quoting
from tests.fakes.stores import needs_sqlite, open_database

NOW = datetime(2031, 6, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    it = open_database(tmp_path / "footnote.db")
    yield it
    await it.close()


@pytest.fixture
async def log(database: Database) -> AnswerLog:
    it = AnswerLog(database, now=lambda: NOW)
    await it.open()
    return it


async def _texts(version_id: str) -> str:
    return {article.version_id: article.text for article in (BRIDGE, LIBRARY)}[version_id]


async def _sent(log: AnswerLog) -> SentAnswer:
    answer_id = await log.record(bridge_answer(), guild_id=7, channel_id=8)
    found = await log.find(answer_id, guild_id=7)
    assert found is not None
    return found


async def test_an_answer_is_kept_with_all_that_its_quotes_need(log: AnswerLog) -> None:
    sent = await _sent(log)

    assert re.fullmatch(r"[0-9a-f]{16}", sent.id)
    assert (sent.guild_id, sent.channel_id, sent.edition, sent.created_at) == ("7", "8", 3, NOW)
    for quote, citation in zip(sent.quotes, bridge_answer().citations, strict=True):
        assert quote.number == citation.number
        assert quote.text == citation.quote.text
        assert (quote.start, quote.end) == (citation.quote.start, citation.quote.end)
        assert quote.version_id == citation.quote.version_id
        assert quote.link == citation.link


async def test_it_is_found_in_its_own_server_only(log: AnswerLog) -> None:
    answer_id = await log.record(bridge_answer(), guild_id=7, channel_id=8)

    assert await log.find(answer_id, guild_id=9) is None
    assert await log.find("f" * 16, guild_id=7) is None
    assert await log.find("' OR 1=1 --", guild_id=7) is None


async def test_it_is_found_after_the_database_was_closed(log: AnswerLog, tmp_path: Path) -> None:
    answer_id = await log.record(bridge_answer(), guild_id=7, channel_id=8)
    other = open_database(tmp_path / "footnote.db")
    again = AnswerLog(other)
    await again.open()

    assert await again.find(answer_id, guild_id=7) is not None
    await other.close()


async def test_the_question_is_not_kept(log: AnswerLog, tmp_path: Path) -> None:
    needs_sqlite("its file is looked through")
    await log.record(quoting((BRIDGE, "The ferry"), asked="canary-4711"), guild_id=7, channel_id=8)

    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert any(b"The ferry" in data for data in files)
    assert not any(b"canary-4711" in data for data in files)


async def test_old_answers_are_forgotten(log: AnswerLog) -> None:
    sent = await _sent(log)

    assert await log.prune(NOW) == 0
    assert await log.prune(NOW + timedelta(microseconds=1)) == 1
    assert await log.find(sent.id, guild_id=7) is None


async def test_quotes_that_stand_in_their_articles_are_confirmed(log: AnswerLog) -> None:
    sent = await _sent(log)

    assert await confirm_quotes(sent, _texts) == sent


async def test_a_quote_that_does_not_stand_there_is_taken_out(log: AnswerLog) -> None:
    sent = await _sent(log)
    forged = replace(sent.quotes[1], text="The repair took one day.")
    moved = replace(sent.quotes[2], start=0, end=5)
    confirmed = await confirm_quotes(replace(sent, quotes=(sent.quotes[0], forged, moved)), _texts)

    assert [quote.number for quote in confirmed.quotes] == [1]
    assert confirmed.unconfirmed == (2, 3)


async def test_the_hash_of_the_commands_is_kept_for_each_application(
    database: Database,
) -> None:
    hashes = CommandHashes(database)
    await hashes.open()
    await hashes.open()
    await hashes.write(1, "aa")
    await hashes.write(1, "bb")

    assert await hashes.read(1) == "bb"
    assert await hashes.read(2) is None
