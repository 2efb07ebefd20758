from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bot
from bot.errors import CommandError, UnexpectedError
from bot.owner.folder import DataFolder, FolderInUseError, OwnerInfo
from bot.owner.ownership import own_folder
from bot.owner.session import Session
from bot.owner.sockets import open_socket
from index.errors import EmbedderMismatch
from index.models import Progress
from tests.fakes.service import FakeService

OpenSession = Callable[..., Session]


def question(text: str, **more: object) -> dict[str, Any]:
    return {"library": "default", "id": "q1", "question": text, **more}


async def test_an_owner_and_a_client_give_the_same_answer(open_session: OpenSession) -> None:
    async with open_session("footnote chat") as owner, open_session() as client:
        own = await owner.perform("ask", question("When was it mended?"))
        handed_over = await client.perform("ask", question("When was it mended?"))

    assert own == handed_over
    assert own["status"] == "answered"


async def test_the_client_did_not_open_the_folder(
    open_session: OpenSession, service: FakeService
) -> None:
    untouched = FakeService()
    async with open_session() as owner, open_session(service=untouched) as client:
        await owner.perform("ask", question("first"))
        await client.perform("search", question("second", limit=2))

    assert [asked for _, asked in service.asked] == ["first", "second"]
    assert untouched.asked == []


async def test_twenty_clients_at_once_each_get_their_own_answer(open_session: OpenSession) -> None:
    async def ask(number: int) -> str:
        async with open_session() as session:
            answer = await session.perform("ask", question(f"slow question {number}"))
            return str(answer["question"])

    asked = await asyncio.gather(*(ask(number) for number in range(20)))

    assert asked == [f"slow question {number}" for number in range(20)]


async def test_an_owner_that_is_done_finishes_what_it_accepted(
    open_session: OpenSession, service: FakeService, notices: list[str]
) -> None:
    untouched = FakeService()
    async with open_session(service=untouched) as client:
        async with open_session() as owner:
            await owner.perform("ask", question("mine"))
            handed_over = asyncio.create_task(client.perform("ask", question("slow, yours")))
            await service.until(lambda: ("default", "slow, yours") in service.asked)
            assert not handed_over.done()
        assert (await handed_over)["question"] == "slow, yours"

    assert untouched.asked == []
    assert notices == ["Finishing what another command handed over ..."]


async def test_an_interrupted_owner_drops_its_clients_and_they_carry_on_themselves(
    open_session: OpenSession, service: FakeService
) -> None:
    own = FakeService()
    async with open_session(service=own) as client:
        with contextlib.suppress(ZeroDivisionError):
            async with open_session() as owner:
                await owner.perform("ask", question("mine"))
                service.seconds = 30
                handed_over = asyncio.create_task(client.perform("ask", question("slow one")))
                await service.until(lambda: ("default", "slow one") in service.asked)
                raise ZeroDivisionError
        assert (await handed_over)["question"] == "slow one"

    assert service.cancelled == ["slow one"]
    assert own.asked == [("default", "slow one")]


async def test_a_bot_that_is_stopped_spends_only_so_long_on_what_it_accepted(
    open_session: OpenSession, data: Path, service: FakeService
) -> None:
    own = FakeService()
    async with open_session(service=own) as client:
        async with (
            own_folder(DataFolder(data), "footnote run") as ownership,
            ownership.serving(service, finish_seconds=0.1),
        ):
            service.seconds = 30
            handed_over = asyncio.create_task(client.perform("ask", question("slow one")))
            await service.until(lambda: bool(service.asked))
        assert (await handed_over)["status"] == "answered"

    assert service.cancelled == ["slow one"]
    assert [text for _, text in own.asked] == ["slow one"]


async def test_a_client_that_leaves_cancels_what_it_asked_for_at_once(
    open_session: OpenSession, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without signs of life to send, the owner notices only because it listens.
    monkeypatch.setattr("bot.owner.server.ALIVE_SECONDS", 1000)
    async with open_session() as owner, open_session() as client:
        await owner.perform("ask", question("mine"))
        work = asyncio.create_task(client.perform("ask", question("hang on")))
        await service.until(lambda: ("default", "hang on") in service.asked)
        work.cancel()
        await service.until(lambda: bool(service.cancelled))

    assert service.cancelled == ["hang on"]


async def test_progress_reaches_the_client(open_session: OpenSession) -> None:
    seen: list[Progress] = []
    async with open_session() as owner, open_session() as client:
        await owner.perform("status", question(""))
        await client.perform("add", {"library": "default", "targets": ["/slow"]}, seen.append)

    assert seen
    assert all(progress.stage == "reading" and progress.total == 3 for progress in seen)


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("fail", CommandError, "The library is out of order; mend it."),
        ("crash", UnexpectedError, "an unexpected RuntimeError"),
        ("x", CommandError, "The question has 1 character; write at least 2."),
        ("x" * 5000, CommandError, "5,000 characters; shorten it to 1,000"),
    ],
)
async def test_an_error_reads_the_same_from_the_owner_and_through_it(
    open_session: OpenSession, text: str, kind: type[Exception], line: str
) -> None:
    async with open_session() as owner, open_session() as client:
        for session in (owner, client):
            with pytest.raises(kind, match=line) as caught:
                await session.perform("ask", question(text))
            assert "inner secret" not in str(caught.value)


async def test_a_service_that_cannot_open_gives_its_sentence_and_frees_the_folder(
    open_session: OpenSession, data: Path
) -> None:
    error = EmbedderMismatch("Made by another embedder; run footnote index rebuild.")
    async with open_session(opening_error=error) as session:
        with pytest.raises(CommandError, match="Made by another embedder"):
            await session.perform("ask", question("hello"))
        async with open_session() as another:
            assert await another.perform("ask", question("hello"))

    assert sorted(path.name for path in data.iterdir()) == ["owner.lock"]


async def test_a_client_of_another_version_is_told_so(
    open_session: OpenSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_session("footnote run") as owner, open_session() as client:
        await owner.perform("status", question(""))
        monkeypatch.setattr(bot, "__version__", "9.9.9")
        with pytest.raises(CommandError, match=r"`footnote run`.* of version .*9\.9\.9"):
            await client.perform("ask", question("hello"))


async def test_a_folder_held_by_somebody_who_does_not_listen_is_named_after_a_while(
    open_session: OpenSession, data: Path
) -> None:
    holder = DataFolder(data)
    holder.try_lock()
    async with open_session(patience=0.3) as client:
        with pytest.raises(FolderInUseError, match="in use by another process"):
            await client.perform("ask", question("hello"))
    holder.release()


async def test_a_client_waits_for_an_owner_that_is_just_ending(
    open_session: OpenSession, data: Path
) -> None:
    ending = DataFolder(data)
    ending.try_lock()
    async with open_session() as client:
        work = asyncio.create_task(client.perform("ask", question("hello")))
        await asyncio.sleep(0.3)
        assert not work.done()
        ending.release()
        assert (await work)["status"] == "answered"


async def test_a_conversation_hands_the_folder_to_a_bot_that_starts_and_talks_through_it(
    open_session: OpenSession, data: Path, service: FakeService
) -> None:
    bots_service = FakeService()
    async with open_session("footnote chat", yields=True) as chat:
        await chat.perform("ask", question("before"))
        async with (
            own_folder(DataFolder(data), "footnote run", patience=5) as ownership,
            ownership.serving(bots_service),
        ):
            await chat.perform("ask", question("through the bot"))
        await chat.perform("ask", question("after"))

    assert [text for _, text in service.asked] == ["before", "after"]
    assert [text for _, text in bots_service.asked] == ["through the bot"]


async def test_a_bot_does_not_take_the_folder_from_a_working_command(
    open_session: OpenSession, data: Path
) -> None:
    async with open_session("footnote index add") as adding:
        await adding.perform("status", question(""))
        with pytest.raises(FolderInUseError, match=r"`footnote index add` \(pid \d+, since"):
            async with own_folder(DataFolder(data), "footnote run", patience=0.3):
                pass


@pytest.mark.parametrize(
    "line",
    [
        b"no json\n",
        b"[]\n",
        b'{"command": 1}\n',
        b"[" * 100_000 + b"\n",
        b"x" * (5 * 1024 * 1024) + b"\n",
        b"",
    ],
)
async def test_nonsense_on_the_socket_does_not_disturb_the_owner(
    open_session: OpenSession, data: Path, line: bytes
) -> None:
    async with open_session() as owner:
        await owner.perform("status", question(""))
        reader, writer = await asyncio.open_unix_connection(str(data / "footnote.sock"))
        with contextlib.suppress(OSError):
            writer.write(line)
            await writer.drain()
            if line:
                answer = await reader.readline()
                assert not answer or "error" in json.loads(answer)
        writer.close()
        assert (await owner.perform("ask", question("still there")))["status"] == "answered"


async def test_a_progress_report_after_the_answer_is_harmless(open_session: OpenSession) -> None:
    async with open_session() as owner:
        await owner.perform("status", question(""))
        with pytest.raises(CommandError, match="no command 'dance'"):
            await owner.perform("dance", {})


async def test_a_socket_in_a_temporary_folder_is_found_and_removed(
    tmp_path: Path, service: FakeService
) -> None:
    folder = DataFolder(tmp_path / ("deep" * 30))
    assert folder.try_lock()
    folder.release()
    async with own_folder(folder, "footnote run") as ownership, ownership.serving(service):
        owner = folder.read_owner()
        assert owner is not None
        assert owner.pid == os.getpid()
        assert Path(owner.socket).exists()
        assert tmp_path not in Path(owner.socket).parents
    assert not Path(owner.socket).parent.exists()


async def test_a_command_interrupted_in_the_instant_of_locking_leaves_the_folder_free(
    open_session: OpenSession, data: Path
) -> None:
    async def ask() -> None:
        async with open_session() as session:
            await session.perform("ask", question("hello"))

    folder = DataFolder(data)
    work = asyncio.create_task(ask())
    await asyncio.sleep(0)  # far enough to hold the lock, and no further
    assert not folder.try_lock()
    work.cancel()
    await asyncio.wait({work})

    assert work.cancelled()
    assert folder.try_lock()
    folder.release()


async def test_what_a_killed_owner_left_among_the_temporary_files_is_removed(data: Path) -> None:
    killed = DataFolder(data / ("deep" * 30))
    assert killed.try_lock()
    listener, left = open_socket(killed.path)
    listener.close()
    killed.write_owner(OwnerInfo(1, "footnote run", "2026-01-02T03:04:05Z", str(left), "0"))
    killed._lock.release()

    async with own_folder(DataFolder(killed.path), "footnote ask"):
        assert not left.parent.exists()
