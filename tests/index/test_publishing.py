"""What is published is what was looked at, and what was stopped leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from index.entries import SourceOptions
from index.errors import PlanBlocked, PlanOutdated
from index.golden import Searchable
from index.libraries import Libraries
from index.library import Library
from index.models import Article, ReadResult
from index.plans import Consent, PlanKind
from index.records import GoldenCheck, GoldenQuestion, SourceInfo
from index.rereading import Known
from tests.fakes.libraries import article, read_from

LONG = " ".join(f"Keeper {n} lights lamp {n} of the northern pier at dusk." for n in range(30))
LAMPS = article("https://e.org/lamps", LONG, title="Lamps of the pier")
FERRY = article("ferry", "The ferry to Gull Rock sails at nine.", title="The ferry")


@pytest.fixture
def library(libraries: Libraries) -> Library:
    return libraries.library("default")


async def add(library: Library, *articles: Article, location: str = "/paper") -> None:
    await library.add([read_from(location, articles)], actor="tester", note="add")


def giving(*articles: Article) -> Callable[..., object]:
    async def read(info: SourceInfo, known: Known) -> ReadResult:
        return ReadResult(info.source, articles)

    return read


async def fail(articles: Searchable, golden: Sequence[GoldenQuestion]) -> Sequence[GoldenCheck]:
    """Every question was right in the first edition, and in no later one."""
    edition = (await articles.search("When?", limit=1)).edition
    return [GoldenCheck(one, passes=edition == 1) for one in golden]


async def test_an_addition_that_was_stopped_leaves_no_source_to_be_read_again(
    libraries: Libraries, library: Library
) -> None:
    await add(library, FERRY)
    await libraries.decisions("default").add_golden("When?", "ferry", actor="tester")
    wharf = [read_from("/wharf", [LAMPS])]

    with pytest.raises(PlanBlocked) as blocked:
        await library.add(wharf, actor="tester", note="add", check=fail)

    assert [s.source.location for s in await library.sources()] == ["/paper"]
    await library.publish(blocked.value.plan_id, actor="tester")
    assert [(s.source.location, s.articles) for s in await library.sources()] == [
        ("/paper", 1),
        ("/wharf", 1),
    ]


async def test_an_addition_that_was_stopped_changes_no_options(
    libraries: Libraries, library: Library
) -> None:
    await add(library, FERRY)
    await libraries.decisions("default").add_golden("When?", "ferry", actor="tester")
    only_lamps = SourceOptions(include=("lamps*",))

    with pytest.raises(PlanBlocked) as blocked:
        await library.add(
            [read_from("/paper", [LAMPS])],
            actor="tester",
            note="add",
            options=only_lamps,
            check=fail,
        )

    assert (await library.sources())[0].options == SourceOptions()
    await library.publish(blocked.value.plan_id, actor="tester")
    assert (await library.sources())[0].options == only_lamps


async def test_a_move_does_not_overwrite_what_came_under_the_new_id_meanwhile(
    library: Library,
) -> None:
    await add(library, LAMPS, FERRY)
    moved = replace(LAMPS, id="https://e.org/pier/lamps")
    plan = await library.plan_sync(giving(moved, FERRY), actor="tester")  # type: ignore[arg-type]
    assert [item.kind for item in plan.items] == [PlanKind.MOVED]
    newer = replace(moved, text="The pier has electric light now.")
    await add(library, newer, location="/other")

    with pytest.raises(PlanOutdated, match="no longer fits"):
        await library.publish(plan.id, actor="tester")

    found = await library.search("electric light pier", limit=9)
    assert newer.text in {passage.text for passage in found.passages}


async def test_what_was_accepted_is_not_reported_as_held_back(library: Library) -> None:
    await add(library, LAMPS, FERRY)
    shrunk = replace(LAMPS, text="Lamps.")
    held = (await library.sync(giving(shrunk, FERRY), actor="tester")).held  # type: ignore[arg-type]
    assert held is not None

    report = await library.publish(held, actor="tester", consent=Consent(suspicious=True))

    assert (report.changed, report.held, report.suspicious) == ((LAMPS.id,), None, ())


async def test_a_plan_that_is_discarded_while_it_is_published_is_not_published(
    libraries: Libraries, library: Library
) -> None:
    await add(library, FERRY)
    await libraries.decisions("default").add_golden("When?", "ferry", actor="tester")
    plan = await library.plan_sync(giving(FERRY, LAMPS), actor="tester")  # type: ignore[arg-type]

    async def discard(_: Searchable, __: Sequence[GoldenQuestion]) -> Sequence[GoldenCheck]:
        await library.discard(plan.id)
        return ()

    with pytest.raises(PlanOutdated, match="discarded"):
        await library.publish(plan.id, actor="tester", check=discard)

    assert (await library.status()).articles == 1
    assert not (await library.verify()).problems
    await library.sync(giving(FERRY, LAMPS), actor="tester")  # type: ignore[arg-type]
    assert (await library.status()).articles == 2
