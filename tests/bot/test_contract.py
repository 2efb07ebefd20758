"""The JSON that other programs rely on: the names here may be added to, never changed."""

from __future__ import annotations

import json

import pytest

from bot.answering.models import Question, Reason, Refusal
from bot.contract import (
    parse_library_name,
    parse_question_text,
    reply_to_json,
    report_to_json,
    search_to_json,
    status_to_json,
    verify_to_json,
)
from index.models import LibraryStatus, Problem, SearchResult, SyncReport, VerifyReport
from tests.fakes.service import TEXT, make_answer, make_passage

QUESTION = Question("When was it mended?", "q7")


def test_an_answer_has_the_promised_fields() -> None:
    reply = reply_to_json(make_answer(QUESTION))

    assert {
        "id", "question", "edition", "status", "reason", "answer", "sentences", "citations",
        "passages", "model", "timings_ms",
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


def test_everything_is_plain_json() -> None:
    report = SyncReport(4, published=True, added=("a",), problems=(Problem("x:7", "no JSON"),))
    status = LibraryStatus("default", None, 0, 0, (), "fake:1", 0, 0)
    values = [
        reply_to_json(make_answer(QUESTION)),
        report_to_json(report),
        status_to_json(status),
        verify_to_json(VerifyReport(3, 5, ("chunks",), ("one is missing",))),
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
