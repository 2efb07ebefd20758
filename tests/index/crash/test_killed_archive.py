"""A process that is killed while it exports or imports leaves one whole thing, or nothing."""

from __future__ import annotations

import asyncio
import shutil
import zipfile
from functools import partial
from pathlib import Path

import pytest

from tests.fakes import audited, cutting
from tests.fakes.cutting import Cut, Fuse, Kept, Seen
from tests.fakes.libraries import open_libraries

pytestmark = pytest.mark.timeout(300)
KILLS = 6


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "data"
    cutting.fill(folder)
    return folder


def export(folder: Path, target: Path) -> None:
    async def work() -> None:
        async with open_libraries(folder) as opened:
            await opened.libraries.export("default", target)

    asyncio.run(work())


def take_in(folder: Path, archive: Path, event: int | None = None) -> None:
    """Import, and be killed at an event: a statement, or a call of Chroma."""

    async def work() -> None:
        fuse = Fuse(Cut(event=event))
        async with cutting.open_fused(folder, fuse) as libraries:
            fuse.burns = True
            await libraries.import_archive("default", archive, actor="tester")
            fuse.burns = False
            folder.with_name("events").write_text(str(fuse.events))

    asyncio.run(work())


def show(folder: Path) -> tuple[Seen, Kept]:
    return cutting.show(folder)


def spread(total: int) -> list[int]:
    """Numbers from 1 to ``total``, evenly, the last one among them."""
    return sorted({max(1, total * part // KILLS) for part in range(1, KILLS + 1)})


def test_an_export_that_is_killed_leaves_no_file_or_a_whole_one(data: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(data, tmp_path / "data"))
    before = show(folder)
    target = tmp_path / "out" / "library.zip"
    target.parent.mkdir()
    steps = audited.count_steps(partial(export, folder, target))
    whole = target.read_bytes()
    target.unlink()

    killed = 0
    for step in spread(steps):
        # How many steps there are depends on what the one before left to tidy up.
        was_killed = audited.kill_at(partial(export, folder, target), step)
        killed += was_killed
        assert was_killed or target.exists()
        if target.exists():
            assert zipfile.ZipFile(target).testzip() is None
            assert len(target.read_bytes()) == len(whole)

    assert killed >= KILLS - 2
    assert show(folder) == before
    export(folder, target)
    assert len(target.read_bytes()) == len(whole)


def test_an_import_that_is_killed_takes_in_everything_or_nothing(
    data: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "library.zip"
    export(Path(shutil.copytree(data, tmp_path / "from")), archive)
    undisturbed = tmp_path / "whole" / "data"
    undisturbed.parent.mkdir()
    audited.count_steps(partial(take_in, undisturbed, archive))
    expected = show(undisturbed)
    events = int(undisturbed.with_name("events").read_text())
    outcomes = set()

    for event in spread(events):
        folder = tmp_path / f"killed-{event}" / "data"
        folder.parent.mkdir()
        assert audited.kill_at(partial(take_in, folder, archive, event), 0)
        outcomes.add(asyncio.run(holds_articles(folder)))
        if not asyncio.run(holds_articles(folder)):
            take_in(folder, archive)
        assert show(folder) == expected, event

    assert outcomes == {False, True}


async def holds_articles(folder: Path) -> bool:
    async with open_libraries(folder) as opened:
        status = await opened.libraries.library("default").status()
    assert status.articles in {0, 60}
    return status.articles > 0
