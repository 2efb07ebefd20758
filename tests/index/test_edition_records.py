"""What is told and written of a publication: the report, the line of history, the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from index.editions import Changes, Member
from index.entries import SourceOptions
from index.errors import EmbedderMismatch, PlanBlocked, PlanOutdated, SourceError
from index.golden import Searchable
from index.indexing import IndexingTally
from index.libraries import Libraries
from index.library import Library
from index.library_rows import LibraryRow
from index.models import EditionInfo, Problem, Progress
from index.plans import Consent, PlanKind
from index.prepared import Prepared
from index.records import GoldenCheck, GoldenQuestion
from index.transactions import (
    Act,
    Laid,
    describe_edition,
    list_names,
    report_publication,
    write_entry,
)
from tests.fakes.discord_plans import make_item, make_plan
from tests.fakes.libraries import Opened, article, open_libraries, read_from

LAMPS = article("lamps", "The lamps of the northern pier are lit at dusk.")
FERRY = article("ferry", "The ferry to Gull Rock sails at nine.")
BRIDGE = article("bridge", "The Tern Bridge opened again on Tuesday.")
INFO = EditionInfo(4, "2031-06-10T12:00:00+00:00", "tester", "sync 2 sources", 1, 2, 3)


@pytest.fixture
def library(libraries: Libraries) -> Library:
    return libraries.library("default")


async def add(library: Library, *articles: object, reason: str = "") -> object:
    read = read_from("/paper", articles)  # type: ignore[arg-type]
    return await library.add([read], actor="tester", note="add /paper", reason=reason)


def is_now(stamped: str) -> bool:
    at = datetime.fromisoformat(stamped)
    return at.tzinfo == UTC and abs(datetime.now(UTC) - at) < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), ""),
        (("a",), "a"),
        (tuple("abcde"), "a, b, c, d, e"),
        (tuple("abcdef"), "a, b, c, d, e and 1 more"),
        (tuple("abcdefgh"), "a, b, c, d, e and 3 more"),
    ],
)
def test_five_names_are_listed_and_the_others_counted(names: tuple[str, ...], said: str) -> None:
    assert list_names(names) == said


@pytest.mark.parametrize(
    ("act", "info", "failing", "detail"),
    [
        (Act("m", "sync", "sync 2 sources"), INFO, (), "2 sources; 1 added, 2 changed, 3 removed"),
        (Act("m", "sync", "sync"), INFO, (), "1 added, 2 changed, 3 removed"),
        (Act("m", "remove", "remove lamps"), None, (), "lamps"),
        (Act("m", "add", "by hand"), None, (), "by hand"),
        (
            Act("m", "sync", "sync", consent=Consent(drop=True, suspicious=True, golden=True)),
            INFO,
            ("When?", "Where?"),
            (
                "1 added, 2 changed, 3 removed; accepted a large drop, suspicious articles, "
                "failing golden questions: When?, Where?"
            ),
        ),
        (
            Act("m", "sync", "sync", consent=Consent(golden=True)),
            INFO,
            (),
            "1 added, 2 changed, 3 removed",
        ),
    ],
    ids=["note", "no-note", "nothing-published", "other-words", "overridden", "not-needed"],
)
def test_the_audit_says_what_was_done_and_what_was_overridden(
    act: Act, info: EditionInfo | None, failing: tuple[str, ...], detail: str
) -> None:
    entry = write_entry(replace(act, reason="It was time."), info, failing)

    assert entry.detail == detail
    assert (entry.actor, entry.action, entry.reason) == ("m", act.action, "It was time.")
    assert entry.edition == (4 if info else None)
    assert is_now(entry.at)


def test_an_edition_is_described_by_who_made_it_why_and_how_much_changed() -> None:
    changes = Changes({"a": Member("v", 1), "b": Member("w", 1)}, ("c", "d", "e"), 1, 1)
    info = describe_edition(7, changes, Act("m", "sync", "sync", reason="Why not."))

    assert info == EditionInfo(7, info.published_at, "m", "sync", 1, 1, 3, "Why not.")
    assert is_now(info.published_at)


def _laid(changes: Changes, *, skipped: tuple[str, ...] = ()) -> Laid:
    row = LibraryRow(1, "default", 3, "words", "vectors")
    added = tuple(changes.put)[: changes.added]
    return Laid(row, INFO, changes, added, tuple(changes.put)[changes.added :], skipped, (), "m")


def test_a_report_tells_what_moved_apart_from_what_came_and_went() -> None:
    plan = make_plan(
        make_item(PlanKind.ADDED, "new"),
        make_item(PlanKind.MOVED, "here", other="there"),
        make_item(PlanKind.MOVED, "late", other="gone-already"),
        make_item(PlanKind.DUPLICATE, "copy", other="new"),
        make_item(PlanKind.DUPLICATE, "copy-of-none"),
        problems=(Problem("/x", "It cannot be read."),),
        notes=(Problem("robots.txt", "It forbids much."),),
    )
    changes = Changes(
        {"new": Member("1", 1), "here": Member("2", 1), "old": Member("3", 1)},
        ("there", "bad"),
        2,
        1,
    )
    tally = IndexingTally(chunks_written=5, texts_embedded=4)
    report = report_publication(Prepared(plan, {}, {}), _laid(changes, skipped=("late",)), tally)

    assert (report.edition, report.published, report.unchanged) == (4, True, 37)
    assert (report.added, report.changed, report.removed) == (("new",), ("old",), ("bad",))
    assert report.moved == (("there", "here"),)
    assert report.duplicates == (("copy", "new"), ("copy-of-none", ""))
    assert report.problems == plan.problems
    assert report.notes == (
        *plan.notes,
        Problem("late", "Changed by somebody meanwhile, so it was left as it is."),
    )
    assert (report.chunks_written, report.texts_embedded) == (5, 4)


def test_a_report_of_nothing_names_the_edition_that_stays() -> None:
    report = report_publication(
        Prepared(make_plan(), {}, {}), _laid(Changes({}, (), 0, 0)), IndexingTally()
    )

    assert (report.edition, report.published, report.notes) == (3, False, ())


async def test_history_and_audit_tell_the_whole_life_of_a_library(
    libraries: Libraries, library: Library
) -> None:
    await add(library, LAMPS, FERRY, reason="Begin.")
    await add(library, replace(LAMPS, text="The lamps are lit at six."), FERRY, BRIDGE)
    await library.remove(["ferry"], actor="mo", reason="It is wrong.")
    await library.rollback(1, actor="mo", reason="It was better.")

    told = [
        (e.number, e.actor, e.note, e.added, e.changed, e.removed, e.reason)
        for e in await library.history()
    ]
    assert told == [
        (4, "mo", "back to edition 1", 1, 1, 1, "It was better."),
        (3, "mo", "remove ferry", 0, 0, 1, "It is wrong."),
        (2, "tester", "add /paper", 1, 1, 0, ""),
        (1, "tester", "add /paper", 2, 0, 0, "Begin."),
    ]
    assert all(is_now(e.published_at) for e in await library.history())
    audit = [
        (e.actor, e.action, e.detail, e.reason, e.edition)
        for e in await libraries.decisions("default").audit()
    ]
    assert audit == [
        ("mo", "rollback", "back to edition 1; 1 added, 1 changed, 1 removed", "It was better.", 4),
        ("mo", "remove", "ferry; 0 added, 0 changed, 1 removed", "It is wrong.", 3),
        ("tester", "add", "/paper; 1 added, 1 changed, 0 removed", "", 2),
        ("tester", "add", "/paper; 2 added, 0 changed, 0 removed", "Begin.", 1),
    ]


async def test_going_back_reports_what_came_again_what_changed_and_what_went(
    library: Library,
) -> None:
    await add(library, LAMPS, FERRY)
    await add(library, replace(LAMPS, text="The lamps are lit at six."), FERRY, BRIDGE)
    await library.remove(["ferry"], actor="mo")
    report = await library.rollback(1, actor="mo")

    assert (report.edition, report.published) == (4, True)
    assert (report.added, report.changed, report.removed) == (("ferry",), ("lamps",), ("bridge",))
    # Its vectors are still there: nothing is embedded to go back.
    assert (report.texts_embedded, report.failing) == (0, ())
    assert report.seconds > 0
    status = await library.status()
    assert (status.articles, status.chunks) == (2, 2)


async def test_going_back_to_the_same_state_counts_nothing(library: Library) -> None:
    await add(library, LAMPS)
    await add(library, LAMPS, FERRY)
    await library.rollback(1, actor="mo")

    report = await library.rollback(1, actor="mo")

    assert (report.edition, report.published) == (3, False)
    assert (report.added, report.changed, report.removed) == ((), (), ())


async def test_a_wrong_way_back_says_where_to_look(library: Library) -> None:
    await add(library, LAMPS)
    with pytest.raises(SourceError, match=r"^Edition 1 is the current one\.$"):
        await library.rollback(1, actor="mo")
    with pytest.raises(SourceError) as unknown:
        await library.rollback(9, actor="mo")

    assert str(unknown.value) == (
        "There is no edition 9 of the library 'default' to go back to. "
        "`footnote index history` lists those that are kept."
    )


async def test_what_is_not_there_cannot_be_taken_out_and_is_named(library: Library) -> None:
    await add(library, LAMPS)
    with pytest.raises(SourceError, match=r"^No such article: moon, sun\.$"):
        await library.remove(["moon", "lamps", "sun"], actor="mo")
    with pytest.raises(SourceError, match=r"^No such article: \(none named\)\.$"):
        await library.remove([], actor="mo")
    with pytest.raises(SourceError) as unknown:
        await library.remove_source(99, actor="mo")

    assert str(unknown.value) == "There is no source 99. `footnote index sources` lists them."
    assert (await library.status()).articles == 1


async def test_an_index_of_another_embedder_is_refused_with_the_command_that_mends_it(
    opened: Opened,
) -> None:
    await add(opened.libraries.library("default"), LAMPS)
    await opened.libraries.close()
    async with open_libraries(opened.folder, fingerprint="other") as again:
        with pytest.raises(EmbedderMismatch) as refused:
            await add(again.libraries.library("default"), FERRY)

    said = str(refused.value)
    assert said.startswith("The library 'default' was indexed with '")
    assert "but this installation uses 'other" in said
    assert said.endswith(
        "Run `footnote --library default index rebuild` to index it anew; no article is lost."
    )


def failing(*keys: int) -> object:
    """A check that finds these questions wrong in every edition but the first."""

    async def check(
        articles: Searchable, golden: Sequence[GoldenQuestion]
    ) -> Sequence[GoldenCheck]:
        edition = (await articles.search("When?", limit=1)).edition
        return [GoldenCheck(one, passes=edition == 1 or one.key not in keys) for one in golden]

    return check


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            (1,),
            "1 golden question would no longer cite its article, so nothing was published: ",
        ),
        (
            (1, 2),
            "2 golden questions would no longer cite their article, so nothing was published: ",
        ),
    ],
    ids=["one", "two"],
)
async def test_golden_questions_that_would_be_lost_are_counted_and_named(
    libraries: Libraries, library: Library, keys: tuple[int, ...], said: str
) -> None:
    await add(library, LAMPS, FERRY)
    decisions = libraries.decisions("default")
    for question in ("When?", "Where?"):
        await decisions.add_golden(question, "ferry", actor="tester")
    seen: list[Progress] = []

    with pytest.raises(PlanBlocked) as blocked:
        await library.add(
            [read_from("/quay", [BRIDGE])],
            actor="tester",
            note="add",
            check=failing(*keys),  # type: ignore[arg-type]
            on_progress=seen.append,
        )

    assert str(blocked.value).startswith(said)
    assert blocked.value.golden
    assert len(blocked.value.failing) == len(keys)
    assert Progress("asking the golden questions", 0, 2) in seen
    assert (await library.status()).articles == 2


async def test_an_override_is_written_down_with_the_questions_that_fail(
    libraries: Libraries, library: Library
) -> None:
    await add(library, LAMPS, FERRY)
    decisions = libraries.decisions("default")
    await decisions.add_golden("When?", "ferry", actor="tester")
    report = await library.add(
        [read_from("/quay", [BRIDGE])],
        actor="tester",
        note="add /quay",
        check=failing(1),  # type: ignore[arg-type]
        consent=Consent(golden=True, drop=True, suspicious=True),
    )

    assert len(report.failing) == 1
    (latest, *_) = await decisions.audit()
    assert latest.detail == (
        f"/quay; 1 added, 0 changed, 0 removed; accepted failing golden questions: "
        f"{report.failing[0]}"
    )


async def test_removing_tells_which_questions_fail_now(
    libraries: Libraries, library: Library
) -> None:
    await add(library, LAMPS, FERRY)
    await libraries.decisions("default").add_golden("When?", "ferry", actor="tester")
    report = await library.remove(
        ["lamps"],
        actor="mo",
        check=failing(1),  # type: ignore[arg-type]
    )

    assert len(report.failing) == 1
    assert (report.removed, report.edition) == (("lamps",), 2)


LONG = " ".join(f"Keeper {n} lights lamp {n} of the northern pier at dusk." for n in range(30))
PAGE = "https://e.org/lamps"


async def test_an_override_of_what_looks_broken_is_written_down_where_it_was_needed(
    libraries: Libraries, library: Library
) -> None:
    consent = Consent(drop=True, suspicious=True)
    await library.add(
        [read_from("/paper", [article(PAGE, LONG)])], actor="mo", note="add", consent=consent
    )
    report = await library.add(
        [read_from("/paper", [article(PAGE, "Please log in.")])],
        actor="mo",
        note="add",
        consent=consent,
    )

    assert report.changed == (PAGE,)
    assert [entry.detail for entry in await libraries.decisions("default").audit()] == [
        "0 added, 1 changed, 0 removed; accepted suspicious articles",
        "1 added, 0 changed, 0 removed",
    ]


async def test_a_source_is_read_again_with_the_options_that_it_was_added_with(
    library: Library,
) -> None:
    options = SourceOptions(include=("*/news/*",), limit=7)
    read = read_from("/paper", [LAMPS])
    await library.add([read], actor="tester", note="add", options=options)
    (source,) = await library.sources()
    assert (source.options, source.added_by, source.articles) == (options, "tester", 1)

    await library.add([read], actor="mo", note="add", options=SourceOptions(limit=9))
    (source,) = await library.sources()
    assert source.options == SourceOptions(limit=9)


async def test_a_question_whose_article_moved_is_asked_under_its_new_id(
    libraries: Libraries, library: Library
) -> None:
    old, new = article("https://e.org/old", LONG), article("https://e.org/new", LONG)
    await library.add([read_from("/paper", [old, FERRY])], actor="tester", note="add")
    for question, article_id in (("When?", old.id), ("Where?", "ferry")):
        await libraries.decisions("default").add_golden(question, article_id, actor="tester")
    asked: list[tuple[int, str]] = []

    async def check(
        articles: Searchable, golden: Sequence[GoldenQuestion]
    ) -> Sequence[GoldenCheck]:
        edition = (await articles.search("When?", limit=1)).edition
        asked.extend((edition, one.article_id) for one in golden)
        # It fails in both editions, so that it stops nothing.
        return [GoldenCheck(one, passes=False) for one in golden]

    moved = read_from("/paper", [new, FERRY])

    async def read(info: object, known: object) -> object:
        return moved

    report = await library.sync(read, actor="tester", check=check)  # type: ignore[arg-type]

    assert report.moved == ((old.id, new.id),)
    assert (report.added, report.removed) == ((), ())
    assert asked == [(2, new.id), (2, "ferry"), (1, old.id), (1, "ferry")]
    assert len(report.failing) == 2
    golden = await libraries.decisions("default").golden()
    assert {one.article_id for one in golden} == {new.id, "ferry"}
    assert (await library.status()).articles == 2


async def test_who_goes_back_while_a_sync_reads_is_believed_and_the_sync_says_so(
    library: Library,
) -> None:
    await add(library, LAMPS)
    await add(library, LAMPS, FERRY)

    async def read(info: object, known: object) -> object:
        await library.rollback(1, actor="mo")
        return read_from("/paper", [LAMPS, FERRY, BRIDGE])

    with pytest.raises(PlanOutdated) as outdated:
        await library.sync(read, actor="tester")  # type: ignore[arg-type]

    assert str(outdated.value) == (
        "Somebody went back to an earlier edition meanwhile, so nothing was published. "
        "Do it again if it is still wanted."
    )
    assert [edition.number for edition in await library.history()] == [3, 2, 1]


async def test_a_large_drop_that_was_accepted_is_written_down(
    libraries: Libraries, library: Library
) -> None:
    many = [article(f"page-{n}", f"Page {n} tells of the pier in year {n}.") for n in range(12)]
    report = await library.add([read_from("/paper", many)], actor="tester", note="add /paper")
    assert report.embedding_seconds > 0

    async def read(info: object, known: object) -> object:
        return read_from("/paper", many[:2])

    with pytest.raises(PlanBlocked) as blocked:
        await library.sync(read, actor="tester")  # type: ignore[arg-type]
    await library.publish(blocked.value.plan_id, actor="mo", consent=Consent(drop=True))

    (latest, *_) = await libraries.decisions("default").audit()
    assert (latest.actor, latest.edition) == ("mo", 2)
    assert latest.detail.endswith("0 added, 0 changed, 10 removed; accepted a large drop")
    assert (await library.status()).articles == 2
