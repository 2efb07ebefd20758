"""What is seen in a sentence for a question, and what that says for and against answering."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bot.answering.evidence import offer_evidence
from bot.answering.features import Candidate, Features, gather_candidates, measure
from bot.answering.models import Reason
from bot.answering.question import read_question
from bot.answering.ranking import ComposerWeights
from bot.answering.support import Signals, SupportWeights, is_supported, read_signals, why_not
from index.models import Article, SearchResult
from tests.fakes.answering import passages_of


def candidates_of(text: str, **given: str) -> list[Candidate]:
    article = Article("a", given.pop("title", "The harbour"), text, **given)  # type: ignore[arg-type]
    return gather_candidates(offer_evidence(passages_of(article), salt="q"))


def seen(question: str, text: str, **given: str) -> Features:
    return measure(read_question(question, {}), candidates_of(text, **given)[-1], 0.5, 0.25)


def signals(question: str, text: str, *, chunks: int = 1000, **given: str) -> Signals:
    wanted, best = read_question(question, {}), candidates_of(text, **given)[-1]
    found = SearchResult(1, (best.passage,), {}, {}, None, chunks)
    return read_signals(wanted, best, measure(wanted, best, 0.5), 0.75, found)


def test_likeness_and_reading_are_taken_as_they_are_and_rank_counts_from_one() -> None:
    first, second = (
        gather_candidates(
            offer_evidence(
                [*passages_of(Article("a", "One", "The pier is open.")),
                 *passages_of(Article("b", "Two", "The quay is open."), cosine=0.25)],
                salt="q",
            )
        )
    )  # fmt: skip
    wanted = read_question("Is the quay open?", {})
    features = [measure(wanted, each, 0.5, 0.125) for each in (first, second)]

    assert [f.rank for f in features] == [1.0, 0.5]
    assert [f.cosine for f in features] == [0.5, 0.5]
    assert [f.passage_cosine for f in features] == [0.5, 0.25]
    assert {f.reader for f in features} == {0.125}


@pytest.mark.parametrize(
    ("question", "text", "name", "value"),
    [
        ("Who lit lamps?", "Ada lit nothing.", "coverage", 0.5),
        ("Who lit lamps?", "The lamps were out. Ada lit nothing.", "context", 0.5),
        ("Who lit the harbour?", "Ada lit nothing.", "context", 0.5),
        ("How many boats left?", "Forty boats left.", "figure", 1.0),
        ("How many boats left?", "The boats left.", "figure", -1.0),
        ("Who left?", "Forty boats left.", "figure", 0.0),
        ("How heavy is it?", "It weighs 40 kg.", "figure", 1.0),
        ("How heavy is it?", "It is 40 years old.", "figure", -1.0),
        ("How many boats left?", "Forty boats left.", "counted", 1.0),
        ("How many boats left?", "At nine the last of the boats left.", "counted", -1.0),
        ("Who left?", "Forty boats left.", "counted", 0.0),
        ("Who left?", "On Monday it was Ada Quill.", "name", 1.0),
        ("Who left?", "On Monday nobody did.", "name", -1.0),
        ("Why did it close?", "It closed because of fog.", "reason", 1.0),
        ("Why did it close?", "It closed.", "reason", -1.0),
        ("Is it closed?", "It closed because of fog.", "reason", 0.0),
        ("Is it open?", "It is open.", "date", 0.0),
        ("What opened on 4 May 2031?", "The pier opened on 4 May 2031.", "date", 2.0),
        ("What opened on 4 May 2031?", "The pier opened on 4 May 2030.", "date", 0.0),
        ("What opened in 2031?", "The pier opened in 2031.", "date", 1.0),
        ("What opened in 2031?", "The pier opened in 2030.", "date", -1.0),
        ("What opened in 2031?", "The pier opened.", "date", 0.0),
        ("Is it open?", "It is open.", "fragment", 0.0),
        ("Is it open?", "Open hours", "fragment", 1.0),
        ("Is it open?", "Open (on weekdays.)", "fragment", 0.0),
        ("Is it open?", "It is open as the old mayor of the town says", "fragment", 0.0),
        ("Is it open?", "Ada Quill Bob Reed Gull Rock Tern Bridge", "fragment", 1.0),
        ("Is it open?", "Is it “open?”", "asks", 1.0),
        ("Is it open?", "It is open.", "asks", 0.0),
        ("Is it open?", "If it rains, it is open.", "supposes", 1.0),
        ("Is it open if it rains?", "If it rains, it is open.", "supposes", 0.0),
        ("Is it open?", "Photo: the open pier", "noise", 1.0),
        ("Is it open?", "See www.a.example and www.b.example for what is open.", "noise", 1.0),
        ("Is it open?", "See www.a.example for what is open.", "noise", 0.0),
        ("Is it open?", "It is open.", "superseded", 0.0),
    ],
)
def test_a_sentence_is_measured_by_what_a_reader_looks_for(
    question: str, text: str, name: str, value: float
) -> None:
    assert getattr(seen(question, text), name) == pytest.approx(value)


@pytest.mark.parametrize(
    ("published", "title", "value"),
    [
        ("2031-05-04", "The harbour", 0.7),
        ("2030-05-04", "The harbour", -1.0),
        ("2030", "The harbour in 2031", 0.7),
    ],
)
def test_an_articles_date_stands_in_for_a_sentence_that_names_none(
    published: str, title: str, value: float
) -> None:
    found = seen("What opened in 2031?", "The pier opened.", published_at=published, title=title)

    assert found.date == pytest.approx(value)


def test_a_sentences_own_date_counts_before_its_articles() -> None:
    found = seen("What opened in 2031?", "It opened in 2030.", published_at="2031-01-01")

    assert found.date == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("question", "text", "lacking"),
    [
        ("When did Ada leave?", "Bob left on Monday.", {"missing_name"}),
        ("When did Ada Quill leave?", "On Monday it was said that Quill left.", {"missing_name"}),
        ("When did Ada and Bob leave?", "Bob left on Monday.", set()),
        ("When did Ada and Cy leave?", "Bob left on Monday.", {"missing_name"}),
        ("When did Bob leave?", "It was cold. Bob left on Monday.", set()),
        ("Are 40 boats there?", "There are 30 boats.", {"missing_number"}),
        ("Are 40 boats there?", "There are 40 boats.", set()),
        ("Are forty boats there?", "There are boats.", set()),
        ("How many boats left?", "At last the boats left.", {"no_figure", "no_count"}),
        ("How many boats are there?", "At last they came.", {"no_figure"}),
        ("What opened in 2031?", "The pier opened in 2030.", {"missing_date"}),
        ("What opened on 4 May?", "The pier opened on 5 May.", {"missing_date"}),
        ("What opened on 4 May?", "The pier opened on 4 May.", set()),
        ("Who never left?", "Ada left.", {"lost_denial", "other_denial"}),
        ("Did prices rise?", "Prices fell.", {"turned_round"}),
    ],
)
def test_what_a_sentence_lacks_speaks_against_it(
    question: str, text: str, lacking: set[str]
) -> None:
    found = signals(question, text)
    flags = (
        "missing_name missing_number missing_date no_figure no_count lost_denial other_denial "
        "turned_round"
    ).split()

    assert {flag for flag in flags if getattr(found, flag)} == lacking


def test_likeness_with_or_without_the_title_counts_whichever_is_more() -> None:
    assert signals("Is it open?", "It is open.").cosine == 0.75


@pytest.mark.parametrize(("chunks", "counted"), [(1, 6), (6, 6), (20, 20), (30, 30), (9000, 30)])
def test_the_size_of_a_library_counts_between_bounds(chunks: int, counted: int) -> None:
    assert signals("Is it open?", "It is open.", chunks=chunks).log_chunks == pytest.approx(
        math.log(counted)
    )


def test_of_a_library_of_unknown_size_few_passages_are_all_there_are() -> None:
    assert signals("Is it open?", "It is open.", chunks=0).log_chunks == pytest.approx(math.log(6))


NEAR = Signals(
    cosine=0.75, passage_cosine=0.75, coverage=1.0, passage_coverage=1.0, no_figure=0.0,
    no_count=0.0, date=0.0, missing_name=0.0, missing_number=0.0, missing_date=0.0,
    log_chunks=2.0, lost_denial=0.0, other_denial=0.0, turned_round=0.0,
)  # fmt: skip


def test_the_same_thing_at_another_time_is_not_supported_however_alike() -> None:
    weights = SupportWeights()

    assert is_supported(NEAR, weights)
    assert is_supported(replace(NEAR, missing_date=1.0), weights)
    assert not is_supported(replace(NEAR, missing_date=1.0, date=-1.0), weights)
    assert is_supported(replace(NEAR, date=-1.0), weights)


def test_a_passage_that_shares_no_word_is_not_supported_unless_languages_are_compared() -> None:
    strange = replace(NEAR, coverage=1.0, passage_coverage=0.0)

    assert not is_supported(strange, SupportWeights())
    assert is_supported(strange, replace(SupportWeights(), least_passage_coverage=0.0))
    assert is_supported(replace(strange, passage_coverage=0.05), SupportWeights())


def test_what_is_about_the_subject_and_answers_nothing_is_told_from_what_is_about_nothing() -> None:
    plain = replace(
        SupportWeights(),
        floor=100.0,
        about_cosine=1.0,
        about_passage_cosine=2.0,
        about_passage_coverage=4.0,
        about_bias=-6.25,
    )

    # 0.75 + 1.5 + 4 are just enough.
    assert why_not(NEAR, plain) is Reason.NOT_SUPPORTED
    assert why_not(replace(NEAR, cosine=0.74), plain) is Reason.NOTHING_FOUND
    assert why_not(replace(NEAR, passage_cosine=0.74), plain) is Reason.NOTHING_FOUND
    assert why_not(replace(NEAR, passage_coverage=0.99), plain) is Reason.NOTHING_FOUND
    assert why_not(NEAR, replace(plain, floor=-100.0)) is None


def test_each_feature_counts_what_its_weight_says() -> None:
    names = [name for name in ComposerWeights.__dataclass_fields__ if name != "most"]
    one = replace(ComposerWeights(), **dict.fromkeys(names, 0.0))  # type: ignore[arg-type]
    features = seen("Who lit lamps?", "Ada lit nothing.")

    assert one.score(features) == 0.0
    assert replace(one, cosine=3.0).score(features) == pytest.approx(1.5)
    assert replace(one, coverage=2.0, reader=4.0).score(features) == pytest.approx(2.0)
