"""Damage in any of a library's stores is named; checking holds nobody up."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from index import lexical, verifying
from index.connections import Connection
from index.libraries import Libraries
from index.models import VerifyReport
from index.vector_store import VectorStore
from tests.fakes.libraries import Opened, article, read_from
from tests.fakes.stores import is_postgres

_PK = "(SELECT pk FROM version WHERE article_id = 'tale-444')"
TALES = [article(f"tale-{n:03}", f"Tale {n} tells of tower{n}.") for n in range(450)]


async def fill(libraries: Libraries) -> None:
    await libraries.library("default").add([read_from("/paper", TALES)], actor="tester", note="add")


async def verify(libraries: Libraries) -> VerifyReport:
    return await libraries.library("default").verify()


@pytest.fixture
async def filled(opened: Opened) -> Libraries:
    await fill(opened.libraries)
    return opened.libraries


async def test_a_sound_library_has_no_problems_over_several_pages(filled: Libraries) -> None:
    report = await verify(filled)

    assert (report.edition, report.chunks, report.problems) == (1, 450, ())
    assert len(report.checks) == 4


async def test_an_empty_library_is_sound(libraries: Libraries) -> None:
    assert (await verify(libraries)).problems == ()


async def test_earlier_versions_are_not_looked_at(filled: Libraries) -> None:
    later = article("tale-007", "Tale 7 tells of a bridge.")
    await filled.library("default").add([read_from("/paper", [later])], actor="tester", note="add")
    await filled.database.write(
        lambda c: c.execute("UPDATE version SET text = 'x' WHERE text LIKE '%tower7.'")
    )

    assert (await verify(filled)).problems == ()


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE version SET text = text || '!' WHERE article_id = 'tale-444'",
            "article 'tale-444': its stored text does not match its version's hash",
        ),
        (
            f"DELETE FROM chunk WHERE version = {_PK}",
            "article 'tale-444' has no chunks",
        ),
        (
            f'UPDATE chunk SET "end" = 9999 WHERE version = {_PK}',
            "article 'tale-444': a chunk lies outside its text",
        ),
        (
            f"DELETE FROM embedding WHERE key = (SELECT embedding FROM chunk WHERE version={_PK})",
            "article 'tale-444': a chunk has lost its vector",
        ),
        ("UPDATE library SET fingerprint = 'another'", "the index was made with 'another', not"),
    ],
    ids=["text", "no chunks", "span", "vector", "fingerprint"],
)
async def test_damage_in_the_database_is_named(
    filled: Libraries, statement: str, problem: str
) -> None:
    await filled.database.write(lambda c: c.execute(statement))

    problems = (await verify(filled)).problems

    assert any(p.startswith(problem) for p in problems), problems


@pytest.mark.parametrize(
    ("of_sqlite", "of_postgres", "problem"),
    [
        (
            "DELETE FROM lexical_1_docsize WHERE id = 1",
            "DELETE FROM lexical_segment",
            r"the lexical index misses (1|450) chunks and holds 0 too many",
        ),
        (
            "INSERT INTO lexical_1_docsize SELECT 100000, sz FROM lexical_1_docsize WHERE id = 1",
            (
                "INSERT INTO lexical_segment SELECT library, 99, 1, 0, 100000, 100000, "
                "decode('A086010000000000', 'hex'), decode('00000000', 'hex') FROM lexical_segment "
                "LIMIT 1"
            ),
            r"the lexical index misses 0 chunks and holds 1 too many",
        ),
        (
            "UPDATE lexical_1_data SET block = substr(block, 1, length(block) / 2) WHERE id > 100",
            "UPDATE lexical_posting SET places = substring(places FROM 1 FOR 3)",
            r"the lexical index is damaged",
        ),
    ],
    ids=["not indexed", "stray", "damaged"],
)
async def test_damage_in_the_lexical_index_is_named(
    filled: Libraries, of_sqlite: str, of_postgres: str, problem: str
) -> None:
    statement = of_postgres if is_postgres() else of_sqlite
    await filled.database.write(lambda c: c.execute(statement))

    problems = (await verify(filled)).problems

    assert any(re.match(problem, p) for p in problems), problems


async def test_vectors_that_are_missing_are_counted(filled: Libraries) -> None:
    await filled._vectors.drop("library-1-1")

    problems = (await verify(filled)).problems

    assert problems[0] == "the vector index misses 450 of 450 chunks"
    assert "do not find themselves" in problems[1]


async def test_checking_leaves_the_writer_free(filled: Libraries) -> None:
    """A write goes through while the slowest checks run, and they write nothing."""
    began, may_go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(
        check: Callable[[Connection], object],
    ) -> Callable[[Connection], object]:
        def held(connection: Connection) -> object:
            found = check(connection)
            loop.call_soon_threadsafe(began.set)
            asyncio.run_coroutine_threadsafe(may_go_on.wait(), loop).result(10)
            return found

        return held

    for check in (
        lambda c: None if is_postgres() else c.execute("PRAGMA quick_check(1)").fetchone(),
        lambda c: lexical.check_integrity(c, 1),
        lambda c: lexical.count_strays(c, 1),
    ):
        reading = asyncio.create_task(filled.database.read(hold(check)))
        await began.wait()
        await filled.database.write(lambda c: c.execute("UPDATE library SET name = name"))
        may_go_on.set()
        await reading
        began.clear()
        may_go_on.clear()


async def test_a_vector_index_that_fails_is_told_once(filled: Libraries, tmp_path: Path) -> None:
    (tmp_path / "chroma").write_text("no folder")
    broken = VectorStore(tmp_path / "chroma")

    fingerprint = filled._indexer.fingerprint
    report = await verifying.verify("default", filled.database, broken, fingerprint)
    await broken.close()

    assert len(report.problems) == 1
    assert report.problems[0].startswith("The vector index failed")
