"""The store on a real PostgreSQL server: values, transactions, processes, faults."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import secrets
import signal
import socket
import traceback
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from index import schema, sql
from index.connections import Connection, dialect_of
from index.database import Database
from index.errors import StoreError
from tests.fakes.postgres import PASSWORD, PostgresServer, find_binaries
from tests.fakes.stores import POSTGRES, find_address, stores_on

psycopg = pytest.importorskip("psycopg", reason="needs the extra postgres")
from index.postgres_database import PostgresDatabase  # noqa: E402
from index.postgres_session import PostgresSession  # noqa: E402

STEPS = (
    "CREATE TABLE item (pk INTEGER PRIMARY KEY, name TEXT, n INTEGER, x REAL, data BLOB);",
    """
    CREATE TABLE count (one INTEGER PRIMARY KEY, n INTEGER NOT NULL);
    INSERT INTO count VALUES (1, 0);
    """,
)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A schema of its own on the server of this test run."""
    with stores_on(POSTGRES):
        yield find_address(tmp_path / "footnote.db")


@pytest.fixture
async def database(address: str) -> AsyncIterator[PostgresDatabase]:
    it = PostgresDatabase(address)
    await it.migrate("test", STEPS)
    yield it
    await it.close()


@pytest.fixture
async def own_server() -> AsyncIterator[PostgresServer]:
    """A server that a test may kill."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("needs a PostgreSQL server's programs, such as Debian's postgresql")
    server = await asyncio.to_thread(PostgresServer.make, binaries)
    yield server
    await asyncio.to_thread(server.remove)


async def names_in(database: Database) -> list[str]:
    """The names of all items, in their order."""
    return await database.read(
        lambda c: [row["name"] for row in c.execute("SELECT name FROM item ORDER BY name")]
    )


async def add(database: Database, name: str) -> None:
    """Keep an item."""
    await database.write(lambda c: c.execute("INSERT INTO item (name) VALUES (?)", (name,)))


async def test_values_come_back_as_sqlite_gives_them(database: PostgresDatabase) -> None:
    given = [
        {"name": "ü%:?'", "n": True, "x": 0.5, "data": b"\x00\xff"},
        {"name": "a\x00b", "n": np.int64(2**40), "x": 2, "data": memoryview(b"view")},
        {"name": None, "n": np.bool_(0), "x": None, "data": np.array([1.5], dtype="<f4").tobytes()},
    ]

    def work(connection: Connection) -> list[tuple[object, ...]]:
        connection.executemany(
            "INSERT INTO item (name, n, x, data) VALUES (:name, :n, :x, :data)", given
        )
        return [
            tuple(r) for r in connection.execute("SELECT name, n, x, data FROM item ORDER BY pk")
        ]

    assert await database.write(work) == [
        ("ü%:?'", 1, 0.5, b"\x00\xff"),
        ("a\ufffdb", 2**40, 2.0, b"view"),
        (None, 0, None, b"\x00\x00\xc0?"),
    ]


async def test_a_row_is_read_by_name_and_by_place(database: PostgresDatabase) -> None:
    def work(connection: Connection) -> None:
        row = connection.execute("SELECT 1 AS one, 'b' AS two, 2 > 1 AS yes").fetchone()
        assert (row["one"], row[1], row["yes"], row.keys()) == (1, "b", 1, ["one", "two", "yes"])
        assert dict(row) == {"one": 1, "two": "b", "yes": 1}
        one, *rest = row
        assert (one, rest, len(row)) == (1, ["b", 1], 3)
        with pytest.raises(IndexError):
            row["three"]

    await database.read(work)


async def test_what_changed_is_counted(database: PostgresDatabase) -> None:
    def work(connection: Connection) -> list[int]:
        many = connection.executemany(
            "INSERT INTO item (name) VALUES (?)", ((f"{n:04}",) for n in range(1_203))
        )
        (pk,) = connection.execute(
            "INSERT INTO item (name) VALUES ('last') RETURNING pk"
        ).fetchone()
        ignored = connection.execute(
            "INSERT INTO item (pk) VALUES (?) ON CONFLICT DO NOTHING", (pk,)
        )
        gone = connection.execute("DELETE FROM item WHERE name < ?", ("0010",))
        nothing = connection.execute("UPDATE item SET n = 1 WHERE name = 'nobody'")
        return [many.rowcount, ignored.rowcount, gone.rowcount, nothing.rowcount,
                connection.total_changes]  # fmt: skip

    assert await database.write(work) == [1_203, 0, 10, 0, 1_203 + 1 + 10]


async def test_what_makes_the_rows_of_many_may_ask_the_connection(
    database: PostgresDatabase,
) -> None:
    def work(connection: Connection) -> int:
        def rows() -> Iterator[tuple[int]]:
            for _ in range(3):
                yield connection.execute("SELECT count(*) FROM item").fetchone()

        return connection.executemany("INSERT INTO item (n) VALUES (?)", rows()).rowcount

    assert await database.write(work) == 3


async def test_text_sorts_by_code_point_and_folds_ascii_alone(database: PostgresDatabase) -> None:
    for name in ("b", "Z", "a", "É", "é", "_"):
        await add(database, name)

    assert await names_in(database) == ["Z", "_", "a", "b", "É", "é"]
    low = await database.read(
        lambda c: c.execute("SELECT lower(name) FROM item WHERE name = 'É'").fetchone()[0]
    )
    assert low == "É"


async def test_more_rows_than_fit_into_memory_can_be_read(database: PostgresDatabase) -> None:
    def work(connection: Connection) -> int:
        connection.execute("INSERT INTO item (n) SELECT g FROM generate_series(1, 2500) AS g")
        rows = sql.stream(connection, "SELECT n FROM item WHERE n > ? ORDER BY n", (100,))
        return sum(row["n"] for row in rows)

    assert await database.write(work) == sum(range(101, 2_501))


async def test_a_reader_sees_one_state_whatever_is_written_meanwhile(
    database: PostgresDatabase,
) -> None:
    loop, looked, may_go_on = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

    def look(connection: Connection) -> list[int]:
        counts = [connection.execute("SELECT count(*) FROM item").fetchone()[0]]
        loop.call_soon_threadsafe(looked.set)
        asyncio.run_coroutine_threadsafe(may_go_on.wait(), loop).result(20)
        return [*counts, connection.execute("SELECT count(*) FROM item").fetchone()[0]]

    reading = asyncio.create_task(database.read(look))
    await looked.wait()
    await add(database, "new")
    may_go_on.set()

    assert await reading == [0, 0]
    assert await names_in(database) == ["new"]


async def test_a_reader_can_change_nothing(database: PostgresDatabase) -> None:
    with pytest.raises(StoreError):
        await database.read(lambda c: c.execute("INSERT INTO item (name) VALUES ('x')"))

    assert await names_in(database) == []


async def test_a_write_that_fails_leaves_nothing_and_the_next_goes_well(
    database: PostgresDatabase,
) -> None:
    def fail(connection: Connection) -> None:
        connection.execute("INSERT INTO item (name) VALUES ('half')")
        raise KeyError("on the way")

    with pytest.raises(KeyError):
        await database.write(fail)
    with pytest.raises(StoreError, match="42P01"):
        await database.write(lambda c: c.execute("SELECT * FROM nowhere"))
    await add(database, "whole")

    assert await names_in(database) == ["whole"]


async def test_a_value_is_never_in_an_error(database: PostgresDatabase) -> None:
    def twice(connection: Connection) -> None:
        connection.execute("CREATE UNIQUE INDEX item_name ON item (name)")
        for _ in range(2):
            connection.execute("INSERT INTO item (name) VALUES ('a private question')")

    with pytest.raises(StoreError) as caught:
        await database.write(twice)

    assert "private" not in "".join(traceback.format_exception(caught.value))


async def test_a_name_that_is_too_long_for_an_index_is_told_as_that(
    database: PostgresDatabase,
) -> None:
    await database.write(lambda c: c.execute("CREATE UNIQUE INDEX item_name ON item (name)"))

    with pytest.raises(StoreError, match=r"A text is too long for the database; nothing was"):
        await add(database, secrets.token_hex(4_000))

    assert await names_in(database) == []


async def test_writers_of_two_objects_go_one_after_the_other(
    database: PostgresDatabase, address: str
) -> None:
    other = PostgresDatabase(address)

    def count_up(connection: Connection) -> None:
        (n,) = connection.execute("SELECT n FROM count").fetchone()
        connection.execute("UPDATE count SET n = ?", (n + 1,))

    await asyncio.gather(*(each.write(count_up) for _ in range(20) for each in (database, other)))
    await other.close()

    assert await count_of(database) == 40


async def count_of(database: Database) -> int:
    return await database.read(lambda c: int(c.execute("SELECT n FROM count").fetchone()[0]))


def _count_in_process(address: str, times: int) -> None:
    async def count() -> None:
        database = PostgresDatabase(address)
        for _ in range(times):
            await database.write(_read_and_write)
        await database.close()

    asyncio.run(count())


def _read_and_write(connection: Connection) -> None:
    (n,) = connection.execute("SELECT n FROM count").fetchone()
    # Tables in another order than other writers take them: without one lock, a deadlock.
    connection.execute("INSERT INTO item (n) VALUES (?)", (n,))
    connection.execute("UPDATE count SET n = ?", (n + 1,))


async def test_writers_of_two_processes_lose_nothing_and_never_deadlock(
    database: PostgresDatabase, address: str
) -> None:
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_count_in_process, args=(address, 60))
    process.start()
    for _ in range(2_000):
        if await count_of(database):
            break
        await asyncio.sleep(0.01)

    def the_other_way_round(connection: Connection) -> None:
        connection.execute("UPDATE count SET n = n + 1")
        connection.execute("INSERT INTO item (n) VALUES (-1)")

    for _ in range(60):
        await database.write(the_other_way_round)
    await asyncio.to_thread(process.join, 60)

    assert process.exitcode == 0
    assert await count_of(database) == 120


async def test_a_lock_is_held_by_one_at_a_time_wherever_they_are(
    database: PostgresDatabase, address: str
) -> None:
    other = PostgresDatabase(address)
    async with (
        database.hold("job") as first,
        database.hold("job") as again,
        other.hold("job") as second,
        other.hold("else") as another,
    ):
        assert (first, again, second, another) == (True, False, False, True)
        assert await other.is_held("job")
    assert not await other.is_held("job")
    async with other.hold("job") as later:
        assert later
    await other.close()


async def test_a_lock_dies_with_who_held_it(database: PostgresDatabase, address: str) -> None:
    other = PostgresDatabase(address)
    lock = other.hold("job")
    assert await lock.__aenter__()

    # As the server sees a process that was killed.
    other._locks._session.cut()
    for _ in range(200):
        if not await database.is_held("job"):
            break
        await asyncio.sleep(0.05)

    async with database.hold("job") as taken:
        assert taken
    await lock.__aexit__(None, None, None)
    await other.close()


async def test_a_lock_whose_connection_was_lost_is_taken_again(
    database: PostgresDatabase, address: str
) -> None:
    other = PostgresDatabase(address)
    async with database.hold("job"):
        database._locks._session.cut()
        assert not await database.is_held("something else")

        async with other.hold("job") as taken:
            assert not taken
    await other.close()


async def test_a_lock_that_the_server_gave_to_a_dead_connection_is_taken_when_that_goes(
    database: PostgresDatabase, address: str
) -> None:
    other, locks = PostgresDatabase(address), database._locks
    async with database.hold("job"):
        # The network broke: the server has not noticed, and believes the old connection.
        dead, locks._session = locks._session, PostgresSession(locks._address)
        assert await database.is_held("job")
        dead.close()
        async with asyncio.timeout(10):
            while await other.is_held("job"):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.02)

        assert not await database.is_held("something else")

        async with other.hold("job") as taken:
            assert not taken
    async with other.hold("job") as taken:
        assert taken
    await other.close()


async def test_two_bots_share_a_database_and_nothing_in_it(
    database: PostgresDatabase, tmp_path: Path
) -> None:
    other = PostgresDatabase(find_address(tmp_path / "other.db"))
    await other.migrate("test", STEPS)
    await add(database, "ours")

    assert await names_in(other) == []
    async with database.hold("job"), other.hold("job") as taken:
        assert taken
    await other.close()


async def test_a_schema_of_a_newer_footnote_is_refused(
    database: PostgresDatabase, address: str
) -> None:
    await database.migrate(schema.SCHEMA, (*schema.STEPS, "CREATE TABLE later (n INTEGER);"))
    older = PostgresDatabase(address)

    with pytest.raises(StoreError, match="newer Footnote"):
        await older.migrate(schema.SCHEMA, schema.STEPS)
    await older.close()


async def test_a_migration_that_fails_leaves_nothing_of_itself(database: PostgresDatabase) -> None:
    with pytest.raises(StoreError):
        await database.migrate(
            "more", ("CREATE TABLE more (n INTEGER); CREATE TABLE item (n TEXT);",)
        )

    assert not await database.read(lambda c: sql.has_table(c, "more"))
    assert await database.read(lambda c: sql.read_step(c, "more")) == 0


async def test_two_that_start_at_once_migrate_once(address: str) -> None:
    both = [PostgresDatabase(address), PostgresDatabase(address)]

    await asyncio.gather(*(each.migrate(schema.SCHEMA, schema.STEPS) for each in both))

    step = await both[0].read(lambda c: sql.read_step(c, schema.SCHEMA))
    assert step == len(schema.STEPS)
    await asyncio.gather(*(each.close() for each in both))


async def test_its_room_is_known_given_back_and_sound(database: PostgresDatabase) -> None:
    before = await database.size()
    await database.write(
        lambda c: c.execute("INSERT INTO item (n) SELECT g FROM generate_series(1, 5000) AS g")
    )

    assert await database.size() > before
    await database.write(lambda c: c.execute("DELETE FROM item"))
    await database.shrink()
    assert await database.find_damage() == []
    assert await database.read(dialect_of) == "postgres"


async def test_a_connection_that_was_lost_between_calls_is_not_noticed(
    database: PostgresDatabase,
) -> None:
    await add(database, "before")
    for session in database._sessions:
        session.cut()

    await add(database, "after")
    assert await names_in(database) == ["after", "before"]


async def test_a_server_that_is_killed_in_the_middle_of_a_write_keeps_nothing_of_it(
    own_server: PostgresServer,
) -> None:
    database = PostgresDatabase(own_server.address("postgres"))
    await database.migrate("test", STEPS)
    await add(database, "kept")

    def kill_and_go_on(connection: Connection) -> None:
        connection.execute("INSERT INTO item (name) VALUES ('half')")
        own_server.stop(signal.SIGQUIT)
        connection.execute("INSERT INTO item (name) VALUES ('other half')")

    with pytest.raises(StoreError, match="lost"):
        await database.write(kill_and_go_on)
    with pytest.raises(StoreError, match="cannot be reached"):
        await names_in(database)
    await asyncio.to_thread(own_server.start)

    assert await names_in(database) == ["kept"]
    await add(database, "later")
    assert await names_in(database) == ["kept", "later"]
    await database.close()


async def test_a_commit_whose_answer_was_lost_says_so(database: PostgresDatabase) -> None:
    def cut(connection: Connection) -> None:
        connection.execute("INSERT INTO item (name) VALUES ('perhaps')")
        for session in database._sessions:
            session.cut()

    with pytest.raises(StoreError, match="Look whether it was saved"):
        await database.write(cut)

    assert await names_in(database) in ([], ["perhaps"])


async def test_a_read_that_takes_too_long_is_given_up_and_its_thread_serves_again(
    address: str,
) -> None:
    database = PostgresDatabase(address, readers=1)
    sleep = "SELECT pg_sleep(60)"

    with pytest.raises(StoreError, match="did not answer"):
        await database.read(lambda c: c.execute(sleep).fetchone(), patience=0.2)

    assert await database.read(lambda c: c.execute("SELECT 1").fetchone()[0]) == 1
    await database.close()


async def test_a_server_that_hangs_is_given_up(own_server: PostgresServer) -> None:
    database = PostgresDatabase(own_server.address("postgres"), readers=1)
    await database.migrate("test", STEPS)
    pids = await database.read(
        lambda c: [int(row[0]) for row in c.execute("SELECT pid FROM pg_stat_activity "
                                                    "WHERE backend_type = 'client backend'")]
    )  # fmt: skip
    assert pids
    for pid in pids:
        own_server.signal(pid, signal.SIGSTOP)
    try:
        with pytest.raises(StoreError, match="did not answer"):
            await database.read(lambda c: c.execute("SELECT 1").fetchone(), patience=0.5)
        # A new connection is another process of the server.
        assert await database.read(lambda c: c.execute("SELECT 1").fetchone()[0]) == 1
    finally:
        for pid in pids:
            own_server.signal(pid, signal.SIGCONT)
    await database.close()


@pytest.mark.parametrize(
    "change",
    [
        ("127.0.0.1", "127.0.0.1.invalid"),
        ("footnote:", "nobody:"),
        (PASSWORD, f"{PASSWORD}-wrong"),
        ("/postgres", "/nowhere"),
        ("127.0.0.1:", "127.0.0.1:x"),
        (PASSWORD, f"{PASSWORD}%zz"),
        ("?", "?no_such_option=1&"),
        ("test_", "Test;_"),
    ],
)
async def test_the_password_is_in_no_error_name_or_log(
    address: str, change: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def use() -> None:
        database = PostgresDatabase(address.replace(*change))
        try:
            assert PASSWORD not in database.name + repr(database) + repr(database._address)
            await database.migrate("test", STEPS)
        finally:
            await database.close()

    with pytest.raises(StoreError) as caught:
        await use()

    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert PASSWORD not in told


async def test_a_port_where_nobody_listens_is_told_with_what_to_do() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    database = PostgresDatabase(f"postgresql://a:{PASSWORD}@127.0.0.1:{port}/b")

    with pytest.raises(StoreError, match="Does it run") as caught:
        await database.read(lambda c: c.execute("SELECT 1"))
    assert f"postgresql://a@127.0.0.1:{port}/b" in str(caught.value)
    await database.close()


async def test_a_user_who_may_make_no_schema_is_told_how(address: str) -> None:
    admin = PostgresDatabase(address)
    name = address.rpartition("%3D")[2]
    await admin.maintain(
        lambda c: c.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}' IN ROLE pg_monitor")
    )
    poor = PostgresDatabase(address.replace("footnote:", f"{name}:"))

    with pytest.raises(StoreError, match="CREATE SCHEMA"):
        await poor.migrate("test", STEPS)
    await admin.maintain(lambda c: c.execute(f"CREATE SCHEMA {name} AUTHORIZATION {name}"))
    await poor.migrate("test", STEPS)
    await add(poor, "allowed")
    await poor.close()
    await admin.maintain(lambda c: c.execute(f"DROP OWNED BY {name}"))
    await admin.maintain(lambda c: c.execute(f"DROP ROLE {name}"))
    await admin.close()


async def test_a_database_of_other_letters_is_refused(own_server: PostgresServer) -> None:
    own_server.tell("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    database = PostgresDatabase(own_server.address("latin"))

    with pytest.raises(StoreError, match="UTF8"):
        await database.migrate("test", STEPS)
    await database.close()
