from __future__ import annotations

import io
import re
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from bot.answering.models import Question, Reason, Refusal
from bot.contract import ReplyJson, SearchJson, reply_to_json, search_to_json
from bot.reports import history_as_text, report_as_text, status_as_text
from bot.terminal import (
    REFUSALS,
    clean,
    passages_as_text,
    passages_for_terminal,
    reply_as_text,
    reply_for_terminal,
)
from index.models import SearchResult
from tests.fakes.service import make_answer, make_passage

QUESTION = Question("When was it mended?", "q7")
EVIL = "a\x1b[31mb\x1b]8;;http://evil.example\x07c\x1b]8;;\x07\x1b[2Jd\r\n\x9b5me\u202ef[bold]g[/bold]\x07"
DISARMED = "abcd ef[bold]g[/bold]"


def answer(**changes: Any) -> ReplyJson:
    return reply_to_json(make_answer(QUESTION, **changes))


def render(renderable: RenderableType, *, terminal: bool = True, width: int = 100) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream,
        force_terminal=terminal,
        color_system="truecolor" if terminal else None,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(renderable)
    return stream.getvalue()


def test_on_a_pipe_the_answer_comes_first_and_then_its_sources() -> None:
    assert reply_as_text(answer()).splitlines() == [
        "The fountain was mended in May. [1] It cost 400 crowns. [2]",
        "",
        "[1] The fountain runs again (2026-01-02) https://town.example/fountain#:~:text=quote-1",
        "    “The fountain was mended in May.”",
        "[2] The fountain runs again (2026-01-02) https://town.example/fountain#:~:text=quote-2",
        "    “It cost 400 crowns.”",
    ]


def test_an_article_without_date_and_page_has_neither() -> None:
    lines = reply_as_text(answer(published_at=None, url=None)).splitlines()

    assert lines[2] == "[1] The fountain runs again"


def test_a_terminal_shows_answer_sources_dates_and_quotes() -> None:
    shown = render(reply_for_terminal(answer()), terminal=False)

    assert "The fountain was mended in May. [1] It cost 400 crowns. [2]" in shown
    assert "[1] The fountain runs again  2 January 2026" in shown
    assert "    “The fountain was mended in May.”" in shown
    assert shown.count("https://town.example/fountain") == 2


def test_the_title_links_to_the_quote() -> None:
    shown = render(reply_for_terminal(answer()))

    assert re.search(r"\x1b\]8;id=\d+;https://town\.example/fountain#:~:text=quote-1\x1b", shown)


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_has_a_sentence_and_the_closest_articles(reason: Reason) -> None:
    passages = (make_passage(), make_passage(), make_passage(article_id="b", title="Another"))
    refusal = reply_to_json(Refusal(QUESTION, 3, reason, passages))
    for shown in (reply_as_text(refusal), render(reply_for_terminal(refusal), terminal=False)):
        assert REFUSALS[reason] in shown
        assert shown.count("The fountain runs again") == 1
        assert "Another" in shown


def test_a_refusal_without_passages_is_one_line() -> None:
    refusal = reply_to_json(Refusal(QUESTION, 0, Reason.LIBRARY_EMPTY))

    assert reply_as_text(refusal) == REFUSALS[Reason.LIBRARY_EMPTY]


def test_passages_are_numbered() -> None:
    found = search_to_json(QUESTION, SearchResult(3, (make_passage(),) * 2, {}, {}))

    assert passages_as_text(found).startswith("1. The fountain runs again (2026-01-02) https://")
    assert "2. The fountain" in render(passages_for_terminal(found), terminal=False)


def test_no_passages_is_said() -> None:
    found = search_to_json(QUESTION, SearchResult(3, (), {}, {}))

    assert passages_as_text(found) == "No passages found."


def test_what_steers_a_terminal_is_taken_out_and_markup_is_shown_as_it_is() -> None:
    assert clean(EVIL) == DISARMED


def test_untrusted_text_cannot_steer_the_terminal_through_any_field() -> None:
    evil_answer = answer(title=EVIL, text=EVIL, url=f"https://x/{EVIL}", published_at=EVIL)
    for sentence in evil_answer["sentences"]:
        sentence["text"] = EVIL
    found = search_to_json(
        QUESTION,
        SearchResult(
            3, (make_passage(title=EVIL, text=EVIL, url=EVIL, published_at=EVIL),), {}, {}
        ),
    )
    shown = [
        reply_as_text(evil_answer),
        passages_as_text(found),
        render(reply_for_terminal(evil_answer)),
        render(passages_for_terminal(found)),
    ]
    for text in shown:
        assert "[bold]g[/bold]" in text.replace("\n", "")
        assert "evil.example" not in text
        # What is left are the styles that rich itself sets.
        assert "\x1b" not in re.sub(r"\x1b\[[\d;]*m", "", text)
        assert not re.search("[\x00-\x09\x0b-\x1a\x7f-\x9f\u202e]", text)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "https://x/\x1b]8;;evil\x07", "https://x y", "file:///etc/passwd", "x"],
)
def test_only_a_plain_web_address_becomes_a_link(address: str) -> None:
    shown = render(reply_for_terminal(answer(url=address)))

    assert "\x1b]8" not in shown


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_clean_text_has_one_line_and_no_controls(text: str) -> None:
    cleaned = clean(text)

    assert cleaned.splitlines() in ([], [cleaned])
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", cleaned)
    cleaned.encode("utf-8")


def test_a_report_says_what_was_published() -> None:
    report = {
        "edition": 1200, "published": True, "added": ["a"] * 1434, "changed": ["b"],
        "removed": [], "unchanged": 2, "problems": [], "chunks_written": 9876,
        "texts_embedded": 9876, "seconds": 61.23, "embedding_seconds": 60.0,
    }  # fmt: skip

    assert report_as_text(report) == (
        "Published edition 1,200: 1,434 added, 1 changed, 2 unchanged; 9,876 chunks in 61.2 s."
    )
    unchanged = {**report, "published": False, "added": [], "changed": []}
    assert report_as_text(unchanged) == "Nothing new: edition 1,200 stays (2 unchanged; 61.2 s)."


def test_names_in_reports_are_cleaned() -> None:
    status = {
        "library": "default", "edition": None, "articles": 0, "chunks": 0, "embedder": "x",
        "database_bytes": 0, "vector_bytes": 0,
        "sources": [{"kind": "file", "location": EVIL}] * 30,
    }  # fmt: skip
    edition = {
        "number": 1, "published_at": "2026", "actor": EVIL, "note": EVIL, "added": 1, "changed": 0,
        "removed": 0,
    }  # fmt: skip
    shown = status_as_text(status) + history_as_text({"editions": [edition]})

    assert "\x1b" not in shown
    assert "and 10 more" in shown


def test_a_reply_of_an_unknown_reason_is_still_shown() -> None:
    refusal = dict(reply_to_json(Refusal(QUESTION, 3, Reason.TOO_OLD)), reason="new_reason")

    assert reply_as_text(cast("ReplyJson", refusal)) == "I cannot answer this from the articles."


def test_a_search_result_keeps_its_type() -> None:
    found: SearchJson = search_to_json(QUESTION, SearchResult(3, (make_passage(),), {}, {}))

    assert found["passages"][0]["score"] == 0.75
