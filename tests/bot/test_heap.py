"""The process gives memory back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Small blocks with one held behind them: freed, they stay with the C library until it is asked.
FREED = """
import asyncio, gc
from pathlib import Path
from bot.heap import keep_heap_trimmed, limit_arenas, settle_heap
def held():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024
limit_arenas()
blocks = [bytearray(100_000) for _ in range(600)]
last = bytearray(100_000)
del blocks
before = held()
"""
SETTLE = """
settle_heap()
print(before - held())
"""
# Until it has happened, or for ever: the test's own time limit is the judge then.
KEEP = """
async def main():
    keeping = asyncio.create_task(keep_heap_trimmed(0.01))
    while before - held() <= 30:
        await asyncio.sleep(0.01)
    keeping.cancel()
    print(before - held())
asyncio.run(main())
"""
WALKED = """
import gc
from bot.heap import settle_heap
loaded = [[n] for n in range(50_000)]
settle_heap()
new = [[n] for n in range(100)]
gc.collect()
print(len(gc.get_objects()))
"""


def run_alone(code: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc and glibc are Linux'")
@pytest.mark.parametrize("when", [SETTLE, KEEP], ids=["once all is loaded", "time and again"])
def test_what_was_freed_is_given_back(when: str) -> None:
    assert run_alone(FREED + when) > 30


def test_the_collector_walks_over_nothing_that_was_there_when_all_was_loaded() -> None:
    assert run_alone(WALKED) < 10_000
