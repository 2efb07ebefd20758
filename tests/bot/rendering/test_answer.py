"""Answers as cards: within Discord's limits, and no claim without its sources."""

from __future__ import annotations

import re
from dataclasses import replace

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.models import Answer, Reason
from bot.cogs.layout import build_view
from bot.rendering.answer import CARDS_LIMIT, render_reply
from bot.rendering.parts import CARD_LIMIT, Card, Tone
from bot.rendering.sources import FULL, TIGHT, write_sources
from index.models import Article
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
    return replace(answer, notice=draw(st.none() | _texts))


@settings(max_examples=60, deadline=None)
@given(answers(), st.booleans())
def test_no_claim_is_without_its_sources_and_all_limits_hold(
    answer: Answer, show_question: bool
) -> None:
    cards = render_reply(answer, answer_id="0" * 16, show_question=show_question)

    assert 1 <= len(cards) <= CARDS_LIMIT
    assert [card.answer_id for card in cards] == [None] * (len(cards) - 1) + ["0" * 16]
    for number, card in enumerate(cards):
        has_question = show_question and number == 0
        text, sources = card.blocks[1:] if has_question else card.blocks
        marks = {int(n) for n in re.findall(r"(?<!\\)\[(\d+)\]", text)}
        listed = {int(n) for n in re.findall(r"(?m)(?:^|\[| )\[(\d+)\]", _first_lines(sources))}
        assert marks
        assert marks == listed
        assert card.length <= CARD_LIMIT
        assert text.endswith("]")
        assert find_active(re.sub(r"\[\d+\]", "", text)) == []


@settings(max_examples=25, deadline=None)
@given(answers())
async def test_discord_takes_every_card(answer: Answer) -> None:
    for card in render_reply(answer, answer_id="0" * 16):
        body = {
            "components": build_view(card).to_components(),  # type: ignore[no-untyped-call]
            "flags": discord.MessageFlags(components_v2=True).value,
            "allowed_mentions": {"parse": []},
        }
        assert find_problems("POST", "/channels/1/messages", body) == []


def test_an_answer_shows_text_marks_titles_dates_and_links() -> None:
    (card,) = render_reply(bridge_answer(), answer_id="0" * 16)

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
    assert len(marks) > 20
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
    assert card.answer_id is None
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
