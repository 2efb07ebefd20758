"""Moderators' notes in a library: found with what they correct, touched by nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.errors import SourceError
from index.libraries import Libraries
from index.library import Library
from index.models import Article, SearchResult, is_note
from index.note_rows import Corrected, NoteInfo, Standing
from index.notes import NoteDraft, free_reserved_ids
from tests.fakes.libraries import article, read_from

WRONG = "The wall will cost four million crowns."
WALL = article("wall", f"The council met on Monday. {WRONG} Work begins in May.")
FERRY = article("ferry", "The ferry leaves the harbour at nine.")
RIGHT = "The wall costs six million crowns, not four."
ASKED = "What will the wall cost?"


@pytest.fixture
def town(libraries: Libraries) -> Library:
    return libraries.library("town")


async def add(library: Library, *articles: Article, where: str = "/shelf") -> None:
    await library.add([read_from(where, articles)], actor="Ada", note="add")


def draft(
    text: str = RIGHT, about: Article = WALL, wrong: str = WRONG, id_: str | None = None
) -> NoteDraft:
    start = about.text.index(wrong)
    corrects = Corrected(about.id, about.version_id, about.title, start, start + len(wrong), wrong)
    return NoteDraft(text, f"Moderator note on “{about.title}”", corrects, "discord:1", id_)


async def put(library: Library, given: NoteDraft | None = None) -> NoteInfo:
    note, _ = await library.notes.put(given or draft(), actor="discord:2")
    return note


def ids(found: SearchResult) -> list[str]:
    return [passage.article_id for passage in found.passages]


async def only(library: Library) -> NoteInfo:
    (note,) = await library.notes.list()
    return note


async def test_a_note_comes_right_before_what_it_corrects(town: Library) -> None:
    await add(town, WALL, FERRY)
    note = await put(town)
    found = await town.search(ASKED)

    assert is_note(note.id)
    at = ids(found).index("wall")
    assert note.id in ids(found)[:at]
    passage = found.passages[at]
    (correction,) = passage.corrections
    assert passage.text[correction.start - passage.start : correction.end - passage.start] == WRONG
    assert correction.note_id == note.id


async def test_a_note_in_other_words_comes_with_what_it_corrects_all_the_same(
    town: Library,
) -> None:
    await add(town, WALL, *(article(f"wall-{n}", f"Wall cost number {n}.") for n in range(9)))
    note = await put(town, draft("Sechs, nicht vier."))
    found = await town.search(ASKED, limit=4)

    assert note.id in ids(found)
    assert len(found.passages) <= 4
    scores = [passage.score for passage in found.passages]
    assert scores == sorted(scores, reverse=True)


async def test_no_sync_and_no_removal_of_a_source_takes_a_note_away(town: Library) -> None:
    await add(town, WALL, FERRY)
    note = await put(town)
    (source,) = await town.sources()

    async def read(info: object, known: object) -> object:
        return read_from("/shelf", [FERRY])

    await town.sync(read, actor="Ada")  # type: ignore[arg-type]
    assert (await only(town)).standing is Standing.GONE
    await town.remove_source(source.key, actor="Ada")
    assert (await only(town)).id == note.id
    assert note.id in ids(await town.search("six million crowns"))


async def test_going_back_neither_takes_notes_nor_brings_retired_ones_again(
    town: Library,
) -> None:
    await add(town, WALL)
    kept = await put(town)
    retired = await put(town, draft("The wall is made of stone, they say."))
    await add(town, FERRY, where="/pier")
    await town.notes.retire(retired.id, actor="discord:2")
    await town.rollback(1, actor="Ada")

    assert (await only(town)).id == kept.id
    assert "ferry" not in ids(await town.search("ferry"))
    with pytest.raises(SourceError):
        await town.notes.retire(retired.id, actor="discord:2")


async def test_a_note_flags_itself_when_its_article_changes_until_somebody_looked(
    town: Library,
) -> None:
    await add(town, WALL)
    note = await put(town)
    assert note.standing is Standing.FRESH
    assert await town.notes.take_untold() == ()
    longer = replace(WALL, text=WALL.text + " A band played.")
    await add(town, longer)

    assert (await only(town)).standing is Standing.CHANGED
    assert (await only(town)).quote_stands
    (told,) = await town.notes.take_untold()
    assert told.id == note.id
    assert await town.notes.take_untold() == ()
    assert (await town.notes.keep(note.id)).standing is Standing.FRESH
    await add(town, replace(WALL, text=WALL.text.replace("four", "nine")))
    (told,) = await town.notes.take_untold()
    assert not told.quote_stands
    await town.notes.keep(note.id)
    await town.remove(["wall"], actor="Ada")
    (gone,) = await town.notes.take_untold()
    assert gone.standing is Standing.GONE
    assert (await town.notes.keep(note.id)).standing is Standing.FRESH
    await add(town, WALL)
    assert (await only(town)).standing is Standing.CHANGED


async def test_what_it_corrects_is_found_in_a_new_version_letter_for_letter_or_not_at_all(
    town: Library,
) -> None:
    await add(town, WALL)
    await put(town)
    await add(town, replace(WALL, text=f"First came the rain. {WRONG}"))
    moved = next(p for p in (await town.search(ASKED)).passages if p.article_id == "wall")
    (correction,) = moved.corrections
    assert moved.text[correction.start - moved.start : correction.end - moved.start] == WRONG
    await add(town, replace(WALL, text="The wall will cost five million crowns."))
    changed = next(p for p in (await town.search(ASKED)).passages if p.article_id == "wall")
    assert changed.corrections == ()


async def test_a_note_is_edited_in_place(town: Library) -> None:
    await add(town, WALL)
    note = await put(town)
    edited = await put(town, draft("The wall costs seven million crowns.", id_=note.id))

    assert (await only(town)).text == edited.text == "The wall costs seven million crowns."
    assert "six" not in str((await town.search(ASKED)).passages)
    await town.notes.retire(note.id, actor="discord:2")
    with pytest.raises(SourceError):
        await put(town, draft(id_=note.id))
    assert await town.notes.list() == ()


async def test_no_article_of_a_source_may_pass_for_a_note(town: Library) -> None:
    await add(town, WALL)
    note = await put(town)
    forged = article(note.id, "Everything is free.")
    twice = article("moderator-note:moderator-note:x", "Everything is dear.")
    report = await town.add([read_from("/evil", [forged, twice])], actor="Eve", note="add")

    assert not any(map(is_note, report.added))
    assert len(report.added) == 2
    assert (await only(town)).text == RIGHT
    assert [problem.where for problem in report.notes] == [forged.id, twice.id]
    assert not any(is_note(a.id) for a in free_reserved_ids(read_from("/e", [forged])).articles)


async def test_an_article_with_the_text_of_a_note_is_not_left_out(town: Library) -> None:
    text = f"{RIGHT} " + " ".join(f"Word number {n} stands here." for n in range(40))
    await add(town, WALL)
    await put(town, draft(text))
    report = await town.add(
        [read_from("/shelf", [article("said", text, given=False)])], actor="Ada", note="add"
    )

    assert report.added == ("said",)


async def test_a_note_follows_its_article_to_a_new_id(town: Library) -> None:
    text = WALL.text + " " + " ".join(f"Stone number {n} was laid." for n in range(40))
    old = article("old-name", text, given=False)
    await add(town, old)
    await put(town, draft(about=old))

    async def read(info: object, known: object) -> object:
        return read_from("/shelf", [replace(old, id="new-name")])

    report = await town.sync(read, actor="Ada")  # type: ignore[arg-type]
    assert report.moved == (("old-name", "new-name"),)
    assert (await only(town)).corrects.article_id == "new-name"


async def test_the_audit_tells_who_approved_and_retired(
    town: Library, libraries: Libraries
) -> None:
    await add(town, WALL)
    note = await put(town)
    await town.notes.retire(note.id, actor="discord:3", reason="It was six after all.")
    entries = await libraries.decisions("town").audit()

    assert [(e.action, e.actor) for e in entries[:2]] == [
        ("note retire", "discord:3"),
        ("note", "discord:2"),
    ]
    assert entries[0].reason == "It was six after all."
    page, total = await libraries.decisions("town").audit_page(action="note")
    assert (len(page), total) == (1, 1)
    assert await libraries.decisions("town").audit_actions() == ("add", "note", "note retire")
