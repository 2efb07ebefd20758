"""The JSON that other programs rely on: the names here may be added to, never changed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.answering.models import Difference, Question, Reason, Refusal
from bot.contract import (
    parse_history,
    parse_library_name,
    parse_question_text,
    reply_to_json,
    search_to_json,
)
from bot.contract_index import (
    archive_to_json,
    audit_to_json,
    checks_to_json,
    collect_to_json,
    edition_to_json,
    golden_to_json,
    job_to_json,
    plan_to_json,
    report_to_json,
    source_to_json,
    status_to_json,
    supersession_to_json,
    verify_to_json,
)
from index.models import LibraryStatus, Problem, SearchResult, SyncReport, VerifyReport
from index.records import ArchiveReport, AuditEntry, CollectReport, GoldenCheck, Supersession
from tests.fakes.service import (
    EDITION,
    GOLDEN,
    JOB,
    SOURCE,
    TEXT,
    make_answer,
    make_held_report,
    make_passage,
    make_plan,
)

QUESTION = Question("When was it mended?", "q7")


def test_an_answer_has_the_promised_fields() -> None:
    reply = reply_to_json(make_answer(QUESTION))

    assert {
        "id", "question", "edition", "status", "reason", "answer", "sentences", "citations",
        "passages", "model", "timings_ms", "notice", "asked_as", "asks_back", "differences",
    } <= set(reply)  # fmt: skip
    assert {
        "n", "article_id", "version", "title", "url", "published_at", "quote", "start", "end",
        "link",
    } <= set(reply["citations"][0])  # fmt: skip
    assert (reply["id"], reply["status"], reply["reason"]) == ("q7", "answered", None)
    assert reply["sentences"] == [
        {"text": "The fountain was mended in May.", "citations": [1]},
        {"text": "It cost 400 crowns.", "citations": [2]},
    ]
    assert reply["answer"] == "The fountain was mended in May. [1] It cost 400 crowns. [2]"


def test_a_reply_says_how_it_was_understood_and_what_differs_or_has_to_be_known() -> None:
    answer = make_answer(QUESTION)
    differing = replace(
        answer,
        asked_as="When was the fountain mended?",
        differences=(Difference((2, 1), ("5", "4")),),
    )
    unclear = Refusal(QUESTION, 3, Reason.UNCLEAR_QUESTION, asks_back="Which fountain?")

    assert reply_to_json(differing)["differences"] == [{"numbers": [2, 1], "values": ["5", "4"]}]
    assert reply_to_json(differing)["asked_as"] == "When was the fountain mended?"
    assert reply_to_json(answer)["differences"] == []
    assert reply_to_json(answer)["asked_as"] is None
    assert reply_to_json(unclear)["asks_back"] == "Which fountain?"


def test_a_search_says_how_it_was_understood_and_what_was_missing() -> None:
    found = SearchResult(3, (), {}, {}, "The embedder is away.", notice="I looked at March.")

    assert search_to_json(QUESTION, found)["notice"] == "I looked at March. The embedder is away."


def test_of_a_history_the_last_turns_count_within_bounds() -> None:
    turns = [{"question": f" question {n} ", "answer": "x" * 5000} for n in range(6)]
    parsed = parse_history([*turns, {"question": "half \ud83e", "answer": None}])

    assert [turn.question for turn in parsed] == [
        "question 3", "question 4", "question 5", "half ?",
    ]  # fmt: skip
    assert [len(turn.answer) for turn in parsed] == [2000, 2000, 2000, 0]
    assert parse_history(None) == parse_history([]) == ()


@pytest.mark.parametrize(
    "value", ["text", 7, {}, [7], [{}], [{"question": 7}], [{"question": "x", "answer": 7}],
              [{"question": " "}]],
)  # fmt: skip
def test_what_is_no_history_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="The history is no list of"):
        parse_history(value)


def test_a_quote_is_the_articles_text_between_its_offsets() -> None:
    reply = reply_to_json(make_answer(QUESTION))

    for citation in reply["citations"]:
        assert citation["quote"] == TEXT[citation["start"] : citation["end"]]


def test_a_refusal_has_the_same_fields_and_its_reason() -> None:
    refusal = reply_to_json(Refusal(QUESTION, 3, Reason.NOT_SUPPORTED, (make_passage(),)))

    assert set(refusal) == set(reply_to_json(make_answer(QUESTION)))
    assert (refusal["status"], refusal["reason"]) == ("refused", "not_supported")
    assert (refusal["answer"], refusal["sentences"], refusal["citations"]) == ("", [], [])
    assert [passage["article_id"] for passage in refusal["passages"]] == ["fountain"]


def test_passages_of_a_search_and_of_an_answer_are_alike() -> None:
    found = search_to_json(QUESTION, SearchResult(3, (make_passage(),) * 2, {"search": 1.0}, {}))

    assert {"id", "question", "edition", "passages"} <= set(found)
    assert {
        "rank", "score", "article_id", "title", "url", "published_at", "start", "end", "text",
    } <= set(found["passages"][0])  # fmt: skip
    assert [passage["rank"] for passage in found["passages"]] == [1, 2]
    assert found["passages"][0] == reply_to_json(make_answer(QUESTION))["passages"][0]


@pytest.mark.parametrize("newer", [None, "", "The new one"])
def test_what_is_superseded_says_by_what(newer: str | None) -> None:
    reply = reply_to_json(make_answer(QUESTION, superseded_by=newer))
    found = search_to_json(QUESTION, SearchResult(3, (make_passage(superseded_by=newer),), {}, {}))

    assert reply["citations"][0]["superseded_by"] == newer
    assert found["passages"][0]["superseded_by"] == newer


def test_a_plan_has_the_promised_fields() -> None:
    plan = plan_to_json(make_plan(), publish_with="footnote index publish p7")

    assert (plan["id"], plan["base_edition"], plan["state"], plan["empty"]) == (
        "p7", 3, "open", False,
    )  # fmt: skip
    assert plan["counts"] == {
        "added": 1, "changed": 1, "removed": 1, "moved": 1, "duplicate": 1, "kept": 1,
    }  # fmt: skip
    assert [item["kind"] for item in plan["items"]] == list(plan["counts"])
    assert plan["items"][1] == {
        "kind": "changed", "article_id": "fountain", "title": "Fountain", "where": "/town",
        "old_version": "v1", "new_version": "v2", "other": None, "reason": "",
        "suspicions": ["It shrank by 90 %."],
        "diff": ["@ 1", "-It cost 400 crowns.", "+It cost 500 crowns.", " The end."],
    }  # fmt: skip
    assert plan_to_json(make_plan(), diffs=False)["items"][1]["diff"] == []


def test_a_report_keeps_its_fields_and_says_what_waits() -> None:
    report = report_to_json(make_held_report(), "footnote index publish p8")

    assert {
        "edition", "published", "added", "changed", "removed", "unchanged", "problems",
        "chunks_written", "texts_embedded", "seconds", "embedding_seconds",
    } <= set(report)  # fmt: skip
    assert report["moved"] == [{"article_id": "new/hall", "was": "old/hall"}]
    assert report["duplicates"] == [{"article_id": "copy", "winner": "bridge"}]
    assert (report["held"], report["publish_with"]) == ("p8", "footnote index publish p8")
    assert report["suspicious"] == [{"where": "odd.md", "message": "looks like a login page"}]


def test_the_status_keeps_the_fields_of_a_source_it_knows_more_of() -> None:
    status = LibraryStatus("default", EDITION, 2, 5, (SOURCE.source,), "fake:1", 0, 0)
    (bare,) = status_to_json(status)["sources"]
    (known,) = status_to_json(status, (SOURCE,))["sources"]

    assert bare == {"kind": "folder", "location": "/town"}
    assert known == source_to_json(SOURCE)
    assert bare.items() <= known.items()


def test_everything_is_plain_json() -> None:
    report = SyncReport(4, published=True, added=("a",), problems=(Problem("x:7", "no JSON"),))
    status = LibraryStatus("default", None, 0, 0, (), "fake:1", 0, 0)
    values = [
        reply_to_json(make_answer(QUESTION)),
        report_to_json(report),
        status_to_json(status),
        verify_to_json(VerifyReport(3, 5, ("chunks",), ("one is missing",))),
        report_to_json(make_held_report()),
        plan_to_json(make_plan()),
        source_to_json(SOURCE),
        edition_to_json(EDITION),
        audit_to_json(AuditEntry("2026", "command line", "sync", "")),
        golden_to_json(GOLDEN),
        checks_to_json((GoldenCheck(GOLDEN, passes=False, cited=("a",)),)),
        supersession_to_json(Supersession("a", "b", "B", "command line", "2026")),
        job_to_json(JOB),
        collect_to_json(CollectReport(1, 2, 3, 4, 5)),
        archive_to_json(ArchiveReport("default", 1, 2, 3, 4, 5), "/x.zip"),
    ]
    for value in values:
        assert json.loads(json.dumps(value)) == value
    assert report_to_json(report)["problems"] == [{"where": "x:7", "message": "no JSON"}]
    assert status_to_json(status)["edition"] is None
    assert verify_to_json(VerifyReport(3, 5, (), ("one is missing",)))["ok"] is False


@pytest.mark.parametrize("name", ["default", "discord-123", "a", "0", "a.b_c-d", "a" * 64])
def test_a_librarys_name_may_be(name: str) -> None:
    assert parse_library_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "..", ".a", "-a", "A", "a/b", "a b", "a\n", "a" * 65, "é", "a\x00", "../a"]
)
def test_a_librarys_name_may_not_be(name: str) -> None:
    with pytest.raises(ValueError, match="a library's name is"):
        parse_library_name(name)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [("  hi \n", "hi"), ("ab", "ab"), ("a" * 1000, "a" * 1000), ("a\ud800b", "a?b")],
)
def test_a_question_is_trimmed(text: str, parsed: str) -> None:
    assert parse_question_text(text) == parsed


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has 0 characters; write at least 2"),
        ("   ?  ", "has 1 character; write at least 2"),
        ("a" * 1001, "has 1,001 characters; shorten it to 1,000"),
        ("a" * 5000, "has 5,000 characters; shorten it to 1,000"),
    ],
)
def test_a_question_too_short_or_too_long_says_what_to_do(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_question_text(text)
