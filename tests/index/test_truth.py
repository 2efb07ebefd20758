"""Nothing that is not in the current edition is ever found, whatever was done before.

Random sequences of all that can be done to a library, cut off at random, against a plain model.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from index import editions, library_rows
from index.connections import Connection
from index.embedding import Embedder
from index.entries import EntryState
from index.errors import NothingToSync, PlanBlocked, PlanOutdated, SourceError
from index.libraries import Libraries
from index.library import Library
from index.models import Article, Problem, ReadResult, Source, SourceKind, SyncReport
from index.old_rows import Retention
from index.plans import ALL
from index.records import SourceInfo
from index.rereading import ReadSource
from index.retrieval import Fusion, Mode
from index.steps import Step
from tests.fakes.cutting import check_cited
from tests.fakes.embedding import DIMENSION, FINGERPRINT, HashedWords, count_words
from tests.fakes.libraries import article
from tests.fakes.papers import list_entries, tell
from tests.fakes.shelves import Change, Model
from tests.fakes.stores import open_database

T = TypeVar("T")

PLACES = ("a", "b")
NUMBERS = range(5)
MANY = 1_000


class Chance:
    """Chooses what is done next. Evenly, where hypothesis's own strategies prefer the simple."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def act(self) -> tuple[str, dict[str, Any]]:
        """A method of ``Truth`` with what it is called with."""
        name = self._random.choice(list(ACTS.elements()))
        return name, {field: getattr(self, field)() for field in FIELDS[name].split()}

    def place(self) -> str:
        return self._random.choice(PLACES)

    def wanted(self) -> set[str]:
        return {self.place() for _ in range(self._random.randrange(3))}

    def numbers(self) -> set[int]:
        return set(self._random.sample(NUMBERS, self._random.randint(1, 3)))

    def fresh(self) -> set[int]:
        return set(self._random.sample(NUMBERS, self._random.randrange(3)))

    def old(self) -> int:
        return self._random.choice(NUMBERS)

    new = old

    def yes(self) -> bool:
        return self._random.random() < 0.5

    again = page = yes

    def which(self) -> int:
        return self._random.randrange(10)

    one = other = which

    def keep(self) -> int:
        return self._random.randint(1, 3)

    def cut(self) -> Step | int | None:
        """Where a job is cut off, if it is: after a step, or instead of its n-th write."""
        if self._random.random() < 0.7:
            return None
        cuts: list[Step | int] = [*Step, *[Step.STAGED] * 3, *range(1, 10)]
        return self._random.choice(cuts)


FIELDS = {
    "sync": "wanted fresh cut",
    "plan": "fresh",
    "publish": "which cut",
    "roll_back": "which cut",
    "remove": "which cut",
    "remove_source": "which cut",
    "add": "place cut",
    "write": "place numbers again",
    "erase": "place numbers",
    "rename": "place old new",
    "lock": "fresh page",
    "collect": "keep cut",
    "rebuild": "cut",
    "supersede": "one other",
    "start_again": "",
}
ACTS = Counter({"sync": 8, "plan": 4, "publish": 4, "roll_back": 4, "remove": 2, "write": 2})
ACTS.update(FIELDS.keys())


class Cut(BaseException):
    """Stands for the end of the process."""


class Truth:
    """A real library and its model."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="truth-"))
        self.model = Model()
        self.disk: dict[str, dict[str, str]] = {place: {} for place in PLACES}
        self.said: dict[str, list[str]] = {}
        self.plans: dict[str, Change] = {}
        self.locked: frozenset[str] = frozenset()
        self.gone: frozenset[str] = frozenset()
        self.spared: set[str] = set()
        self.cut_at: Step | int | None = None
        self.serial = 0
        self.open()

    # The real thing

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def open(self) -> None:
        self.libraries = Libraries(
            self.folder,
            database=open_database(self.folder / "footnote.db"),
            embedder=Embedder(HashedWords(), fingerprint=FINGERPRINT, dimension=DIMENSION),
            count=count_words,
            fusion=Fusion(depth=MANY),
            on_step=self.step,
        )
        write = self.libraries.database.write

        async def counted(work: Callable[[Connection], T]) -> T:
            if isinstance(self.cut_at, int):
                self.cut_at -= 1
                if self.cut_at == 0:
                    raise Cut
            return await write(work)

        notices: list[str] = []
        self.run(self.libraries.open(on_notice=notices.append))
        self.libraries.database.write = counted  # type: ignore[method-assign]
        assert notices == []

    def step(self, step: Step) -> None:
        if step == self.cut_at:
            raise Cut

    @property
    def library(self) -> Library:
        return self.libraries.library("default")

    def do(self, work: Coroutine[Any, Any, T], after: Callable[[], None]) -> T | None:
        """Do it, or be cut off; ``after`` tells the model that it was done."""
        old = self.model.copy()
        try:
            result = self.run(work)
        except Cut:
            self.run(self.libraries.close())
            self.cut_at = None
            self.open()
            after()
            if self.run(self.ended_as()) != self.told(self.model):
                self.model = old
            return None
        finally:
            self.cut_at = None
        after()
        return result

    async def ended_as(self) -> tuple[int, list[int], set[str], list[str]]:
        def look(connection: Connection) -> tuple[int, list[int], set[str], list[str]]:
            row = library_rows.find_library(connection, "default")
            if row is None:
                return 0, [], set(), []
            known = [e.number for e in editions.history(connection, row.pk)]
            sources = [s.location for s in library_rows.list_sources(connection, row.pk)]
            return row.edition, known, editions.withheld(connection, row.pk), sorted(sources)

        return await self.libraries.database.read(look)

    def told(self, model: Model) -> tuple[int, list[int], set[str], list[str]]:
        known = sorted(model.editions, reverse=True)
        return model.number, known, model.withheld, sorted(model.sources)

    def close(self) -> None:
        self.run(self.libraries.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # What lies in the folders

    def listed(self, place: str, known: Mapping[str, EntryState]) -> ReadResult:
        """As a folder is read: known by stamps, some locked, some pages gone."""
        if not self.disk[place]:
            raise SourceError("There is nothing in it.")
        articles, read, unchanged, gone, failed = [], [], [], [], []
        for id_, text in self.disk[place].items():
            one, state = self.article(id_, text), known.get(id_)
            if id_ in self.gone and state is not None:
                misses = state.misses + 1
                gone.append(EntryState(id_, id_, state.version_id, state.stamp, misses=misses))
                if misses == 1:
                    self.spared.add(id_)
            elif id_ in self.locked | self.gone:
                failed.append(id_)
                self.spared.add(id_)
            elif state is not None and state.stamp == one.version_id:
                unchanged.append(EntryState(id_, id_, state.version_id, state.stamp))
            else:
                articles.append(one)
                read.append(EntryState(id_, id_, stamp=one.version_id))
        return ReadResult(
            self.source(place),
            tuple(articles),
            read=tuple(read),
            unchanged=tuple(unchanged),
            gone=tuple(gone),
            failed=frozenset(failed),
            problems=tuple(Problem(id_, "It is locked.") for id_ in failed),
        )

    async def read(self, info: SourceInfo, known: Mapping[str, EntryState]) -> ReadResult:
        return self.listed(info.source.location, known)

    def given(self, places: list[str]) -> dict[str, dict[str, str]]:
        """What can be read in these folders."""
        return {
            place: {
                id_: text
                for id_, text in self.disk[place].items()
                if id_ not in self.locked | self.gone
            }
            for place in places
            if self.disk[place]
        }

    def source(self, place: str) -> Source:
        return Source(SourceKind.FOLDER, place)

    def article(self, id_: str, text: str) -> Article:
        return article(id_, text, title=f"Title of {id_}")

    def key_of(self, place: str) -> int:
        return next(s.key for s in self.run(self.library.sources()) if s.source.location == place)

    def texts(self, id_: str, *, again: bool) -> str:
        """A text nobody has seen, or one that the article had before."""
        before = self.said.setdefault(id_, [])
        if again and before:
            return before[0]
        self.serial += 1
        words = " ".join(f"w{self.serial}{letter}" for letter in "abcdef")
        before.append(f"Tale {words} end.")
        return before[-1]

    # What can be done

    def begin(self) -> None:
        for place in PLACES:
            self.write(place, set(NUMBERS), again=False)
            self.add(place, None)

    def write(self, place: str, numbers: set[int], again: bool) -> None:
        for number in sorted(numbers):
            id_ = f"{place}-{number}"
            self.disk[place][id_] = self.texts(id_, again=again)

    def erase(self, place: str, numbers: set[int]) -> None:
        for number in numbers:
            self.disk[place].pop(f"{place}-{number}", None)

    def rename(self, place: str, old: int, new: int) -> None:
        text = self.disk[place].pop(f"{place}-{old}", None)
        if text is not None:
            self.disk[place][f"{place}-{new}"] = text
            self.said.setdefault(f"{place}-{new}", []).append(text)

    def lock(self, fresh: set[int], page: bool) -> None:
        ids = frozenset(f"a-{number}" for number in fresh)
        self.locked, self.gone = (frozenset(), ids) if page else (ids, frozenset())

    def add(self, place: str, cut: Step | int | None) -> None:
        given = self.given([place])
        if not given.get(place):
            return
        change = self.model.change_by(given, drop_missing=False)
        self.cut_at = cut

        async def add() -> None:
            result = self.listed(place, await self.library.known(self.source(place)))
            await self.library.add([result], actor="tester", note="add")

        def after() -> None:
            self.model.sources.add(place)
            self.model.apply(change)

        self.do(add(), after)

    def changes(self, places: list[str]) -> Change:
        """What a sync that has just read these would change."""
        return self.model.change_by(self.given(places), drop_missing=True, spared=self.spared)

    def sync(self, wanted: set[str], fresh: set[int], cut: Step | int | None) -> None:
        self.write("a", fresh, again=False)
        places = sorted(self.model.sources & (wanted or set(PLACES)))
        keys = [self.key_of(place) for place in places] if wanted else []
        if not places:
            return
        self.spared = set()
        readable = any(self.disk[place] for place in places)
        self.cut_at = cut
        change: list[Change] = []

        async def sync() -> SyncReport:
            return await self.library.sync(self.read, actor="tester", sources=keys)

        def after() -> None:
            change.append(self.changes(places))
            self.model.apply(change[0])

        try:
            self.do(sync(), after)
        except NothingToSync:
            assert not readable
        except PlanBlocked as blocked:
            asked = self.changes(places)
            assert not self.model.may_drop(asked)
            self.plans[blocked.plan_id] = asked
        else:
            assert readable or cut is not None

    def plan(self, fresh: set[int]) -> None:
        self.write("a", fresh, again=False)
        places = sorted(self.model.sources)
        if not places:
            return
        self.spared = set()
        try:
            plan = self.run(self.library.plan_sync(self.read, actor="tester"))
        except NothingToSync:
            return
        change = self.changes(places)
        assert plan.is_empty == change.is_empty
        assert plan.drops_too_much <= (not self.model.may_drop(change))
        assert plan.drops_too_much >= self.model.must_ask(change)
        self.plans[plan.id] = change

    def publish(self, which: int, cut: Step | int | None) -> None:
        if not self.plans:
            return
        plan_id = list(self.plans)[which % len(self.plans)]
        change = self.plans[plan_id]
        fits = self.model.fits(change)
        self.cut_at = cut
        try:
            self.do(
                self.library.publish(plan_id, actor="tester", consent=ALL),
                lambda: self.model.apply(change),
            )
        except PlanOutdated:
            assert not fits
        else:
            assert fits or cut is not None
        left = {plan.id for plan in self.run(self.library.plans())}
        assert (plan_id in left) == (not fits or (cut is not None and plan_id in left))
        self.plans = {id_: change for id_, change in self.plans.items() if id_ in left}

    def remove(self, which: int, cut: Step | int | None) -> None:
        there = sorted(self.model.current)
        if not there:
            return
        ids = sorted({there[which % len(there)], there[0]})
        self.cut_at = cut
        self.do(self.library.remove(ids, actor="tester"), lambda: self.model.remove(ids))

    def remove_source(self, which: int, cut: Step | int | None) -> None:
        if not self.model.sources:
            return
        place = sorted(self.model.sources)[which % len(self.model.sources)]
        key = self.key_of(place)
        self.cut_at = cut
        self.do(
            self.library.remove_source(key, actor="tester"),
            lambda: self.model.remove_source(place),
        )

    def roll_back(self, which: int, cut: Step | int | None) -> None:
        earlier = [number for number in self.model.editions if number != self.model.number]
        if not earlier:
            return
        number = earlier[which % len(earlier)]
        self.cut_at = cut
        self.do(self.library.rollback(number, actor="tester"), lambda: self.model.roll_back(number))

    def collect(self, keep: int, cut: Step | int | None) -> None:
        self.cut_at = cut
        self.do(
            self.library.collect(Retention(editions=keep, days=-1)),
            lambda: self.model.collect(keep),
        )

    def rebuild(self, cut: Step | int | None) -> None:
        self.cut_at = cut
        self.do(self.library.rebuild(), lambda: None)

    def supersede(self, one: int, other: int) -> None:
        there = sorted(self.model.current)
        if not there:
            return
        old, new = there[one % len(there)], there[other % len(there)]
        # A circle is refused.
        with suppress(SourceError):
            self.run(self.libraries.decisions("default").supersede(old, by=new, actor="tester"))

    def start_again(self) -> None:
        self.run(self.libraries.close())
        self.open()

    # What must hold after each

    def holds(self) -> None:
        self.editions_are_those_of_the_model()
        self.only_what_is_current_is_found_and_all_of_it()
        self.the_stores_agree()

    def editions_are_those_of_the_model(self) -> None:
        assert self.run(self.ended_as()) == self.told(self.model)

        def look(connection: Connection) -> dict[int, dict[str, tuple[str, str]]]:
            row = library_rows.find_library(connection, "default")
            if row is None:
                return {}
            places = dict(connection.execute("SELECT pk, location FROM source").fetchall())
            texts = dict(connection.execute("SELECT version_id, text FROM version").fetchall())
            return {
                number: {
                    id_: (texts[member.version_id], places[member.source])
                    for id_, member in editions.members(connection, row.pk, number).items()
                }
                for number in self.model.editions
            }

        assert self.run(self.libraries.database.read(look)) == self.model.editions
        assert self.model.editions.get(self.model.number, {}) == self.model.current

    def only_what_is_current_is_found_and_all_of_it(self) -> None:
        self.run(self._search_all())

    async def _search_all(self) -> None:
        marks = await self.libraries.decisions("default").supersessions()
        labels = {mark.article_id: mark.by_title for mark in marks}
        current = {text for text, _ in self.model.current.values()}
        everything = "tale end " + " ".join(f"w{number}a" for number in range(1, self.serial + 1))
        for mode in Mode:
            found = await self.library.search(everything, limit=MANY, mode=mode)
            assert found.edition == self.model.number
            if self.model.current:
                assert found.degraded is None
            texts = {p.text for p in found.passages}
            # Vectors find nearly all.
            assert texts <= current if mode is Mode.DENSE else texts == current
            for passage in found.passages:
                text, _ = self.model.current[passage.article_id]
                assert passage.text == text[passage.start : passage.end]
                assert await self.library.text_of(passage.version_id) == text
                assert passage.superseded_by == labels.get(passage.article_id)

    def the_stores_agree(self) -> None:
        assert self.run(self.library.verify()).problems == ()


PAPER = Source(SourceKind.FOLDER, "/paper")
CLUB = Source(SourceKind.FOLDER, "/club")
TALES = [tell(number, "calm") for number in range(6)]


def reading(shelves: Mapping[Source, Sequence[Article]], **fields: Any) -> ReadSource:
    async def read(info: SourceInfo, known: Mapping[str, EntryState]) -> ReadResult:
        return replace(list_entries(info.source, shelves[info.source], known), **fields)

    return read


@pytest.fixture
async def library(libraries: Libraries) -> Library:
    library = libraries.library("default")
    await library.add([list_entries(PAPER, TALES, {})], actor="tester", note="add")
    return library


async def test_an_article_that_a_rollback_brought_back_and_that_is_locked_today_stays(
    library: Library,
) -> None:
    await library.sync(reading({PAPER: TALES[1:]}), actor="tester")
    await library.rollback(1, actor="tester")
    locked = reading(
        {PAPER: TALES[1:]},
        failed=frozenset({"tale-0.md"}),
        problems=(Problem("tale-0.md", "It is locked."),),
    )

    report = await library.sync(locked, actor="tester")

    assert not report.published
    assert (await library.status()).articles == len(TALES)


async def test_two_sources_that_tell_an_article_differently_do_not_take_turns(
    library: Library,
) -> None:
    other = [tell(0, "stormy"), tell(9, "stormy")]
    await library.add([list_entries(CLUB, other, {})], actor="tester", note="add")
    read = reading({PAPER: TALES, CLUB: other})

    reports = [await library.sync(read, actor="tester") for _ in range(3)]

    assert not any(report.published for report in reports)
    assert all("Two sources" in report.notes[0].message for report in reports)
    found = await library.search("tale harbour pilot0", limit=50)
    assert {p.version_id for p in found.passages if p.article_id == "tale-0"} == {
        other[0].version_id
    }


async def test_what_is_held_back_again_and_again_is_one_plan(library: Library) -> None:
    short = article("tale-0", "Tale.", published_at="2031-05-01")

    held = [
        await library.sync(
            reading({PAPER: [short, *TALES[1:], tell(20 + day, "calm")]}), actor="tester"
        )
        for day in range(3)
    ]

    assert {plan.id for plan in await library.plans()} == {report.held for report in held}
    assert len(await library.plans()) == 1
    await library.publish(held[0].held or "", actor="tester", consent=ALL)
    assert any(p.text == "Tale." for p in (await library.search("tale", limit=50)).passages)


async def test_a_plan_brings_nothing_back_to_a_source_that_was_removed(library: Library) -> None:
    plan = await library.plan_sync(reading({PAPER: [*TALES, tell(7, "calm")]}), actor="tester")
    (source,) = await library.sources()
    await library.remove_source(source.key, actor="tester")

    with pytest.raises(PlanOutdated, match="its source was removed"):
        await library.publish(plan.id, actor="tester")

    assert (await library.search("tale", limit=50)).passages == ()


async def test_a_golden_question_goes_with_an_article_that_moves(
    libraries: Libraries, library: Library
) -> None:
    await libraries.decisions("default").add_golden("Who is pilot3?", "tale-3", actor="tester")
    moved = [*TALES[:3], tell(3, "calm", name="moved-3", title="Tale 3"), *TALES[4:]]

    report = await library.sync(reading({PAPER: moved}), actor="tester", check=check_cited)

    assert report.moved == (("tale-3", "moved-3"),)
    (golden,) = await libraries.decisions("default").golden()
    assert golden.article_id == "moved-3"


@pytest.mark.timeout(600)
@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.randoms(use_true_random=True))
def test_no_search_returns_a_text_that_is_not_in_the_current_edition(random: Random) -> None:
    truth, chance = Truth(), Chance(random)
    try:
        truth.begin()
        for _ in range(16):
            name, fields = chance.act()
            note(f"{name} {fields}")
            getattr(truth, name)(**fields)
            truth.holds()
    finally:
        truth.close()
