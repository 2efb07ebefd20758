"""Handing over between real processes, as a shell or a service manager starts and kills them."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def chat(spawn: Spawn, data: Path) -> subprocess.Popen[str]:
    """A conversation that owns the folder, up and serving."""
    process = spawn("chat", "--json")
    ask(process, "hello")
    return process


def ask(chat: subprocess.Popen[str], question: str) -> str:
    assert chat.stdin is not None
    assert chat.stdout is not None
    chat.stdin.write(question + "\n")
    chat.stdin.flush()
    return chat.stdout.readline()


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_commands_beside_a_running_owner_are_answered_by_it(
    chat: subprocess.Popen[str], spawn: Spawn, data: Path
) -> None:
    owner = json.loads((data / "owner.json").read_text())
    before = (data / "owner.json").stat().st_mtime_ns

    asking = spawn("ask", "--json", "When was it mended?")
    adding = spawn("index", "add", "--json", "relative/town.md")
    code, out, err = finish(asking)

    assert (code, err) == (0, "")
    assert json.loads(out)["status"] == "answered"
    assert finish(adding)[0] == 0
    assert owner["pid"] == chat.pid
    assert owner["command"] == "footnote chat"
    assert (data / "owner.json").stat().st_mtime_ns == before


def test_a_killed_owner_leaves_a_folder_that_the_next_command_takes(
    chat: subprocess.Popen[str], spawn: Spawn, data: Path
) -> None:
    chat.kill()
    chat.wait()
    assert (data / "footnote.sock").exists()

    assert finish(spawn("ask", "When was it mended?"))[0] == 0
    assert sorted(path.name for path in data.iterdir()) == ["owner.lock"]


def test_an_owner_killed_in_the_middle_of_a_handed_over_command_is_replaced(
    spawn: Spawn, data: Path
) -> None:
    owner = spawn("chat", "--json", FAKE_SECONDS="60")
    ask(owner, "hello")
    asking = spawn("ask", "--json", "a slow question")
    time.sleep(1.5)  # until it is handed over; sooner, it would test less and still pass
    owner.kill()
    code, out, _ = finish(asking)

    assert code == 0
    assert json.loads(out)["question"] == "a slow question"


def test_a_client_that_is_killed_does_not_disturb_the_owner(
    chat: subprocess.Popen[str], spawn: Spawn
) -> None:
    asking = spawn("ask", "hang for ever")
    time.sleep(1.0)
    asking.kill()
    asking.wait()

    assert json.loads(ask(chat, "still there"))["status"] == "answered"


def test_five_commands_at_once_on_a_free_folder_all_succeed(spawn: Spawn) -> None:
    processes = [
        spawn("ask", "--json", f"slow question {number}", FAKE_OPENING_SECONDS="0.3")
        for number in range(5)
    ]
    results = [finish(process) for process in processes]

    assert [code for code, _, _ in results] == [0] * 5, results
    assert [json.loads(out)["question"] for _, out, _ in results] == [
        f"slow question {number}" for number in range(5)
    ]


def test_a_stopped_owner_is_named_with_its_pid(
    chat: subprocess.Popen[str], spawn: Spawn, data: Path
) -> None:
    """The owner's file stays and nobody answers: what remains is to say who holds the folder."""
    (data / "owner.json").write_text(
        json.dumps({**json.loads((data / "owner.json").read_text()), "socket": "/nowhere"})
    )
    code, out, err = finish(spawn("ask", "hello", FAKE_PATIENCE="0.5"))

    assert (code, out) == (1, "")
    assert err.startswith("footnote: The data folder ")
    assert f"is in use by `footnote chat` (pid {chat.pid}, since " in err
    assert err.count("\n") == 1


def test_ctrl_c_ends_a_command_quietly_and_frees_the_folder(spawn: Spawn, data: Path) -> None:
    asking = spawn("ask", "hang for ever")
    while not (data / "owner.json").exists():
        time.sleep(0.02)
    asking.send_signal(signal.SIGINT)

    assert finish(asking) == (130, "", "")
    assert not (data / "owner.json").exists()
    assert finish(spawn("ask", "hello"))[0] == 0


def test_ctrl_c_while_waiting_for_the_owner_is_quiet_too(
    chat: subprocess.Popen[str], spawn: Spawn
) -> None:
    asking = spawn("ask", "hang for ever")
    wait_until_connected(asking)
    asking.send_signal(signal.SIGINT)

    assert finish(asking) == (130, "", "")


def wait_until_connected(process: subprocess.Popen[str]) -> None:
    """Until the process has a socket open; where that cannot be seen, a while."""
    files = Path(f"/proc/{process.pid}/fd")
    if not files.parent.exists():
        time.sleep(3)
        return
    while process.poll() is None:
        names = (str(file.readlink()) for file in files.iterdir() if file.is_symlink())
        with suppress(FileNotFoundError):
            # The event loop has a pair of its own.
            if sum(name.startswith("socket:") for name in names) > 2:
                break
        time.sleep(0.02)
    time.sleep(0.2)


def test_relative_paths_mean_the_clients_folder(
    chat: subprocess.Popen[str], spawn: Spawn, tmp_path: Path
) -> None:
    """The owner may have been started elsewhere; it is given absolute paths."""
    code, _, err = finish(spawn("index", "add", "missing.md"))

    assert code == 1
    assert err.splitlines()[-1] == (
        f"footnote: There is no file {tmp_path / 'missing.md'}; check its name."
    )
