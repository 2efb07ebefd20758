"""Answers as cards: within Discord's limits, and no claim without its sources."""

from __future__ import annotations

import re
from dataclasses import replace

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.engine import COMPOSING, SEARCHING, Underway
from bot.answering.models import Answer, Difference, Reason
from bot.cogs.layout import build_view
from bot.rendering.actions import Button, LinkButton
from bot.rendering.answer import CARDS_LIMIT, render_reply, render_unfinished
from bot.rendering.parts import CARD_LIMIT, Card, Tone
from bot.rendering.reply_actions import Shown
from bot.rendering.sources import FULL, TIGHT, write_sources
from bot.rendering.text import without_isolates
from bot.rendering.underway import render_underway
from index.models import NOTE_PREFIX, Article
from tests.fakes.discord_markdown import find_active
from tests.fakes.discord_openapi import find_problems
from tests.fakes.discord_samples import (
    BRIDGE,
    LIBRARY,
    Claim,
    bridge_answer,
    make_answer,
    quoting,
    refusal,
)

SHOWN = Shown("0" * 16)
DIFFER = "**The articles differ:** "
_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["word " * 30, "word " * 900, "@everyone ", "[1] ", "](https://evil.example) ", "**", "\n# x\n"]
)
_texts = st.lists(_words, min_size=1, max_size=5).map(lambda parts: "x" + "".join(parts))


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Answers of any length with up to 60 sources a sentence."""
    articles = [
        Article(
            id=f"a{n}",
            title=draw(_texts),
            text=" ".join(f"proof-{n}-{i}" for i in range(60)),
            url=draw(st.none() | st.just("https://a.example/" + "p" * draw(st.integers(0, 600)))),
            published_at=draw(st.none() | st.sampled_from(["2025", "2025-04", "no date"])),
            publisher=draw(st.none() | _texts),
        )
        for n in range(draw(st.integers(1, 3)))
    ]
    claims = []
    for _ in range(draw(st.integers(1, 8))):
        article = draw(st.sampled_from(articles))
        count = draw(st.sampled_from([1, 1, 1, 2, 3, 60]))
        first = draw(st.integers(0, 60 - count))
        proofs = tuple(
            (article, f"proof-{article.id[1:]}-{i} " if i < 59 else f"proof-{article.id[1:]}-{i}")
            for i in range(first, first + count)
        )
        claims.append(Claim(draw(_texts), proofs))
    answer = make_answer(claims, asked=draw(_texts))
    numbers = st.sampled_from([citation.number for citation in answer.citations])
    sayings = st.lists(st.tuples(numbers, _texts), min_size=2, max_size=6, unique_by=lambda s: s[0])
    differing = draw(st.lists(sayings, max_size=3)) if len(answer.citations) > 1 else []
    return replace(
        answer,
        notice=draw(st.none() | _texts),
        asked_as=draw(st.none() | _texts),
        differences=tuple(
            Difference(tuple(n for n, _ in said), tuple(value for _, value in said))
            for said in differing
        ),
    )


@settings(max_examples=60, deadline=None)
@given(answers(), st.booleans())
def test_no_claim_is_without_its_sources_and_all_limits_hold(
    answer: Answer, show_question: bool
) -> None:
    cards = render_reply(answer, shown=SHOWN, show_question=show_question)

    assert 1 <= len(cards) <= CARDS_LIMIT
    *firsts, last = ["Show quotes" in labels_of(card) for card in cards]
    assert last
    assert not any(firsts)
    for number, card in enumerate(cards):
        asked = number == 0 and (show_question or answer.asked_as is not None)
        blocks = card.blocks[1:] if asked else card.blocks
        # What is said of the answer as a whole stands below the sources.
        has_ending = blocks[-1].startswith("-# ")
        assert not has_ending or number == len(cards) - 1
        *texts, sources = blocks[:-1] if has_ending else blocks
        marks = {int(n) for n in re.findall(r"(?<!\\)\[(\d+)\]", "\n".join(texts))}
        listed = {int(n) for n in re.findall(r"(?m)(?:^|\[| )\[(\d+)\]", _first_lines(sources))}
        assert marks
        assert marks == listed
        assert card.length <= CARD_LIMIT
        assert bool(answer.differences) is (DIFFER in "".join(texts)) or number > 0
        for text in texts:
            assert text.endswith("]") or text.startswith(DIFFER)
            for line in without_isolates(text).split("\n"):
                assert find_active(re.sub(r"\[\d+\]", "", line.removeprefix(DIFFER))) == []


@settings(max_examples=25, deadline=None)
@given(answers())
async def test_discord_takes_every_card(answer: Answer) -> None:
    for card in render_reply(answer, shown=SHOWN):
        body = {
            "components": build_view(card).to_components(),  # type: ignore[no-untyped-call]
            "flags": discord.MessageFlags(components_v2=True).value,
            "allowed_mentions": {"parse": []},
        }
        assert find_problems("POST", "/channels/1/messages", body) == []


def test_an_answer_shows_text_marks_titles_dates_and_links() -> None:
    (card,) = render_reply(bridge_answer(), shown=SHOWN)

    question, text, sources = card.blocks
    assert question == "**When did the bridge open?**"
    assert text == (
        "The Tern Bridge opened again on Tuesday. [1] "
        "The repair took nine weeks and cost 41,000 crowns. [2] "
        "On Saturdays it closes at noon. [3]"
    )
    first, details, third, other = sources.split("\n")
    # One article, two quotes: each number opens it at its own.
    assert re.fullmatch(
        r"\[\[1\]\]\(https://\S+#:~:text=The%20Tern\S+\) \[\[2\]\]\(https://\S+repair\S+\) "
        r"Tern Bridge opens again after nine weeks",
        first,
    )
    assert details == "-# The Gullmarrow Lantern · 10 June 2031"
    assert third.startswith("[[3] New hours at the reading room](https://")
    assert other == "-# The Gullmarrow Lantern · June 2031"


def test_a_source_without_a_url_or_date_is_named_all_the_same() -> None:
    bare = replace(BRIDGE, url=None, published_at=None, publisher=None, title=" ")
    (card,) = render_reply(quoting((bare, "The Tern Bridge opened again on Tuesday.")))

    assert card.blocks[-1] == "[1] Untitled article"


def test_a_link_that_nobody_should_follow_is_not_shown() -> None:
    answer = quoting((BRIDGE, "The Tern Bridge opened again on Tuesday."))
    (citation,) = answer.citations
    evil = replace(
        citation,
        link="javascript:alert(1)",
        quote=replace(citation.quote, url="https://a:b@evil.example"),
    )
    (card,) = render_reply(replace(answer, citations=(evil,)))

    assert "](" not in card.text
    assert BRIDGE.title in card.text


def test_marks_in_an_article_do_not_look_like_ours() -> None:
    (card,) = render_reply(make_answer([Claim("It rained [7].", ((BRIDGE, "The ferry"),))]))

    assert card.blocks[1] == "It rained ［7］. [1]"


def test_one_endless_sentence_is_shortened_and_keeps_its_mark() -> None:
    (card,) = render_reply(make_answer([Claim("word " * 2000, ((BRIDGE, "The ferry"),))]))

    assert card.blocks[1].endswith("word… [1]")
    assert BRIDGE.title in card.text


def test_a_sentence_with_very_many_sources_keeps_the_first_each_with_its_mark() -> None:
    articles = [replace(BRIDGE, id=f"a{n}", title=f"Title {n} " + "x" * 90) for n in range(200)]
    claim = Claim("word " * 300, tuple((article, "The ferry") for article in articles))
    (card,) = render_reply(make_answer([claim]))

    marks = re.findall(r"\[(\d+)\]", card.blocks[1])
    assert len(marks) > 15
    assert marks == re.findall(r"(?m)^\[(\d+)\]", card.blocks[2])
    assert "word…" in card.blocks[1]


def test_what_is_left_out_is_said() -> None:
    claims = [Claim(f"Claim {n}. " + "word " * 500, ((BRIDGE, "The ferry"),)) for n in range(5)]
    cards = render_reply(make_answer(claims))

    assert len(cards) == CARDS_LIMIT
    assert "Left out for length: 2 more sentences with their sources" in cards[-1].text


def test_a_notice_is_shown_small() -> None:
    (card,) = render_reply(replace(bridge_answer(), notice="Only *words* were searched."))

    assert card.text.endswith("-# Only \\*words\\* were searched.")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_refusal_says_why_and_what_to_do(reason: Reason) -> None:
    (card,) = render_reply(refusal(reason, BRIDGE, LIBRARY), show_question=False)

    assert card.tone is Tone.REFUSAL
    assert "Show quotes" not in labels_of(card)
    assert len(card.blocks[0]) > 20
    assert card.blocks[-1].startswith("-# ")
    assert (BRIDGE.title in card.text) == (reason is not Reason.LIBRARY_EMPTY)


def test_a_refusal_names_three_distinct_articles_at_most() -> None:
    articles = [replace(BRIDGE, id=f"a{n}", title=f"Title {n}") for n in range(6)]
    near = refusal(Reason.NOT_SUPPORTED, articles[0], *articles)
    (card,) = render_reply(near)

    assert re.findall(r"Title \d", card.text) == ["Title 0", "Title 1", "Title 2"]


def test_a_card_that_discord_would_refuse_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="4001 characters"):
        Card(("x" * 4001,), Tone.ANSWER)
    with pytest.raises(ValueError, match="4002 characters"):
        Card(("𝒳" * 2001,), Tone.ANSWER)
    with pytest.raises(ValueError, match="needs a text"):
        Card(("x", " "), Tone.ANSWER)


def labels_of(card: Card) -> list[str]:
    return [action.label for action in card.actions if isinstance(action, Button | LinkButton)]


def _first_lines(sources: str) -> str:
    return "\n".join(line for line in sources.split("\n") if not line.startswith("-# "))


@pytest.mark.parametrize(
    ("newer", "said"),
    [("Hours in August", "superseded by “Hours in August”"), ("", "superseded by a newer article")],
)
def test_a_superseded_article_is_always_labelled(newer: str, said: str) -> None:
    answer = bridge_answer()
    citations = tuple(
        replace(c, quote=replace(c.quote, superseded_by=newer)) for c in answer.citations
    )
    (card,) = render_reply(replace(answer, citations=citations))
    assert card.text.count(said) == 2

    for style in (FULL, TIGHT):
        assert said in write_sources(citations[:1], style)


def test_a_superseded_article_is_labelled_in_a_refusal_too() -> None:
    asked = refusal(Reason.NOT_SUPPORTED, BRIDGE)
    passages = tuple(replace(p, superseded_by="Newer") for p in asked.passages)
    (card,) = render_reply(replace(asked, passages=passages))

    assert "superseded by “Newer”" in card.text


def test_where_the_articles_differ_it_is_said_above_the_sources_the_newest_first() -> None:
    answer = quoting(
        (BRIDGE, "The repair took nine weeks and cost 41,000 crowns."),
        (LIBRARY, "On Saturdays it closes at noon."),
    )
    old = answer.citations[1]
    old = replace(old, quote=replace(old.quote, published_at=None, superseded_by="Newer"))
    differing = replace(
        answer,
        citations=(answer.citations[0], old),
        differences=(Difference((1, 2), ("nine weeks", "*ten* [3] weeks")),),
    )
    (card,) = render_reply(differing, show_question=False)

    text, differences, sources = card.blocks
    assert differences == (
        "**The articles differ:** [1] (10 June 2031) says “nine weeks”, "
        "[2] (no date, superseded) says “\\*ten\\* ［3］ weeks”."
    )
    assert "differ" not in text + sources


def test_many_differences_are_cut_and_all_that_is_named_has_its_source() -> None:
    articles = [replace(BRIDGE, id=f"a{n}", title=f"Article {n}") for n in range(1, 10)]
    answer = quoting(*((a, "The Tern Bridge opened again on Tuesday.") for a in articles))
    numbers = tuple(range(1, 10))
    differing = replace(
        answer, differences=(Difference(numbers, tuple("x" * 200 for _ in numbers)),) * 5
    )
    first, *_ = render_reply(differing)

    assert first.text.count("The articles differ") == 2
    assert "and 5 more." in first.text


def test_a_long_answer_says_on_its_first_card_that_articles_differ() -> None:
    articles = [replace(BRIDGE, id=f"a{n}", text=f"Fact {n}. " + "word " * 250) for n in range(20)]
    answer = quoting(*((a, a.text.rstrip()) for a in articles))
    cards = render_reply(replace(answer, differences=(Difference((19, 20), ("a", "b")),)))

    assert "[19] (10 June 2031) says “a”" in cards[0].text
    assert "Left out for length" in cards[-1].text
    assert "[19]" in _first_lines(cards[0].blocks[-1])


def test_what_was_understood_stands_small_below_the_question() -> None:
    understood = replace(bridge_answer(), asked_as="When did the *Tern Bridge* open?")
    (card,) = render_reply(understood)
    (quiet,) = render_reply(understood, show_question=False)

    small = "-# Understood as: When did the \\*Tern Bridge\\* open?"
    assert card.blocks[0] == f"**When did the bridge open?**\n{small}"
    assert quiet.blocks[0] == small


def test_every_style_shows_the_date_of_a_source() -> None:
    for style in (FULL, TIGHT):
        assert "10 June 2031" in write_sources(bridge_answer().citations[:1], style)


def test_a_question_asked_back_stands_in_place_of_reason_and_articles() -> None:
    asked = replace(
        refusal(Reason.UNCLEAR_QUESTION, BRIDGE), asks_back="Which bridge do you *mean*?"
    )
    (card,) = render_reply(asked, show_question=False)

    assert card.blocks[0] == "Which bridge do you \\*mean\\*?"
    assert BRIDGE.title not in card.text
    assert "whole question" in card.text


def test_too_old_says_what_time_was_looked_at_and_what_the_newest_is() -> None:
    old = replace(BRIDGE, id="old", published_at="2029-01-02T10:00:00Z")
    undated = replace(BRIDGE, id="undated", published_at="some day")
    asked = replace(
        refusal(Reason.TOO_OLD, old, LIBRARY, undated),
        notice="I looked at articles from 16 to 22 March 2036.",
    )
    (card,) = render_reply(asked, show_question=False)

    why, _, closing = card.blocks
    assert "from another time; the newest of it is from June 2031." in why
    assert "-# I looked at articles from 16 to 22 March 2036." in why
    assert "2036" not in closing


def test_what_is_unfinished_says_so_and_offers_no_quotes() -> None:
    card = render_unfinished(bridge_answer())

    assert card.tone is Tone.WORKING
    assert card.actions == ()
    assert card.blocks[-1] == "-# **Still writing ...** Every sentence here is checked already."
    assert "[[3] New hours at the reading room](https://" in card.blocks[-2]


@settings(max_examples=25, deadline=None)
@given(answers(), st.booleans())
def test_what_is_unfinished_fits_one_card(answer: Answer, show_question: bool) -> None:
    card = render_unfinished(answer, show_question=show_question)

    assert card.length <= CARD_LIMIT


@pytest.mark.parametrize(
    ("underway", "said"),
    [
        (Underway(SEARCHING), "Searching the articles ..."),
        (Underway(COMPOSING, passages=1), "Reading 1 passage ..."),
        (Underway(COMPOSING, passages=8), "Reading 8 passages ..."),
        (Underway(COMPOSING), "Writing the answer ..."),
        (Underway("thinking\nhard"), "Thinking hard ..."),
        (Underway(""), "Working on it ..."),
    ],
)
def test_each_stage_is_said_for_people(underway: Underway, said: str) -> None:
    assert render_underway(underway, question=None).blocks == (f"-# {said}",)


def test_a_moderator_note_is_called_one_wherever_it_is_shown() -> None:
    note = replace(BRIDGE, id=f"{NOTE_PREFIX}7", publisher=None)
    (card,) = render_reply(quoting((note, "The Tern Bridge opened again on Tuesday.")))
    (refused,) = render_reply(refusal(Reason.NOT_SUPPORTED, note))

    assert card.text.endswith("\n-# moderator note · 10 June 2031")
    assert "\n-# moderator note · 10 June 2031" in refused.text
    assert "moderator note" not in render_reply(bridge_answer())[0].text
