"""The best few by words are those of the whole list, whatever else the index holds."""

from __future__ import annotations

import pytest

from index import lexical, library_rows
from index.connections import Connection
from index.libraries import Libraries
from index.library import Library
from tests.fakes.libraries import article, read_from

WORDS = ["harbour", "pilot", "lantern"]
COLUMNS = lexical.ColumnWeights()


async def shelve(libraries: Libraries, texts: dict[str, str]) -> Library:
    library = libraries.library("default")
    stories = [article(name, text, title="The port") for name, text in texts.items()]
    await library.add([read_from("/paper", stories)], actor="t", note="add")
    return library


async def find(libraries: Libraries, edition: int, limit: int) -> list[tuple[int, float]]:
    def search(connection: Connection) -> list[tuple[int, float]]:
        row = library_rows.find_library(connection, "default")
        assert row is not None
        return lexical.search_rows(connection, row.pk, WORDS, edition, limit, COLUMNS)

    return await libraries.database.read(search)


@pytest.mark.parametrize("limit", [1, 2, 5, 9, 20])
async def test_passages_with_equal_scores_are_cut_off_where_the_whole_list_is(
    libraries: Libraries, limit: int
) -> None:
    texts = {f"same{n}": f"The harbour pilot waits at pier {n}." for n in range(30)}
    await shelve(libraries, texts | {"best": "The harbour pilot broke a lantern."})

    everything = await find(libraries, 1, 1_000)

    assert len(everything) == 31
    assert await find(libraries, 1, limit) == everything[:limit]


async def test_passages_of_other_editions_take_no_place(libraries: Libraries) -> None:
    better = {f"gone{n}": f"Harbour pilot, lantern {n}." for n in range(25)}
    worse = {f"kept{n}": f"In year {n} the pilot sailed out, as far as is known." for n in range(9)}
    library = await shelve(libraries, better | worse)

    await library.remove(list(better), actor="t")

    assert len(await find(libraries, 2, 5)) == 5
    assert await find(libraries, 2, 5) == (await find(libraries, 2, 1_000))[:5]
    assert len(await find(libraries, 2, 20)) == 9
    assert len(await find(libraries, 1, 5)) == 5
