"""Searching a real library by time, and by its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.embedding import Embedder
from index.libraries import Libraries
from index.library import Library
from index.models import Article, SearchResult
from index.recency import MILD, OFF, STRONG, Recency
from tests.fakes.embedding import DIMENSION, FINGERPRINT, HashedWords, count_words
from tests.fakes.libraries import article, read_from
from tests.fakes.stores import open_database

# A Wednesday.
TODAY = date(2026, 3, 25)
LAST_WEEK = "from 16 to 22 March 2026"


@pytest.fixture
async def libraries(tmp_path: Path) -> AsyncIterator[Libraries]:
    embedder = Embedder(
        HashedWords(), fingerprint=FINGERPRINT, dimension=DIMENSION, languages=frozenset({"en"})
    )
    database = open_database(tmp_path / "footnote.db")
    opened = Libraries(tmp_path, database=database, embedder=embedder, count=count_words)
    await opened.open(on_notice=lambda _: None)
    yield opened
    await opened.close()


@pytest.fixture
def town(libraries: Libraries) -> Library:
    return libraries.library("town")


async def _add(library: Library, *articles: Article) -> None:
    await library.add([read_from("/shelf", articles)], actor="Ada", note="add")


async def _search(library: Library, question: str, limit: int = 5) -> SearchResult:
    return await library.search(question, limit=limit, today=TODAY)


def _ids(found: SearchResult) -> list[str]:
    return [passage.article_id for passage in found.passages]


def _ferry(name: str, published_at: str | None) -> Article:
    text = f"The ferry {name} broke down near the harbour and all its passengers were rescued."
    made = article(f"ferry-{name}", text, title="The ferry broke down")
    return replace(made, published_at=published_at)


async def test_last_week_finds_last_week_however_many_others_fit(town: Library) -> None:
    others = [_ferry(f"n{at}", f"2025-0{at % 9 + 1}-01") for at in range(150)]
    wanted = article(
        "gull",
        "A gull stole bread at noon. Someone mentioned the ferry in passing, as people do.",
        title="A gull at the market",
        published_at="2026-03-18",
    )
    await _add(town, *others, wanted)

    always = await _search(town, "When did the ferry break down near the harbour?", limit=3)
    found = await _search(town, "news about the ferry from last week")

    assert "gull" not in _ids(always)
    assert always.notice is None
    assert _ids(found) == ["gull"]
    assert found.notice == f"I looked at articles {LAST_WEEK}."
    assert not found.outside_time


async def test_a_time_without_anything_about_it_shows_what_there_is_outside(town: Library) -> None:
    await _add(
        town,
        _ferry("old", "2025-06-01"),
        article("jam", "Plums make a fine jam.", published_at="2026-03-18"),
    )

    found = await _search(town, "Which ferry broke down near the harbour last week?")

    assert found.outside_time
    assert _ids(found)[0] == "ferry-old"
    assert found.notice == f"I found nothing about this in articles {LAST_WEEK}."


async def test_an_empty_time_shows_what_there_is_outside(town: Library) -> None:
    await _add(town, _ferry("old", "2025-06-01"))

    found = await _search(town, "Which ferry broke down yesterday?")

    assert found.outside_time
    assert _ids(found) == ["ferry-old"]


@pytest.mark.parametrize(
    "question",
    [
        "What happened on 18 March 2026?",
        "What was published on 2026-03-18?",
        "Articles from 18 March 2026",
        "What happened last Wednesday?",
    ],
)
async def test_a_question_of_nothing_but_a_day_finds_what_came_that_day(
    town: Library, question: str
) -> None:
    others = [
        article(f"day{n}", f"What happened on day {n} was published.", published_at=f"2025-0{n}-01")
        for n in range(1, 9)
    ]
    wanted = article("jam", "Plums make a fine jam.", published_at="2026-03-18T09:00:00+01:00")
    await _add(town, *others, wanted)

    found = await _search(town, question)

    assert _ids(found)[0] == "jam"
    assert not found.outside_time


async def test_a_day_without_any_article_is_outside(town: Library) -> None:
    await _add(town, _ferry("aa", "2025-06-01"))

    assert (await _search(town, "What was published on 2026-03-18?")).outside_time


async def test_a_year_that_is_told_of_is_no_day_of_publishing(town: Library) -> None:
    told = article("flood", "In 1990 a flood happened.", published_at="2026-01-02")
    other = article("jam", "Plums make a fine jam.", published_at="1990-03-18")
    await _add(town, told, other)

    assert set(_ids(await _search(town, "What happened in 1990?"))) >= {"flood"}


async def test_a_day_that_there_is_not_is_told(town: Library) -> None:
    await _add(town, _ferry("aa", "2025-11-30"))

    found = await _search(town, "Which ferry broke down on 31 November 2025?")

    assert found.notice == "There is no 31 November."
    assert _ids(found) == ["ferry-aa"]


async def test_a_date_of_the_event_loses_nobody_and_prefers_its_time(town: Library) -> None:
    await _add(town, _ferry("aa", "2024-06-01"), _ferry("bb", "2025-06-03"), _ferry("cc", None))

    found = await _search(town, "Which ferry broke down in June 2025?")
    other = await _search(town, "Which ferry broke down in June 2024?")

    assert sorted(_ids(found)) == ["ferry-aa", "ferry-bb", "ferry-cc"]
    assert _ids(found)[0] == "ferry-bb"
    assert _ids(other)[0] == "ferry-aa"
    assert found.notice is None


async def test_without_dates_a_time_is_no_filter_and_that_is_said(town: Library) -> None:
    await _add(town, _ferry("aa", None), _ferry("bb", None))

    found = await _search(town, "Which ferry broke down last week?")

    assert sorted(_ids(found)) == ["ferry-aa", "ferry-bb"]
    assert found.notice == "The articles carry no dates, so I looked at all."
    assert not found.outside_time


async def test_an_undated_article_stays_but_behind(town: Library) -> None:
    await _add(town, _ferry("aa", None), _ferry("bb", "2026-03-17"), _ferry("cc", "2026-01-17"))

    found = await _search(town, "Which ferry broke down last week?")

    assert _ids(found) == ["ferry-bb", "ferry-aa"]


async def test_after_an_event_is_after_the_day_an_article_says(town: Library) -> None:
    await _add(
        town,
        _ferry("aa", "2025-05-01"),
        _ferry("bb", "2025-09-01"),
        article(
            "vote",
            "Votes were counted all night in the hall.",
            title="The election of the mayor",
            published_at="2025-07-01",
        ),
    )

    after = await _search(town, "Which ferry broke down after the election?")
    before = await _search(town, "Which ferry broke down before the election?")

    assert [i for i in _ids(after) if i != "vote"] == ["ferry-bb", "ferry-aa"]
    assert [i for i in _ids(before) if i != "vote"] == ["ferry-aa", "ferry-bb"]


async def test_an_event_that_no_title_names_changes_nothing(town: Library) -> None:
    await _add(town, _ferry("aa", "2025-05-01"), _ferry("bb", "2025-09-01"))

    plain = await _search(town, "Which ferry broke down?")
    found = await _search(town, "Which ferry broke down after the coronation?")

    assert found.notice is None
    assert sorted(_ids(found)) == sorted(_ids(plain))


@pytest.mark.parametrize(
    "event", ['flood" OR "x', "NEAR(a b)", "title:x", "fl*od", "und'er", "flood AND"]
)
async def test_an_event_is_text_and_never_a_query(town: Library, event: str) -> None:
    await _add(town, _ferry("aa", "2025-05-01"))

    assert _ids(await _search(town, f"Which ferry broke down after the {event}?"))


async def test_earlier_editions_are_searched_by_their_own_dates(town: Library) -> None:
    await _add(town, _ferry("aa", "2026-03-17"))
    await town.remove(["ferry-aa"], actor="Ada")
    await _add(town, _ferry("bb", "2025-03-17"))

    now = await _search(town, "Which ferry broke down last week?")
    then = await town.search("Which ferry broke down last week?", edition=1, today=TODAY)

    assert now.outside_time
    assert _ids(now) == ["ferry-bb"]
    assert _ids(then) == ["ferry-aa"]


async def test_recency_is_off_until_a_moderator_sets_it(libraries: Libraries) -> None:
    town, settings = libraries.library("town"), libraries.settings("town")
    await _add(town, _ferry("aa", "2020-01-01"), _ferry("bb", "2026-03-20"))
    question = "Which ferry broke down near the harbour?"

    off = await _search(town, question)
    before = await settings.recency()
    await settings.set_recency(STRONG, actor="Ada")
    strong = await _search(town, question)
    told = (await libraries.decisions("town").audit())[0]
    await settings.set_recency(OFF, actor="Ada")
    again = await _search(town, question)

    assert before == OFF
    assert _ids(strong)[0] == "ferry-bb"
    gained = strong.passages[0].score - strong.passages[1].score
    assert gained > abs(off.passages[0].score - off.passages[1].score)
    assert (told.actor, told.action, told.detail) == ("Ada", "recency", "strong")
    assert [p.score for p in again.passages] == [p.score for p in off.passages]


async def test_a_setting_is_of_one_library_and_may_come_before_its_articles(
    libraries: Libraries,
) -> None:
    await libraries.settings("town").set_recency(Recency(90, 0.4), actor="Ada")
    await libraries.settings("village").set_recency(MILD, actor="Ada")

    assert await libraries.settings("town").recency() == Recency(90, 0.4)
    assert await libraries.settings("village").recency() == MILD
    assert await libraries.settings("hamlet").recency() == OFF


async def test_a_question_in_another_language_than_the_articles_is_told(town: Library) -> None:
    english = (
        "The harbour council met on Tuesday to discuss whether the old pier should be rebuilt "
        "before winter, and heard from the people who live beside it."
    )
    await _add(town, article("pier", english))

    german = await _search(town, "Wann hat der Hafenrat über den Pier beraten?")
    plain = await _search(town, "When did the harbour council meet?")

    assert german.notice == (
        "Your question seems to be in German; the articles are in English, "
        "and without a multilingual embedder I find little."
    )
    assert plain.notice is None


async def test_a_question_in_the_articles_language_is_no_gap(town: Library) -> None:
    german = (
        "Der Hafenrat trat am Dienstag zusammen, um über den alten Pier und seine Zukunft zu "
        "beraten. Viele Bewohner waren gekommen und sprachen sich für den Erhalt aus."
    )
    await _add(town, article("pier", german))

    assert (await _search(town, "Wann hat der Hafenrat über den Pier beraten?")).notice is None


async def test_an_embedder_of_any_language_leaves_no_gap(tmp_path: Path) -> None:
    embedder = Embedder(HashedWords(), fingerprint=FINGERPRINT, dimension=DIMENSION)
    database = open_database(tmp_path / "footnote.db")
    opened = Libraries(tmp_path, database=database, embedder=embedder, count=count_words)
    await opened.open(on_notice=lambda _: None)
    try:
        await _add(opened.library("town"), _ferry("aa", None))
        found = await _search(opened.library("town"), "Wann hat die Fähre am Hafen angelegt?")
    finally:
        await opened.close()

    assert found.notice is None
