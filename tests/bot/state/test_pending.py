"""Who waits is remembered while they wait, for the process that comes next, and no longer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.state.pending import Pending, PendingBook, WaitingPlace
from index.database import Database
from tests.fakes.stores import open_database

START = datetime(2031, 6, 10, 12, tzinfo=UTC)
ASKED = WaitingPlace(7, application_id=1, token="a-secret-token")
MENTIONED = WaitingPlace(8, asked_message_id=9)


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    it = open_database(tmp_path / "footnote.db")
    yield it
    await it.close()


@pytest.fixture
async def book(database: Database, clock: Clock) -> PendingBook:
    it = PendingBook(database, now=clock)
    await it.open()
    return it


async def test_who_waits_comes_back_as_it_was_kept_oldest_first(
    book: PendingBook, clock: Clock
) -> None:
    await book.keep("a", ASKED, "Sorry.", holder="")
    clock.now += timedelta(seconds=1)
    await book.keep("b", MENTIONED, "Pardon.", holder="")

    assert await book.left_by("") == (
        Pending("a", ASKED, "Sorry.", START),
        Pending("b", MENTIONED, "Pardon.", clock.now),
    )


async def test_who_was_told_is_forgotten_and_may_be_forgotten_twice(book: PendingBook) -> None:
    await book.keep("a", ASKED, "Sorry.", holder="")

    await book.drop("a")
    await book.drop("a")

    assert await book.left_by("") == ()


async def test_what_another_process_promised_is_left_to_it(book: PendingBook) -> None:
    await book.keep("a", ASKED, "Sorry.", holder="[0, 1]")

    assert await book.left_by("[2, 3]") == ()
    assert [pending.id for pending in await book.left_by("[0, 1]")] == ["a"]


@pytest.mark.parametrize("jump", [timedelta(minutes=16), timedelta(days=1), timedelta(days=-1)])
async def test_what_is_too_old_or_from_before_a_clock_was_set_back_is_deleted_with_its_token(
    book: PendingBook, clock: Clock, database: Database, jump: timedelta
) -> None:
    await book.keep("a", ASKED, "Sorry.", holder="another process")
    clock.now += jump

    assert await book.left_by("") == ()

    rows = await database.read(lambda c: c.execute("SELECT * FROM pending_reply").fetchall())
    assert rows == []


def test_a_token_is_not_shown_where_a_place_is() -> None:
    assert "a-secret-token" not in repr(Pending("a", ASKED, "Sorry.", START))
