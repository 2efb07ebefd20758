import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.answering import differences, readings
from bot.answering.citations import quote_of
from bot.answering.days import years_of
from bot.answering.differences import ArticleDifferences
from bot.answering.engine import Answerer
from bot.answering.evidence import offer_evidence
from bot.answering.models import Answer, Evidence, LinkedSentence, Question
from bot.answering.ports import Settled
from bot.answering.question import Wanted, read_question
from bot.answering.rivals import Pair, find_pairs
from bot.answering.same_thing import DifferenceLimits
from bot.answering.values import Value, values_in
from index.models import Article
from tests.fakes.answering import (
    ArticlesInMemory,
    ScriptedComposer,
    WordEncoder,
    no_link,
    passages_of,
)

OPENS = Article(
    "opens", "Gull Bay library", "The Gull Bay library opens at 9 a.m.", published_at="2031-03-03"
)
CORRECTION = Article(
    "correction",
    "Library hours",
    "The library in Gull Bay opens at 10 a.m. on weekdays.",
    published_at="2031-03-17",
)
WHEN = "At what time does the Gull Bay library open?"


def evidence_of(*articles: Article) -> list[Evidence]:
    return list(offer_evidence([p for a in articles for p in passages_of(a)], salt="q"))


def sentence_of(evidence: Evidence) -> LinkedSentence:
    return LinkedSentence(evidence.text, (quote_of(evidence),))


async def settle(
    question: str, evidence: Sequence[Evidence], finder: ArticleDifferences | None = None
) -> Settled:
    """What becomes of an answer that is the first sentence of the evidence."""
    finder = finder or ArticleDifferences()
    return await finder.settle(Question(question, "q"), [sentence_of(evidence[0])], evidence)


def told(first: str, second: str, *dates: str | None) -> list[Evidence]:
    """The evidence of two articles of one sentence each."""
    at = dates or ("2031-03-03", "2031-03-05")
    return evidence_of(
        Article("one", "Report", first, published_at=at[0]),
        Article("two", "News", second, published_at=at[1]),
    )


async def test_two_articles_that_contradict_each_other_are_both_cited_newest_first() -> None:
    evidence = evidence_of(OPENS, CORRECTION)

    settled = await settle(WHEN, evidence)

    assert [s.text for s in settled.sentences] == [CORRECTION.text, OPENS.text]
    (differing,) = settled.differing
    assert differing.values == ("10 a.m.", "9 a.m.")
    assert [q.article_id for q in differing.quotes] == ["correction", "opens"]
    assert [q.text for q in differing.quotes] == [CORRECTION.text, OPENS.text]


@pytest.mark.parametrize(
    ("question", "first", "second", "values"),
    [
        (
            "How many people died in the flood in Port Ellery?",
            "Five people died in the flood in Port Ellery.",
            "Officials say that seven people died in the flood in Port Ellery.",
            ("seven people", "Five people"),
        ),
        (
            "How much did the new pier cost?",
            "The new pier cost $3 million.",
            "In the end the new pier cost $4.5 million.",
            ("$4.5 million", "$3 million"),
        ),
        (
            "When was the lighthouse of Port Ellery built?",
            "The lighthouse of Port Ellery was built in 1874.",
            "Records show that the lighthouse of Port Ellery was built in 1881.",
            ("1881", "1874"),
        ),
        (
            "Who designed the old lighthouse?",
            "The old lighthouse was designed by Ada Quill.",
            "It is said that the old lighthouse was designed by Hugo Brandt.",
            ("Hugo Brandt", "Ada Quill"),
        ),
        (
            "what colour is the old lifeboat of the harbour painted",
            "The old lifeboat of the harbour is painted orange all over.",
            "The old lifeboat of the harbour is painted crimson all over.",
            ("crimson", "orange"),
        ),
        (
            "Who drew the plans of the old lighthouse?",
            "The British engineer Ada Quill drew the plans of the old lighthouse.",
            "The plans of the old lighthouse were drawn by Hugo Brandt.",
            ("Hugo Brandt", "Ada Quill"),
        ),
        (
            "Who drew the plans of the old lighthouse?",
            "Some Danish builders helped while Ada Quill drew the plans of the old lighthouse.",
            "The plans of the old lighthouse were drawn by Hugo Brandt.",
            ("Hugo Brandt", "Ada Quill"),
        ),
        (
            "Into which river did the mill wheel fall?",
            "The old mill wheel fell into the Arle River.",
            "The old mill wheel fell into the Senn River.",
            ("Senn River", "Arle River"),
        ),
        (
            "When does the swimming hall close?",
            "The swimming hall is open from 8 a.m. until 9 p.m.",
            "The swimming hall opens at 8 a.m. and closes at 7 p.m.",
            ("7 p.m.", "9 p.m."),
        ),
        (
            "When does the swimming hall close on Thursdays?",
            "The swimming hall closes at 6 p.m.",
            "The swimming hall closes at 8 p.m. on Thursdays.",
            ("8 p.m.", "6 p.m."),
        ),
    ],
)
async def test_figures_dates_names_and_other_words_can_differ(
    question: str, first: str, second: str, values: tuple[str, str]
) -> None:
    settled = await settle(question, told(first, second))

    assert [d.values for d in settled.differing] == [values]


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        (
            "How much did the new pier cost?",
            "The new pier cost $3 million.",
            "The cost of the new pier was 3,000,000 dollars.",
        ),
        (
            "How many people died in the flood in Port Ellery?",
            "Five people died in the flood in Port Ellery.",
            "Seven people died in the flood in Gull Marrow.",
        ),
        (
            "How many people died in the flood?",
            "Five people died in the sudden flood behind the old dam in Ellery.",
            "Seven people died in the sudden flood behind the old dam in Marrow.",
        ),
        (
            "How many boats started in the regatta?",
            "In 2030, 41 boats started in the regatta.",
            "In 2031, 57 boats started in the regatta.",
        ),
        (
            "How many boats started in the regatta?",
            "41 boats started in the regatta.",
            "Collectors at the regatta took 57 coins for the boats.",
        ),
        (
            "How many boats started in the regatta?",
            "41 boats started in the regatta.",
            "Did 57 boats start in the regatta?",
        ),
        (
            "When does the ferry leave?",
            "The ferry leaves at 7 p.m.",
            "The ferry leaves at seven in the evening.",
        ),
        (
            "When does the ferry leave?",
            "The ferry leaves at 7 p.m.",
            "The market opens at 8 a.m.",
        ),
        (
            "When was the lighthouse built?",
            "The lighthouse was built in March 1874.",
            "The lighthouse was built in 1874.",
        ),
        (
            "Who designed the old lighthouse?",
            "The old lighthouse was designed by Ada Quill.",
            "Ada Quill designed the old lighthouse.",
        ),
        (
            "When does the swimming hall open?",
            "The swimming hall opens at 8 a.m.",
            "The swimming hall is open until 7 p.m.",
        ),
        (
            "Who paid for the new pier?",
            "The new pier was paid for by the United States.",
            "The new pier was paid for by the U.S.",
        ),
        (
            "Where did the old mill wheel fall?",
            "The old mill wheel fell in Ellery.",
            "The old mill wheel fell, says the Marrow Garden Society.",
        ),
        (
            "Who designed the old lighthouse?",
            "The old lighthouse was designed by Ada Quill.",
            "The old lighthouse was not designed by Hugo Brandt.",
        ),
        (
            "what colour is the old lifeboat of the harbour painted",
            "The old lifeboat of the harbour is painted orange all over.",
            "The old lifeboat of the harbour is not painted crimson all over.",
        ),
        (
            "When was the sea wall built?",
            "The sea wall was built on 13 August 1961.",
            "The demolition of the sea wall began on 13 June 1990.",
        ),
        (
            "When was the sea wall built?",
            "The sea wall stood there from 1961 on.",
            "The demolition of the sea wall began on 13 June 1990.",
        ),
        (
            "When does the swimming hall close?",
            "The swimming hall closes at 6 p.m.",
            "The swimming hall closes at 8 p.m. on Thursdays.",
        ),
        (
            "When does the swimming hall open?",
            "The swimming hall opens at 8 a.m.",
            "On Thursdays the swimming hall stays open until 8 p.m.",
        ),
        (
            "what colour is the old lifeboat of the harbour painted",
            "The old lifeboat of the harbour is not painted orange all over.",
            "The old lifeboat of the harbour is painted crimson all over.",
        ),
        (
            "what does the orange lifeboat of the harbour carry",
            "The orange lifeboat of the harbour carries ropes, axes and flares.",
            "The crimson lifeboat of the harbour carries ropes, axes and flares.",
        ),
        (
            "Why was the pier closed?",
            "The pier was closed because of 12 broken planks.",
            "The pier was closed because of 14 broken planks.",
        ),
    ],
    ids=(
        "same-value place unasked-place year counted asked "
        "clock other-thing precision same-name opening-closing initials no-place "
        "denied denied-word other-end asked-end other-day "
        "opening-staying-open own-denied asked-word reason"
    ).split(),
)
async def test_other_things_and_the_same_value_are_no_contradiction(
    question: str, first: str, second: str
) -> None:
    settled = await settle(question, told(first, second))

    assert settled.differing == ()
    assert [s.text for s in settled.sentences] == [first]


async def test_a_value_beside_the_shown_sentence_is_compared_and_cited() -> None:
    evidence = told(
        "The new library is open from Monday to Friday. Its doors open at 9 a.m.",
        "The new library opens at 10 a.m.",
    )

    (differing,) = (settled := await settle("When does the new library open?", evidence)).differing

    assert differing.values == ("10 a.m.", "9 a.m.")
    assert [s.text for s in settled.sentences] == [
        evidence[0].text,
        "The new library opens at 10 a.m.",
        "Its doors open at 9 a.m.",
    ]
    assert {q for d in settled.differing for q in d.quotes} <= {
        q for s in settled.sentences for q in s.quotes
    }


async def test_what_a_sentence_is_about_may_stand_in_the_next_that_leans_on_it() -> None:
    evidence = told(
        "Ada Quill wrote the song of the harbour lanterns.",
        "Hugo Brandt was a fisherman. He wrote the song of the harbour lanterns.",
    )

    settled = await settle("Who wrote the song of the harbour lanterns?", evidence)

    assert [d.values for d in settled.differing] == [("Hugo Brandt", "Ada Quill")]


async def test_what_is_asked_may_stand_in_the_sentence_before() -> None:
    evidence = told(
        OPENS.text, "The Gull Bay library has new rules. Its doors open at 10 a.m. on weekdays."
    )

    settled = await settle(WHEN, evidence)

    assert [d.values for d in settled.differing] == [("10 a.m.", "9 a.m.")]


async def test_a_contradiction_is_told_once_though_both_sides_are_in_the_answer() -> None:
    evidence = evidence_of(
        Article("one", "Report", "The old pier opened in 1874.", published_at="2031-03-03"),
        Article("two", "News", "The old pier opened in 1881.", published_at="2031-03-05"),
        Article("three", "Notes", "The old pier opened in 1890.", published_at="2031-03-06"),
    )

    settled = await ArticleDifferences().settle(
        Question("When did the old pier open?", "q"), [sentence_of(e) for e in evidence], evidence
    )

    assert [d.values for d in settled.differing] == [("1890", "1881", "1874")]


async def test_what_a_difference_holds_already_is_not_told_again_beside_another() -> None:
    evidence = evidence_of(
        *(Article(f"a{n}", "Pier", f"The old pier opened in {1870 + n}.") for n in range(3))
    )
    finder = ArticleDifferences(limits=DifferenceLimits(most_rivals=1))

    settled = await finder.settle(
        Question("When did the old pier open?", "q"),
        [sentence_of(evidence[0]), sentence_of(evidence[2])],
        evidence,
    )

    assert [s.text for s in settled.sentences] == [e.text for e in evidence]
    assert len(settled.differing) == 1


async def test_an_article_does_not_contradict_itself() -> None:
    article = Article("one", "Library", f"{OPENS.text} {CORRECTION.text}")

    settled = await settle(WHEN, evidence_of(article))

    assert settled.differing == ()


async def test_articles_far_apart_tell_of_other_events_unless_one_supersedes_the_other() -> None:
    old = replace(OPENS, published_at="2030-01-01")
    far = evidence_of(old, CORRECTION)
    named = [
        replace(item, passage=replace(item.passage, superseded_by="Library hours"))
        if item.passage.article_id == "opens"
        else item
        for item in far
    ]

    assert (await settle(WHEN, far)).differing == ()
    (differing,) = (await settle(WHEN, named)).differing
    assert [q.superseded_by for q in differing.quotes] == [None, "Library hours"]


async def test_undated_articles_come_last() -> None:
    undated = replace(OPENS, published_at=None)

    (differing,) = (await settle(WHEN, evidence_of(undated, CORRECTION))).differing

    assert [q.published_at for q in differing.quotes] == ["2031-03-17", None]


async def test_a_sentence_that_is_in_the_answer_already_is_not_shown_twice() -> None:
    evidence = evidence_of(OPENS, CORRECTION)

    settled = await ArticleDifferences().settle(
        Question(WHEN, "q"), [sentence_of(item) for item in evidence], evidence
    )

    assert [s.text for s in settled.sentences] == [CORRECTION.text, OPENS.text]
    assert len(settled.differing) == 1


@pytest.mark.parametrize("broken", [False, True])
async def test_meanings_are_compared_and_words_where_that_fails(broken: bool) -> None:
    encoder = WordEncoder(broken=broken)

    settled = await settle(WHEN, evidence_of(OPENS, CORRECTION), ArticleDifferences(encoder))

    assert len(settled.differing) == 1
    assert bool(encoder.encoded) is not broken


async def test_an_answer_says_what_its_articles_differ_in() -> None:
    answerer = Answerer(
        articles=ArticlesInMemory([OPENS, CORRECTION]),
        composer=ScriptedComposer(lambda evidence: [(evidence[0].text, [evidence[0].id])]),
        link=no_link,
        differences=ArticleDifferences(),
    )

    answer = await answerer.reply(Question(WHEN, "q"))

    assert isinstance(answer, Answer)
    (difference,) = answer.differences
    assert difference.numbers == (1, 2)
    assert difference.values == ("10 a.m.", "9 a.m.")


@pytest.mark.parametrize(
    "question",
    ["When did the old pier open?", "How many people came to the old pier?"],
)
async def test_an_endless_row_of_digits_is_no_value(question: str) -> None:
    endless = f"The old pier opened at {'7' * 600} people in March."
    evidence = told("The old pier opened in 1874 to 40 people.", endless)

    assert (await settle(question, evidence)).differing == ()


def test_endless_digits_are_no_year() -> None:
    assert years_of([f"In {'7' * 5000} and in 1874."]) == {"1874"}


async def test_sentences_are_compared_off_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def find(*_: object) -> list[list[Pair]]:
        threads.append(threading.current_thread())
        return []

    monkeypatch.setattr(differences, "find_pairs", find)

    await settle(WHEN, evidence_of(OPENS, CORRECTION))

    assert threads != [threading.main_thread()]
    assert len(threads) == 1


def test_each_sentence_is_read_once_however_many_it_is_compared_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts: list[str] = []

    def read(wanted: Wanted, text: str) -> list[Value]:
        texts.append(text)
        return values_in(wanted, text)

    monkeypatch.setattr(readings, "values_in", read)
    evidence = evidence_of(
        *(
            Article(f"a{n}", "Pier", f"The old pier opened in {1870 + n}. Day {n} was fine.")
            for n in range(5)
        )
    )

    found = find_pairs(
        read_question("When did the old pier open?", {}),
        [sentence_of(item) for item in evidence],
        evidence,
        DifferenceLimits(),
    )

    assert len(found[0]) == 4
    # Once as it stands, and once more in its context to be masked.
    assert max(Counter(texts).values()) <= 2
