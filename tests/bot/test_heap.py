"""The process gives memory back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Small blocks with one held behind them: freed, they stay with the C library until it is asked.
CODE = """
from pathlib import Path
from bot.heap import limit_arenas, trim_heap
def held():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024
limit_arenas()
blocks = [bytearray(100_000) for _ in range(600)]
last = bytearray(100_000)
del blocks
before = held()
trim_heap()
print(before - held())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc and glibc are Linux'")
def test_what_was_freed_is_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert int(done.stdout) > 30
