"""A vector index that was lost or damaged is noticed and made again from the database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.libraries import Libraries
from tests.fakes.libraries import article, open_libraries, read_from

STORIES = [
    article(f"story-{n}", f"Story {n} tells of the harbour at town{n} and its pilot.")
    for n in range(40)
]
QUESTION = "Which story tells of the harbour at town7?"


async def fill(folder: Path) -> list[str]:
    async with open_libraries(folder) as opened:
        library = opened.libraries.library("default")
        await library.add([read_from("/paper", STORIES)], actor="tester", note="add")
        return await ranking(opened.libraries)


async def ranking(libraries: Libraries) -> list[str]:
    found = await libraries.library("default").search(QUESTION, limit=10)
    assert found.degraded is None
    return [p.chunk_id for p in found.passages]


def delete_folder(chroma: Path) -> None:
    shutil.rmtree(chroma)


def empty_folder(chroma: Path) -> None:
    shutil.rmtree(chroma)
    chroma.mkdir()


def delete_vectors(chroma: Path) -> None:
    for folder in chroma.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)


def scramble_database(chroma: Path) -> None:
    (chroma / "chroma.sqlite3").write_bytes(os.urandom(50_000))


def truncate_database(chroma: Path) -> None:
    file = chroma / "chroma.sqlite3"
    file.write_bytes(file.read_bytes()[:3000])


@pytest.mark.parametrize(
    "damage", [delete_folder, empty_folder, scramble_database, truncate_database]
)
async def test_a_damaged_vector_index_is_rebuilt_and_the_operator_told(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    before = await fill(tmp_path)
    damage(tmp_path / "chroma")

    async with open_libraries(tmp_path) as opened:
        assert any("Rebuilding the vector index" in n for n in opened.notices)
        assert await ranking(opened.libraries) == before
        assert opened.model.embedded == []
        assert (await opened.libraries.library("default").verify()).problems == ()


async def test_rows_that_a_cut_off_run_left_out_are_put_back_although_the_folder_is_sealed(
    tmp_path: Path,
) -> None:
    before = await fill(tmp_path)
    async with open_libraries(tmp_path) as opened:
        await opened.libraries._vectors.drop("library-1-1")
        await opened.libraries.database.write(
            lambda c: c.execute("UPDATE version SET collection = NULL")
        )

    async with open_libraries(tmp_path) as opened:
        assert await ranking(opened.libraries) == before
        assert (await opened.libraries.library("default").verify()).problems == ()


async def test_a_properly_closed_index_needs_no_look(tmp_path: Path) -> None:
    await fill(tmp_path)
    seal = (tmp_path / "chroma.seal").read_text()

    async with open_libraries(tmp_path) as opened:
        assert opened.notices == []
        assert (tmp_path / "chroma.seal").read_text() == seal


async def test_an_index_that_was_not_closed_is_looked_into_and_kept_when_sound(
    tmp_path: Path,
) -> None:
    before = await fill(tmp_path)
    (tmp_path / "chroma.seal").unlink()

    async with open_libraries(tmp_path) as opened:
        assert opened.notices == []
        assert await ranking(opened.libraries) == before
    assert not list(tmp_path.glob("chroma.damaged-*"))


async def test_verify_sees_a_vector_that_is_missing(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with open_libraries(tmp_path) as opened:
        library = opened.libraries.library("default")
        assert (await library.verify()).problems == ()
        await opened.libraries.database.write(
            lambda c: c.execute("UPDATE chunk SET chunk_id = 'nowhere' WHERE pk = 3")
        )

        problems = (await library.verify()).problems

    assert any("misses 1 of 40 chunks" in p for p in problems)


@pytest.mark.parametrize(
    ("harm", "sign"),
    [
        ("UPDATE version SET text = text || '!' WHERE article_id = 'story-3'", "story-3"),
        ("DELETE FROM lexical_1_docsize WHERE id = 2", "lexical index"),
        ("DELETE FROM embedding WHERE key IN (SELECT embedding FROM chunk WHERE pk = 5)", "vector"),
        ('UPDATE chunk SET "end" = 100000 WHERE pk = 6', "outside its text"),
    ],
)
async def test_verify_sees_a_store_that_was_tampered_with(
    tmp_path: Path, harm: str, sign: str
) -> None:
    await fill(tmp_path)
    async with open_libraries(tmp_path) as opened:
        await opened.libraries.database.write(lambda c: c.execute(harm))

        problems = (await opened.libraries.library("default").verify()).problems

    assert any(sign in p for p in problems), problems
