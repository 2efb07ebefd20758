"""Searching one article, or those since a day: nothing else, and everything of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from index import library_rows
from index.libraries import Libraries
from index.library import Library
from index.library_rows import LibraryRow
from index.models import Article, SearchResult
from index.retrieval import Mode
from index.scope import WHOLE, Scope
from index.scope_search import find_reach
from tests.fakes.libraries import Opened, article, read_from

SINCE = date(2031, 3, 3)
FERRY = "When does the ferry leave the harbour?"


@pytest.fixture
def town(libraries: Libraries) -> Library:
    return libraries.library("town")


async def _add(library: Library, *articles: Article) -> None:
    await library.add([read_from("/shelf", articles)], actor="Ada", note="add")


def _ferry(name: str, published_at: str | None = None) -> Article:
    text = f"The ferry {name} leaves the harbour at nine. When it is late, it says so."
    return replace(article(name, text), published_at=published_at)


def _ids(found: SearchResult) -> list[str]:
    return [passage.article_id for passage in found.passages]


async def test_an_article_that_fits_worst_is_still_searched_whole(town: Library) -> None:
    paragraphs = (f"Jam number {at} needs plums, sugar and patience." for at in range(40))
    jam = article("jam", "\n\n".join([*paragraphs, "A ferry was named after this jam."]))
    await _add(town, *(_ferry(f"f{at}") for at in range(300)), jam)

    everywhere = await town.search(FERRY, limit=100)
    within = await town.search(FERRY, limit=100, scope=Scope("jam"))

    assert "jam" not in _ids(everywhere)
    assert set(_ids(within)) == {"jam"}
    assert "A ferry was named after this jam." in within.passages[0].text
    assert within.scoped is not None
    assert within.scoped.title == "Jam"
    # Every chunk of it was a candidate, whatever its words.
    assert within.chunks == within.scoped.chunks == len(within.passages)


async def test_only_what_was_surely_published_since_that_day_is_found(town: Library) -> None:
    dates = ["2031-03-02", "2031-03-03", "2031-03-03T09:00:00Z", "2031-04", "2031-03", "2031"]
    dated = [_ferry(f"f{at}", day) for at, day in enumerate([*dates, "2032", None])]
    await _add(town, *dated)

    found = await town.search(FERRY, limit=50, scope=Scope(since=SINCE))

    assert sorted(_ids(found)) == ["f1", "f2", "f3", "f6"]
    assert found.scoped is not None
    assert (found.scoped.undated, found.outside_time) == (1, False)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("scope", [Scope("new7"), Scope(since=SINCE), Scope("new7", SINCE)])
async def test_every_way_of_searching_keeps_to_the_scope(
    town: Library, mode: Mode, scope: Scope
) -> None:
    await _add(town, *(_ferry(f"old{at}", "2030-01-01") for at in range(90)))
    await _add(town, *(_ferry(f"new{at}", "2031-05-01") for at in range(9)))

    found = await town.search(FERRY, limit=99, mode=mode, scope=scope)

    wanted = {"new7"} if scope.article_id else {f"new{at}" for at in range(9)}
    assert set(_ids(found)) == wanted


async def test_a_scope_too_wide_to_compare_one_by_one_is_searched_all_the_same(
    opened: Opened, town: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _add(town, *(_ferry(f"old{at}", "2030-01-01") for at in range(150)))
    await _add(town, *(_ferry(f"new{at}", "2031-05-01") for at in range(5)))
    monkeypatch.setattr(
        "index.retrieval.find_reach", lambda c, row, scope: find_reach(c, row, scope, 2)
    )

    found = await town.search(FERRY, limit=99, mode=Mode.DENSE, scope=Scope(since=SINCE))

    assert set(_ids(found)) == {f"new{at}" for at in range(5)}
    row = await _row(opened)
    reach = await opened.libraries.database.read(
        lambda c: find_reach(c, row, Scope(since=SINCE), 2)
    )
    assert reach.near is None


async def _row(opened: Opened) -> LibraryRow:
    row = await opened.libraries.database.read(lambda c: library_rows.find_library(c, "town"))
    assert row is not None
    return row


async def test_an_article_that_is_not_there_is_said_to_be_unknown(town: Library) -> None:
    await _add(town, _ferry("f"))

    found = await town.search(FERRY, limit=5, scope=Scope("gone"))

    assert found.scoped is not None
    assert (found.scoped.is_unknown, found.passages, found.outside_time) == (True, (), False)


async def test_an_article_that_was_taken_out_is_unknown(town: Library) -> None:
    await _add(town, _ferry("f"), _ferry("g"))
    await town.remove(["f"], actor="Ada")

    found = await town.search(FERRY, limit=5, scope=Scope("f"))

    assert found.scoped is not None
    assert found.scoped.is_unknown


@pytest.mark.parametrize("scope", [Scope(since=date(2040, 1, 1)), Scope("f", date(2040, 1, 1))])
async def test_where_nothing_is_so_new_it_says_how_new_the_newest_is(
    town: Library, scope: Scope
) -> None:
    await _add(town, _ferry("f", "2031-05-02"), _ferry("g", "2030"), _ferry("h"))

    found = await town.search(FERRY, limit=5, scope=scope)

    assert found.outside_time
    assert found.passages == ()
    assert found.scoped is not None
    assert found.scoped.newest == "2031-05-02"


async def test_another_librarys_article_of_that_id_is_unknown(libraries: Libraries) -> None:
    await _add(libraries.library("town"), _ferry("f"))
    await _add(libraries.library("other"), _ferry("g"))

    found = await libraries.library("other").search(FERRY, limit=5, scope=Scope("f"))

    assert found.passages == ()
    assert found.scoped is not None
    assert found.scoped.is_unknown


async def test_a_time_in_the_question_and_a_scope_both_count(town: Library) -> None:
    articles: Sequence[Article] = [
        _ferry("a", "2031-03-10"),
        _ferry("b", "2031-03-11"),
        _ferry("c", "2031-01-01"),
    ]
    await _add(town, *articles)

    found = await town.search(
        "news about the ferry from last week",
        limit=5,
        today=date(2031, 3, 19),
        scope=Scope("b", SINCE),
    )

    assert _ids(found) == ["b"]


async def test_what_is_typed_into_a_scope_is_never_read_as_a_query(town: Library) -> None:
    await _add(town, _ferry("f"))

    for name in ("' OR 1=1 --", '"', "%", "*", "\0", "f' UNION SELECT 1"):
        found = await town.search(FERRY, limit=5, scope=Scope(name))
        assert found.passages == ()


async def test_without_a_scope_nothing_is_said_of_one(town: Library) -> None:
    await _add(town, _ferry("f"))

    found = await town.search(FERRY, limit=5, scope=WHOLE)

    assert found.scoped is None
    assert _ids(found) == ["f"]
