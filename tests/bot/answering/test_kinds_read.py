"""What a question asks for, and what may answer it, phrase by phrase."""

from __future__ import annotations

import pytest

from bot.answering.kinds import Kind, counted_in, counts, has_kind, kind_of, units_wanted
from bot.answering.words import words_of

ASKED = {
    Kind.SHARE: """what share of boats sank|which fraction|what % sank|how much of the harbour
        |what proportion of them""",
    Kind.DURATION: "how many weeks did it take|how long|how many minutes",
    Kind.MONEY: """what is the price|what fee is due|how much does it cost|what do they charge
        |how much is it|how much is a ticket|how much for two|how much money""",
    Kind.NUMBER: """how many boats|how far is it|how wide|what population|which score|how heavy
        |how often|what is the margin""",
    Kind.TIME: "what date|which century|when's the fair|what time",
    Kind.PLACE: "which village|what county|which river|where|what continent",
    Kind.PERSON: "Who asked when it opens|whose boat|whom did they meet|who's there",
    Kind.REASON: "how come it fell|what caused it|what led to it|what was the reason|why",
    Kind.NAME: "which boat|what is it called|which law|what company|what organization",
    Kind.OTHER: "Tell me of the fair|what did she say when asked|is it open",
}


@pytest.mark.parametrize(
    ("kind", "question"),
    [(kind, text.strip()) for kind, texts in ASKED.items() for text in texts.split("|")],
)
def test_a_question_asks_for_the_kind_that_people_hear_in_it(kind: Kind, question: str) -> None:
    assert kind_of(question) is kind
    assert kind_of(question.upper()) is kind


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("how many boats sank?", {"boat", "sink"}),
        ("How many old wooden boats are there", {"old", "wooden", "boat"}),
        ("how many people in town", {"person"}),
        ("how many of the boats", {"boat"}),
        ("how many seats did they win?", {"seat"}),
        ("how many", set()),
        ("how much money", set()),
    ],
)
def test_what_how_many_counts_stands_behind_it(question: str, counted: set[str]) -> None:
    assert counted_in(question) == counted


@pytest.mark.parametrize(
    ("text", "is_counted"),
    [
        ("40 boats left", True),
        ("40 big old red boats", True),
        ("40 very old and slow wooden boats", False),
        ("boat 40", True),
        ("boats were 40", False),
        ("the boats left at 40", False),
        ("several boats", True),
        ("few boats", True),
        ("one boat", True),
        ("the boats", False),
    ],
)
def test_a_figure_counts_what_stands_close_to_it(text: str, is_counted: bool) -> None:
    assert counts(words_of(text), frozenset({"boat"})) is is_counted


@pytest.mark.parametrize(
    ("question", "units"),
    [
        ("how old is she", {"year", "month"}),
        ("HOW HEAVY is it", {"kilogram", "tonne", "pound"}),
        ("how fast", {"kilometre", "mile", "metre"}),
        *(
            (f"how {word}", {"kilometre", "mile", "metre", "foot", "inch"})
            for word in "far tall high deep wide".split()
        ),
        ("how many", set()),
    ],
)
def test_a_measure_that_is_asked_for_has_its_units(question: str, units: set[str]) -> None:
    assert units_wanted(question) == units


SENTENCES = {
    "It cost £3.": {Kind.MONEY, Kind.NUMBER},
    "Money in dollars.": set(),
    "It took 3 weeks.": {Kind.DURATION, Kind.NUMBER},
    "It took several weeks.": {Kind.DURATION},
    "Weeks passed.": set(),
    "A third of it.": {Kind.SHARE},
    "3 out of 4.": {Kind.SHARE, Kind.NUMBER},
    "5 per cent.": {Kind.SHARE, Kind.NUMBER},
    "due to fog": {Kind.REASON},
    "thanks to Ada": {Kind.REASON, Kind.PLACE, Kind.PERSON, Kind.NAME},
    "Ada left": set(),
    "They met in Rome": {Kind.PLACE, Kind.PERSON, Kind.NAME},
    "on Monday": {Kind.TIME},
    "in June": {Kind.TIME},
}


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_has_what_it_says_and_nothing_else(text: str) -> None:
    kinds = {
        kind
        for kind in set(Kind) - {Kind.OTHER}
        if has_kind(kind, text, words_of(text), frozenset())
    }

    assert kinds == SENTENCES[text]
