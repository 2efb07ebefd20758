"""Plan, publish, guard, go back: nothing changes that nobody looked at, and all can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from index.entries import EntryState, SourceOptions
from index.errors import PlanBlocked, PlanOutdated, SourceError
from index.golden import Searchable
from index.libraries import Libraries
from index.library import Library
from index.models import Article, Problem, ReadResult, Source, SourceKind
from index.plans import ALL, Consent, PlanKind
from index.records import GoldenCheck, GoldenQuestion, SourceInfo
from index.rereading import Known
from tests.fakes.libraries import article, read_from

LONG = " ".join(f"Keeper {n} lights lamp {n} of the northern pier at dusk." for n in range(30))
LAMPS = article("lamps", LONG, title="Lamps of the pier")
FERRY = article(
    "ferry", "The ferry to Gull Rock sails at nine.", published_at="2031-05-02", title="The ferry"
)
BRIDGE = article("bridge", "The old bridge closes for repairs in June.")
FEED = Source(SourceKind.FEED, "https://paper.example.org/feed.xml")


@pytest.fixture
def library(libraries: Libraries) -> Library:
    return libraries.library("default")


async def add(library: Library, *articles: Article, location: str = "/paper") -> None:
    await library.add([read_from(location, articles)], actor="tester", note="add")


def giving(*articles: Article, **fields: object) -> Callable[..., object]:
    async def read(info: SourceInfo, known: Known) -> ReadResult:
        return ReadResult(info.source, articles, **fields)  # type: ignore[arg-type]

    return read


async def ids(library: Library) -> set[str]:
    found = await library.search("keeper ferry bridge lamp", limit=50)
    return {passage.article_id for passage in found.passages}


async def test_a_plan_tells_all_and_changes_nothing(library: Library) -> None:
    await add(library, LAMPS, FERRY, BRIDGE)
    newer = replace(LAMPS, text=LONG.replace("lamp 7 ", "lantern 7 "))
    new = article("weir", "The weir is dredged in autumn.")

    plan = await library.plan_sync(giving(newer, FERRY, new), actor="tester")  # type: ignore[arg-type]

    assert [i.article_id for i in plan.of(PlanKind.ADDED)] == ["weir"]
    assert [i.article_id for i in plan.of(PlanKind.REMOVED)] == ["bridge"]
    (changed,) = plan.of(PlanKind.CHANGED)
    assert any(line.startswith("+") and "lantern 7" in line for line in changed.diff)
    assert any(line.startswith("-") and "lamp 7" in line for line in changed.diff)
    assert (plan.unchanged, plan.articles) == (1, 3)
    assert (await library.status()).edition.number == 1  # type: ignore[union-attr]
    assert await ids(library) == {"lamps", "ferry", "bridge"}


async def test_publishing_does_exactly_the_plan_once(library: Library) -> None:
    await add(library, LAMPS, FERRY)
    plan = await library.plan_sync(giving(LAMPS, BRIDGE), actor="tester")  # type: ignore[arg-type]

    report = await library.publish(plan.id, actor="moderator", reason="June")

    assert (report.added, report.removed) == (("bridge",), ("ferry",))
    assert await ids(library) == {"lamps", "bridge"}
    newest = (await library.history())[0]
    assert (newest.actor, newest.reason) == ("moderator", "June")
    with pytest.raises(PlanOutdated, match="already published"):
        await library.publish(plan.id, actor="moderator")


async def test_a_plan_whose_article_changed_meanwhile_no_longer_fits(library: Library) -> None:
    await add(library, LAMPS, FERRY)
    plan = await library.plan_sync(giving(LAMPS), actor="tester")  # type: ignore[arg-type]
    await add(library, replace(FERRY, text="The ferry to Gull Rock sails at ten."))

    with pytest.raises(PlanOutdated, match="'The ferry'"):
        await library.publish(plan.id, actor="tester")

    assert "ferry" in await ids(library)


async def test_a_plan_about_other_articles_still_fits(library: Library) -> None:
    await add(library, LAMPS, FERRY)
    plan = await library.plan_sync(giving(LAMPS, BRIDGE), actor="tester")  # type: ignore[arg-type]
    await add(library, article("weir", "The weir is dredged."), location="/other")

    assert (await library.publish(plan.id, actor="tester")).added == ("bridge",)


async def test_a_discarded_plan_cannot_be_published(library: Library) -> None:
    await add(library, LAMPS)
    plan = await library.plan_sync(giving(LAMPS, BRIDGE), actor="tester")  # type: ignore[arg-type]
    await library.discard(plan.id)

    with pytest.raises(PlanOutdated, match="already discarded"):
        await library.publish(plan.id, actor="tester")
    assert await library.plans() == ()


async def test_an_unknown_plan_is_named(library: Library) -> None:
    with pytest.raises(PlanOutdated, match="no plan 'nonsense'"):
        await library.publish("nonsense", actor="tester")


async def test_suspicious_articles_wait_and_the_rest_is_published(library: Library) -> None:
    await add(library, LAMPS, FERRY)
    shrunk = replace(LAMPS, text="Lamps.")

    report = await library.sync(giving(shrunk, FERRY, BRIDGE), actor="tester")  # type: ignore[arg-type]

    assert (report.added, report.changed) == (("bridge",), ())
    assert report.held is not None
    assert "shrank" in report.suspicious[0].message
    with pytest.raises(PlanBlocked, match="suspicious") as blocked:
        await library.publish(report.held, actor="tester")
    assert blocked.value.suspicious
    done = await library.publish(report.held, actor="tester", consent=Consent(suspicious=True))
    assert done.changed == ("lamps",)


async def test_the_same_suspicion_again_makes_no_second_plan(library: Library) -> None:
    await add(library, LAMPS, FERRY)
    read = giving(replace(LAMPS, text="Lamps."), FERRY)

    first = await library.sync(read, actor="tester")  # type: ignore[arg-type]
    second = await library.sync(read, actor="tester")  # type: ignore[arg-type]

    assert first.held == second.held
    assert len(await library.plans()) == 1


async def test_the_same_text_under_another_name_is_moved_and_decisions_follow(
    libraries: Libraries, library: Library
) -> None:
    await add(library, LAMPS, FERRY)
    decisions = libraries.decisions("default")
    await decisions.add_golden("Who lights lamp 3?", "lamps", actor="tester")
    moved = replace(LAMPS, id="pier/lamps")

    report = await library.sync(giving(moved, FERRY), actor="tester")  # type: ignore[arg-type]

    assert report.moved == (("lamps", "pier/lamps"),)
    assert (report.added, report.removed) == ((), ())
    assert [g.article_id for g in await decisions.golden()] == ["pier/lamps"]


async def test_a_page_with_the_text_of_another_is_a_duplicate_and_says_who_won(
    library: Library,
) -> None:
    await add(library, LAMPS)
    copy = replace(
        LAMPS, id="https://paper.example.org/copy", text=LONG.replace("at dusk", "at  dusk")
    )
    other = article("https://paper.example.org/weir", "The weir is dredged in autumn.")
    result = ReadResult(
        FEED,
        (copy, other),
        read=(EntryState(copy.id, copy.id), EntryState(other.id, other.id)),
        lists_all=False,
    )

    report = await library.add([result], actor="tester", note="feed")

    assert report.duplicates == ((copy.id, "lamps"),)
    assert report.added == (other.id,)
    known = await library.known(FEED)
    assert known[copy.id].winner == "lamps"
    await library.remove(["lamps"], actor="tester")
    assert copy.id not in await library.known(FEED)


async def test_two_articles_with_names_of_their_own_are_never_merged(library: Library) -> None:
    twin = replace(LAMPS, id="twin")

    await add(library, LAMPS, twin)

    assert (await library.status()).articles == 2


async def test_a_page_that_is_gone_leaves_at_the_second_time(library: Library) -> None:
    page = article("https://paper.example.org/lamps", LONG)
    first = ReadResult(
        FEED, (page, BRIDGE), read=(EntryState(page.id, page.id), EntryState("b", "bridge"))
    )
    await library.add([first], actor="tester", note="feed")
    known = await library.known(FEED)
    bridge = known["b"]

    once = await library.sync(
        giving(unchanged=(bridge,), gone=(replace(known[page.id], misses=1),)),  # type: ignore[arg-type]
        actor="tester",
    )
    again = (await library.known(FEED))[page.id]
    twice = await library.sync(
        giving(unchanged=(bridge,), gone=(replace(again, misses=again.misses + 1),)),  # type: ignore[arg-type]
        actor="tester",
    )

    assert not once.published
    assert "gone" in once.problems[0].message
    assert again.misses == 1
    assert twice.removed == (page.id,)


async def test_a_feed_lets_go_what_its_options_leave_out(
    libraries: Libraries, library: Library
) -> None:
    drafts = article("https://paper.example.org/drafts/1", "A draft about the weir.")
    page = article("https://paper.example.org/lamps", LONG)
    read = tuple(EntryState(a.id, a.id) for a in (page, drafts))
    first = ReadResult(FEED, (page, drafts), read=read, lists_all=False)
    await library.add([first], actor="tester", note="feed")
    (source,) = await library.sources()
    options = SourceOptions(exclude=("*/drafts/*",))
    await libraries.decisions("default").set_options(source.key, options, actor="tester")

    report = await library.sync(
        giving(page, read=read[:1], lists_all=False, options=options),  # type: ignore[arg-type]
        actor="tester",
    )

    assert report.removed == (drafts.id,)
    assert await ids(library) == {page.id}


async def test_what_could_not_be_read_is_kept_and_what_is_not_listed_goes(
    library: Library,
) -> None:
    first = ReadResult(
        Source(SourceKind.FOLDER, "/paper"),
        (LAMPS, FERRY, BRIDGE),
        read=(EntryState("l", "lamps"), EntryState("f", "ferry"), EntryState("b", "bridge")),
    )
    await library.add([first], actor="tester", note="add")
    known = await library.known(first.source)

    report = await library.sync(
        giving(  # type: ignore[arg-type]
            unchanged=(known["l"],),
            failed=frozenset({"f"}),
            problems=(Problem("f", "It is locked."),),
        ),
        actor="tester",
    )

    assert report.removed == ("bridge",)
    assert await ids(library) == {"lamps", "ferry"}
    assert "f" in await library.known(first.source)


async def test_rolling_back_brings_the_texts_of_that_edition(library: Library) -> None:
    await add(library, LAMPS, FERRY)
    await library.sync(giving(replace(LAMPS, text=LONG + " Fog."), BRIDGE), actor="tester")  # type: ignore[arg-type]
    await library.remove(["bridge"], actor="tester")

    report = await library.rollback(1, actor="tester", reason="too early")

    assert report.edition == 4
    assert (set(report.added), set(report.changed)) == ({"ferry"}, {"lamps"})
    assert await ids(library) == {"lamps", "ferry"}
    assert "Fog." not in await library.text_of(LAMPS.version_id)
    assert not (await library.verify()).problems
    forward = await library.rollback(2, actor="tester")
    assert set(forward.added) == {"bridge"}
    assert await ids(library) == {"lamps", "bridge"}


@pytest.mark.parametrize("edition", [0, 1, 7, -3])
async def test_only_earlier_editions_can_be_gone_back_to(library: Library, edition: int) -> None:
    await add(library, LAMPS)

    with pytest.raises(SourceError, match=r"(?i)edition"):
        await library.rollback(edition, actor="tester")


async def test_a_rollback_holds_the_schedules_until_somebody_syncs(
    libraries: Libraries, library: Library
) -> None:
    await add(library, LAMPS)
    await add(library, LAMPS, FERRY)
    (source,) = await library.sources()
    await libraries.decisions("default").set_schedule(source.key, "hourly", actor="tester")

    await library.rollback(1, actor="tester")
    paused = (await library.sources())[0].paused
    await library.sync(giving(LAMPS), actor="tester")  # type: ignore[arg-type]

    assert paused
    assert not (await library.sources())[0].paused


async def test_a_sync_during_which_somebody_goes_back_publishes_nothing(library: Library) -> None:
    await add(library, LAMPS)
    await add(library, FERRY)

    async def read(info: SourceInfo, known: Known) -> ReadResult:
        await library.rollback(1, actor="moderator")
        return ReadResult(info.source, (LAMPS, FERRY, BRIDGE))

    with pytest.raises(PlanOutdated, match="went back"):
        await library.sync(read, actor="schedule")

    assert await ids(library) == {"lamps"}
    assert (await library.sync(giving(LAMPS, BRIDGE), actor="tester")).added == ("bridge",)  # type: ignore[arg-type]


class Gate:
    """Asks which articles a question finds, and remembers the editions it saw."""

    def __init__(self) -> None:
        self.seen: list[set[str]] = []

    async def __call__(
        self, articles: Searchable, golden: Sequence[GoldenQuestion]
    ) -> Sequence[GoldenCheck]:
        checks = []
        for one in golden:
            found = await articles.search(one.question, limit=5)
            cited = tuple({p.article_id for p in found.passages if "nine" in p.text})
            self.seen.append({p.article_id for p in found.passages})
            checks.append(GoldenCheck(one, one.article_id in cited, cited))
        return checks


async def test_a_failing_golden_question_stops_the_publication_until_overridden(
    libraries: Libraries, library: Library
) -> None:
    await add(library, LAMPS, FERRY)
    decisions = libraries.decisions("default")
    await decisions.add_golden("When does the ferry sail?", "ferry", actor="tester")
    read = giving(LAMPS, replace(FERRY, text="The ferry to Gull Rock sails at ten."))
    gate = Gate()

    with pytest.raises(PlanBlocked, match="When does the ferry sail") as blocked:
        await library.sync(read, actor="tester", check=gate)  # type: ignore[arg-type]

    assert blocked.value.golden
    found = await library.search("ferry sail", limit=5)
    assert any("nine" in passage.text for passage in found.passages)
    assert not (await library.verify()).problems
    report = await library.publish(
        blocked.value.plan_id, actor="moderator", consent=ALL, reason="new timetable", check=gate
    )
    assert report.failing
    entry = (await decisions.audit())[0]
    assert (entry.action, entry.actor, entry.reason) == ("publish", "moderator", "new timetable")
    assert "When does the ferry sail?" in entry.detail


async def test_a_question_that_failed_before_does_not_stop_everything_after(
    libraries: Libraries, library: Library
) -> None:
    await add(library, LAMPS, FERRY)
    await libraries.decisions("default").add_golden("When does it sail?", "ferry", actor="tester")
    await library.remove(["ferry"], actor="moderator", check=Gate())

    report = await library.add([read_from("/x", [BRIDGE])], actor="tester", note="x", check=Gate())

    assert report.added == ("bridge",)
    assert "When does it sail?" in report.failing[0]


async def test_golden_questions_are_asked_of_the_edition_that_would_come(
    libraries: Libraries, library: Library
) -> None:
    await add(library, FERRY)
    await libraries.decisions("default").add_golden("When does it sail?", "ferry", actor="tester")
    gate = Gate()

    await library.add([read_from("/x", [BRIDGE])], actor="tester", note="x", check=gate)

    assert {"ferry", "bridge"} in gate.seen


async def test_a_removal_is_not_stopped_but_tells_which_questions_fail(
    libraries: Libraries, library: Library
) -> None:
    await add(library, FERRY, LAMPS)
    await libraries.decisions("default").add_golden("When does it sail?", "ferry", actor="tester")

    report = await library.remove(["ferry"], actor="tester", check=Gate())

    assert report.published
    assert "When does it sail?" in report.failing[0]


async def test_what_is_removed_while_a_sync_runs_stays_out(library: Library) -> None:
    await add(library, LAMPS, FERRY)

    async def read(info: SourceInfo, known: Known) -> ReadResult:
        return ReadResult(
            info.source, (LAMPS, replace(FERRY, text="The ferry sails at ten."), BRIDGE)
        )

    async def remove_meanwhile(
        articles: Searchable, golden: Sequence[GoldenQuestion]
    ) -> Sequence[GoldenCheck]:
        return ()

    plan = await library.plan_sync(read, actor="tester")
    original = library._publisher._store

    async def store_slowly(*args: object) -> object:
        tally = await original(*args)  # type: ignore[arg-type]
        await library.remove(["ferry"], actor="moderator")
        return tally

    library._publisher._store = store_slowly  # type: ignore[method-assign, assignment]
    report = await library.publish(plan.id, actor="tester", check=remove_meanwhile)

    assert report.added == ("bridge",)
    assert await ids(library) == {"lamps", "bridge"}
    assert "meanwhile" in report.notes[0].message


async def test_a_removed_source_takes_its_articles_along(library: Library) -> None:
    await add(library, LAMPS)
    await add(library, FERRY, location="/other")
    source = next(s for s in await library.sources() if s.source.location == "/other")

    report = await library.remove_source(source.key, actor="tester")

    assert report.removed == ("ferry",)
    assert [s.source.location for s in await library.sources()] == ["/paper"]
    await add(library, FERRY, location="/other")
    assert len(await library.sources()) == 2


async def test_a_source_without_articles_is_forgotten_with_a_word(library: Library) -> None:
    await add(library, LAMPS)
    await add(library, LAMPS, location="/other")
    source = next(s for s in await library.sources() if s.source.location == "/other")

    report = await library.remove_source(source.key, actor="tester")

    assert not report.published
    assert (report.notes[0].where, report.notes[0].message[:15]) == ("/other", "It is forgotten")


async def test_superseded_articles_stay_findable_and_say_by_what(
    libraries: Libraries, library: Library
) -> None:
    await add(library, LAMPS, FERRY)
    decisions = libraries.decisions("default")
    await decisions.supersede("ferry", by="lamps", actor="tester", reason="newer")

    (passage,) = [
        p for p in (await library.search("ferry", limit=9)).passages if p.article_id == "ferry"
    ]

    assert passage.superseded_by == "Lamps of the pier"
    with pytest.raises(SourceError, match="itself"):
        await decisions.supersede("lamps", by="ferry", actor="tester")
    await decisions.supersede("ferry", by=None, actor="tester")
    found = await library.search("ferry", limit=9)
    assert {p.superseded_by for p in found.passages} == {None}


async def test_an_edition_that_was_laid_out_and_never_published_is_cleared_away(
    libraries: Libraries, library: Library
) -> None:
    await add(library, LAMPS, FERRY)

    class Stop(BaseException):
        pass

    async def die(_: Searchable, __: Sequence[GoldenQuestion]) -> Sequence[GoldenCheck]:
        raise Stop

    await libraries.decisions("default").add_golden("When?", "ferry", actor="tester")
    with pytest.raises(Stop):
        await library.sync(giving(LAMPS, BRIDGE), actor="tester", check=die)  # type: ignore[arg-type]

    assert await ids(library) == {"lamps", "ferry"}
    assert (await library.sync(giving(LAMPS, BRIDGE), actor="tester")).published  # type: ignore[arg-type]
    assert await ids(library) == {"lamps", "bridge"}
