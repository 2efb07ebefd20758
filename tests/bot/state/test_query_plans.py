"""What is asked often or by anybody goes through an index, however much is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.state.gaps import GapLog
from bot.state.personal_rows import OWN_GAPS, Subject
from bot.state.replies import ReplyLog, SentReply
from bot.state.stores import Stores
from index.connections import Connection
from index.database import Database
from tests.fakes.kept_replies import ANN, HERE
from tests.fakes.stores import needs_sqlite, open_database


async def explain(database: Database, query: str, given: object) -> str:
    def work(connection: Connection) -> str:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {query}", given)  # type: ignore[arg-type]
        return "\n".join(str(step["detail"]) for step in steps)

    return await database.read(work)


async def test_whether_a_gap_is_theirs_alone_is_looked_up_and_not_searched_for(
    tmp_path: Path,
) -> None:
    needs_sqlite("what its planner does")
    database = open_database(tmp_path / "footnote.db")
    await Stores(database).open()
    await GapLog(database).open()

    plan = await explain(database, f"SELECT count(*) {OWN_GAPS}", Subject(ANN, HERE).given)

    assert plan.count("SEARCH r USING INDEX reply_likeness (guild_id=? AND likeness=?)") == 2
    assert "SCAN" not in plan
    await database.close()


async def test_a_deleted_message_is_looked_up_and_not_searched_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    async def select(_: ReplyLog, where: str, *given: object) -> tuple[SentReply, ...]:
        asked.append((where, given))
        return ()

    needs_sqlite("what its planner does")
    database = open_database(tmp_path / "footnote.db")
    stores = Stores(database)
    await stores.open()
    monkeypatch.setattr(ReplyLog, "select", select)
    await stores.replies.find_asked(1, 2, guild_id=HERE)

    ((where, given),) = asked
    plan = await explain(database, f"SELECT id FROM reply WHERE {where}", given)
    assert "SEARCH reply USING INDEX reply_asked_message (asked_message_id=?)" in plan
    await database.close()
