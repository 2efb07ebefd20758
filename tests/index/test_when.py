"""What time a question names; better none than a wrong one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.when import Relation, TimeWanted, read_time
from index.when_impossible import find_impossible_day
from index.when_words import PLAIN_UNITS, UNITS, UNITS_OF

# A Wednesday.
TODAY = date(2026, 3, 25)

# Only articles from then can answer.
STRICT = {
    "What happened yesterday?": ("2026-03-24", "2026-03-24"),
    "What did the council decide the day before yesterday?": ("2026-03-23", "2026-03-23"),
    "news of yesterday": ("2026-03-24", "2026-03-24"),
    "Is there anything in yesterday's news about ferries?": ("2026-03-24", "2026-03-24"),
    "what happened last night": ("2026-03-24", "2026-03-24"),
    "What happened last week?": ("2026-03-16", "2026-03-22"),
    "Which articles from last week mention parking?": ("2026-03-16", "2026-03-22"),
    "what was reported in the past week": ("2026-03-18", "2026-03-25"),
    "Who was elected last month?": ("2026-02-01", "2026-02-28"),
    "what did they announce last year": ("2025-01-01", "2025-12-31"),
    "Who won last weekend?": ("2026-03-21", "2026-03-22"),
    "What did they say last Friday?": ("2026-03-20", "2026-03-20"),
    "what was decided last March?": ("2025-03-01", "2025-03-31"),
    "what opened last summer": ("2025-06-01", "2025-08-31"),
    "what closed last winter": ("2025-12-01", "2026-02-28"),
    "what changed in the last 3 days": ("2026-03-22", "2026-03-25"),
    "what came up over the past two weeks?": ("2026-03-11", "2026-03-25"),
    "anything new in the last few days?": ("2026-03-22", "2026-03-25"),
    "what happened 3 days ago": ("2026-03-22", "2026-03-22"),
    "what did they find a week ago": ("2026-03-15", "2026-03-21"),
    "what did the mayor say this week": ("2026-03-23", "2026-03-25"),
    "what's new this month": ("2026-03-01", "2026-03-25"),
    "what happened today": ("2026-03-25", "2026-03-25"),
    "what changed since last week": ("2026-03-16", None),
    "articles published in March": ("2026-03-01", "2026-03-31"),
    "articles from March": ("2026-03-01", "2026-03-31"),
    "posts that were published in may about cats": ("2025-05-01", "2025-05-31"),
    "Artikel vom März": ("2026-03-01", "2026-03-31"),
    "artículos de mayo": ("2025-05-01", "2025-05-31"),
    "news in May": ("2025-05-01", "2025-05-31"),
    "Which posts from 2025 are about parking?": ("2025-01-01", "2025-12-31"),
    "What was reported in March 2025 about the harbour?": ("2025-03-01", "2025-03-31"),
    "any news about parking from 3 March?": ("2026-03-03", "2026-03-03"),
    "news between 3 and 10 March": ("2026-03-03", "2026-03-10"),
    "news after 2025-04-01": ("2025-04-02", None),
    "articles before 2025-04-01": (None, "2025-03-31"),
    "was passierte gestern?": ("2026-03-24", "2026-03-24"),
    "Was hat der Rat letzte Woche beschlossen?": ("2026-03-16", "2026-03-22"),
    "Was geschah in den letzten drei Tagen?": ("2026-03-22", "2026-03-25"),
    "Was geschah vor drei Tagen?": ("2026-03-22", "2026-03-22"),
    "Wer wurde letzten Monat gewählt?": ("2026-02-01", "2026-02-28"),
    "que s'est-il passé hier ?": ("2026-03-24", "2026-03-24"),
    "qu'a-t-on décidé la semaine dernière ?": ("2026-03-16", "2026-03-22"),
    "qui est venu il y a trois jours ?": ("2026-03-22", "2026-03-22"),
    "¿Qué pasó ayer?": ("2026-03-24", "2026-03-24"),
    "que s'est-il passé la semaine passée ?": ("2026-03-16", "2026-03-22"),
    "¿Quién ganó la semana pasada?": ("2026-03-16", "2026-03-22"),
    "¿Qué cambió en los últimos tres días?": ("2026-03-22", "2026-03-25"),
}
# Articles from then are likelier; none is left out.
PREFERRED = {
    "Who won in March?": ("2026-03-01", "2026-03-31"),
    "Who won in April?": ("2025-04-01", "2025-04-30"),
    "Who won in March 2026?": ("2026-03-01", "2026-03-31"),
    "Who won on 3 March?": ("2026-03-03", "2026-03-03"),
    "Who won on March 3rd?": ("2026-03-03", "2026-03-03"),
    "Who won on the 3rd of March 2025?": ("2025-03-03", "2025-03-03"),
    "Who won on March 3, 2025?": ("2025-03-03", "2025-03-03"),
    "Who won on Sept. 9?": ("2025-09-09", "2025-09-09"),
    "Who won on 2025-11-30?": ("2025-11-30", "2025-11-30"),
    "Wer gewann am 30.11.2025?": ("2025-11-30", "2025-11-30"),
    "Who won on 29 February?": ("2024-02-29", "2024-02-29"),
    "Who won on 31 November 2025?": ("2025-11-01", "2025-11-30"),
    "Which articles mention the 2nd of May?": ("2025-05-02", "2025-05-02"),
    "any news about 2 May 2025?": ("2025-05-02", "2025-05-02"),
    "What was reported about March 2025?": ("2025-03-01", "2025-03-31"),
    "Who, born in 1990, won in May 2025?": ("2025-05-01", "2025-05-31"),
    "Who won in 2025?": ("2025-01-01", "2025-12-31"),
    "who ran the beginner class in 2014": ("2014-01-01", "2014-12-31"),
    "What opened in spring 2025?": ("2025-03-01", "2025-05-31"),
    "What opened in the winter of 2024?": ("2024-12-01", "2025-02-28"),
    "What was built in the 1990s?": ("1990-01-01", "1999-12-31"),
    "What did they earn in Q2 2025?": ("2025-04-01", "2025-06-30"),
    "What changed since April?": ("2025-04-01", None),
    "What changed since 2019?": ("2019-01-01", None),
    "What was built by the end of 2023?": (None, "2023-12-31"),
    "Who was mayor until 2019?": (None, "2019-12-31"),
    "Who was mayor before May 2025?": (None, "2025-04-30"),
    "Who was mayor after 2020?": ("2021-01-01", None),
    "Who was head from 2003 to June 2006?": ("2003-01-01", "2006-06-30"),
    "What was built between March and May 2025?": ("2025-03-01", "2025-05-31"),
    "What was built between November and January 2026?": ("2025-11-01", "2026-01-31"),
    "What was shown from 16 to 22 March 2026?": ("2026-03-16", "2026-03-22"),
    "What was shown on March 3-10, 2025?": ("2025-03-03", "2025-03-10"),
    "on Monday, what did they decide?": ("2026-03-23", "2026-03-23"),
    "What does last year's budget say?": ("2025-01-01", "2025-12-31"),
    "Wer gewann im März 2026?": ("2026-03-01", "2026-03-31"),
    "Wer gewann am 3. März 2025?": ("2025-03-03", "2025-03-03"),
    "Was ist seit April anders?": ("2025-04-01", None),
    "Qui a gagné en mars 2026 ?": ("2026-03-01", "2026-03-31"),
    "Qui a gagné le 3 mars 2025 ?": ("2025-03-03", "2025-03-03"),
    "Qui dirige depuis avril ?": ("2025-04-01", None),
    "¿Quién ganó en marzo de 2026?": ("2026-03-01", "2026-03-31"),
    "¿Quién ganó el 3 de marzo de 2025?": ("2025-03-03", "2025-03-03"),
    "¿Quién dirige desde abril?": ("2025-04-01", None),
}
NEWEST = [
    "What is the latest version?",
    "who leads it now",
    "Who is the current mayor?",
    "What did they change recently?",
    "anything going on lately?",
    "Is the museum open today?",
    "Is the library open this week?",
    "where is the old crane used today",
    "Wer ist derzeit im Amt?",
    "Qui dirige le port actuellement ?",
    "¿Quién dirige el puerto ahora?",
]
NOTHING = [
    "",
    "When does the museum open?",
    "Who may enter the museum?",
    "Who may 5 people ask?",
    "Where did they march through the town?",
    "What is the March for Life?",
    "Who spoke at the march on Washington?",
    "How long does the second round take?",
    "What was the second world war about?",
    "What does the 2024 budget say?",
    "What was said before the 2024 budget?",
    "Who won the World Cup 2022?",
    "Who was first in the 2025 NFL draft?",
    "How many used it according to Pew's 2016 report?",
    "Who sang Yesterday by the Beatles?",
    'Who sang "last week" first?',
    "Is the pool open on Mondays?",
    "Is the pool open on Monday?",
    "What happens on Black Friday?",
    "How strong is the electric current?",
    "Who did they play in the last week of the season?",
    "What was his last year like?",
    "What was the last year they won?",
    "How many of 2025 people came by train?",
    "Call 2025-13-45",
    "Who won on 31 June?",
    "Wo ist hier der Eingang?",
    "What is 3/4 of it?",
    "Where is the Mars rover?",
    "Who was the book written by?",
    "Was it written by April?",
    "When does the bus leave, at quarter past eight?",
    "Did the alarm ring at a quarter past nine?",
    "Is an invoice a month past due fined?",
    "Is the shop open in the weekend past midnight?",
    "What is the fee for rent one week past due?",
    "How long is a half year past due invoice kept?",
    "Who came from March?",
    "Which articles from Mars are old?",
    "stories May told",
    "Which of the following legal documents is the oldest?",
    "What must they do before they continue?",
    "What happened after the second world war?",
]


def _days(wanted: TimeWanted | None) -> tuple[str | None, str | None]:
    assert wanted is not None
    return (
        wanted.start.isoformat() if wanted.start else None,
        wanted.end.isoformat() if wanted.end else None,
    )


@pytest.mark.parametrize(("question", "days"), STRICT.items())
def test_a_question_about_news_of_a_time_wants_only_that(
    question: str, days: tuple[str | None, str | None]
) -> None:
    wanted = read_time(question, TODAY)

    assert _days(wanted) == days
    assert wanted is not None
    assert wanted.strict


@pytest.mark.parametrize(("question", "days"), PREFERRED.items())
def test_a_date_of_what_is_told_is_a_preference(
    question: str, days: tuple[str | None, str | None]
) -> None:
    wanted = read_time(question, TODAY)

    assert _days(wanted) == days
    assert wanted is not None
    assert not wanted.strict


@pytest.mark.parametrize("question", NEWEST)
def test_what_is_about_the_present_prefers_the_newest(question: str) -> None:
    wanted = read_time(question, TODAY)

    assert wanted is not None
    assert wanted.newest
    assert not wanted.has_window
    assert not wanted.strict


@pytest.mark.parametrize("question", NOTHING)
def test_what_only_looks_like_a_time_is_none(question: str) -> None:
    assert read_time(question, TODAY) is None


@pytest.mark.parametrize(
    ("question", "event", "relation"),
    [
        ("Who led the town before the election?", "election", Relation.BEFORE),
        ("What changed after the merger?", "merger", Relation.AFTER),
        ("What was said since the harbour fire?", "harbour fire", Relation.AFTER),
        ("Who was in office until the flood?", "flood", Relation.BEFORE),
        ("Was geschah vor der Wahl?", "Wahl", Relation.BEFORE),
    ],
)
def test_an_event_is_a_time_that_an_article_must_tell(
    question: str, event: str, relation: Relation
) -> None:
    wanted = read_time(question, TODAY)

    assert wanted is not None
    assert (wanted.event, wanted.relation) == (event, relation)
    assert not wanted.has_window
    day = date(2026, 1, 9)
    resolved = wanted.resolve(day)
    assert resolved is not None
    assert (resolved.start if relation is Relation.AFTER else resolved.end) == day
    assert wanted.resolve(None) is None


@pytest.mark.parametrize(
    ("question", "exact"),
    [
        ("What happened last week?", False),
        ("Which articles from last week mention parking?", True),
        ("yesterday's news", True),
        ("articles published in March", True),
    ],
)
def test_days_of_publishing_are_exact_and_days_of_events_are_not(
    question: str, exact: bool
) -> None:
    wanted = read_time(question, TODAY)

    assert wanted is not None
    assert wanted.exact is exact


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("2026-03-16", "2026-03-22", "from 16 to 22 March 2026"),
        ("2026-03-30", "2026-04-05", "from 30 March to 5 April 2026"),
        ("2025-12-29", "2026-01-04", "from 29 December 2025 to 4 January 2026"),
        ("2026-03-24", "2026-03-24", "from 24 March 2026"),
        ("2026-02-01", "2026-02-28", "from February 2026"),
        ("2025-11-01", "2026-01-31", "from November 2025 to January 2026"),
        ("2025-01-01", "2025-12-31", "from 2025"),
        ("1990-01-01", "1999-12-31", "from 1990 to 1999"),
        ("2026-03-16", None, "from 16 March 2026 on"),
        (None, "2026-03-16", "up to 16 March 2026"),
        (None, None, "of any time"),
    ],
)
def test_a_time_is_told_as_people_would(start: str | None, end: str | None, told: str) -> None:
    first, last = (date.fromisoformat(day) if day else None for day in (start, end))

    assert TimeWanted(first, last).describe() == told


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("What happened on 2031-03-17?", True),
        ("What was published on 17 March 2031?", True),
        ("Articles from June 2031", True),
        ("was ist am 3. März 2025 passiert?", True),
        ("¿Qué pasó ayer?", True),
        ("What happened to the ferry on 2031-03-17?", False),
        ("Who won on 17 March 2031?", False),
    ],
)
def test_a_question_of_nothing_but_a_time_is_known(question: str, alone: bool) -> None:
    wanted = read_time(question, TODAY)

    assert wanted is not None
    assert wanted.alone is alone


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("Who won on 31 November 2023?", "31 November"),
        ("Who won on the 31st of June?", "31 June"),
        ("Who won on February 30?", "30 February"),
        ("Who won on February 29, 2023?", "29 February 2023"),
        ("Who won on 2023-02-29?", "29 February 2023"),
        ("Wer gewann am 31.04.2025?", "31 April"),
        ("Qui a gagné le 31 juin ?", "31 June"),
        ("Who won on 29 February 2024?", None),
        ("Who won on 29 February?", None),
        ("Who won on 31 March 2023?", None),
        ("Call 2025-13-31", None),
        ("In November 31% voted, who won?", None),
    ],
)
def test_a_day_that_no_calendar_has_is_told(question: str, day: str | None) -> None:
    assert find_impossible_day(question) == day


def test_the_units_of_each_language_are_known() -> None:
    units = " ".join([*UNITS_OF.values(), *PLAIN_UNITS.values()]).split()

    assert set(units) <= UNITS.keys() | {unit.removesuffix("s") for unit in UNITS} | {
        f"{unit}{ending}" for unit in UNITS for ending in ("s", "es")
    }


def test_a_time_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        TimeWanted(TODAY, TODAY - timedelta(days=1))


def test_a_year_that_ended_lately_is_counted_from_today() -> None:
    wanted = read_time("what happened last month", date(2026, 1, 5))

    assert _days(wanted) == ("2025-12-01", "2025-12-31")


_WORDS = st.sampled_from(
    "what who news articles published from in on since until before after between and to the of"
    " last this past next week month year weekend days ago 3 31 30 2025 1999 2199 9999 March may"
    " Feb Monday yesterday today now latest election ' \" - – . , ? vor letzten Tagen hier dernier"
    " semana pasada hace 2025-02-30 0000-00-00 December 31st spring decade a few".split()
)
_DAYS = st.dates()


@given(st.lists(_WORDS, max_size=14).map(" ".join), _DAYS)
def test_no_words_break_it_and_no_time_ends_before_it_begins(text: str, today: date) -> None:
    wanted = read_time(text, today)

    if wanted is not None:
        # A time without any of these would say nothing.
        assert wanted.has_window or wanted.newest or wanted.event
        assert wanted.describe()
        assert not wanted.strict or wanted.has_window


@given(st.text(max_size=200), _DAYS)
def test_no_text_breaks_it(text: str, today: date) -> None:
    read_time(text, today)
    find_impossible_day(text)
