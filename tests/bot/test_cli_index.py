"""The commands that change what is indexed, as a shell sees them."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot.cli import app
from bot.cli_index import index_app
from index.entries import SourceOptions
from index.plans import Consent
from tests.fakes.command_line import Ended, Footnote
from tests.fakes.service import FakeService

ROOT = Path(__file__).resolve().parents[2]


def given_to(service: FakeService, name: str) -> dict[str, Any]:
    """What the last call of this name was given."""
    return next(given for called, given in reversed(service.calls) if called == name)


# --- plans ------------------------------------------------------------------------------


def test_a_plan_shows_what_would_change_and_the_line_that_publishes_it(
    footnote: Footnote,
) -> None:
    ended = footnote("index", "plan", "--library", "town")

    assert ended.code == 0
    for said in (
        "Plan p7 against edition 3: 1 added, 1 changed, 1 removed, 1 moved, 1 left out",
        "  ! fountain  Fountain\n      It shrank by 90 %.",
        "  + bridge",
        "      - It cost 400 crowns.\n      + It cost 500 crowns.",
        "  - market",
        "  > new/hall  New/Hall  (was old/hall)",
        "  = copy  Copy  (as bridge)\n      bridge is older",
        "  . mill  Mill\n      its page could not be read",
        "  /town/mill.md: is no text",
        "  /town/robots.txt: forbids /secret",
        "3 of 10 articles (30 %) would leave the answers; that needs --accept-drop.",
        "What is suspicious needs --accept-suspicious.",
    ):
        assert said in ended.out
    assert ended.out.endswith("Publish it: footnote index publish p7 --library town\n")


def test_a_plan_on_a_pipe_is_plain_and_without_diffs_when_asked(footnote: Footnote) -> None:
    ended = footnote("index", "plan", "--no-diff")

    assert "\x1b" not in ended.out
    assert "crowns" not in ended.out
    assert "  ~ fountain" in ended.out


def test_without_targets_it_plans_a_sync_and_with_them_an_add(
    footnote: Footnote, service: FakeService, tmp_path: Path
) -> None:
    footnote("index", "plan", "--source", "3", "--source", "5")
    assert given_to(service, "plan") == {"targets": (), "sources": (3, 5), "options": None}

    footnote("index", "plan", "town.md", "--include", "a/*", "--include", "b", "--exclude", "c",
             "--language", "DE", "--limit", "7")  # fmt: skip
    assert given_to(service, "plan") == {
        "targets": (f"{tmp_path}/town.md",),
        "sources": (),
        "options": SourceOptions(("a/*", "b"), ("c",), "de", 7),
    }


def test_open_plans_are_listed_and_one_is_shown_whole(footnote: Footnote) -> None:
    assert footnote("index", "plans").out.startswith("p7  2026-01-02T03:04:05Z  command line")
    assert footnote("index", "plans", "p7").out == footnote("index", "plan").out
    assert footnote("index", "plans", "p9").err == "footnote: There is no plan p9.\n"


def test_a_blocked_plan_exits_with_1_and_names_the_command_that_publishes_it(
    footnote: Footnote, service: FakeService
) -> None:
    ended = footnote(
        "--library", "town", "index", "publish", "p7", "--accept-drop", "--reason", "it's right",
        "--data", "a folder",
    )  # fmt: skip

    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert "1 golden question fails." in ended.err
    line = ended.err.rpartition("to publish it all the same: ")[2]
    assert shlex.split(line) == [
        "footnote", "index", "publish", "p7", "--accept-drop", "--override-golden",
        "--reason", "it's right", "--data", "a folder", "--library", "town",
    ]  # fmt: skip

    assert footnote(*shlex.split(line)[1:]).code == 0
    assert given_to(service, "publish")["consent"] == Consent(drop=True, golden=True)
    assert given_to(service, "publish")["reason"] == "it's right"


def test_a_sync_that_would_drop_too_much_names_the_plan_that_waits(footnote: Footnote) -> None:
    ended = footnote("index", "sync", "--source", "13")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("footnote: 30 of 100 articles would leave the answers. ")
    assert ended.err.endswith("footnote index publish p13 --accept-drop\n")


def test_what_is_published_against_golden_questions_is_said(footnote: Footnote) -> None:
    ended = footnote("index", "publish", "p7", "--accept-drop", "--override-golden")

    assert ended.err == "golden question no longer cites its article: When?\n"
    assert ended.out.startswith("Published edition 6: 1 removed")


def test_a_report_says_what_moved_was_left_out_noted_and_held_back(footnote: Footnote) -> None:
    ended = footnote("index", "add", "odd.md", "--data", "d")

    assert ended.code == 0
    assert ended.err.splitlines()[1:] == [
        "held back: odd.md: looks like a login page",
        "Publish what is held back: footnote index publish p8 --accept-suspicious --data d",
    ]
    assert ended.out.splitlines() == [
        "Published edition 4: 1 added, 1 moved, 1 left out, 1 held back; 0 chunks in 0.0 s.",
        "  > old/hall is now new/hall",
        "  = copy has the text of bridge, which is kept",
        "  * /town/robots.txt: forbids /secret",
    ]
    assert footnote("index", "add", "odd.md", "--accept-suspicious").err.count("held back") == 0


# --- sources, labels, golden questions --------------------------------------------------


def test_what_is_given_reaches_the_service(footnote: Footnote, service: FakeService) -> None:
    footnote("index", "add", "x", "--include", "a", "--reason", "new", "--accept-suspicious")
    footnote("index", "sync", "--source", "2", "--reason", "late")
    footnote("index", "rollback", "2", "--reason", "wrong\nline")
    footnote("index", "remove", "a", "b", "--reason", "old")
    footnote("index", "remove", "--source", "4", "--reason", "gone")
    footnote("index", "supersede", "a", "--by", "b", "--reason", "newer")
    footnote("index", "supersede", "a", "--undo")
    footnote("index", "discard", "p7")
    footnote("index", "cancel", "j1")
    footnote("index", "cancel")
    footnote("index", "audit", "--limit", "7")
    footnote("index", "jobs")
    footnote("index", "schedule", "1", "daily", "06:00")
    footnote("index", "schedule", "1", "Off")
    footnote("index", "recency", "90", "days")
    footnote("index", "recency")

    options = SourceOptions(include=("a",))
    assert service.calls == [
        ("add", {"options": options, "accept_suspicious": True, "reason": "new"}),
        ("sync", {"sources": (2,), "reason": "late"}),
        ("rollback", {"edition": 2, "reason": "wrong line"}),
        ("remove", {"article_ids": ("a", "b"), "reason": "old"}),
        ("remove_source", {"source": 4, "reason": "gone"}),
        ("supersede", {"article_id": "a", "by": "b", "reason": "newer"}),
        ("supersede", {"article_id": "a", "by": None, "reason": ""}),
        ("discard", {"plan_id": "p7"}),
        ("cancel", {"job_id": "j1"}),
        ("cancel", {"job_id": None}),
        ("audit", {"limit": 7}),
        ("jobs", {"limit": 20}),
        ("set_schedule", {"source": 1, "schedule": "daily 06:00"}),
        ("set_schedule", {"source": 1, "schedule": None}),
        ("set_recency", {"setting": "90 days"}),
    ]


def test_options_change_only_where_something_was_given(
    footnote: Footnote, service: FakeService
) -> None:
    assert "only news/*\n" in footnote("index", "options", "1").out
    assert service.calls == []

    assert "only news/*, in de, at most 5" in footnote(
        "index", "options", "1", "--limit", "5", "--language", "de"
    ).out  # fmt: skip
    assert footnote("index", "options", "1", "--reset", "--exclude", "x", "--json").json[
        "options"
    ] == {"include": [], "exclude": ["x"], "language": None, "limit": None}
    assert "only" not in footnote("index", "options", "1", "--reset").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("index", "plans"), "(1 added, 1 changed, 1 removed, 1 moved, 1 left out, 1 kept as it"),
        (("index", "discard", "p7"), "Discarded plan p7; nothing was changed."),
        (("index", "rollback", "2"), "Published edition 7: 1 changed"),
        (("index", "remove", "--source", "2"), "Published edition 5: 2 removed"),
        (("index", "sources"), "  1  folder  /town\n     2 articles, added 2026"),
        (("index", "schedule", "1", "hourly"), "read again hourly, next 2026-01-02T03:04:05Z"),
        (("index", "recency"), "Recency is off: new and old articles count alike."),
        (("index", "recency", "Mild"), "Recency is mild: what an article gains by being new"),
        (("index", "supersede", "a", "--by", "b"), "a is superseded by b “The new one”"),
        (("index", "supersede", "a", "--undo"), "a is no longer labelled as superseded."),
        (("index", "supersede"), "old is superseded by new “The new one” (it moved)"),
        (("index", "audit"), "command line: rollback: to edition 2 -> edition 3 (it was wrong)"),
        (("index", "jobs"), "running     sync, by command line: embedding 3 of 9\nj1"),
        (("index", "cancel"), "Told to stop: sync (job j1)."),
        (("index", "collect"), "Collected 4 editions, 30 versions and 90 chunks; 3.0 MB came"),
        (("golden", "list"), "  4  When was it mended? -> fountain (The fountain runs again)"),
        (("golden", "add", "Who", "did?", "--article", "x"), "golden question 4: Who did? -> x"),
        (("golden", "remove", "4"), "Removed golden question 4: When was it mended?"),
        (("golden", "check"), "1 of 1 golden question still right.\n  ok    When was"),
        (("export", "x.zip"), "Exported library default: 2 articles, 3 versions, 3 editions, 1 "),
        (("import", "x.zip"), "Imported library default: 2 articles"),
    ],
)
def test_commands_print_a_result_and_the_same_as_json(
    footnote: Footnote, words: tuple[str, ...], says: str
) -> None:
    ended = footnote(*words)

    assert (ended.code, ended.err) == (0, "")
    assert says in ended.out
    assert footnote(*words, "--json").json


def test_the_status_shows_each_source_with_its_number_and_schedule(footnote: Footnote) -> None:
    footnote("index", "schedule", "1", "hourly")

    assert "      1  folder  /town  (hourly, next 2026" in footnote("index", "status").out
    (source,) = footnote("index", "status", "--json").json["sources"]
    assert (source["kind"], source["location"], source["key"]) == ("folder", "/town", 1)


def test_a_golden_question_that_fails_makes_the_check_exit_with_1(
    footnote: Footnote, service: FakeService
) -> None:
    service.problems = ("it fails",)
    ended = footnote("golden", "check")

    assert ended.code == 1
    assert "0 of 1" in ended.out
    assert "  fail  When was it mended?" in ended.out
    assert "its answer cites library" in ended.out
    assert footnote("golden", "check", "--json").json["ok"] is False


def test_an_export_replaces_no_file_unasked(
    footnote: Footnote, service: FakeService, tmp_path: Path
) -> None:
    Path("x.zip").write_text("mine")
    ended = footnote("export", "x.zip")

    assert (ended.code, service.calls) == (1, [])
    assert ended.err == (
        f"footnote: {tmp_path}/x.zip exists; name another file, or replace it with --force.\n"
    )
    assert footnote("export", ".", "--force").err.endswith("is a folder; name a file.\n")
    assert footnote("export", "x.zip", "--force").code == 0
    assert service.calls == [("export", {"path": f"{tmp_path}/x.zip"})]


@pytest.mark.parametrize(
    "words",
    [
        ("index", "sync"),
        ("index", "rollback", "2"),
        ("index", "rebuild"),
        ("index", "collect"),
        ("export", "x.zip"),
        ("import", "x.zip"),
    ],
)
def test_quiet_commands_print_nothing_when_all_is_well(
    footnote: Footnote, words: tuple[str, ...]
) -> None:
    assert footnote(*words, "--quiet") == Ended(0, "", "")


# --- wrong words ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("index", "plan", "x", "--source", "1"), "give either TARGETs or --source KEY"),
        (("index", "remove"), "give either an ARTICLE or --source KEY"),
        (("index", "remove", "a", "--source", "1"), "give either an ARTICLE or --source KEY"),
        (("index", "supersede", "a"), "give either --by ARTICLE or --undo"),
        (("index", "supersede", "a", "--by", "b", "--undo"), "give either --by ARTICLE or --undo"),
        (("index", "supersede", "--by", "b"), "name the ARTICLE that is superseded"),
        (("index", "rollback", "last"), "Invalid value for 'EDITION'"),
        (("index", "add", "x", "--limit", "0"), "should be greater than or equal to 1"),
        (("index", "sync", "--source", "town"), "Invalid value for '--source'"),
        (("index", "schedule", "1"), "Missing argument"),
        (("golden", "add", "hello"), "Missing option '--article'"),
        (("export",), "Missing argument"),
    ],
)
def test_wrong_usage_exits_with_2_and_one_line(
    footnote: Footnote, words: tuple[str, ...], says: str
) -> None:
    ended = footnote(*words)

    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("index", "add", "x", "--language", "german"), "--language takes two letters"),
        (("index", "add", "x", "--include", " "), "--include takes a pattern"),
        (("index", "publish", "../p"), "That is no plan's id; footnote index plans lists them."),
        (("index", "cancel", "a b"), "That is no job's id; footnote index jobs lists them."),
        (("index", "options", "99"), "There is no source 99; footnote index sources lists them."),
        (("index", "sync", "--reason", "x" * 501), "--reason takes at most 500 characters."),
        (("golden", "add", "x", "--article", "a"), "The question has 1 character"),
        (("golden", "add", "hello", "--article", " "), "Name an article's id."),
    ],
)
def test_what_cannot_be_done_says_what_to_do(
    footnote: Footnote, service: FakeService, words: tuple[str, ...], says: str
) -> None:
    ended = footnote(*words)

    assert (ended.code, ended.out) == (1, "")
    assert says in ended.err
    assert ended.err.count("\n") == 1
    assert service.calls == []


# --- stopping ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("index", "add", "hang.md"), "what was embedded is kept: run the same command again"),
        (("index", "plan", "hang.md"), "Stopped; nothing was changed."),
    ],
)
def test_ctrl_c_says_what_was_kept_and_exits_with_130(
    tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.footnote", *words],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == "reading 0 of 3 ...\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)

    assert (process.returncode, out) == (130, "")
    assert says in err
    assert err.count("\n") == 1
    assert not (tmp_path / ".footnote" / "owner.json").exists()


# --- help -------------------------------------------------------------------------------


def all_commands() -> list[str]:
    found = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        found += [f"{name} {sub}" for sub in getattr(command, "commands", ())] or [name]
    return found


@pytest.mark.parametrize("command", all_commands())
def test_every_command_says_what_it_does_and_takes_the_common_options(
    footnote: Footnote, command: str
) -> None:
    ended = footnote(*command.split(), "--help")

    assert ended.code == 0
    assert re.search(r"^ [A-Z].*[.]", ended.out, re.MULTILINE)
    for option in ("--data", "--library", "--json"):
        assert option in ended.out


def test_every_index_command_stands_under_a_heading() -> None:
    commands = get_command(index_app).commands  # type: ignore[attr-defined]

    assert all(command.rich_help_panel for command in commands.values())
