import asyncio
import os
import resource
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from index.errors import SourceError
from index.reading import Reader
from index.reading.process import ReadingProcess

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
# Small enough to be sent at once, and minutes of work for the extractor.
HOSTILE = b"<html><body><p " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">x</body></html>"


@asynccontextmanager
async def reading(**limits: Any) -> AsyncIterator[Reader]:
    reader = Reader(**limits)
    try:
        yield reader
    finally:
        await reader.close()


def pid_of(reader: Reader) -> int:
    assert reader.pid is not None
    return reader.pid


async def gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while is_running(pid):  # noqa: ASYNC110 - nothing tells of another process's end
            await asyncio.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


async def read_good(reader: Reader, text: str = "# Pier\n\nIt opens.") -> str:
    return (await reader.read(text.encode(), "pier.md", derived_id="pier")).text


async def test_documents_of_all_kinds_come_back_as_articles_from_one_process() -> None:
    async with reading() as reader:
        markdown = await reader.read(
            b"---\nauthors: [A, B]\n---\n# Pier\n\nOpen.", "p.md", derived_id="p"
        )
        pid = reader.pid
        text = await reader.read("Pier\n\nÖffnet.".encode(), "p.txt", derived_id="q")
        page = await reader.read(
            b"<p>The pier opens to all boats today.</p>",
            "p",
            url="https://e.org/p",
            content_type="text/html",
            derived_id="r",
        )

        assert reader.pid == pid

    assert (markdown.id, markdown.authors, markdown.headings[0].end) == ("p", ("A", "B"), 4)
    assert (text.id, text.title, text.text) == ("q", "Pier", "Pier\n\nÖffnet.")
    assert (page.id, page.url, page.text) == (
        "r",
        "https://e.org/p",
        "The pier opens to all boats today.",
    )


async def test_a_sentence_for_a_person_comes_back_for_bad_input() -> None:
    async with reading() as reader:
        with pytest.raises(SourceError, match="looks like a PNG image"):
            await reader.read(b"\x89PNG\r\n\x1a\n\0\0", "a.md", derived_id="a")
        with pytest.raises(SourceError, match="This type of file is not read"):
            await reader.read(b"x", "a.exe", derived_id="a")
        with pytest.raises(SourceError, match="larger than 10 MB"):
            await reader.read(b"x" * 10_000_001, "a.txt", derived_id="a")


async def test_a_page_that_takes_too_long_is_stopped_while_the_loop_runs_on() -> None:
    async with reading(seconds=3) as reader:
        ticks = 0
        task = asyncio.create_task(reader.read(HOSTILE, "a.html", derived_id="a"))
        while not task.done():
            await asyncio.sleep(0.01)
            ticks += 1

        with pytest.raises(SourceError, match=r"longer than 3 seconds, so it was stopped"):
            await task
        assert ticks > 10
        assert reader.pid is None
        assert await read_good(reader) == "Pier\n\nIt opens."


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
async def test_a_page_that_takes_too_much_processor_time_is_stopped() -> None:
    async with reading(cpu_seconds=0, seconds=100) as reader:
        with pytest.raises(SourceError, match="too much time or memory"):
            await reader.read(HOSTILE, "a.html", derived_id="a")

        assert await read_good(reader) == "Pier\n\nIt opens."


@LINUX
async def test_a_page_that_takes_too_much_memory_is_refused() -> None:
    async with reading(memory_bytes=130_000_000, seconds=100) as reader:
        with pytest.raises(SourceError):
            await reader.read(b"<html><body>" + b"<p>x y" * 800_000, "a.html", derived_id="a")
        assert resource.prlimit(pid_of(reader), resource.RLIMIT_AS) == (130_000_000, 130_000_000)

        assert await read_good(reader) == "Pier\n\nIt opens."


@LINUX
async def test_the_process_goes_without_numpy_which_reserves_memory_for_each_processor() -> None:
    async with reading() as reader:
        await reader.read(b"<p>The pier opens to all boats today.</p>", "a.html", derived_id="a")
        maps = Path(f"/proc/{pid_of(reader)}/maps").read_text()

    assert "lxml" in maps
    assert "numpy" not in maps


async def test_a_process_is_replaced_after_its_share_of_documents() -> None:
    process = ReadingProcess(
        seconds=60, cpu_seconds=30, memory_bytes=1_000_000_000, max_documents=2
    )
    head = {"name": "a.md", "derived_id": "a"}
    pids = []
    for _ in range(4):
        await process.request(head, b"Text.")
        pids.append(process.pid)
    await process.close()

    assert pids[0] == pids[1] != pids[2] == pids[3]


@LINUX
async def test_a_killed_process_is_replaced() -> None:
    async with reading() as reader:
        await read_good(reader)
        pid = pid_of(reader)
        os.kill(pid, signal.SIGKILL)
        await gone(pid)

        assert await read_good(reader) == "Pier\n\nIt opens."


async def test_a_cancelled_reading_does_not_mix_up_the_next() -> None:
    async with reading() as reader:
        await read_good(reader)
        task = asyncio.create_task(reader.read(HOSTILE, "a.html", derived_id="a"))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert await read_good(reader, "Another text.") == "Another text."


async def test_many_readings_at_once_each_get_their_own_article() -> None:
    async with reading() as reader:
        await read_good(reader)
        texts = [f"Text number {n}." for n in range(20)]

        assert await asyncio.gather(*(read_good(reader, text) for text in texts)) == texts


@LINUX
async def test_the_process_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "canary-token")
    async with reading() as reader:
        await read_good(reader)

        assert b"canary" not in Path(f"/proc/{reader.pid}/environ").read_bytes()


@LINUX
async def test_closing_ends_the_process() -> None:
    async with reading() as reader:
        await read_good(reader)
        pid = pid_of(reader)
        assert is_running(pid)

    assert not is_running(pid)
    await reader.close()


@LINUX
async def test_the_process_dies_with_its_parent_even_while_busy() -> None:
    program = (
        "import asyncio, sys\n"
        "from index.reading import Reader\n"
        "async def main():\n"
        "    reader = Reader()\n"
        "    await reader.read(b'Text.', 'a.md', derived_id='a')\n"
        "    print(reader.pid, flush=True)\n"
        "    await reader.read(sys.stdin.buffer.read(), 'a.html', derived_id='a')\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdin=PIPE, stdout=PIPE, cwd=Path(__file__).parents[3]
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    parent.stdin.write(HOSTILE)
    await parent.stdin.drain()
    parent.stdin.write_eof()
    await asyncio.sleep(0.3)
    assert is_running(pid)
    parent.kill()
    await parent.wait()
    await gone(pid)
