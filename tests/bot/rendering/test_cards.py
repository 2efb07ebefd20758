"""Cards for moderators: whatever they hold, Discord takes them and acts on nothing in them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.cogs.layout import build_view
from bot.rendering.actions import Button, Choice, Menu, action_id
from bot.rendering.changes import render_changes
from bot.rendering.content import (
    render_removal,
    render_source_removal,
    render_sources,
    render_superseded,
)
from bot.rendering.golden import render_checks, render_golden, render_kept
from bot.rendering.history import render_audit, render_history, render_rollback
from bot.rendering.jobs import (
    render_busy,
    render_ended,
    render_interrupted,
    render_job,
    render_jobs,
)
from bot.rendering.lists import REASON_MARK, write_reason
from bot.rendering.parts import CARD_LIMIT, Card, Tone
from bot.rendering.plans import (
    Stop,
    read_consent,
    render_confirm,
    render_guard,
    render_plan,
    render_unfit,
    write_consent,
)
from bot.rendering.reports import render_report, render_scheduled, render_status, render_verified
from bot.rendering.text import clean_line, code_line, escape, unescape
from index.entries import SourceOptions
from index.models import (
    EditionInfo,
    LibraryStatus,
    Problem,
    Progress,
    Source,
    SourceKind,
    SyncReport,
    VerifyReport,
)
from index.plans import ALL, Consent, Plan, PlanKind
from index.records import AuditEntry, GoldenCheck, JobInfo, JobState, Supersession
from tests.fakes.discord_markdown import find_active
from tests.fakes.discord_openapi import find_problems
from tests.fakes.discord_plans import (
    HOSTILE,
    all_kinds,
    make_edition,
    make_golden,
    make_item,
    make_plan,
    make_source,
)
from tests.fakes.discord_service import NOW

# What no text of others may bring in; the rest of Discord's markdown is used by the cards too.
FOREIGN = {
    "mention", "everyone", "command", "guide", "custom emoji", "address", "invite", "spoiler",
    "masked link", "link_open", "html_inline", "html_block", "heading", "heading_open",
    "underline", "fence", "image",
}  # fmt: skip
texts = st.one_of(
    st.just(HOSTILE), st.just(HOSTILE * 4), st.just(""), st.text(max_size=30), st.just("𝒳" * 500)
)


def _plan(text: str, times: int = 1) -> Plan:
    plan = all_kinds(title=text)
    return replace(
        plan,
        items=tuple(replace(item, reason=text) for item in plan.items * times),
        problems=plan.problems * times,
        notes=plan.notes * times,
        actor=text,
        note=text,
        drops=30,
        drops_too_much=True,
    )


def _all_cards(text: str, times: int) -> Iterator[Card]:
    """Every card there is, with this text wherever a text of others stands."""
    plan = _plan(text, times)
    names = {"command line": text}
    yield render_plan(plan, {})
    yield render_confirm(plan)
    yield render_guard(plan, Stop(text, ALL))
    yield render_guard(plan, Stop(text, Consent(golden=True)))
    yield render_changes(plan, 1)
    yield render_unfit(text)
    problems = (Problem(text, text),) * times
    report = SyncReport(
        edition=4,
        published=True,
        added=(text,) * times,
        changed=(text,) * times,
        removed=(text,) * times,
        problems=problems,
        moved=((text, text),) * times,
        duplicates=((text, text),) * times,
        notes=problems,
        held="p1",
        suspicious=problems,
        failing=(text,) * times,
    )
    yield render_report(report)
    yield render_report(report, guard_follows=True)
    yield render_scheduled((text,) * times, report=report, problem=text, held="p1", recovered=True)
    yield render_scheduled((text,) * times, report=None, problem=text)
    yield from _cards_of_jobs(text, times)
    edition = EditionInfo(3, NOW, "command line", text, 1, 2, 3)
    yield render_history((edition,) * times, names)
    entry = AuditEntry(NOW, "command line", text, text, text, 3)
    yield render_audit((entry,) * times, names)
    yield render_rollback(edition, [make_edition(4)] * times, text)
    source = make_source(
        1,
        source=Source(SourceKind.FEED, text),
        options=SourceOptions((text,) * 9, (text,) * 9, text, 5),
        schedule=text,
        next_run=text,
        last_run=NOW,
        outcome=text,
    )
    yield render_sources((source,) * times, names)
    yield render_source_removal(source, text)
    yield render_removal(text, "a1", text)
    yield render_superseded(Supersession("a", text, text, "x", NOW, text), text, "a1")
    golden = make_golden(1, question=text, title=text, article_id=text)
    yield render_golden((golden,) * times, names)
    yield render_checks((GoldenCheck(golden, passes=False, cited=(text,) * 9),) * times)
    yield render_kept(golden)
    yield render_verified(VerifyReport(3, 4, (), (text,) * times))


def _cards_of_jobs(text: str, times: int) -> Iterator[Card]:
    job = JobInfo(
        text, "l", text, text, "command line", JobState.RUNNING, NOW, stage=text, outcome=text
    )
    job = replace(job, id="j1")
    names = {"command line": text}
    yield render_job(text, Progress(text, 3, 9), job_id="j1", rate=12.0, seconds_left=90.0)
    yield render_jobs((job,) * times, names)
    yield render_busy(job, names)
    yield render_ended(replace(job, state=JobState.CANCELLED), names)
    yield render_interrupted(job, resumed=True)
    status = LibraryStatus(
        "l", make_edition(3), 1, 2, (Source(SourceKind.PAGE, text),) * times, "e", 5, 6
    )
    yield render_status(status, job)


@settings(max_examples=10, deadline=None)
@given(texts, st.sampled_from([1, 40]))
def test_discord_takes_every_card_whatever_it_holds(text: str, times: int) -> None:
    for card in _all_cards(text, times):
        assert card.length <= CARD_LIMIT
        body = {
            "components": build_view_payload(card),
            "flags": 1 << 15,
            "allowed_mentions": {"parse": []},
        }
        assert find_problems("PATCH", "/webhooks/1/t/messages/@original", body) == []


def build_view_payload(card: Card) -> Sequence[object]:
    async def build() -> Sequence[object]:
        return list(build_view(card).to_components())  # type: ignore[no-untyped-call]

    return asyncio.run(build())


@settings(max_examples=10, deadline=None)
@given(texts)
def test_no_text_of_others_does_anything_in_a_card(text: str) -> None:
    for card in _all_cards(text, 2):
        for block in card.blocks:
            shown = block
            if "```diff" in block:
                fence = [t for t in MarkdownIt("commonmark").parse(block) if t.type == "fence"]
                assert len(fence) == 1
                assert block.count("```") == 2
                shown = block[: block.index("```")] + block[block.rindex("```") + 3 :]
            assert set(find_active(shown)) & FOREIGN == set(), block


@given(st.text("+- @`~\n\\", max_size=40) | texts)
def test_a_diff_cannot_be_broken_out_of(line: str) -> None:
    item = make_item(PlanKind.CHANGED, diff=(f"+{line}", f"-{line}", line))
    (_, block) = render_changes(make_plan(item), 0).blocks

    assert block.startswith("```diff\n")
    assert block.count("```") == 2


def test_a_long_diff_is_cut_and_says_how_much() -> None:
    item = make_item(PlanKind.CHANGED, diff=tuple(f"+line {n} " + "x" * 90 for n in range(500)))
    card = render_changes(make_plan(item), 0)

    assert "more lines; the rest is too long to show here." in card.text
    assert card.text.count("```") == 2


@given(texts)
def test_a_reason_is_read_back_as_it_was_shown(text: str) -> None:
    written = write_reason(text[:300])

    assert unescape(escape(clean_line(text))) == clean_line(text)
    if written and not written.endswith("…"):
        assert unescape(written.removeprefix(REASON_MARK)) == clean_line(text[:300])


@pytest.mark.parametrize("bits", range(8))
def test_consent_goes_through_an_id_unchanged(bits: int) -> None:
    consent = Consent(drop=bool(bits & 1), suspicious=bool(bits & 2), golden=bool(bits & 4))

    assert read_consent(write_consent(consent)) == consent


def test_a_plan_with_very_much_in_it_says_what_is_left_out() -> None:
    items = [make_item(PlanKind.ADDED, f"a{n}", f"Title {n} " + "x" * 200) for n in range(900)]
    card = render_plan(make_plan(*items), {})

    assert "and 895 more" in card.text


def test_the_guard_names_exactly_what_it_asks_consent_for() -> None:
    plan = all_kinds()
    drop = render_guard(plan, Stop("Too much goes.", Consent(drop=True))).text
    suspicious = render_guard(plan, Stop("Odd.", Consent(suspicious=True))).text
    golden = render_guard(plan, Stop("It fails.", Consent(golden=True), ("“When?” (Hall)",))).text

    assert "The town in June 4" in drop
    assert "login page" not in drop
    assert "login page" in suspicious
    assert "The town in June 4" not in suspicious
    assert "“When?” (Hall)" in golden
    assert "It fails." not in golden


def test_progress_without_a_total_has_no_bar_and_no_time() -> None:
    card = render_job("Reading", Progress("listing", 7), job_id=None)

    assert "listing · 7 so far" in card.text
    assert "`" not in card.text
    assert card.actions == ()


def test_a_pace_is_told_in_words() -> None:
    card = render_job("Reading", Progress("embedding", 50, 200), rate=1.25, seconds_left=120.0)

    assert "-# 1.2 a second · about 2 minutes left" in card.text
    assert "25%" in card.text


def test_code_keeps_its_backticks_apart() -> None:
    assert code_line("a```b", 50).replace("\u200b", "") == "a```b"
    assert "``" not in code_line("``````", 50)
    assert len(code_line("`" * 100, 50)) <= 50


def test_buttons_stand_in_rows_of_five_and_a_menu_alone() -> None:
    buttons = tuple(Button(f"B{n}", action_id("x", "y", n)) for n in range(7))
    menu = Menu(action_id("x", "z"), "Choose", (Choice("One", "1"),))
    card = Card(("x",), Tone.PLAN, actions=(*buttons, menu, buttons[0]))

    assert [len(row) for row in card.rows] == [5, 2, 1, 1]


@pytest.mark.parametrize("wrong", ["", "x" * 101])
def test_what_discord_takes_for_no_id_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        Button("Press", wrong)
