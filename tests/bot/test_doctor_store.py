"""What the doctor says of the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.checks import State
from bot.doctor_store import check_store, describe_server
from bot.settings import Settings
from bot.wiring_store import make_store
from index import schema
from tests.fakes.postgres import PASSWORD
from tests.fakes.stores import POSTGRES, find_address, stores_on

pytest.importorskip("psycopg", reason="needs the extra postgres")
from index.postgres_upkeep import ServerFacts

WELL = ServerFacts(
    "15.1",
    bytes=3_000_000,
    step=len(schema.STEPS),
    may_create=True,
    is_standby=False,
    free_connections=90,
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Settings]:
    with stores_on(POSTGRES):
        address = find_address(tmp_path / "footnote.db")
        yield Settings(data=tmp_path, store=SecretStr(address))


async def test_a_folder_without_a_store_is_well(tmp_path: Path) -> None:
    check = await check_store(Settings(data=tmp_path))

    assert check.state is State.OK
    assert list(tmp_path.iterdir()) == []


async def test_a_file_says_how_large_it_is(tmp_path: Path) -> None:
    database = make_store(Settings(data=tmp_path))
    await database.migrate(schema.SCHEMA, schema.STEPS)
    await database.close()

    check = await check_store(Settings(data=tmp_path))

    assert check.state is State.OK
    assert check.message.startswith("SQLite, 0.")


async def test_a_server_is_looked_at_and_left_as_it_is(server: Settings) -> None:
    before = await check_store(server)
    database = make_store(server)
    await database.migrate(schema.SCHEMA, schema.STEPS)
    await database.close()
    after = await check_store(server)

    assert before.state is after.state is State.OK
    assert "PostgreSQL" in before.message
    assert "0.0 MB" in before.message
    assert "0.0 MB" not in after.message
    assert PASSWORD not in repr((before, after))


async def test_a_server_that_is_not_there_says_what_to_do_without_the_password(
    tmp_path: Path,
) -> None:
    store = SecretStr(f"postgresql://footnote:{PASSWORD}@127.0.0.1:1/footnote")

    check = await check_store(Settings(data=tmp_path, store=store))

    assert check.state is State.FAIL
    assert "Does it run" in check.message
    assert PASSWORD not in repr(check)


@pytest.mark.parametrize(
    ("facts", "state", "said"),
    [
        (WELL, State.OK, "can be written"),
        (replace(WELL, is_standby=True), State.FAIL, "takes no changes"),
        (replace(WELL, may_create=False), State.FAIL, "may make no tables"),
        (replace(WELL, step=WELL.step + 1), State.FAIL, "newer Footnote"),
        (replace(WELL, free_connections=3), State.WARN, "3 more connections"),
    ],
)
def test_each_thing_that_is_amiss_is_said(facts: ServerFacts, state: State, said: str) -> None:
    check = describe_server(facts, "postgresql://host/db")

    assert check.state is state
    assert said in check.message
