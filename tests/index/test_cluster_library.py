"""One library in two processes: what one does, the other respects and sees at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from index import editions
from index.connections import Connection
from index.editions import Changes
from index.errors import PlanOutdated
from index.golden import Searchable
from index.holds import library_lock
from index.libraries import Libraries
from index.library import Library
from index.models import Article, ReadResult
from index.records import GoldenCheck, GoldenQuestion, SourceInfo
from index.rereading import Known
from tests.fakes.libraries import article, read_from

FERRY = article("ferry", "The ferry to Gull Rock sails at nine.", title="The ferry")
LAMPS = article("lamps", "Keepers light the lamps of the northern pier.", title="The lamps")
MILL = article("mill", "The mill grinds oats on Thursdays.", title="The mill")


@pytest.fixture
def here(libraries: Libraries) -> Library:
    return libraries.library("default")


@pytest.fixture
def there(libraries: Libraries, here: Library) -> Library:
    """The same library as another process has it: nothing is shared but the stores."""
    libraries._open.clear()
    other = libraries.library("default")
    assert other is not here
    return other


async def add(library: Library, *articles: Article, location: str = "/paper") -> None:
    await library.add([read_from(location, articles)], actor="tester", note="add")


async def found_in(library: Library, question: str) -> set[str]:
    result = await library.search(question, limit=9)
    return {passage.article_id for passage in result.passages}


async def test_a_publication_is_seen_by_the_next_question_elsewhere(
    here: Library, there: Library
) -> None:
    await add(here, FERRY, LAMPS)
    assert await found_in(there, "When does the ferry sail?") >= {"ferry"}

    await here.remove(["ferry"], actor="tester")
    assert "ferry" not in await found_in(there, "When does the ferry sail?")
    await here.rollback(1, actor="tester")
    assert "ferry" in await found_in(there, "When does the ferry sail?")
    await add(here, MILL, location="/mill")
    assert "mill" in await found_in(there, "When does the mill grind oats?")


async def test_a_removal_elsewhere_while_golden_questions_are_asked_is_kept(
    libraries: Libraries, here: Library, there: Library
) -> None:
    await add(here, FERRY, LAMPS)
    await libraries.decisions("default").add_golden("Who lights lamps?", "lamps", actor="tester")
    asked = 0

    async def check(
        articles: Searchable, golden: Sequence[GoldenQuestion]
    ) -> Sequence[GoldenCheck]:
        nonlocal asked
        asked += 1
        if asked == 1:
            await there.remove(["ferry"], actor="moderator")
        return [GoldenCheck(one, passes=True) for one in golden]

    report = await here.add([read_from("/mill", [MILL])], actor="tester", note="add", check=check)

    assert asked == 2
    assert (report.edition, report.added) == (3, ("mill",))
    assert [each.number for each in await there.history()] == [3, 2, 1]
    assert await found_in(there, "ferry lamps mill oats") == {"lamps", "mill"}


async def test_a_library_that_is_changed_again_and_again_is_given_up_and_left_as_it_is(
    libraries: Libraries, here: Library, there: Library
) -> None:
    await add(here, FERRY, LAMPS)
    await libraries.decisions("default").add_golden("Who lights lamps?", "lamps", actor="tester")

    async def check(
        articles: Searchable, golden: Sequence[GoldenQuestion]
    ) -> Sequence[GoldenCheck]:
        number = len(await there.history())
        await there.rollback(number - 1, actor="moderator") if number > 1 else await there.remove(
            ["ferry"], actor="moderator"
        )
        return [GoldenCheck(one, passes=True) for one in golden]

    with pytest.raises(PlanOutdated, match="again and again"):
        await here.add([read_from("/mill", [MILL])], actor="tester", note="add", check=check)

    assert "mill" not in await found_in(here, "When does the mill grind oats?")


async def test_who_goes_back_elsewhere_stops_a_sync_that_began_before(
    libraries: Libraries, here: Library, there: Library
) -> None:
    await add(here, FERRY)
    await add(here, FERRY, LAMPS)

    async def read(info: SourceInfo, known: Known) -> ReadResult:
        await there.rollback(1, actor="moderator")
        return ReadResult(info.source, (FERRY, LAMPS, MILL))

    with pytest.raises(PlanOutdated, match="went back to an earlier edition"):
        await here.sync(read, actor="tester")

    assert await found_in(here, "ferry lamps mill") == {"ferry"}
    assert await libraries.database.read(editions.list_unpublished) == {}


async def test_two_processes_that_add_at_once_lose_nothing(here: Library, there: Library) -> None:
    await asyncio.gather(
        add(here, FERRY, location="/a"),
        add(there, LAMPS, location="/b"),
        add(here, MILL, location="/c"),
    )

    assert [each.number for each in await here.history()] == [3, 2, 1]
    assert await found_in(there, "ferry lamps mill oats pier") == {"ferry", "lamps", "mill"}


async def test_starting_clears_away_only_what_no_living_process_laid_out(
    libraries: Libraries, here: Library
) -> None:
    await add(here, FERRY)

    def lay_out(connection: Connection) -> None:
        editions.stage(connection, 1, Changes({}, ("ferry",), 0, 0))

    await libraries.database.write(lay_out)

    async with libraries.database.hold(library_lock("default")):
        await libraries.open(on_notice=lambda _: None)
        assert await libraries.database.read(editions.list_unpublished) == {"default": 1}
    await libraries.open(on_notice=lambda _: None)
    assert await libraries.database.read(editions.list_unpublished) == {}


async def test_missing_vectors_are_left_to_the_process_that_writes(
    libraries: Libraries, here: Library
) -> None:
    await add(here, FERRY)

    async with libraries.database.hold(library_lock("default")):
        assert await here.refill(waits=False) == 0
        waiting = asyncio.create_task(here.refill())
        await asyncio.sleep(0.05)
        assert not waiting.done()
    await waiting
