"""What a reply offers: buttons that open its articles, and those to press."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.models import Answer, Reason, Refusal
from bot.rendering.actions import Button, LinkButton
from bot.rendering.answer import render_reply
from bot.rendering.parts import ROW_LIMIT, Card
from bot.rendering.reply_actions import Shown, open_links
from tests.fakes.discord_samples import BRIDGE, LIBRARY, bridge_answer, quoting, refusal

ID = "0123456789abcdef"
OPENED = "The Tern Bridge opened again on Tuesday."


def labels(cards: tuple[Card, ...]) -> list[str]:
    return [a.label for a in cards[-1].actions if isinstance(a, Button)]


def links(card: Card) -> list[LinkButton]:
    return [action for action in card.actions if isinstance(action, LinkButton)]


def test_each_source_has_a_button_that_opens_it_at_its_quote() -> None:
    (card,) = render_reply(bridge_answer(), shown=Shown(ID))

    assert [each.label for each in links(card)] == [
        "Open [1] Tern Bridge opens…",
        "Open [2]",
        "Open [3] New hours at the…",
    ]
    assert [each.url for each in links(card)] == [c.link for c in bridge_answer().citations]
    # They stand apart from what the bot answers.
    assert [len(row) for row in card.rows] == [3, 5]


def test_sources_that_open_the_same_page_share_a_button() -> None:
    answer = bridge_answer()
    page = BRIDGE.url
    same = tuple(replace(c, link=page) for c in answer.citations[:2])
    found = open_links((*same, answer.citations[2]))

    assert [each.label for each in found] == [
        "Open [1] [2] Tern Bridge open…",
        "Open [3] New hours at the…",
    ]


def test_a_link_that_a_button_cannot_hold_gets_none_and_the_page_is_opened_instead() -> None:
    answer = quoting((BRIDGE, OPENED))
    (citation,) = answer.citations
    long = "https://a.example/" + "p" * 500

    (found,) = open_links([replace(citation, link=long)])
    assert found.url == BRIDGE.url
    nowhere = replace(citation, link=long, quote=replace(citation.quote, url=None))
    assert open_links([nowhere]) == ()
    assert open_links([replace(nowhere, link="javascript:alert(1)")]) == ()


def test_five_sources_have_buttons_and_all_have_links_in_the_text() -> None:
    articles = [
        replace(BRIDGE, id=f"a{n}", title=f"T{n}", url=f"https://a.example/{n}") for n in range(9)
    ]
    (card,) = render_reply(quoting(*((a, OPENED) for a in articles)), shown=Shown(ID))

    assert [each.label for each in links(card)] == [f"Open [{n + 1}] T{n}…"[:-1] for n in range(5)]
    assert card.blocks[-1].count("](https://a.example/") == 9
    assert all(len(row) <= ROW_LIMIT for row in card.rows)


@given(st.text(max_size=300), st.integers(1, 4))
def test_a_label_is_never_too_long_nor_empty_whatever_the_title(title: str, count: int) -> None:
    article = replace(BRIDGE, title=title)
    answer = quoting((article, OPENED))
    (citation,) = answer.citations
    group = [replace(citation, number=n * 1000) for n in range(1, count + 1)]
    (found,) = open_links(group)

    assert found.label.startswith("Open [1000]")
    assert "@everyone" not in found.label
    assert len(found.label.encode("utf-16-le")) // 2 <= 80


@pytest.mark.parametrize(
    ("shown", "last"),
    [
        (Shown(ID), ["Correct this"]),
        (Shown(ID, is_private=True), ["Share"]),
        (Shown(ID, is_private=True, is_shared=True), ["Shared"]),
        (Shown(ID, in_server=False), []),
        (Shown(ID, is_private=True, in_server=False), []),
    ],
)
def test_an_answer_offers_what_makes_sense_where_it_is_shown(shown: Shown, last: list[str]) -> None:
    cards = render_reply(bridge_answer(), shown=shown)

    assert labels(cards) == ["Show quotes", "Helpful", "Not helpful", "Follow-up", *last]
    disabled = [a.label for a in cards[-1].actions if isinstance(a, Button) and a.disabled]
    assert disabled == (["Shared"] if shown.is_shared else [])


def test_what_is_not_kept_offers_its_pages_alone() -> None:
    (card,) = render_reply(bridge_answer())

    assert labels((card,)) == []
    assert len(links(card)) == 3


@pytest.mark.parametrize("reason", list(Reason))
def test_a_refusal_offers_to_ask_differently_and_what_is_a_gap_to_tell(reason: Reason) -> None:
    gaps = {Reason.NOTHING_FOUND, Reason.NOT_SUPPORTED, Reason.TOO_OLD}
    cards = render_reply(refusal(reason, BRIDGE, LIBRARY), shown=Shown(ID))

    tell = ["Tell the moderators"] if reason in gaps else []
    assert labels(cards) == [*tell, "Ask differently"]


def test_what_the_bot_asks_back_is_answered_and_told_nobody() -> None:
    asked = replace(refusal(Reason.NOT_SUPPORTED, BRIDGE), asks_back="Which bridge?")

    assert labels(render_reply(asked, shown=Shown(ID))) == ["Follow-up"]


@pytest.mark.parametrize("question", ["متى فُتح الجسر؟", "מתי נפתח הגשר?", "When was جسر opened?"])
def test_a_question_from_right_to_left_is_kept_apart_from_what_stands_beside_it(
    question: str,
) -> None:
    asked: Answer = quoting((BRIDGE, OPENED), asked=question)
    (card,) = render_reply(replace(asked, asked_as=question), shown=Shown(ID))

    assert card.blocks[0] == (
        f"**\u2068{question}\u2069**\n-# Understood as: \u2068{question}\u2069"
    )
    refused: Refusal = refusal(Reason.NOTHING_FOUND, asked=question)
    (card,) = render_reply(refused, shown=Shown(ID))
    assert card.blocks[0] == f"**\u2068{question}\u2069**"


def test_a_sentence_from_right_to_left_keeps_its_mark_behind_it() -> None:
    article = replace(BRIDGE, text="فُتح الجسر يوم الثلاثاء.")
    (card,) = render_reply(quoting((article, article.text)), shown=Shown(ID))

    assert card.blocks[1] == f"\u2068{article.text}\u2069 [1]"


def test_a_question_cannot_bring_isolates_of_its_own() -> None:
    (card,) = render_reply(quoting((BRIDGE, OPENED), asked="When\u2069\u202e did it?"))

    assert card.blocks[0] == "**When did it?**"


def test_emoji_stay_whole_in_a_question() -> None:
    (card,) = render_reply(quoting((BRIDGE, OPENED), asked="👩‍🚒 🇫🇷 👍🏽?"))

    assert card.blocks[0] == "**👩‍🚒 🇫🇷 👍🏽?**"


def test_what_stands_above_a_reply_comes_first_and_small() -> None:
    (card,) = render_reply(bridge_answer(), head="Asked by ann")

    assert card.blocks[0] == "-# Asked by ann\n**When did the bridge open?**"
    (bare,) = render_reply(bridge_answer(), head="Asked by ann", show_question=False)
    assert bare.blocks[0] == "-# Asked by ann"
