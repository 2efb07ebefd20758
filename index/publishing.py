"""Turns a plan into the next edition of a library.

Everything is prepared first, where no reader sees it: texts and vectors are stored, the
next edition is laid out, the golden questions are asked of it. One transaction then
publishes. The caller sees to it that only one such job runs at a time in a library;
a removal may come between, from any process, and is respected.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from index import audit, decision_rows, editions, library_rows, page_rows
from index.connections import Connection
from index.database import Database
from index.editions import Changes
from index.errors import EmbedderMismatch, PlanBlocked, PlanOutdated
from index.golden import CheckGolden, Searchable, name_failing
from index.indexing import Indexer, IndexingTally, WriteRate
from index.library_rows import LibraryRow
from index.models import Article, EditionInfo, OnProgress, Progress, SyncReport
from index.plans import PlanKind
from index.prepared import Prepared
from index.records import GoldenCheck
from index.steps import OnStep, Step, no_step
from index.transactions import (
    Act,
    Displaced,
    Laid,
    describe_edition,
    lay_out,
    list_names,
    publish,
    put_away,
    report_publication,
    write_entry,
)
from index.undoing import Undo

ViewEdition = Callable[[int], Searchable]

_TRIES = 5


class Publisher:
    """Publishes editions of one library."""

    def __init__(
        self,
        *,
        name: str,
        database: Database,
        indexer: Indexer,
        rate: WriteRate,
        view: ViewEdition,
        on_step: OnStep = no_step,
    ) -> None:
        self._name = name
        self._database = database
        self._indexer = indexer
        self._rate = rate
        self._view = view
        self._on_step = on_step
        self._publishing = asyncio.Lock()

    async def row(self) -> LibraryRow | None:
        """The library's row, or None before its first article."""
        return await self._database.read(lambda c: library_rows.find_library(c, self._name))

    async def open(self) -> LibraryRow:
        """The library's row, made now if it is new.

        Raises:
            EmbedderMismatch: the index was made by another embedder or chunking.
        """
        row = await self._database.write(
            lambda c: library_rows.open_library(c, self._name, self._indexer.fingerprint)
        )
        self.check_fingerprint(row)
        return row

    def check_fingerprint(self, row: LibraryRow | None) -> None:
        """Refuse to work on an index that another embedder or chunking made.

        Raises:
            EmbedderMismatch: it was; the error says how to rebuild.
        """
        if row is None or row.fingerprint in (None, self._indexer.fingerprint):
            return
        raise EmbedderMismatch(
            f"The library '{self._name}' was indexed with '{row.fingerprint}', but this "
            f"installation uses '{self._indexer.fingerprint}'. Run `footnote --library "
            f"{self._name} index rebuild` to index it anew; no article is lost."
        )

    async def publish(
        self,
        prepared: Prepared,
        act: Act,
        *,
        check: CheckGolden,
        on_progress: OnProgress,
    ) -> SyncReport:
        """Publish what was prepared; guards have been asked before.

        Raises:
            PlanBlocked: a golden question would no longer cite its article; nothing was
                published. ``plan_id`` is that of ``prepared``.
            PlanOutdated: somebody went back to an earlier edition meanwhile.
        """
        started, busy = time.perf_counter(), self._indexer.busy_seconds
        row = await self.open()
        tally = await self._store(row, prepared, on_progress)
        async with self._publishing:
            laid, failing = await self._publish_laid(prepared, act, check, on_progress)
            self._on_step(Step.PUBLISHED)
        report = report_publication(prepared, laid, tally)
        return replace(
            report,
            failing=failing,
            seconds=time.perf_counter() - started,
            embedding_seconds=self._indexer.busy_seconds - busy,
        )

    async def _publish_laid(
        self, prepared: Prepared, act: Act, check: CheckGolden, on_progress: OnProgress
    ) -> tuple[Laid, tuple[str, ...]]:
        """Lay out and publish; again where another process published between the two."""
        for _ in range(_TRIES):
            laid = await self._database.write(lambda c: lay_out(c, self._name, prepared, act))
            self._on_step(Step.STAGED)
            failing = await self._ask_golden(laid, prepared, act, check, on_progress)
            try:
                await self._database.write(
                    lambda c, laid=laid, failing=failing: publish(c, laid, prepared, act, failing)  # type: ignore[misc]
                )
            except Displaced:
                continue
            except PlanOutdated:
                await self._put_away(laid)
                raise
            return laid, failing
        raise PlanOutdated(
            "The articles were changed again and again meanwhile, so nothing was published. "
            "Do it again when it is quieter."
        )

    async def _put_away(self, laid: Laid) -> None:
        await self._database.write(lambda c: put_away(c, laid))

    async def store(self, articles: Sequence[Article], on_progress: OnProgress) -> None:
        """Store articles and their vectors where no reader sees them."""
        row = await self.open()
        await self._indexer.store_versions(row, articles, on_progress)
        await self._fill(row, [article.version_id for article in articles], on_progress)

    async def apply(
        self, undo: Undo, act: Act, *, check: CheckGolden, on_progress: OnProgress
    ) -> SyncReport:
        """Publish a change that is urgent and made of stored versions.

        Golden questions do not stop it; those that fail afterwards are named.

        Raises:
            SourceError: it cannot be done; nothing was changed.
        """
        started = time.perf_counter()
        row = await self.row() or LibraryRow(0, self._name, 0, None, None)
        self.check_fingerprint(row)
        changes = await self._database.read(lambda c: undo.find(c, row))
        ids = [member.version_id for member in changes.put.values()]
        tally = await self._indexer.restore_versions(row, ids, on_progress)
        if ids:
            await self._fill(row, ids, on_progress)

        def write(connection: Connection) -> tuple[Changes, EditionInfo | None]:
            current = library_rows.find_library(connection, self._name)
            assert current is not None  # noqa: S101 - something was found in it
            last = undo.find(connection, current)
            info = None
            if last.put or last.removed:
                number = editions.stage(connection, current.pk, last)
                info = describe_edition(number, last, act)
                editions.commit(connection, current.pk, info)
                if undo.goes_back:
                    editions.count_way_back(connection, current.pk)
            undo.and_then(connection, current)
            audit.note_action(connection, current.pk, write_entry(act, info, ()))
            return last, info

        async with self._publishing:
            changes, info = await self._database.write(write)
            self._on_step(Step.PUBLISHED)
        current = await self.row()
        if ids and current is not None and current.collection != row.collection:
            # A rebuild put another collection in the place of the one that was filled.
            await self._fill(current, ids, on_progress)
        new = tuple(changes.put)[: changes.added]
        return SyncReport(
            info.number if info else row.edition,
            published=info is not None,
            added=new,
            changed=tuple(changes.put)[changes.added :],
            removed=changes.removed,
            chunks_written=tally.chunks_written,
            texts_embedded=tally.texts_embedded,
            failing=name_failing(await self.check_golden(check)),
            seconds=time.perf_counter() - started,
        )

    async def check_golden(self, check: CheckGolden) -> Sequence[GoldenCheck]:
        """How the golden questions fare in the current edition."""
        row = await self.row()
        if row is None:
            return ()
        golden = await self._database.read(lambda c: decision_rows.list_golden(c, row.pk))
        return await check(self._view(row.edition), golden) if golden else ()

    async def times_back(self) -> int:
        """How often somebody went back to an earlier edition, in whichever process."""
        row = await self.row()
        if row is None:
            return 0
        return await self._database.read(lambda c: editions.times_back(c, row.pk))

    async def _store(
        self, row: LibraryRow, prepared: Prepared, on_progress: OnProgress
    ) -> IndexingTally:
        incoming = list(prepared.articles.values())
        # A bot answers meanwhile, and a query waits for Chroma's running batch.
        ahead = None if self._rate.pause else self._rate
        tally = await self._indexer.store_versions(row, incoming, on_progress, ahead=ahead)
        found = {**prepared.pages, **{article.version_id: article.page for article in incoming}}
        if found:
            await self._database.write(lambda c: page_rows.save_pages(c, row.pk, found))
        self._on_step(Step.STORED)
        await self._fill(row, [article.version_id for article in incoming], on_progress)
        self._on_step(Step.FILLED)
        return tally

    async def _fill(
        self, row: LibraryRow, version_ids: Sequence[str], on_progress: OnProgress
    ) -> None:
        assert row.collection is not None  # noqa: S101 - set when the library was made
        await self._indexer.fill_vectors(
            row, version_ids, row.collection, rate=self._rate, on_progress=on_progress
        )

    async def _ask_golden(
        self,
        laid: Laid,
        prepared: Prepared,
        act: Act,
        check: CheckGolden,
        on_progress: OnProgress,
    ) -> tuple[str, ...]:
        """The golden questions that would fail and that somebody accepted."""
        if not laid.golden or not (laid.changes.put or laid.changes.removed):
            return ()
        on_progress(Progress("asking the golden questions", 0, len(laid.golden)))
        accepted = False
        try:
            checks = await check(self._view(laid.info.number), laid.golden)
            failing = [one for one in checks if not one.passes]
            new = name_failing(await self._lately_failing(laid, failing, prepared, check))
            self._on_step(Step.CHECKED)
            accepted = not new or act.consent.golden
        finally:
            if not accepted:
                await self._put_away(laid)
        if not accepted:
            whose = "its" if len(new) == 1 else "their"
            raise PlanBlocked(
                f"{_count(len(new), 'golden question')} would no longer cite {whose} article, "
                f"so nothing was published: {list_names(new)}.",
                plan_id=prepared.plan.id,
                golden=True,
                failing=new,
            )
        return name_failing(failing)

    async def _lately_failing(
        self,
        laid: Laid,
        failing: Sequence[GoldenCheck],
        prepared: Prepared,
        check: CheckGolden,
    ) -> Sequence[GoldenCheck]:
        """Those that the current edition still answers.

        The others failed before: somebody accepted that, or removed their article. To stop
        at them again and again would only teach everybody to override.
        """
        if not failing:
            return ()
        before = {item.article_id: item.other for item in prepared.plan.of(PlanKind.MOVED)}
        asked = [
            replace(
                one.golden, article_id=before.get(one.golden.article_id) or one.golden.article_id
            )
            for one in failing
        ]
        now = {
            one.golden.key: one.passes for one in await check(self._view(laid.row.edition), asked)
        }
        return [one for one in failing if now.get(one.golden.key)]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("s" if number != 1 else "")
