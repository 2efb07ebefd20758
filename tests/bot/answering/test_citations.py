from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.citations import (
    imitates_citation,
    link_citations,
    number_quotes,
    show_text,
)
from bot.answering.evidence import offer_evidence
from bot.answering.models import Answer, AnswerSentence, Citation, Draft, DraftSentence, Question
from index.models import Article
from tests.fakes.answering import passages_of

ARTICLE = Article("a", "Boats", "The ferry left. The tug [2] stayed.\nNobody saw the\nraft go.")
EVIDENCE = offer_evidence(passages_of(ARTICLE), salt="q")
FERRY, TUG, RAFT = (item.id for item in EVIDENCE)


Written = tuple[str, Sequence[str]]


def draft(*sentences: Written) -> Draft:
    return Draft(tuple(DraftSentence(text, tuple(ids)) for text, ids in sentences), "test")


def numbered(
    *sentences: Written,
) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
    linked = link_citations(draft(*sentences), EVIDENCE)
    return number_quotes(linked, {})


def test_quotes_are_numbered_from_one_in_the_order_of_first_use() -> None:
    sentences, citations = numbered(("Raft.", [RAFT]), ("Ferry.", [FERRY]))

    assert [s.citations for s in sentences] == [(1,), (2,)]
    assert [(c.number, c.quote.text) for c in citations] == [
        (1, "Nobody saw the\nraft go."),
        (2, "The ferry left."),
    ]


def test_the_same_quote_used_twice_keeps_one_number() -> None:
    sentences, citations = numbered(("A.", [FERRY]), ("B.", [TUG, FERRY]), ("C.", [FERRY, FERRY]))

    assert [s.citations for s in sentences] == [(1,), (1, 2), (1,)]
    assert len(citations) == 2


def test_unknown_ids_drop_out() -> None:
    (sentence,) = link_citations(draft(("Ferry.", ["e9999", FERRY, "", "[1]"])), EVIDENCE)

    assert [quote.text for quote in sentence.quotes] == ["The ferry left."]


def test_a_sentence_is_shown_on_one_line_and_its_quote_keeps_the_line_feed() -> None:
    (sentence,) = link_citations(draft((EVIDENCE[2].text, [RAFT])), EVIDENCE)

    assert sentence.text == "Nobody saw the raft go."
    assert sentence.quotes[0].text == "Nobody saw the\nraft go."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The tug [2] stayed.", "The tug (2) stayed."),
        ("[1] according to the mayor", "(1) according to the mayor"),
        ("so it is[12][3, 4].", "so it is(12)(3, 4)."),
        ("hidden [\u200b1\u200b] mark", "hidden (\u200b1\u200b) mark"),
        ("other 【1】 and ［２］", "other (1) and (２)"),
        ("Arabic [١]", "Arabic (١)"),
        ("named [source 2] and [^3]", "named (source 2) and (^3)"),
        ("raised.¹ And twice²³", "raised. (1) And twice (23)"),
        ("circled ① and ⑿", "circled (1) and (12)"),
        ("an area of 5 m² and H₂O", None),
        ("kept: [sic], array[i], [citation needed], (1)", None),
    ],
)
def test_what_looks_like_a_citation_mark_in_a_sentence_is_not_one(
    text: str, shown: str | None
) -> None:
    assert show_text(text) == (text if shown is None else shown)


@pytest.mark.parametrize(
    "text",
    [
        "The ferry left [1].",
        "[1] according to the mayor, the ferry left.",
        "The ferry left [source 2].",
        "The ferry left ［２］.",
        "The ferry left.¹",
        "The ferry left ①.",
        "The ferry left (1).",
        "(2) The ferry left.",
        "Source: the ferry left.",
        "According to source 3, the ferry left.",
        "The ferry left, see https://example.org.",
        "The [ferry](https://example.org) left.",
        "The ferry left, <@123>.",
        "@everyone the ferry left.",
    ],
)
def test_a_sentence_that_cites_links_or_pings_by_itself_is_told(text: str) -> None:
    assert imitates_citation(text, ["The ferry left."])
    assert not imitates_citation(text, [f"It says: {text}"])


@pytest.mark.parametrize(
    "text",
    ["The ferry left.", "The ferry (built in 1874) left.", "The source of the river is 5 m² wide."],
)
def test_an_honest_sentence_imitates_no_citation(text: str) -> None:
    assert not imitates_citation(text, ["Something else."])


def test_the_quote_keeps_the_bracketed_number_that_the_sentence_loses() -> None:
    sentences, citations = numbered((EVIDENCE[1].text, [TUG]))

    assert sentences[0].text == "The tug (2) stayed."
    assert citations[0].quote.text == "The tug [2] stayed."


ids = st.sampled_from([FERRY, TUG, RAFT, "e0000", "junk"])


@given(st.lists(st.tuples(st.text(min_size=1), st.lists(ids, max_size=4)), max_size=6))
def test_any_draft_numbers_into_a_lawful_answer(sentences: list[Written]) -> None:
    linked = [s for s in link_citations(draft(*sentences), EVIDENCE) if s.quotes]
    shown, citations = number_quotes(linked, {})

    if shown:  # an Answer refuses marks without sources, and sources without marks
        Answer(Question("q", "q"), 1, shown, citations, (), "test")
