"""The articles of a library, page by page, and all about one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.libraries import Libraries
from index.library import Library
from index.models import Article
from index.note_rows import Corrected
from index.notes import NoteDraft
from tests.fakes.libraries import article, read_from


@pytest.fixture
def town(libraries: Libraries) -> Library:
    return libraries.library("town")


async def add(library: Library, *articles: Article) -> None:
    await library.add([read_from("/shelf", articles)], actor="Ada", note="add")


def dated(name: str, day: str | None) -> Article:
    return replace(article(name, f"About {name}."), published_at=day)


async def test_the_newest_come_first_and_undated_ones_last(town: Library) -> None:
    await add(town, dated("a", "2031-01"), dated("b", None), dated("c", "2031-03-01"))
    found = await town.list_articles()

    assert [line.article_id for line in found.lines] == ["c", "a", "b"]
    assert (found.page, found.pages, found.total) == (0, 1, 3)


async def test_pages_hold_each_article_once_and_odd_pages_are_the_nearest(town: Library) -> None:
    await add(town, *(dated(f"n{at:02}", "2031-01-01") for at in range(20)))
    pages = [await town.list_articles(page=at, size=8) for at in range(3)]

    listed = [line.article_id for page in pages for line in page.lines]
    assert sorted(listed) == [f"n{at:02}" for at in range(20)]
    assert (await town.list_articles(page=99, size=8)).page == 2
    assert (await town.list_articles(page=-5, size=8)).page == 0


async def test_titles_and_ids_are_searched_as_they_are_written(town: Library) -> None:
    odd = article("oel", "Oil.", title="Ölpreis 100% _hoch_")
    await add(town, odd, article("wall", "A wall."))

    for text, expected in (("Ölp", 1), ("100%", 1), ("_", 1), ("WALL", 1), ("%x", 0)):
        assert (await town.list_articles(text=text)).total == expected, text


async def test_notes_are_listed_by_themselves(town: Library) -> None:
    wall = article("wall", "The wall costs four crowns.")
    await add(town, wall)
    corrects = Corrected("wall", wall.version_id, wall.title, 0, 4, "The ")
    note, _ = await town.notes.put(
        NoteDraft("It costs six crowns.", "Moderator note on “Wall”", corrects, "discord:1"),
        actor="discord:2",
    )

    assert (await town.list_articles()).total == 2
    (only,) = (await town.list_articles(notes_only=True)).lines
    assert only.article_id == note.id
    assert (await town.list_articles(notes_only=True, text="ferry")).total == 0


async def test_the_card_tells_versions_source_and_what_supersedes(
    town: Library, libraries: Libraries
) -> None:
    first = dated("wall", "2031-01-01")
    newer = article("newer", "Newer.")
    await add(town, first, newer)
    await add(town, replace(first, text="Changed.", authors=("Ada",)))
    await libraries.decisions("town").supersede("wall", by="newer", actor="Ada")
    info = await town.describe_article("wall")

    assert info is not None
    assert info.opening == "Changed."
    assert [version.edition for version in info.versions] == [2, 1]
    assert info.versions[0].version_id == info.version_id
    assert info.versions[0].published_at != ""
    assert info.authors == ("Ada",)
    assert info.source is not None
    assert info.source.location == "/shelf"
    assert info.line.superseded_by == "Newer"
    assert await town.describe_article("nowhere") is None


async def test_only_the_current_edition_counts(town: Library) -> None:
    await add(town, dated("a", "2031-01"), dated("b", "2031-02"))
    await town.remove(["a"], actor="Ada")

    assert (await town.list_articles()).total == 1
    assert await town.describe_article("a") is None
    assert set(await town.current_versions(["a", "b", "c"])) == {"b"}


async def test_an_empty_library_has_an_empty_list(town: Library) -> None:
    assert (await town.list_articles()).total == 0
    assert await town.current_versions(["a"]) == {}
    assert await town.describe_article("a") is None
