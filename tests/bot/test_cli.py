"""The command line as a shell sees it: words and input in; output, errors and exit code out."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.answering.models import Turn
from tests.fakes.command_line import Ended, Footnote
from tests.fakes.service import FakeService

ROOT = Path(__file__).resolve().parents[2]


# --- asking -----------------------------------------------------------------------------


def test_ask_prints_the_answer_with_its_sources_and_nothing_else(footnote: Footnote) -> None:
    ended = footnote("ask", "When was it mended?")

    assert ended.code == 0
    assert ended.out.startswith(
        "The fountain was mended in May. [1] It cost 400 crowns. [2]\n\n[1]"
    )
    assert ended.err == ""


def test_ask_json_is_one_line_of_the_contract(footnote: Footnote) -> None:
    ended = footnote("ask", "--json", "When was it mended?")

    assert ended.out.count("\n") == 1
    assert ended.json["status"] == "answered"
    assert ended.json["question"] == "When was it mended?"
    assert ended.json["id"]


def test_a_question_needs_no_quotation_marks(footnote: Footnote) -> None:
    assert footnote("ask", "--json", "When", "was", "it").json["question"] == "When was it"


def test_a_refusal_exits_with_3_and_says_why(footnote: Footnote) -> None:
    ended = footnote("ask", "refuse this")

    assert ended.code == 3
    assert ended.out.startswith("I found nothing about this in the articles.")
    assert footnote("ask", "--json", "refuse this").json["reason"] == "nothing_found"


@pytest.mark.parametrize("question", ["x", "", "  ", "x" * 5000])
def test_a_question_too_short_or_long_is_an_error_that_says_what_to_do(
    footnote: Footnote, question: str
) -> None:
    ended = footnote("ask", question)

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("footnote: The question has ")
    assert ended.err.count("\n") == 1


def test_search_gives_k_passages(footnote: Footnote) -> None:
    assert len(footnote("search", "--json", "-k", "2", "fountain").json["passages"]) == 2
    assert footnote("search", "fountain").out.startswith("1. The fountain runs again")


def test_every_text_can_be_printed_where_the_terminal_knows_few_letters(
    tmp_path: Path,
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.fakes.footnote", "ask", "hello"],
        cwd=tmp_path, capture_output=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip

    assert ended.returncode == 0
    assert b"\\u201cThe fountain" in ended.stdout


# --- options ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("--data", "d", "--library", "town", "--json", "index", "status"),
        ("index", "--data", "d", "--library", "town", "--json", "status"),
        ("index", "status", "--data", "d", "--library", "town", "--json"),
        ("--data", "x", "--library", "x", "index", "status", "--data", "d", "--library", "town",
         "--json"),
    ],
)  # fmt: skip
def test_common_options_stand_before_or_after_the_command_and_the_nearest_counts(
    footnote: Footnote, words: tuple[str, ...]
) -> None:
    ended = footnote(*words)

    assert ended.json["library"] == "town"
    assert Path("d", "owner.lock").exists()
    assert not Path("x").exists()


def test_the_data_folder_may_come_from_the_environment(
    footnote: Footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_DATA", "elsewhere")
    footnote("index", "status")

    assert Path("elsewhere").is_dir()
    assert not Path(".footnote").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("ask",), "give either a QUESTION or --batch FILE"),
        (("ask", "hello", "--batch", "-"), "give either a QUESTION or --batch FILE"),
        (("ask", "--nonsense", "hello"), "No such option"),
        (("dance",), "No such command 'dance'"),
        (("index", "add"), "Missing argument"),
        (("index", "schedule", "news", "hourly"), "'news' is not the number of a source"),
        (("index", "options", "0"), "'0' is not the number of a source"),
        (("search", "-k", "0", "hello"), "should be greater than or equal to 1"),
        (("search", "-k", "many", "hello"), "Invalid value for '-k'"),
        (("--library", "../x", "ask", "hello"), "a library's name is 1 to 64 of"),
    ],
)
def test_wrong_usage_exits_with_2_and_one_line(
    footnote: Footnote, words: tuple[str, ...], says: str
) -> None:
    ended = footnote(*words)

    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
    assert ended.err.count("\n") == 1
    assert ended.err.startswith("footnote: ")


@pytest.mark.parametrize("words", [(), ("index",)])
def test_without_a_command_there_is_the_help_and_nothing_else(
    footnote: Footnote, words: tuple[str, ...]
) -> None:
    ended = footnote(*words)

    assert ended.code == 2
    assert "Usage: footnote" in ended.out
    assert ended.err == ""


def test_each_mistake_in_the_settings_is_a_line(footnote: Footnote) -> None:
    Path(".env").write_text("FOOTNOTE_PASAGES=3\nFOOTNOTE_EMBED_WORKERS=none\n")
    ended = footnote("ask", "hello")

    assert ended.code == 2
    assert len(ended.err.splitlines()) == 2
    assert "did you mean FOOTNOTE_PASSAGES?" in ended.err


# --- failing ----------------------------------------------------------------------------


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_a_failure_is_one_line_on_standard_error(
    footnote: Footnote, option: tuple[str, ...]
) -> None:
    ended = footnote("ask", "fail please", *option)

    assert ended == Ended(1, "", "footnote: The library is out of order; mend it.\n")


def test_a_mistake_of_ours_shows_no_traceback_unless_asked_for(
    footnote: Footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = footnote("ask", "crash please")
    assert ended.code == 1
    assert ended.err.startswith("footnote: Footnote met an unexpected RuntimeError.")
    assert ended.err.count("\n") == 1

    monkeypatch.setenv("FOOTNOTE_LOG_LEVEL", "debug")
    assert "Traceback" in footnote("ask", "crash please").err


def test_a_data_folder_that_is_a_file_is_an_error_of_one_line(footnote: Footnote) -> None:
    Path("file").write_text("")
    ended = footnote("--data", "file", "ask", "hello")

    assert (ended.code, ended.out) == (1, "")
    assert "file cannot be used" in ended.err


def test_a_full_disk_behind_standard_output_is_an_error_of_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "tests.fakes.footnote", "ask", "hello"],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    assert ended.returncode == 1
    assert ended.stderr.startswith("footnote: Standard output cannot be written")
    assert ended.stderr.count("\n") == 1


def test_a_reader_that_leaves_ends_the_command_quietly(tmp_path: Path) -> None:
    questions = "".join(f'{{"id": {n}, "question": "hello"}}\n' for n in range(2000))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.footnote", "ask", "--batch", "-"],
        cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(questions[:40])
    process.stdin.flush()
    process.stdout.readline()
    process.stdout.close()
    process.stdin.write(questions[40:])
    process.stdin.close()
    error = process.stderr.read()
    process.stderr.close()

    assert (process.wait(timeout=30), error) == (141, "")


# --- batches ----------------------------------------------------------------------------


def lines(*questions: object) -> str:
    return "".join(json.dumps(question) + "\n" for question in questions)


def test_a_batch_is_answered_in_order_with_the_ids_it_came_with(footnote: Footnote) -> None:
    ids = ["a", 7, "ü", 2.5, None, *range(20)]
    asked = lines(*({"id": i, "question": f"{'slow' if n % 3 else 'q'} {n}"}
                    for n, i in enumerate(ids)))  # fmt: skip
    ended = footnote("ask", "--batch", "-", stdin=asked)
    answers = [json.loads(line) for line in ended.out.splitlines()]

    assert ended.code == 0
    assert [answer["id"] for answer in answers] == ids
    assert [answer["question"].split()[1] for answer in answers] == [
        str(n) for n in range(len(ids))
    ]


def test_a_batch_comes_from_a_file_too_and_search_knows_it(footnote: Footnote) -> None:
    Path("q.jsonl").write_text("\ufeff" + lines({"id": "a", "question": "hello"}) + "\n\n")
    ended = footnote("search", "--batch", "q.jsonl", "-k", "1")

    assert ended.code == 0
    assert ended.json["id"] == "a"
    assert len(ended.json["passages"]) == 1


def test_invalid_lines_give_errors_in_their_place_and_the_others_are_answered(
    footnote: Footnote,
) -> None:
    asked = (
        lines({"id": "a", "question": "hello"})
        + "no json\n[]\n"
        + '{"id": "n", "question": NaN}\n'
        + lines({"id": "b"}, {"id": ["c"], "question": "hello"}, {"id": "d", "question": "x"})
        + '{"id": "e", "question": "' + "x" * 1_000_001 + '"}\n'
        + lines({"id": "f", "question": "fail"}, {"id": "g", "question": "refuse"})
        + '{"id": "h", "question": "no line end"}'
    )  # fmt: skip
    ended = footnote("ask", "--batch", "-", stdin=asked)
    answers = [json.loads(line) for line in ended.out.splitlines()]

    assert ended.code == 1
    assert [(answer["id"], "error" in answer) for answer in answers] == [
        ("a", False), (None, True), (None, True), (None, True), ("b", True), (None, True),
        ("d", True), (None, True), ("f", True), ("g", False), ("h", False),
    ]  # fmt: skip
    assert answers[8]["error"] == "The library is out of order; mend it."


def test_a_batch_of_refusals_is_no_failure(footnote: Footnote) -> None:
    ended = footnote("ask", "--batch", "-", stdin=lines({"id": 1, "question": "refuse"}))

    assert ended.code == 0


def test_a_batch_file_that_is_missing_is_an_error(footnote: Footnote) -> None:
    ended = footnote("ask", "--batch", "none.jsonl")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("footnote: none.jsonl cannot be read")


def test_a_program_can_talk_to_a_batch_line_by_line(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.footnote", "ask", "--batch", "-"],
        cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    for number in range(3):
        process.stdin.write(lines({"id": number, "question": "hello"}))
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == number
    process.stdin.close()
    assert process.wait(timeout=30) == 0
    process.stdout.close()


# --- the index --------------------------------------------------------------------------


def test_index_add_says_what_it_published(footnote: Footnote, tmp_path: Path) -> None:
    ended = footnote("index", "add", "town.md", "https://town.example/page")

    assert ended.code == 0
    assert ended.out == "Published edition 4: 2 added; 5 chunks in 0.0 s.\n"
    assert ended.err == "reading 0 of 3 ...\n"


def test_targets_are_made_absolute_and_addresses_are_left_alone(
    footnote: Footnote, service: FakeService, tmp_path: Path
) -> None:
    footnote("index", "add", "town.md", "https://town.example/a", "FTP://x/y", "/abs")

    assert service.asked == [
        ("default", f"{tmp_path}/town.md https://town.example/a FTP://x/y /abs")
    ]


def test_quiet_prints_problems_only(footnote: Footnote) -> None:
    assert footnote("index", "add", "--quiet", "town.md") == Ended(0, "", "")
    assert footnote("index", "add", "-q", "half.jsonl") == Ended(
        0, "", "half.jsonl:7: is no JSON\n"
    )


def test_what_could_not_be_read_is_named_and_the_rest_is_added(footnote: Footnote) -> None:
    ended = footnote("index", "add", "--json", "half.jsonl")

    assert ended.code == 0
    assert ended.json["problems"] == [{"where": "half.jsonl:7", "message": "is no JSON"}]
    assert "half.jsonl:7: is no JSON\n" in ended.err


def test_nothing_read_at_all_is_a_failure(footnote: Footnote) -> None:
    assert footnote("index", "add", "broken.md").code == 1
    assert footnote("index", "add", "missing.md").code == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("sync",), "Nothing new: edition 3 stays (2 unchanged; 0.0 s)."),
        (("status",), "articles  2"),
        (("verify",), "Edition 3 is whole: 5 chunks.\n  ok    chunks\n  ok    vectors"),
        (("rebuild",), "Rebuilt the vector index: 5 vectors."),
        (("history",), "+2 ~1 -0  command line: add town"),
        (("remove", "fountain"), "Published edition 5: 1 removed"),
    ],
)
def test_index_commands_print_a_result_and_the_same_as_json(
    footnote: Footnote, words: tuple[str, ...], says: str
) -> None:
    ended = footnote("index", *words)

    assert (ended.code, ended.err) == (0, "")
    assert says in ended.out
    assert footnote("index", *words, "--json").json


def test_verify_exits_with_1_when_parts_disagree(footnote: Footnote, service: FakeService) -> None:
    service.problems = ("3 vectors are missing",)
    ended = footnote("index", "verify")

    assert ended.code == 1
    assert ended.out == "Edition 3 is damaged:\n  fail  3 vectors are missing\n"
    assert footnote("index", "verify", "--json").json["ok"] is False


def test_what_was_mended_while_opening_is_said_on_standard_error(footnote: Footnote) -> None:
    ended = footnote("--library", "notice", "ask", "hello")

    assert ended.code == 0
    assert ended.err == "The vector index was rebuilt.\n"


def test_eval_prints_its_figures(footnote: Footnote, tmp_path: Path) -> None:
    assert footnote("eval", "cases.jsonl", "--json").json["cases"] == f"{tmp_path}/cases.jsonl"
    assert footnote("eval", "cases.jsonl").out == "hits@4  0.500\n"


def test_eval_takes_a_file_or_the_golden_questions_never_both(footnote: Footnote) -> None:
    assert footnote("eval", "--golden").code == 0
    for words in ([], ["cases.jsonl", "--golden"]):
        ended = footnote("eval", *words)
        assert (ended.code, "CASES or --golden" in ended.err) == (2, True)


def test_an_evaluation_that_was_stopped_prints_its_figures_and_tells_the_shell(
    footnote: Footnote,
) -> None:
    ended = footnote("--library", "stopped", "eval", "cases.jsonl")

    assert (ended.code, ended.out) == (130, "hits@4  0.500\n")


def test_run_needs_a_token(footnote: Footnote, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = footnote("run")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "DISCORD_TOKEN is not set" in ended.err

    monkeypatch.setenv("DISCORD_TOKEN", "x")
    assert footnote("run").code == 0


# --- conversation -----------------------------------------------------------------------


def test_a_conversation_works_on_a_pipe(footnote: Footnote) -> None:
    ended = footnote(
        "chat", stdin="hello there\n\n/sources\n/help\n/dance\nfail\nrefuse\n/quit\nmore\n"
    )

    assert ended.code == 0
    assert ended.out.count("The fountain was mended in May. [1]") == 1
    assert "1. The fountain runs again" in ended.out
    assert "/sources   the passages" in ended.out
    assert "I found nothing about this" in ended.out
    assert ended.err.splitlines() == [
        "There is no such command; /help lists them.",
        "footnote: The library is out of order; mend it.",
    ]


def test_a_conversation_goes_on_from_its_last_turns_until_it_begins_anew(
    footnote: Footnote, service: FakeService
) -> None:
    said = [f"question {number}" for number in range(6)]
    ended = footnote("chat", stdin="\n".join([*said, "refuse it", "last", "/new", "fresh"]))

    turns = {q.text: [turn.question for turn in q.history] for q in service.questions}
    assert turns["question 0"] == []
    assert turns["question 1"] == ["question 0"]
    assert turns["last"] == ["question 3", "question 4", "question 5", "refuse it"]
    assert turns["fresh"] == []
    asked = {q.text: q for q in service.questions}
    assert asked["last"].history[-1].answer == ""
    assert asked["last"].history[0].answer.startswith("The fountain was mended in May. [1]")
    assert ended.err == "What was said before counts no more.\n"


def test_lines_of_a_batch_may_carry_what_was_said_before(
    footnote: Footnote, service: FakeService
) -> None:
    history = [{"question": "When was it mended?", "answer": "In May. [1]"}, {"question": "Why?"}]
    asked = lines({"id": 1, "question": "And the cost?", "history": history},
                  {"id": 2, "question": "Alone?"},
                  {"id": 3, "question": "Wrong?", "history": "In May."})  # fmt: skip
    ended = footnote("ask", "--batch", "-", stdin=asked)

    turns = {q.text: q.history for q in service.questions}
    assert turns == {
        "And the cost?": (Turn("When was it mended?", "In May. [1]"), Turn("Why?", "")),
        "Alone?": (),
    }
    last = json.loads(ended.out.splitlines()[-1])
    assert (last["id"], last["error"].startswith("The history is no list of")) == (3, True)


def test_a_conversation_ends_with_its_input(footnote: Footnote, service: FakeService) -> None:
    assert footnote("chat", "--json", stdin="hello there").json["status"] == "answered"
    assert footnote("chat", stdin="").code == 0
    assert footnote("chat", stdin="/sources\n").err == "Nothing was asked yet.\n"
    assert service.asked == [("default", "hello there")]


class Typist:
    """A person at a terminal, who waits for the prompt before typing on."""

    def __init__(self, leader: int) -> None:
        self._leader = leader
        self._unread = ""

    def read_until(self, expected: str) -> str:
        while expected not in self._unread:
            ready, _, _ = select.select([self._leader], [], [], 30)
            assert ready, f"nothing more after {self._unread!r}"
            self._unread += os.read(self._leader, 4096).decode(errors="replace")
        shown, found, self._unread = self._unread.partition(expected)
        return shown + found

    def type(self, keys: str) -> None:
        os.write(self._leader, keys.encode())


@contextmanager
def conversation_on_a_terminal(folder: Path) -> Iterator[tuple[Typist, subprocess.Popen[bytes]]]:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", START_ON_TERMINAL, "chat"],
        cwd=folder, stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"},
    )  # fmt: skip
    os.close(follower)
    try:
        yield Typist(leader), process
    finally:
        process.kill()
        process.wait()
        os.close(leader)


# The process makes the terminal its own, as a shell's child has it, so that Ctrl-C reaches it.
START_ON_TERMINAL = """
import fcntl, runpy, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
runpy.run_module("tests.fakes.footnote", run_name="__main__")
"""


def test_a_conversation_on_a_terminal_greets_answers_and_stops_when_asked(tmp_path: Path) -> None:
    with conversation_on_a_terminal(tmp_path) as (person, process):
        assert "2 articles, edition 3." in person.read_until("> ")
        person.type("When was it mended?\n")
        assert "2 January 2026" in person.read_until("crowns.”")
        person.read_until("> ")
        person.type("hang on\n")
        person.read_until("Reading 8 passages")
        person.type("\x03")
        person.read_until("Stopped.")
        person.read_until("> ")
        person.type("\x04")

        assert process.wait(timeout=30) == 0
    assert not (tmp_path / ".footnote" / "owner.json").exists()


def test_ctrl_c_at_the_prompt_leaves_quietly(tmp_path: Path) -> None:
    with conversation_on_a_terminal(tmp_path) as (person, process):
        person.read_until("> ")
        time.sleep(0.3)  # a signal in the instant before Python waits for a key is lost to it
        person.type("\x03")

        assert process.wait(timeout=30) == 130
    assert not (tmp_path / ".footnote" / "owner.json").exists()


# --- help -------------------------------------------------------------------------------


def test_help_and_version_load_nothing_heavy() -> None:
    code = (
        "import sys, bot.cli\n"
        "bot.cli.main(['--help']); bot.cli.main(['ask', '--help'])\n"
        "heavy = {'chromadb', 'llama_index', 'onnxruntime', 'trafilatura', 'discord', 'numpy',\n"
        "         'httpx', 'pydantic_settings', 'structlog', 'sqlite3', 'asyncio'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )

    assert ended.returncode == 0, ended.stderr
    assert "doctor" in ended.stdout


def test_version_is_printed(footnote: Footnote) -> None:
    assert footnote("--version").out == "footnote 0.1.0\n"
