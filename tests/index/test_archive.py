"""A library moves whole in one file; an archive that is not sound leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import struct
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import lexical
from index.archive import _Stoppable, _Stopped, export_library
from index.archive_format import MANIFEST, NAMES, VECTORS
from index.connections import Connection
from index.decisions import Decisions
from index.entries import EntryState, SourceOptions
from index.errors import ArchiveError, EmbedderMismatch
from index.libraries import Libraries
from index.models import Article, Heading, Progress, ReadResult, Source, SourceKind, no_progress
from index.pages import Anchor, PageText
from index.recency import parse_recency
from tests.fakes.archives import NOTE, edit, everything, load, members, put, save, write
from tests.fakes.embedding import DIMENSION
from tests.fakes.libraries import Opened, article, open_libraries, read_from

QUESTION = "When does the ferry to Gull Rock sail?"
FERRY = Article(
    "ferry",
    "The ferry to Gull Rock",
    "Times\n\nThe ferry to Gull Rock sails at nine. Zoë’s dog travels free. 船は九時に出る。",
    published_at="2031-05-02",
    authors=("Ada Lund", "Zoë Fisk"),
    url="https://paper.example.org/ferry?a=1#b",
    publisher="The Paper",
    headings=(Heading(0, 5, 1),),
)
PAGE = PageText(("Menu", FERRY.text.split("\n\n")[1]), (Anchor(0, "menü", is_heading=True),))
MUSEUM = article("museum", "The museum of knots opens at ten. Entry costs three crowns.")
BRIDGE = article("bridge", "The old bridge closes for repairs in June.")


def entry(of: Article) -> EntryState:
    return EntryState(f"{of.id}.md", of.id, of.version_id, stamp="12 34", etag='"x"')


async def fill(libraries: Libraries, name: str = "default") -> None:
    """A library with a past: changes, a removal, a rollback, and what people decided."""
    library = libraries.library(name)
    decisions = Decisions(name, libraries.database)
    texts = (replace(FERRY, page=PAGE), MUSEUM, BRIDGE)
    result = ReadResult(
        Source(SourceKind.FOLDER, "/paper"),
        texts,
        read=tuple(map(entry, texts)),
        options=SourceOptions(include=("*.md",)),
    )
    await library.add([result], actor="tester", note="add")
    later = replace(FERRY, text="Times\n\nThe ferry to Gull Rock sails at eleven. No dogs.")
    await library.add([read_from("/other", [later])], actor="tester", note="add")
    await library.remove(["bridge"], actor="discord:7", reason="it is a rumour")
    await library.rollback(1, actor="tester", reason="too early")
    await library.remove(["bridge"], actor="discord:7")
    await decisions.add_golden(QUESTION, "ferry", actor="discord:7")
    await decisions.supersede("museum", by="ferry", actor="tester")
    await libraries.settings(name).set_recency(parse_recency("90"), actor="tester")


async def found(libraries: Libraries, name: str = "default") -> list[Any]:
    result = await libraries.library(name).search(QUESTION, limit=20)
    assert result.degraded is None
    return [*result.passages, result.edition, result.term_weights]


@pytest.fixture
async def archive(tmp_path: Path) -> Path:
    """An export of a library with a past."""
    async with open_libraries(tmp_path / "from") as opened:
        await fill(opened.libraries)
        await save(opened.libraries, tmp_path / "library.zip")
    return tmp_path / "library.zip"


async def test_a_library_moves_whole(tmp_path: Path) -> None:
    path = tmp_path / "library.zip"
    async with open_libraries(tmp_path / "from") as opened:
        await fill(opened.libraries)
        report = await save(opened.libraries, path)
        old = opened.libraries
        before = (await everything(old), await found(old), await old.library("default").history())
        golden = await Decisions("default", old.database).golden()

    async with open_libraries(tmp_path / "to") as opened:
        taken = await load(opened.libraries, path)
        library = opened.libraries.library("default")
        await library.refill()

        assert taken.is_indexed
        assert taken.report == report
        assert (report.articles, report.editions, report.golden) == (2, 5, 1)
        assert report.size == path.stat().st_size
        assert opened.model.embedded == []
        assert await found(opened.libraries) == before[1]
        assert await library.history() == before[2]
        assert await Decisions("default", opened.libraries.database).golden() == golden
        after = await everything(opened.libraries)
        last = max(after["audit"])
        after["audit"].remove(last)
        assert last[2:] == (*(NOTE.at, NOTE.actor, NOTE.action, NOTE.detail, ""), 5)
        for table in before[0]:
            if table not in {"job", "plan", "version", "chunk", "membership", "page"}:
                assert after[table] == before[0][table], table
        assert await library.page_of(FERRY.version_id) == PAGE
        assert (await library.verify()).problems == ()
        await library.rollback(2, actor="tester")
        assert "eleven" in (await found(opened.libraries))[0].text


async def test_the_words_of_many_articles_are_indexed_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    add_rows = lexical.add_rows

    def note(connection: Connection, library: int, rows: Iterable[lexical.LexicalRow]) -> None:
        given = list(rows)
        calls.append(len(given))
        add_rows(connection, library, given)

    monkeypatch.setattr(lexical, "add_rows", note)
    tales = [article(f"tale-{n}", f"Tale {n} tells of tower{n}.") for n in range(30)]
    async with open_libraries(tmp_path / "from") as opened:
        library = opened.libraries.library("default")
        await library.add([read_from("/paper", tales)], actor="tester", note="add")
        await save(opened.libraries, tmp_path / "library.zip")
    async with open_libraries(tmp_path / "to") as opened:
        await load(opened.libraries, tmp_path / "library.zip")

    assert calls == [24, 6, 30]


async def test_what_is_exported_again_is_the_same_letter_for_letter(
    tmp_path: Path, archive: Path
) -> None:
    again = tmp_path / "again.zip"
    async with open_libraries(tmp_path / "to") as opened:
        await load(opened.libraries, archive, "other")
        await save(opened.libraries, again, "other")

    first, second = members(archive), members(again)
    for name in NAMES:
        if name != "audit.jsonl":
            assert second[name] == first[name], name
    assert second["audit.jsonl"].startswith(first["audit.jsonl"])


async def test_an_export_leaves_out_what_no_edition_holds(opened: Opened, tmp_path: Path) -> None:
    await fill(opened.libraries)
    await save(opened.libraries, tmp_path / "before.zip")
    row = await opened.libraries.library("default")._publisher.row()
    assert row is not None
    leftover = article("leftover", "Nobody ever published this.")
    await opened.libraries._indexer.store_versions(row, [leftover], no_progress)
    # As a publication leaves it that was cut off: laid out, not published.
    await opened.libraries.database.write(
        lambda c: c.execute(
            "UPDATE membership SET to_edition = 6 WHERE article_id = 'ferry' AND to_edition IS NULL"
        )
    )
    await save(opened.libraries, tmp_path / "after.zip")

    first, second = members(tmp_path / "before.zip"), members(tmp_path / "after.zip")
    assert first["memberships.jsonl"] == second["memberships.jsonl"]
    assert first["versions.jsonl"] == second["versions.jsonl"]


async def test_an_archive_of_another_embedder_is_taken_in_and_made_anew(
    tmp_path: Path, archive: Path
) -> None:
    async with open_libraries(tmp_path / "to", fingerprint="another:2:64") as opened:
        taken = await load(opened.libraries, archive)
        library = opened.libraries.library("default")

        assert not taken.is_indexed
        with pytest.raises(EmbedderMismatch):
            await library.search(QUESTION)
        await library.rebuild()
        assert (await found(opened.libraries))[0].article_id == "ferry"
        assert (await library.verify()).problems == ()
        await library.rollback(2, actor="tester")
        assert "eleven" in (await found(opened.libraries))[0].text


async def test_schedules_wait_until_somebody_resumes_them(tmp_path: Path) -> None:
    async with open_libraries(tmp_path / "from") as opened:
        await fill(opened.libraries)
        key = (await opened.libraries.library("default").sources())[0].key
        decisions = Decisions("default", opened.libraries.database)
        await decisions.set_schedule(key, "hourly", actor="tester")
        await save(opened.libraries, tmp_path / "library.zip")
    async with open_libraries(tmp_path / "to") as opened:
        await load(opened.libraries, tmp_path / "library.zip")
        source, other = await opened.libraries.library("default").sources()

        assert (source.schedule, source.paused) == ("hourly", True)
        assert (other.schedule, other.paused) == (None, False)


async def test_a_library_that_holds_articles_takes_nothing_in(
    opened: Opened, archive: Path
) -> None:
    await opened.libraries.library("default").add(
        [read_from("/paper", [MUSEUM])], actor="tester", note="add"
    )
    before = await everything(opened.libraries)

    with pytest.raises(ArchiveError, match="holds articles already"):
        await load(opened.libraries, archive)

    assert await everything(opened.libraries) == before


async def test_what_a_failed_first_run_left_does_not_hinder_an_import(
    tmp_path: Path, archive: Path
) -> None:
    async with open_libraries(tmp_path / "to") as opened:
        opened.model.fail_after = 60
        many = [article(f"tale-{n}", f"Tale {n} tells of tower{n}.") for n in range(90)]
        with pytest.raises(Exception, match="embedder"):
            await opened.libraries.library("default").add(
                [read_from("/paper", many)], actor="tester", note="add"
            )
        await load(opened.libraries, archive)
        await opened.libraries.library("default").refill()

        assert (await opened.libraries.library("default").verify()).problems == ()
        assert len((await everything(opened.libraries))["version"]) == 4


async def test_an_empty_library_is_not_exported(opened: Opened, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="is empty"):
        await save(opened.libraries, tmp_path / "library.zip")

    assert not (tmp_path / "library.zip").exists()


async def test_a_file_that_is_there_is_left_as_it_was(opened: Opened, tmp_path: Path) -> None:
    await fill(opened.libraries)
    path = tmp_path / "notes.zip"
    path.write_text("mine")

    with pytest.raises(ArchiveError, match="is there already"):
        await save(opened.libraries, path)
    assert path.read_text() == "mine"

    await export_library(
        opened.libraries.database, "default", path, overwrite=True, on_progress=no_progress
    )
    assert zipfile.is_zipfile(path)


@pytest.mark.parametrize("target", [".", "nowhere/library.zip"])
async def test_a_place_that_takes_no_file_is_refused(
    opened: Opened, tmp_path: Path, target: str
) -> None:
    await fill(opened.libraries)
    with pytest.raises(ArchiveError, match="no place for a file"):
        await save(opened.libraries, tmp_path / target)


@pytest.mark.parametrize("most", [0, 900, 4_000])
async def test_a_full_disk_leaves_no_half_export(opened: Opened, tmp_path: Path, most: int) -> None:
    await fill(opened.libraries)
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "library.zip").write_text("the one before")
    whole = await save(opened.libraries, tmp_path / "whole.zip")
    assert whole.size > 4_000
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, limits[1]))
    try:
        with pytest.raises(ArchiveError, match="cannot be written"):
            await export_library(
                opened.libraries.database,
                "default",
                folder / "library.zip",
                overwrite=True,
                on_progress=no_progress,
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert [f.name for f in folder.iterdir()] == ["library.zip"]
    assert (folder / "library.zip").read_text() == "the one before"


async def test_an_export_that_nobody_waits_for_ends_and_leaves_nothing(
    opened: Opened, tmp_path: Path
) -> None:
    many = [article(f"tale-{n}", f"Tale {n} tells of tower{n}.") for n in range(300)]
    await opened.libraries.library("default").add(
        [read_from("/paper", many)], actor="tester", note="add"
    )
    folder = tmp_path / "exports"
    folder.mkdir()
    task = asyncio.create_task(save(opened.libraries, folder / "library.zip"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await opened.libraries.close()

    assert list(folder.iterdir()) == []


async def test_work_that_nobody_waits_for_is_stopped_at_the_next_row() -> None:
    with _Stoppable(Progress("exporting", 0), no_progress) as work:
        work.on_row()

    with pytest.raises(_Stopped):
        work.on_row()


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def scramble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[200:260] = os.urandom(60)
    path.write_bytes(bytes(data))


def not_a_zip(path: Path) -> None:
    path.write_text("Dear Sir,")


def other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("letter.txt", "Dear Sir,")


def twice(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as opened, pytest.warns(UserWarning, match="Duplicate"):
        opened.writestr("golden.jsonl", b"")


def lose_a_member(path: Path) -> None:
    parts = members(path)
    del parts["entries.jsonl"]
    write(path, parts)


def bomb(path: Path) -> None:
    parts = members(path)
    parts["audit.jsonl"] = b" " * 50_000_000
    write(path, parts)


def newer(path: Path) -> None:
    parts = members(path)
    parts[MANIFEST] = json.dumps({**json.loads(parts[MANIFEST]), "format": 99}).encode()
    write(path, parts)


def odd_manifest(path: Path) -> None:
    parts = members(path)
    parts[MANIFEST] = json.dumps({**json.loads(parts[MANIFEST]), "edition": "5"}).encode()
    write(path, parts)


def endless(path: Path) -> None:
    parts = members(path)
    parts[MANIFEST] = json.dumps({**json.loads(parts[MANIFEST]), "edition": 2**53}).encode()
    write(path, parts)


def odd_fingerprint(path: Path) -> None:
    parts = members(path)
    parts[MANIFEST] = json.dumps({**json.loads(parts[MANIFEST]), "fingerprint": "\ud800"}).encode()
    write(path, parts)


def nested(path: Path) -> None:
    parts = members(path)
    parts["withheld.jsonl"] = b"[" * 200_000 + b"\n"
    write(path, parts)


def not_json(path: Path) -> None:
    write(path, {**members(path), "withheld.jsonl": b"{]\n"})


def forge_hash(path: Path) -> None:
    """The member is sound, and is not what the manifest says."""
    parts = members(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in parts.items():
            opened.writestr(name, data.replace(b"tester", b"nobody") if name != MANIFEST else data)


def vectors(change: Callable[[bytearray], object]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        parts = members(path)
        data = bytearray(parts[VECTORS])
        change(data)
        write(path, {**parts, VECTORS: bytes(data)})

    return damage


def not_a_number(data: bytearray) -> None:
    data[16:20] = struct.pack("<f", float("nan"))


def signalling(data: bytearray) -> None:
    data[16:20] = b"\x01\x00\xa0\x7f"


def double_length(data: bytearray) -> None:
    values = struct.unpack(f"<{DIMENSION}f", data[16 : 16 + 4 * DIMENSION])
    data[16 : 16 + 4 * DIMENSION] = struct.pack(f"<{DIMENSION}f", *(2 * v for v in values))


def forget_first(data: bytearray) -> None:
    del data[: 16 + 4 * DIMENSION]


def cut_short(data: bytearray) -> None:
    del data[-10:]


def indexed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in rows if row["chunks"])


def overlap(rows: list[dict[str, Any]]) -> None:
    first = next(row for row in rows if row["article_id"] == "ferry")
    first["to_edition"] = 4


def another_text(rows: list[dict[str, Any]]) -> None:
    rows[0]["version"], rows[-1]["version"] = rows[-1]["version"], rows[0]["version"]


DAMAGES: dict[str, Callable[[Path], None]] = {
    "cut off": truncate,
    "scrambled": scramble,
    "no zip": not_a_zip,
    "another zip": other_zip,
    "a member twice": twice,
    "a member missing": lose_a_member,
    "a bomb": bomb,
    "newer": newer,
    "an odd manifest": odd_manifest,
    "more editions than memory": endless,
    "half a pair in the manifest": odd_fingerprint,
    "nested": nested,
    "not JSON": not_json,
    "another hash": forge_hash,
    "not a number in a vector": vectors(not_a_number),
    "a signal in a vector": vectors(signalling),
    "a vector too long": vectors(double_length),
    "a vector missing": vectors(forget_first),
    "a vector cut off": vectors(cut_short),
    "a text altered": edit("versions.jsonl", lambda r: indexed(r).update(text="No. " * 99)),
    "a version twice": edit("versions.jsonl", lambda r: r.append(r[-1])),
    "a version missing": edit("versions.jsonl", lambda r: r.pop()),
    "a chunk outside": edit(
        "versions.jsonl", lambda r: indexed(r)["chunks"][0].__setitem__(2, 9**6)
    ),
    "a chunk elsewhere": edit(
        "versions.jsonl", lambda r: indexed(r)["chunks"][0].__setitem__(1, 1)
    ),
    "a chunk without vector": edit(
        "versions.jsonl", lambda r: indexed(r)["chunks"][0].__setitem__(4, "0" * 32)
    ),
    "a chunk that is none": edit("versions.jsonl", lambda r: indexed(r)["chunks"].append([1])),
    "a surrogate": edit(
        "versions.jsonl", lambda r: indexed(r)["chunks"][0].__setitem__(3, "\ud800")
    ),
    "an odd heading": edit("versions.jsonl", lambda r: r[0]["headings"].append([0, 10**6, 1])),
    "two texts at a time": edit("memberships.jsonl", overlap),
    "another's text": edit("memberships.jsonl", another_text),
    "a membership that ends in time to come": edit(
        "memberships.jsonl",
        lambda r: next(row for row in r if row["to_edition"] is None).update(to_edition=6),
    ),
    "a membership to come": edit("memberships.jsonl", put("from_edition", 6)),
    "a source that is none": edit("memberships.jsonl", put("source", 3)),
    "a history with gaps": edit("editions.jsonl", lambda r: r.pop(2)),
    "a history too short": edit("editions.jsonl", lambda r: r.pop()),
    "no history": edit("editions.jsonl", lambda r: r.clear()),
    "an edition without time": edit("editions.jsonl", put("published_at", "yesterday")),
    "an unknown kind": edit("sources.jsonl", put("kind", "pigeon")),
    "options that are not ours": edit("sources.jsonl", put("options", '{"run": "rm"}')),
    "options that are none": edit("sources.jsonl", put("options", '{"include": [1]}')),
    "a source twice": edit("sources.jsonl", lambda r: r.append({**r[0], "number": 3})),
    "an entry of no source": edit("entries.jsonl", put("source", 9, -1)),
    "an entry twice": edit("entries.jsonl", lambda r: r.append(r[-1])),
    "a field too many": edit("golden.jsonl", put("colour", "red")),
    "a field missing": edit("golden.jsonl", lambda r: r[0].pop("title")),
    "a number for a text": edit("golden.jsonl", put("question", 7)),
    "a truth for a number": edit("editions.jsonl", put("added", True)),
    "a golden question twice": edit("golden.jsonl", lambda r: r.append(r[0])),
    "a very long question": edit("golden.jsonl", put("question", "why " * 9_000)),
    "an act without time": edit("audit.jsonl", put("at", "")),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_an_archive_that_is_not_sound_is_refused_and_nothing_written(
    tmp_path: Path, archive: Path, damage: Callable[[Path], None]
) -> None:
    damage(archive)
    async with open_libraries(tmp_path / "to") as opened:
        before = await everything(opened.libraries)

        with pytest.raises(ArchiveError, match=r"Nothing was taken in\.$"):
            await load(opened.libraries, archive)

        assert await everything(opened.libraries) == before


@pytest.mark.parametrize(
    ("hostile", "what"),
    [
        ({"url": "javascript:alert(1)"}, "has an address that is none"),
        ({"url": "https://user:secret@example.org/"}, "has an address that is none"),
        ({"title": "Museum\u202eelif"}, "has an odd title"),
        ({"title": "long " * 100}, "has an odd title"),
        ({"publisher": "The\nPaper"}, "has an odd publisher"),
        ({"authors": ("Ada\u200bLund",)}, "has odd authors"),
        ({"published_at": "2031 " * 20}, "has an odd date"),
        ({"id": "x" * 400}, "has an odd id"),
    ],
)
async def test_an_article_that_no_reader_would_have_let_through_is_refused(
    tmp_path: Path, hostile: dict[str, Any], what: str
) -> None:
    async with open_libraries(tmp_path / "from") as opened:
        await opened.libraries.library("default").add(
            [read_from("/paper", [replace(MUSEUM, **hostile)])], actor="tester", note="add"
        )
        await save(opened.libraries, tmp_path / "library.zip")
    async with open_libraries(tmp_path / "to") as opened:
        with pytest.raises(ArchiveError, match=what):
            await load(opened.libraries, tmp_path / "library.zip")

        assert not (await everything(opened.libraries))["library"]


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (bomb, "audit.jsonl would unpack to implausibly much"),
        (twice, "it is no export of a library"),
        (newer, "written by a newer Footnote"),
        (forge_hash, "is not what was written"),
        (lose_a_member, "it is no export of a library"),
    ],
)
async def test_what_is_wrong_with_an_archive_is_said(
    tmp_path: Path, archive: Path, damage: Callable[[Path], None], what: str
) -> None:
    damage(archive)
    async with open_libraries(tmp_path / "to") as opened:
        with pytest.raises(ArchiveError, match=what):
            await load(opened.libraries, archive)


async def test_an_archive_larger_than_allowed_is_refused(tmp_path: Path, archive: Path) -> None:
    async with open_libraries(tmp_path / "to") as opened:
        with pytest.raises(ArchiveError, match="larger than 1,000 bytes"):
            await load(opened.libraries, archive, most_bytes=1_000)


async def test_vectors_of_another_length_are_refused(tmp_path: Path, archive: Path) -> None:
    async with open_libraries(tmp_path / "to") as opened:
        with pytest.raises(ArchiveError, match="dimensions"):
            await load(opened.libraries, archive, dimension=DIMENSION + 1)


async def test_an_archive_that_changes_while_it_is_taken_in_leaves_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "library.zip"
    many = [article(f"tale-{n}", f"Tale {n} tells of tower{n}.") for n in range(200)]
    async with open_libraries(tmp_path / "from") as opened:
        library = opened.libraries.library("default")
        await library.add([read_from("/paper", many)], actor="tester", note="add")
        await save(opened.libraries, path)
    async with open_libraries(tmp_path / "to") as opened:
        before = await everything(opened.libraries)
        write_rows = opened.libraries.database.write

        async def swap(work: Any) -> Any:
            with path.open("r+b") as file:
                file.seek(30_000)
                file.write(b"x" * 100)
            return await write_rows(work)

        opened.libraries.database.write = swap  # type: ignore[method-assign]
        with pytest.raises(ArchiveError):
            await load(opened.libraries, path)
        opened.libraries.database.write = write_rows  # type: ignore[method-assign]

        assert await everything(opened.libraries) == before


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10**9), mask=st.integers(1, 255))
async def test_no_single_bit_of_an_archive_can_change_what_is_taken_in(
    tmp_path_factory: pytest.TempPathFactory, archive: Path, at: int, mask: int
) -> None:
    folder = tmp_path_factory.mktemp("bits")
    data = bytearray(archive.read_bytes())
    data[at % len(data)] ^= mask
    (folder / "library.zip").write_bytes(bytes(data))
    async with open_libraries(folder / "to") as opened:
        try:
            await load(opened.libraries, folder / "library.zip")
        except ArchiveError:
            assert not (await everything(opened.libraries))["library"]
        else:
            await save(opened.libraries, folder / "again.zip")
            first, second = members(archive), members(folder / "again.zip")
            for name in set(NAMES) - {"audit.jsonl"}:
                assert second[name] == first[name], name
