import pytest

from bot.answering.kinds import Kind, counted_in, counts, has_kind, kind_of, units_wanted
from bot.answering.question import is_clear, read_question
from bot.answering.words import stems_of, words_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who lost in Carleton?", Kind.PERSON),
        ("whos the mayor now", Kind.PERSON),
        ("Who led the town when it fell?", Kind.PERSON),
        ("when did they talk", Kind.TIME),
        ("In what year was the mill rebuilt?", Kind.TIME),
        ("where's the fair", Kind.PLACE),
        ("Which country left?", Kind.PLACE),
        ("How many seats did they win?", Kind.NUMBER),
        ("how long is the trip", Kind.DURATION),
        ("What percentage of boats sank?", Kind.SHARE),
        ("what does a ticket cost", Kind.MONEY),
        ("how much to get in", Kind.MONEY),
        ("Why did he leave?", Kind.REASON),
        ("Which team came second?", Kind.NAME),
        ("What did Trump claim?", Kind.OTHER),
        ("is it free", Kind.OTHER),
    ],
)
def test_the_kind_of_thing_asked_for_is_read(question: str, kind: Kind) -> None:
    assert kind_of(question) is kind


@pytest.mark.parametrize(
    ("kind", "has", "lacks"),
    [
        (Kind.PERSON, "The prize went to Ada Quill.", "The prize went to nobody."),
        (Kind.PERSON, "She met Ada on Monday.", "Regardless, they met on Monday in May."),
        (Kind.TIME, "It opened in 1806.", "It opened again."),
        (Kind.TIME, "Open from 8 a.m. to noon.", "I am open."),
        (Kind.NUMBER, "They filled ninety sacks.", "They filled the sacks."),
        (Kind.MONEY, "Entry is £3.", "Entry takes 3 minutes."),
        (Kind.SHARE, "Nearly 1 in 5 boats sank.", "Five boats sank."),
        (Kind.DURATION, "A six-month mission.", "A mission of six."),
        (Kind.REASON, "It closed because of fog.", "It closed."),
    ],
)
def test_a_sentence_has_the_kind_or_lacks_it(kind: Kind, has: str, lacks: str) -> None:
    assert has_kind(kind, has, words_of(has), frozenset())
    assert not has_kind(kind, lacks, words_of(lacks), frozenset())


def test_what_the_question_brings_along_is_no_answer() -> None:
    text = "Ada Quill won in 2030."

    assert not has_kind(Kind.PERSON, text, words_of(text), stems_of("Which prize did Ada Quill"))
    assert not has_kind(Kind.TIME, text, words_of(text), stems_of("what happened in 2030"))


def test_a_count_stands_beside_what_is_counted() -> None:
    sacks = counted_in("how many sacks of rubbish did they get off the beach?")

    assert sacks == stems_of("sacks")
    assert counts(words_of("they filled one hundred and four sacks"), sacks)
    assert not counts(words_of("twenty volunteers came for the sacks"), sacks)
    assert counted_in("How many skilled workers will they exchange?") == stems_of("skilled workers")
    assert counted_in("Who counts the sacks?") == frozenset()


def test_how_heavy_wants_a_weight() -> None:
    assert "tonne" in units_wanted("How heavy was the haul?")
    assert units_wanted("How many tonnes?") == frozenset()


@pytest.mark.parametrize("text", ["Carney?", "why did he resign", "谁是市长", "2025"])
def test_a_question_with_a_topic_is_clear(text: str) -> None:
    assert is_clear(text)


@pytest.mark.parametrize("text", ["", "?!", "hi", "what is it?", "who are you", "a" * 2001])
def test_a_question_without_a_topic_is_not(text: str) -> None:
    assert not is_clear(text)


def test_words_weigh_what_the_library_says_and_dates_stand_apart() -> None:
    wanted = read_question(
        "How many seats did the Liberals win on April 28, 2025?",
        {"seats": 0.5, "liberals": 1.0, "win": 0.0},
    )

    assert set(wanted.terms) == stems_of("seats liberals win")
    assert wanted.terms["liberal"] > wanted.terms["seat"] > wanted.terms["win"] > 0
    assert wanted.names == {"liberal"}
    assert wanted.dates.years == {2025}
    assert wanted.dates.days == {(4, 28)}
