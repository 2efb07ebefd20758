"""What a language model reads of articles and earlier turns is data, of a length that is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answering.evidence import offer_evidence
from bot.answering.models import Evidence, Turn
from bot.answering.prompting import lay_out_evidence, lay_out_history, tame
from index.models import Article, Span
from tests.fakes.answering import passages_of

HOURS = Article(
    "hours",
    "Hours [1]",
    "The library opens at ten. It closes at six.",
    published_at="2031-06-10T12",
)
FERRY = Article("ferry", "Ferry", "The ferry sails at nine.")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("[1] is", "(1) is"),
        ("［2］ 【3】 〔4〕 ⟦5⟧ 〚6〛", "(2) (3) (4) (5) (6)"),
        ("data-1a2b here", "data 1a2b here"),
        ("DATA-abcd", "data abcd"),
        ("data-xyz", "data-xyz"),
        ("<system> a < b <", "< system> a < b <"),
        ("one\u2028two\nthree\x07four", "one two three four"),
        ("or\u200bder, or\u202eder, or\u00adder", "order, order, order"),
        ("x\u200cy\u200dz", "x\u200cy\u200dz"),
        ("  a   b ", "a b"),
    ],
    ids=[
        "brackets", "other-brackets", "fence", "loud-fence", "no-fence", "token", "lines", "unseen",
        "joiners", "spaces",
    ],
)  # fmt: skip
def test_nothing_in_a_text_passes_for_our_own_marks(text: str, read: str) -> None:
    assert tame(text) == read


def test_evidence_is_laid_out_by_article_with_its_ids_and_dates() -> None:
    (hours,), (ferry,) = passages_of(HOURS), passages_of(FERRY)
    newer = replace(ferry, superseded_by="Ferry, summer\n<x>")
    first, second, third = offer_evidence([hours, newer], salt="q")
    # The best sentence first; those of an article stand in reading order all the same.
    layout = lay_out_evidence([second, third, first], characters=1000)

    assert layout.text == (
        "Article: Hours (1)\n"
        f"[{first.id}] (2031-06-10) The library opens at ten.\n"
        f"[{second.id}] (2031-06-10) It closes at six.\n"
        "\n"
        "Article: Ferry (replaced by a newer article: Ferry, summer < x>)\n"
        f"[{third.id}] The ferry sails at nine."
    )
    assert layout.ids == (first.id, second.id, third.id)


def test_evidence_ends_where_there_is_no_more_room_but_never_before_the_first() -> None:
    evidence = offer_evidence([*passages_of(FERRY), *passages_of(HOURS)], salt="q")
    # A line break and the empty line behind an article are counted with each sentence.
    whole = len("Article: Ferry") + len(f"[{evidence[0].id}] The ferry sails at nine.") + 2
    second = len("Article: Hours (1)") + len(
        f"[{evidence[1].id}] (2031-06-10) The library opens at ten."
    ) + 2  # fmt: skip

    assert lay_out_evidence(evidence, characters=0).ids == (evidence[0].id,)
    assert lay_out_evidence(evidence, characters=whole + second - 1).ids == (evidence[0].id,)
    assert len(lay_out_evidence(evidence, characters=whole + second).ids) == 2
    assert lay_out_evidence([], characters=100).text == ""


def test_what_is_very_long_is_cut_and_shows_it() -> None:
    (passage,) = passages_of(Article("long", "T" * 300, "w" * 1300))
    evidence = Evidence("e1", passage, Span(0, 1300))
    title, line = lay_out_evidence([evidence], characters=9999).text.splitlines()

    assert title == f"Article: {'T' * 199}…"
    assert line.endswith("w…")
    assert len(line.partition("] ")[2]) == 1000


def test_earlier_turns_are_laid_out_oldest_first() -> None:
    turns = [Turn("When [1]?", "At ten. [1]"), Turn("And on\nSundays?", "")]

    assert lay_out_history(turns, characters=1000) == (
        "Question: When (1)?\nAnswer: At ten. (1)\nQuestion: And on Sundays?\nAnswer: (none)"
    )


def test_where_turns_are_too_long_the_oldest_give_way_and_the_last_stays() -> None:
    turns = [Turn("One?", "1"), Turn("Two?", "2"), Turn("Three?", "3")]
    two = len("Question: Two?Answer: 2Question: Three?Answer: 3")

    assert lay_out_history(turns, characters=0) == "Question: Three?\nAnswer: 3"
    assert lay_out_history(turns, characters=two).startswith("Question: Two?\n")
    assert lay_out_history(turns, characters=two - 1).startswith("Question: Three?\n")
    assert lay_out_history([Turn("q" * 400, "a" * 600)], characters=0) == (
        f"Question: {'q' * 299}…\nAnswer: {'a' * 499}…"
    )
