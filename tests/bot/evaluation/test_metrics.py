from dataclasses import replace

import pytest

from bot.answering.models import (
    Answer,
    AnswerSentence,
    Citation,
    Question,
    Quote,
    Reason,
    Refusal,
)
from bot.evaluation.cases import Case, Fact
from bot.evaluation.metrics import (
    Judgement,
    Outcome,
    find_rank,
    has_all_facts,
    holds_answer,
    judge_reply,
    measure_answering,
    measure_retrieval,
)

CASE = Case(
    "q", "Who won?", answerable=True, answers=("Ada Quill",), facts=(Fact("a", "Ada won."),)
)
NULL = Case("n", "Who lost?", answerable=False)


def test_a_fact_is_found_whatever_the_white_space_but_not_in_other_letters() -> None:
    assert find_rank(CASE, ["no", "So Ada\n  won. Yes", "Ada won."]) == 2
    assert find_rank(CASE, ["ada won.", "Ada wo", "n."]) is None


def test_the_first_of_several_facts_counts_and_full_wants_all() -> None:
    case = replace(CASE, facts=(Fact("a", "Late."), Fact("b", "Early.")))

    assert find_rank(case, ["Early.", "Late."]) == 1
    assert has_all_facts(case, ["Early.", "Late."])
    assert not has_all_facts(case, ["Early."])


@pytest.mark.parametrize(
    ("text", "answers", "holds"),
    [
        ("It went to ADA  QUILL.", ["Ada Quill"], True),
        ("It is $4,000 an ounce", ["$4,000"], True),
        ("Adam Quill", ["Ada"], False),
        ("There is no way", ["no"], False),
        ("before noon", ["before"], False),
        ("anything", ["", "?"], False),
    ],
)
def test_an_answer_is_held_by_whole_words(text: str, answers: list[str], *, holds: bool) -> None:
    assert holds_answer(text, answers) is holds


def answer_of(*quotes: tuple[str, str]) -> Answer:
    citations = tuple(
        Citation(n, Quote(article, "v", "T", None, None, (), None, 0, len(text), text), None)
        for n, (article, text) in enumerate(quotes, start=1)
    )
    sentences = tuple(AnswerSentence(c.quote.text, (c.number,)) for c in citations)
    return Answer(Question("Who won?", "q"), 1, sentences, citations, (), "extractive")


@pytest.mark.parametrize(
    ("quotes", "judgement"),
    [
        ([("a", "In May, Ada won.")], Judgement(True, True, True)),
        ([("a", "Ada")], Judgement(True, True, True)),
        ([("b", "Ada won.")], Judgement(False, False, False)),
        ([("b", "The cup is Ada Quill's.")], Judgement(False, True, True)),
        ([("b", "It rained."), ("a", "Ada won.")], Judgement(False, False, True)),
    ],
)
def test_the_quotes_of_an_answer_are_judged(
    quotes: list[tuple[str, str]], judgement: Judgement
) -> None:
    assert judge_reply(CASE, answer_of(*quotes)) == judgement


def test_nothing_is_right_about_refusing_or_answering_the_unanswerable() -> None:
    refusal = Refusal(Question("?", "q"), 1, Reason.NOT_SUPPORTED)

    assert judge_reply(CASE, refusal) == Judgement()
    assert judge_reply(NULL, answer_of(("a", "Ada won."))) == Judgement()


def outcome(
    case: Case, *, rank: int | None = None, refused: bool = False, right: bool = False
) -> Outcome:
    return Outcome(
        case=case,
        ranks={"fused": rank},
        full={"fused": rank is not None},
        refused=refused,
        reason="not_supported" if refused else None,
        judgement=Judgement(right, right, right),
        sentences=0 if refused else 2,
        quotes=0 if refused else 2,
        exact_quotes=0 if refused else 2,
        milliseconds=10.0,
        answer="",
    )


def test_hits_and_mrr_are_over_the_questions_that_have_facts() -> None:
    figures = measure_retrieval(
        [
            outcome(CASE, rank=1),
            outcome(CASE, rank=4),
            outcome(CASE, rank=10),
            outcome(CASE, rank=None),
            outcome(NULL, rank=None),
        ],
        "fused",
    )

    assert figures is not None
    assert figures.questions == 4
    assert (figures.hits_at_4, figures.hits_at_10, figures.full_at_10) == (0.5, 0.75, 0.75)
    assert figures.mrr_at_10 == pytest.approx((1 + 1 / 4 + 1 / 10) / 4)


def test_refusals_are_measured_as_a_detector_of_the_unanswerable() -> None:
    figures = measure_answering(
        [
            outcome(CASE, right=True),
            outcome(CASE, refused=True),
            outcome(NULL, refused=True),
            outcome(NULL, refused=True),
            outcome(NULL),
        ]
    )

    assert figures.refusal_precision == pytest.approx(2 / 3)
    assert figures.refusal_recall == pytest.approx(2 / 3)
    assert figures.refusal_f1 == pytest.approx(2 / 3)
    assert figures.wrongly_refused == 0.5
    assert figures.first_citation_right == 0.5
    assert figures.sentences_per_answer == 2
    assert figures.exact_quotes == 1


def test_figures_without_a_denominator_are_missing_not_zero() -> None:
    figures = measure_answering([outcome(NULL, refused=True)])

    assert figures.first_citation_right is None
    assert figures.exact_quotes is None
    assert figures.sentences_per_answer is None
    assert measure_retrieval([outcome(NULL)], "fused") is None
    assert measure_answering([outcome(NULL)]).refusal_f1 == 0.0
