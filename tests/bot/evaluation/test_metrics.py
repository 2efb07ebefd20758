from dataclasses import replace

import pytest

from bot.answering.models import Answer, AnswerSentence, Citation, Question, Quote, Reason, Refusal
from bot.evaluation.cases import Case, Fact
from bot.evaluation.figures import Group
from bot.evaluation.gold import Gold, PassageMap
from bot.evaluation.measures import make_groups
from bot.evaluation.metrics import (
    Found,
    Judgement,
    Outcome,
    find_rank,
    has_all_facts,
    holds_answer,
    judge_reply,
)
from bot.evaluation.question_measures import list_measures
from index.models import Passage

CASE = Case(
    "q", "Who won?", answerable=True, answers=("Ada Quill",), facts=(Fact("a", "Ada won."),)
)
NULL = Case("n", "Who lost?", answerable=False)
GOLDEN = Case("g", "Who won?", answerable=True, articles=("a",))


def passage(text: str, article: str = "a", start: int = 0) -> Passage:
    return Passage(
        chunk_id=f"{article}-{start}",
        article_id=article,
        version_id="v",
        title="T",
        url=None,
        published_at=None,
        authors=(),
        publisher=None,
        heading="",
        start=start,
        end=start + len(text),
        text=text,
        sentences=(),
        score=0.5,
        cosine=None,
        bm25=None,
    )


def test_a_fact_is_found_whatever_the_white_space_but_not_in_other_letters() -> None:
    found = [passage("no"), passage("So Ada\n  won. Yes"), passage("Ada won.")]

    assert find_rank(CASE, found) == 2
    assert find_rank(CASE, [passage("ada won."), passage("Ada wo"), passage("n.")]) is None


def test_the_first_of_several_facts_counts_and_full_wants_all() -> None:
    case = replace(CASE, facts=(Fact("a", "Late."), Fact("b", "Early.")))

    assert find_rank(case, [passage("Early."), passage("Late.")]) == 1
    assert has_all_facts(case, [passage("Early."), passage("Late.")])
    assert not has_all_facts(case, [passage("Early.")])


def test_a_golden_question_is_found_in_its_article() -> None:
    assert find_rank(GOLDEN, [passage("x", "b"), passage("y", "a")]) == 2
    assert not has_all_facts(GOLDEN, [passage("x", "b")])


def test_a_chunk_counts_when_it_touches_the_gold_passage_and_holds_the_answer() -> None:
    passages = PassageMap(
        [
            {"passage_id": "a#0", "article_id": "a", "start": 0, "text": "Ada Quill. " * 5},
            {"passage_id": "a#1", "article_id": "a", "start": 57, "text": "Ada Quill won. It."},
        ]
    )
    case = replace(CASE, gold=Gold("a#1", passages))

    elsewhere = passage("Ada Quill.", start=0)
    without = passage("It.", start=70)
    other_article = passage("Ada Quill won.", "b", start=57)
    right = passage("Quill. Ada Quill won.", start=48)
    assert find_rank(case, [elsewhere, without, other_article, right]) == 4
    assert has_all_facts(case, [right])


def test_the_gold_passage_is_ranked_among_distinct_passages_of_the_set() -> None:
    passages = PassageMap(
        [
            {"passage_id": "a#0", "article_id": "a", "start": 0, "text": "x" * 100},
            {"passage_id": "a#1", "article_id": "a", "start": 102, "text": "y" * 100},
        ]
    )
    first, second = passage("x" * 40, start=0), passage("x" * 40, start=50)
    mostly_gold = passage("z" * 60, start=80)

    gold = Gold("a#1", passages)
    assert gold.rank([first, second, passage("?", "b"), mostly_gold]) == 3
    assert gold.rank([first, second]) is None


def test_a_chunk_over_two_passages_shows_both_the_larger_part_first() -> None:
    passages = PassageMap(
        [
            {"passage_id": "a#0", "article_id": "a", "start": 0, "text": "x" * 50},
            {"passage_id": "a#1", "article_id": "a", "start": 52, "text": "y" * 80},
            {"passage_id": "a#2", "article_id": "a", "start": 134, "text": "z" * 90},
        ]
    )
    both = passage("?" * 140, start=5)

    assert passages.find(both) == ["a#1", "a#0"]
    assert Gold("a#0", passages).rank([both]) == 1
    assert Gold("a#2", passages).rank([both, passage("z" * 90, start=134)]) == 2
    assert Gold("a#2", passages).rank([both]) is None


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


def test_a_golden_question_is_right_when_its_article_is_cited() -> None:
    assert judge_reply(GOLDEN, answer_of(("b", "x"), ("a", "y"))) == Judgement(False, False, True)
    assert judge_reply(GOLDEN, answer_of(("b", "x"))) == Judgement()


def test_nothing_is_right_about_refusing_or_answering_the_unanswerable() -> None:
    refusal = Refusal(Question("?", "q"), 1, Reason.NOT_SUPPORTED)

    assert judge_reply(CASE, refusal) == Judgement()
    assert judge_reply(NULL, answer_of(("a", "Ada won."))) == Judgement()


def outcome(
    case: Case,
    *,
    rank: int | None = None,
    refused: bool = False,
    right: bool = False,
    sentences: int = 2,
    differences: int = 0,
) -> Outcome:
    return Outcome(
        case=case,
        found={"fused": Found(rank, rank is not None)},
        refused=refused,
        reason="not_supported" if refused else None,
        judgement=Judgement(right, right, right),
        sentences=0 if refused else sentences,
        quotes=0 if refused else 2,
        exact_quotes=0 if refused else 2,
        milliseconds=10.0,
        answer="",
        embedding_ms=4.0,
        differences=differences,
    )


def measure(*outcomes: Outcome) -> Group:
    return make_groups(outcomes, lambda o: (), list_measures(["fused"]))[0]


def value(group: Group, key: str) -> float | None:
    return group.figures[key].value


def test_hits_and_mrr_are_over_the_questions_that_have_something_to_find() -> None:
    group = measure(
        outcome(CASE, rank=1),
        outcome(CASE, rank=4),
        outcome(CASE, rank=10),
        outcome(CASE, rank=None),
        outcome(NULL, rank=None),
    )

    assert value(group, "fused.hits_at_1") == 0.25
    assert value(group, "fused.hits_at_4") == 0.5
    assert value(group, "fused.hits_at_10") == 0.75
    assert value(group, "fused.full_at_10") == 0.75
    assert value(group, "fused.mrr_at_10") == pytest.approx((1 + 1 / 4 + 1 / 10) / 4)
    assert group.figures["fused.hits_at_1"].of == 4
    assert "fused.full_at_10_parts" not in group.figures


def test_full_is_told_apart_for_questions_that_need_several_facts() -> None:
    several = replace(CASE, needs_all=True)

    group = measure(outcome(CASE, rank=1), outcome(several, rank=None))

    assert value(group, "fused.full_at_10") == 0.5
    assert value(group, "fused.full_at_10_parts") == 0.0


def test_refusals_are_measured_as_a_detector_of_the_unanswerable() -> None:
    group = measure(
        outcome(CASE, right=True),
        outcome(CASE, refused=True),
        outcome(NULL, refused=True),
        outcome(NULL, refused=True),
        outcome(NULL),
    )

    assert value(group, "refusal_precision") == pytest.approx(2 / 3)
    assert value(group, "refusal_recall") == pytest.approx(2 / 3)
    assert value(group, "refusal_f1") == pytest.approx(2 / 3)
    assert value(group, "wrongly_refused") == 0.5
    assert value(group, "refused") == 0.6
    assert value(group, "first_citation_right") == 0.5
    assert value(group, "sentences_per_answer") == 2
    assert value(group, "exact_quotes") == 1


def test_a_long_answer_that_is_right_is_not_short_and_right() -> None:
    group = measure(outcome(CASE, right=True), outcome(CASE, right=True, sentences=4))

    assert value(group, "quotes_hold_answer") == 1.0
    assert value(group, "short_and_right") == 0.5


def test_times_are_a_multiple_of_embedding_the_question() -> None:
    assert value(measure(outcome(NULL)), "times_embedding") == 2.5


def test_differences_are_noticed_where_there_are_some_and_else_false_alarms() -> None:
    differs = replace(CASE, differs=True)

    group = measure(
        outcome(differs, differences=1),
        outcome(differs),
        outcome(CASE, differences=1),
        outcome(CASE),
        outcome(CASE),
        outcome(CASE, refused=True),
    )

    assert value(group, "differences_noticed") == 0.5
    assert value(group, "differences_false") == pytest.approx(1 / 3)


def test_figures_without_a_denominator_are_missing_not_zero() -> None:
    group = measure(outcome(NULL, refused=True))

    assert value(group, "refusal_f1") == 1.0
    for key in ("first_citation_right", "exact_quotes", "sentences_per_answer", "fused.hits_at_1"):
        assert key not in group.figures
    assert value(measure(outcome(NULL)), "refusal_f1") == 0.0
