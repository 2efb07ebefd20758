"""Runs a job in a process of its own, and ends that process at a chosen instant (SIGKILL).

Processes come from a fork server that has the heavy libraries loaded, so that one costs
tenths of a second. Nothing has been opened there: every process opens its own files.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import sqlite3
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from index import editions, entry_rows, library_rows, probe
from index.connections import Connection as StoreConnection
from index.database import Database
from index.embedding import Embedder
from index.errors import FootnoteIndexError
from index.golden import Searchable
from index.health import ChromaHealth, _describe
from index.indexing import WriteRate
from index.libraries import Libraries
from index.library import Library
from index.library_rows import LibraryRow
from index.models import SearchResult, Source, SourceKind
from index.old_rows import Retention
from index.records import GoldenCheck, GoldenQuestion
from index.retrieval import Fusion, Mode
from index.sqlite_database import SqliteDatabase
from index.steps import Step
from tests.fakes.embedding import DIMENSION, FINGERPRINT, HashedWords, count_words
from tests.fakes.papers import FOLDER, TODAY, YESTERDAY, Folder, list_entries, tell

T = TypeVar("T")

QUESTIONS = ("Which tale tells of pilot5?", "stormy ferry62", "day 7 of tale 20", "calm crew44")
GOLDEN = ("Who is pilot8?", "tale-8")
EVERY_TALE = "tale"
_MANY = 1_000
_PATIENCE = 100.0

_context = get_context("forkserver")
_context.set_forkserver_preload(["tests.fakes.loaded"])


@dataclass(frozen=True, slots=True)
class Cut:
    """When a process dies.

    Attributes:
        event: At its n-th event: a SQL statement, an embedded text, a call of Chroma.
        step: When it has finished this step.
        call: While its n-th call of Chroma runs, ``delay`` seconds after that began.
        after: So many seconds after the job began.
    """

    event: int | None = None
    step: Step | None = None
    call: int | None = None
    delay: float = 0.0
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a library shows at its front door.

    ``texts`` is all that words find; ``strangers`` is what only vectors find, which is nothing.
    """

    edition: int
    members: dict[str, str]
    history: tuple[tuple[int, str, int, int, int], ...]
    texts: frozenset[tuple[str, str]]
    strangers: frozenset[tuple[str, str]]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What else must be the same in the end. Scores tell of words in every stored text."""

    rankings: tuple[tuple[str, ...], ...]
    entries: frozenset[tuple[str, str, str, str | None, str | None]]
    golden: tuple[tuple[str, str], ...]
    audit: tuple[tuple[str, int | None], ...]
    held: frozenset[str]
    rows: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """How a job went that nobody disturbed."""

    seconds: float
    events: int
    calls: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A process ended by an error, and not by its cut."""

    why: str


@dataclass
class Fuse:
    """Counts events once the job has begun, and ends the process at the chosen one."""

    cut: Cut
    burns: bool = False
    events: int = 0
    calls: int = 0
    steps: list[Step] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def event(self) -> None:
        """One more; perhaps the last."""
        if not self.burns:
            return
        with self._lock:
            self.events += 1
            if self.events == self.cut.event:
                die()

    def step(self, step: Step) -> None:
        """As ``index.steps.OnStep``."""
        if self.burns:
            self.steps.append(step)
            if step is self.cut.step:
                die()

    def trace(self, database: SqliteDatabase) -> None:
        """Count the statements of a database."""
        connect = database._connection

        def connection() -> sqlite3.Connection:
            opened = connect()
            opened.set_trace_callback(lambda _: self.event())
            return opened

        database._connection = connection  # type: ignore[method-assign]

    def watch(self, libraries: Libraries) -> None:
        """Count the calls of Chroma, before and after."""
        vectors = libraries._vectors
        work = vectors._work

        def counted(call: Callable[[Any], T], **options: Any) -> T:
            self.event()
            if self.burns:
                self.calls += 1
                if self.calls == self.cut.call:
                    threading.Timer(self.cut.delay, die).start()
            try:
                return work(call, **options)
            finally:
                self.event()

        vectors._work = counted  # type: ignore[assignment, method-assign]


class SlowWords(HashedWords):
    """Takes a moment for each text, as a real model does."""

    _fuse: Fuse | None = None

    def _get_text_embedding(self, text: str) -> list[float]:
        if self._fuse is not None:
            self._fuse.event()
        time.sleep(0.002)
        return super()._get_text_embedding(text)


class Looker:
    """Looks into Chroma folders from a process of its own, made before this one had threads."""

    def __init__(self) -> None:
        fork = get_context("fork")
        self._pipe, theirs = fork.Pipe()
        process = fork.Process(target=_look_when_asked, args=(theirs, self._pipe), daemon=True)
        process.start()
        theirs.close()

    def look(self, request: str) -> str:
        """As ``index.probe``: JSON in, JSON out."""
        self._pipe.send(request)
        try:
            return str(self._pipe.recv())
        except EOFError:
            return json.dumps({"problems": ["opening the vector index crashed"]})


def _look_when_asked(pipe: Connection, theirs: Connection) -> None:
    theirs.close()
    with contextlib.suppress(EOFError):
        request = json.loads(pipe.recv())
        try:
            problems = probe.look_into(Path(request["folder"]), request["collections"])
        except Exception as error:  # noqa: BLE001 - as the real probe
            problems = [f"{type(error).__name__}: {error}"]
        pipe.send(json.dumps({"problems": problems}))


class QuickHealth(ChromaHealth):
    """As the real one, with a probe that has imported Chroma already."""

    def __init__(self, folder: Path, looker: Looker) -> None:
        super().__init__(folder)
        self._looker = looker

    async def _probe(self, database: Database, rows: Sequence[LibraryRow]) -> str | None:
        collections = await database.read(lambda c: _describe(c, rows))
        request = json.dumps({"folder": str(self._folder), "collections": collections})
        problems = json.loads(await asyncio.to_thread(self._looker.look, request))["problems"]
        return problems[0] if problems else None


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


@asynccontextmanager
async def open_fused(
    folder: Path, fuse: Fuse, looker: Looker | None = None
) -> AsyncIterator[Libraries]:
    """A data folder with a fuse; every search finds all that there is to find."""
    folder.mkdir(parents=True, exist_ok=True)
    model = SlowWords()
    model._fuse = fuse
    database = SqliteDatabase(folder / "footnote.db")
    libraries = Libraries(
        folder,
        database=database,
        embedder=Embedder(model, fingerprint=FINGERPRINT, dimension=DIMENSION),
        count=count_words,
        rate=WriteRate(rows=4, pause=0.001),
        fusion=Fusion(depth=_MANY),
        on_step=fuse.step,
    )
    fuse.trace(database)
    fuse.watch(libraries)
    if looker is not None:
        libraries._health = QuickHealth(folder / "chroma", looker)
        libraries._vectors._on_open = libraries._health.break_seal
    notices: list[str] = []
    try:
        await libraries.open(on_notice=notices.append)
        yield libraries
    finally:
        await libraries.close()


async def check_cited(
    articles: Searchable, golden: Sequence[GoldenQuestion]
) -> Sequence[GoldenCheck]:
    """Asks golden questions: the best passage is what an answer would cite."""
    checks = []
    for one in golden:
        found = await articles.search(one.question, limit=1)
        cited = tuple(p.article_id for p in found.passages)
        checks.append(GoldenCheck(one, one.article_id in cited, cited))
    return checks


async def _sync(library: Library) -> None:
    await library.sync(Folder(TODAY).read, actor="tester", check=check_cited)


async def _rollback(library: Library) -> None:
    if (await library.history())[0].note != "back to edition 1":
        await library.rollback(1, actor="tester", check=check_cited)


async def _collect(library: Library) -> None:
    await library.collect(Retention(editions=1, days=-1))


async def _rebuild(library: Library) -> None:
    await library.rebuild()


async def _add(library: Library) -> None:
    evening = [tell(number, "stormy") for number in range(200, 220)]
    result = list_entries(Source(SourceKind.FOLDER, "/evening"), evening, {})
    await library.add([result], actor="tester", note="add")


JOBS = {
    "add": _add,
    "sync": _sync,
    "rollback": _rollback,
    "collect": _collect,
    "rebuild": _rebuild,
}
"""Jobs by name; each may be run again when it was cut off."""


async def _fill(folder: Path, *, synced: bool) -> int:
    async with open_fused(folder, Fuse(Cut())) as libraries:
        library = libraries.library("default")
        result = list_entries(FOLDER, YESTERDAY, {})
        await library.add([result], actor="tester", note="add")
        await libraries.decisions("default").add_golden(*GOLDEN, actor="tester")
        if synced:
            await _sync(library)
        return len(await library.history())


async def _work(folder: Path, job: str, cut: Cut, begun: Connection) -> Told:
    fuse = Fuse(cut)
    async with open_fused(folder, fuse) as libraries:
        started = time.perf_counter()
        begun.send(None)
        fuse.burns = True
        await JOBS[job](libraries.library("default"))
        fuse.burns = False
        seconds = time.perf_counter() - started
    return Told(seconds, fuse.events, fuse.calls, tuple(fuse.steps))


async def _recover(folder: Path, job: str, looker: Looker | None) -> tuple[Seen, Seen, Kept]:
    async with open_fused(folder, Fuse(Cut()), looker) as libraries:
        before = await look_at(libraries)
        await JOBS[job](libraries.library("default"))
        return before, await look_at(libraries), await look_behind(libraries)


async def _show(folder: Path) -> tuple[Seen, Kept]:
    async with open_fused(folder, Fuse(Cut())) as libraries:
        return await look_at(libraries), await look_behind(libraries)


async def look_at(libraries: Libraries, name: str = "default") -> Seen:
    """What a library shows: verified, listed, and asked for everything it has."""
    library = libraries.library(name)
    members, edition = await libraries.database.read(lambda c: _members(c, name))
    found = await library.search(EVERY_TALE, limit=_MANY, mode=Mode.LEXICAL)
    near = await library.search(EVERY_TALE, limit=_MANY, mode=Mode.DENSE)
    for result in (found, near):
        assert result.degraded is None, result.degraded
        assert result.edition == edition
        assert result.passages
    texts = _texts(found)
    return Seen(
        edition,
        members,
        tuple((e.number, e.note, e.added, e.changed, e.removed) for e in await library.history()),
        texts,
        _texts(near) - texts,
        (await library.verify()).problems,
    )


def _texts(found: SearchResult) -> frozenset[tuple[str, str]]:
    return frozenset((p.version_id, p.text) for p in found.passages)


def _members(connection: StoreConnection, name: str) -> tuple[dict[str, str], int]:
    row = library_rows.find_library(connection, name)
    if row is None:
        return {}, 0
    members = editions.members(connection, row.pk, row.edition)
    return {id_: member.version_id for id_, member in members.items()}, row.edition


async def look_behind(libraries: Libraries, name: str = "default") -> Kept:
    """What a library remembers besides its articles, and how many rows it takes."""
    decisions = libraries.decisions(name)
    library = libraries.library(name)
    rankings = [await library.search(question, limit=10) for question in QUESTIONS]
    return Kept(
        tuple(
            tuple(f"{p.score:.5f} {p.version_id} {p.start}" for p in found.passages)
            for found in rankings
        ),
        await libraries.database.read(_entries),
        tuple((g.question, g.article_id) for g in await decisions.golden()),
        tuple((a.action, a.edition) for a in await decisions.audit()),
        frozenset(item.article_id for plan in await library.plans() for item in plan.suspicious),
        await libraries.database.read(_rows),
    )


def _entries(
    connection: StoreConnection,
) -> frozenset[tuple[str, str, str, str | None, str | None]]:
    entries = entry_rows.load_entries(connection, 1).values()
    return frozenset((e.key, e.article_id, e.version_id, e.stamp, e.winner) for e in entries)


def _rows(connection: StoreConnection) -> tuple[tuple[str, int], ...]:
    """Rows by table: a job that ran twice may leave nothing twice."""
    tables = ("library", "source", "version", "chunk", "embedding", "edition", "membership")
    count = "SELECT count(*) FROM "
    return tuple((t, int(connection.execute(count + t).fetchone()[0])) for t in tables)


def fill(folder: Path, *, synced: bool = False) -> None:
    """Make a library of yesterday's paper, closed properly; or of both days' editions."""
    _finish(_in_child(_run, _fill, folder, synced=synced))


def show(folder: Path) -> tuple[Seen, Kept]:
    """What a library holds, seen from a process of its own."""
    shown: tuple[Seen, Kept] | None = _in_child(_run, _show, folder)
    return _finish(shown)


def run_whole(folder: Path, job: str) -> Told:
    """Run a job undisturbed."""
    told = run_until(folder, job, Cut())
    assert told is not None, f"{job} failed"
    return told


def run_until(folder: Path, job: str, cut: Cut) -> Told | None:
    """Run a job until it is cut off; None if it was."""
    begun, theirs = _context.Pipe(duplex=False)
    answers, to_answer = _context.Pipe(duplex=False)
    process = _context.Process(target=_serve, args=(to_answer, _work_in, folder, job, cut, theirs))
    process.start()
    theirs.close()
    to_answer.close()
    with contextlib.closing(begun), contextlib.closing(answers):
        if cut.after is not None and begun.poll(_PATIENCE):
            # Ended by the exit of the process, or by us.
            process.join(cut.after)
            process.kill()
        told: Told | None = _receive(answers)
        process.join(_PATIENCE)
    return told


def run_in_room(folder: Path, room: int) -> str | None:
    """Sync while no file may grow beyond the database's size and ``room`` bytes.

    The name of the error, or None if it went well.
    """
    return _finish(_in_child(_sync_in_room, folder, room)) or None


def _sync_in_room(folder: Path, room: int) -> str:
    async def sync() -> None:
        async with open_fused(folder, Fuse(Cut())) as libraries:
            size = (folder / "footnote.db").stat().st_size
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, hard))
            await _sync(libraries.library("default"))

    try:
        asyncio.run(sync())
    except FootnoteIndexError as error:
        return type(error).__name__
    return ""


def recover(folder: Path, job: str, *, quick_look: bool = True) -> tuple[Seen, Seen, Kept]:
    """Open the folder in a new process, look, run the job again and look again."""
    return _finish(_in_child(_recover_in, folder, job, quick_look))


def _work_in(folder: Path, job: str, cut: Cut, begun: Connection) -> Told:
    return asyncio.run(_work(folder, job, cut, begun))


def _recover_in(folder: Path, job: str, quick_look: bool) -> tuple[Seen, Seen, Kept]:
    return asyncio.run(_recover(folder, job, Looker() if quick_look else None))


def _run(work: Callable[..., Coroutine[Any, Any, T]], *args: Any, **options: Any) -> T:
    return asyncio.run(work(*args, **options))


def _in_child(work: Callable[..., T], *args: Any, **options: Any) -> T | None:
    """The result of a call in a new process; None if that died."""
    answers, theirs = _context.Pipe(duplex=False)
    process = _context.Process(target=_serve, args=(theirs, work, *args), kwargs=options)
    process.start()
    theirs.close()
    with contextlib.closing(answers):
        result: T | None = _receive(answers)
        process.join(_PATIENCE)
    return result


def _serve(answers: Connection, work: Callable[..., Any], *args: Any, **options: Any) -> None:
    try:
        answers.send(work(*args, **options))
    except Exception:  # noqa: BLE001 - told to the test, which fails of it
        answers.send(Failed(traceback.format_exc()))
    answers.close()


def _receive(answers: Connection) -> Any:
    # Exit codes are no help: threads that start processes take them from each other.
    try:
        answer = answers.recv() if answers.poll(_PATIENCE) else None
    except EOFError:
        return None
    assert not isinstance(answer, Failed), f"the process failed: {answer.why}"
    return answer


def _finish(result: T | None) -> T:
    assert result is not None, "the process ended without an answer"
    return result
