"""Runs a function in a process of its own, and ends that process at one of its system steps.

Python announces every file that is opened, named, linked or removed (audit events). A process
that is killed at the n-th of them, for every n, has been killed between any two of its steps.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection

_STEPS = (
    "open",
    "os.chmod",
    "os.chown",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "shutil.",
    "sqlite3.connect",
)
_PATIENCE = 60.0

_context = get_context("forkserver")
_context.set_forkserver_preload(["tests.fakes.loaded"])


def count_steps(work: Callable[[], object]) -> int:
    """How many steps ``work`` takes; it must be picklable, and may do lasting things."""
    steps = _run(work, 0)
    assert steps is not None, "it failed"
    return steps


def kill_at(work: Callable[[], object], step: int) -> bool:
    """Run ``work`` and kill its process at a step; whether that came."""
    return _run(work, step) is None


def _run(work: Callable[[], object], step: int) -> int | None:
    answers, theirs = _context.Pipe(duplex=False)
    process = _context.Process(target=_serve, args=(theirs, work, step))
    process.start()
    theirs.close()
    with answers:
        try:
            told = answers.recv() if answers.poll(_PATIENCE) else "it hangs"
        except EOFError:
            told = None
    process.join(_PATIENCE)
    assert not isinstance(told, str), told
    return told


def _serve(answers: Connection, work: Callable[[], object], step: int) -> None:
    taken = 0

    def count(event: str, _: tuple[object, ...]) -> None:
        nonlocal taken
        if event.startswith(_STEPS):
            taken += 1
            if taken == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    try:
        work()
    except Exception as error:  # noqa: BLE001 - told to the test
        answers.send(f"{type(error).__name__}: {error}")
    else:
        answers.send(taken)
