from __future__ import annotations

import dataclasses
import io
import re
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from bot.answering.models import Difference, Question, Reason, Refusal
from bot.contract import ReplyJson, SearchJson, reply_to_json, search_to_json
from bot.contract_index import plan_to_json, report_to_json, source_to_json
from bot.plan_view import plan_as_text, plan_for_terminal, plans_as_text
from bot.reports import (
    history_as_text,
    problems_as_text,
    report_as_text,
    source_as_text,
    status_as_text,
)
from bot.terminal import (
    REFUSALS,
    clean,
    passages_as_text,
    passages_for_terminal,
    reply_as_text,
    reply_for_terminal,
)
from index.entries import SourceOptions
from index.models import Problem, SearchResult, Source, SourceKind, SyncReport
from index.plans import PlanItem, PlanKind
from tests.fakes.service import SOURCE, make_answer, make_passage, make_plan

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


def both(reply: ReplyJson) -> list[str]:
    return [reply_as_text(reply), render(reply_for_terminal(reply), terminal=False, width=200)]


def test_where_the_articles_differ_it_is_said_above_the_sources() -> None:
    made = make_answer(QUESTION, superseded_by="")
    made = dataclasses.replace(made, differences=(Difference((2, 1), (EVIL, "in May")),))
    for shown in both(reply_to_json(made)):
        said = (
            f"The articles differ: [2] (2 January 2026, 10:00 UTC, superseded) says “{DISARMED}”, "
            "[1] (2 January 2026, 10:00 UTC, superseded) says “in May”."
        )
        assert said in shown
        assert shown.index(said) < shown.index("[1] The fountain runs again")


def test_what_was_understood_stands_above_the_answer_and_the_refusal() -> None:
    answered = dataclasses.replace(make_answer(QUESTION), asked_as=EVIL)
    refused = Refusal(QUESTION, 3, Reason.NOTHING_FOUND, asked_as=EVIL)
    for reply in (answered, refused):
        for shown in both(reply_to_json(reply)):
            assert shown.startswith(f"Understood as: {DISARMED}")


def test_what_has_to_be_known_is_asked_without_reason_or_articles() -> None:
    unclear = Refusal(QUESTION, 3, Reason.UNCLEAR_QUESTION, (make_passage(),), asks_back=EVIL)
    for shown in both(reply_to_json(unclear)):
        assert shown.strip() == DISARMED


def test_too_old_says_of_what_date_the_newest_is() -> None:
    passages = [make_passage(published_at=date) for date in ("2024-05", "2025-02-03", "soon", None)]
    old = reply_to_json(Refusal(QUESTION, 3, Reason.TOO_OLD, tuple(passages)))
    for shown in both(old):
        assert "from another time; the newest of it is from 3 February 2025." in shown


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


@pytest.mark.parametrize(
    ("newer", "says"),
    [("The new one", "superseded by “The new one”"), ("", "superseded"), (EVIL, "superseded by")],
)
def test_what_is_superseded_is_labelled_wherever_it_is_shown(newer: str, says: str) -> None:
    passage = make_passage(superseded_by=newer)
    reply = answer(superseded_by=newer)
    refusal = reply_to_json(Refusal(QUESTION, 3, Reason.NOT_SUPPORTED, (passage,)))
    found = search_to_json(QUESTION, SearchResult(3, (passage,), {}, {}))
    shown = [
        reply_as_text(reply),
        reply_as_text(refusal),
        passages_as_text(found),
        render(reply_for_terminal(reply), terminal=False),
        render(reply_for_terminal(refusal), terminal=False),
        render(passages_for_terminal(found), terminal=False),
    ]

    assert all(says in text for text in shown)
    assert not any("\x1b" in text for text in shown)


def test_what_is_not_superseded_has_no_label() -> None:
    assert "superseded" not in reply_as_text(answer())
    assert "superseded" not in render(reply_for_terminal(answer()), terminal=False)


def evil_item(kind: PlanKind) -> PlanItem:
    return PlanItem(
        kind, EVIL, EVIL, EVIL, other=EVIL, reason=EVIL, suspicions=(EVIL,), diff=(f"+{EVIL}",)
    )


def test_untrusted_text_in_a_plan_cannot_steer_the_terminal() -> None:
    plan = plan_to_json(
        make_plan(
            items=tuple(evil_item(kind) for kind in PlanKind),
            problems=(Problem(EVIL, EVIL),), notes=(Problem(EVIL, EVIL),), note=EVIL, actor=EVIL,
        ),
        publish_with="footnote index publish p7",
    )  # fmt: skip
    shown = plan_as_text(plan) + plans_as_text({"plans": [plan]})

    assert "\x1b" not in shown
    assert DISARMED in shown
    coloured = render(plan_for_terminal(plan), width=300)
    assert "\x1b" not in re.sub(r"\x1b\[[\d;]*m", "", coloured)


def test_untrusted_text_in_reports_and_sources_cannot_steer_the_terminal() -> None:
    problem = (Problem(EVIL, EVIL),)
    report = report_to_json(
        SyncReport(
            3, published=True, moved=((EVIL, EVIL),), duplicates=((EVIL, EVIL),), notes=problem,
            problems=problem, suspicious=problem, failing=(EVIL,), held=EVIL,
        ),
        EVIL,
    )  # fmt: skip
    source = source_to_json(
        dataclasses.replace(
            SOURCE, source=Source(SourceKind.PAGE, EVIL), schedule=EVIL, last_run="2026",
            outcome=EVIL, options=SourceOptions((EVIL,), (EVIL,), EVIL), added_by=EVIL,
        )
    )  # fmt: skip
    shown = [report_as_text(report), *problems_as_text(report), source_as_text(source)]

    assert "\x1b" not in "".join(shown)
    assert all(DISARMED in text for text in shown)


def test_a_long_plan_is_cut_and_says_how_much_more_there_is() -> None:
    item = PlanItem(PlanKind.CHANGED, "a", "A", diff=tuple(f"+{n}" for n in range(100)))
    plan = plan_to_json(make_plan(items=(item,) * 80))
    shown = plan_as_text(plan)

    assert "and 60 more lines" in shown
    assert "  and 30 more; --json lists all" in shown
    assert shown.count("  ~ a  A") == 50


def test_a_terminal_colours_what_was_added_and_taken_away() -> None:
    shown = render(plan_for_terminal(plan_to_json(make_plan())))

    assert re.search(r"\x1b\[3\dm      - It cost 400 crowns\.\x1b\[0m", shown)
    assert re.search(r"\x1b\[3\dm      \+ It cost 500 crowns\.\x1b\[0m", shown)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"items": ()}, "Publishing this would change nothing."),
        ({"state": "published"}, "This plan was published."),
    ],
)
def test_a_plan_that_cannot_be_published_offers_no_command(
    changes: dict[str, Any], says: str
) -> None:
    shown = plan_as_text(plan_to_json(make_plan(**changes)))

    assert shown.endswith(says)
    assert "footnote index publish" not in shown
