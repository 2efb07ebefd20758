"""A checked message as cards: verdicts in words, quotes with their claim, within the limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answering.checked import CheckedClaim, CheckedMessage, Verdict
from bot.answering.models import Citation
from bot.rendering.checked import CARDS_LIMIT, render_checked
from bot.rendering.parts import CARD_LIMIT
from tests.fakes.answering import passages_of
from tests.fakes.discord_samples import BRIDGE, LIBRARY, cite

OPENED = "The Tern Bridge opened again on Tuesday."
COST = "The repair took nine weeks and cost 41,000 crowns."
(NEAR,) = passages_of(LIBRARY)[:1]


def claim(text: str, verdict: Verdict, *marks: int, **given: object) -> CheckedClaim:
    return replace(CheckedClaim(text, 0, len(text), verdict, marks), **given)  # type: ignore[arg-type]


def check(*claims: CheckedClaim, citations: tuple[Citation, ...] = (), **given: object) -> str:
    checked = CheckedMessage("c", 3, claims, citations)
    return "\n".join(card.text for card in render_checked(replace(checked, **given)))  # type: ignore[arg-type]


def test_each_verdict_is_a_word_with_its_quote_and_source_right_below() -> None:
    text = check(
        claim("It opened on Tuesday.", Verdict.SUPPORTED, 1),
        claim("It cost 50,000 crowns.", Verdict.CONTRADICTED, 2),
        claim("It is painted red.", Verdict.NOT_FOUND, nearest=NEAR),
        citations=(cite(1, BRIDGE, OPENED), cite(2, BRIDGE, COST)),
    )

    assert "1 supported · 1 contradicted · 1 not found" in text
    supported, contradicted = text.index("**Supported**"), text.index("**Contradicted**")
    missing = text.index("**Not found in the articles**")
    assert supported < text.index(f"> {OPENED}") < text.index("[1] ") < contradicted
    assert contradicted < text.index("> The repair took nine weeks") < missing
    assert text.index("It is painted red.") > missing
    assert "New hours at the reading room" in text[missing:]
    assert "10 June 2031" in text


def test_an_article_that_says_otherwise_is_shown_beside_the_one_that_bears_it_out() -> None:
    citations = (cite(1, BRIDGE, OPENED), cite(2, LIBRARY, "On Saturdays it closes at noon."))
    text = check(claim("It opened.", Verdict.SUPPORTED, 1, otherwise=(2,)), citations=citations)

    assert text.index("> The Tern") < text.index("another article says otherwise")
    assert text.index("another article says otherwise") < text.index("> On Saturdays")


def test_what_was_left_out_and_what_was_missing_is_said() -> None:
    text = check(
        claim("It is red.", Verdict.NOT_FOUND), left_out=3, notice="Only words were compared."
    )

    assert "3 more statements were not looked at." in text
    assert "Only words were compared." in text


def test_a_message_without_statements_and_an_empty_library_say_so() -> None:
    assert "no statement" in check()
    assert "empty" in check(edition=0)


@pytest.mark.parametrize(
    "hostile",
    ["@everyone [x](https://evil.example) **bold** `code` <@1>", "\u202eevil\u202c", "# Big\n> q"],
)
def test_a_hostile_claim_stays_text(hostile: str) -> None:
    text = check(claim(hostile, Verdict.NOT_FOUND))

    assert "@everyone" not in text
    assert "](https://evil" not in text
    assert "<@1>" not in text.replace("\\<@1>", "")
    assert "\u202e" not in text
    assert "\n# Big" not in text


def test_a_claim_from_right_to_left_does_not_turn_what_stands_beside_it() -> None:
    text = check(claim("הגשר נפתח ביום שלישי", Verdict.NOT_FOUND))

    assert "\u2068“הגשר" in text
    assert "”\u2069" in text


@pytest.mark.parametrize("length", [40, 400])
@pytest.mark.parametrize("verdict", list(Verdict))
def test_ten_long_claims_fit_and_none_stands_apart_from_its_quotes(
    verdict: Verdict, length: int
) -> None:
    sentence = "*Slow* _boats_ sail. " * length
    long = replace(BRIDGE, text=sentence, title="A `title` " * 40)
    url = "https://a.example/" + "x" * 490
    citation = cite(1, long, sentence)
    quotes = tuple(
        replace(citation, number=at, link=url, quote=replace(citation.quote, version_id=str(at)))
        for at in range(1, 31)
    )
    claims = [
        claim(
            f"{at} " + "[*claim*] " * 50, verdict, 3 * at + 1, 3 * at + 2, otherwise=(3 * at + 3,)
        )
        if verdict is not Verdict.NOT_FOUND
        else claim(f"{at} " + "[*claim*] " * 50, verdict, nearest=replace(NEAR, title="`" * 900))
        for at in range(10)
    ]
    used = quotes if verdict is not Verdict.NOT_FOUND else ()
    cards = render_checked(
        CheckedMessage("c", 3, tuple(claims), used, left_out=7, notice="n" * 900)
    )

    assert len(cards) <= CARDS_LIMIT
    assert all(card.length <= CARD_LIMIT for card in cards)
    text = "\n".join(card.text for card in cards)
    assert all(f"“{at} " in text for at in range(10))
    for card in cards:
        for block in card.blocks:
            assert ("> " in block) == ("**Supported**" in block or "**Contradicted**" in block)
