"""Moderators' notes, pages and settings move with their library, and are checked like the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.archive_format import MANIFEST, NAMES, NAMES_BEFORE
from index.errors import ArchiveError
from index.libraries import Libraries
from index.models import Article
from index.note_rows import Corrected, NoteInfo, Standing
from index.notes import NoteDraft
from index.pages import MOST_CHARACTERS, OBJECT, Anchor, PageText
from index.recency import Recency, parse_recency
from tests.fakes.archives import edit, everything, load, members, put, save, write
from tests.fakes.libraries import Opened, article, open_libraries, read_from

WRONG = "Entry costs three crowns."
PAGE = PageText(
    ("Menu", f"The museum of knots opens at ten.\n{OBJECT} {WRONG}", "Imprint"),
    (Anchor(0, ""), Anchor(1, "zeiten-ü", is_heading=True), Anchor(2, "imprint")),
)
MUSEUM = replace(
    article("museum", f"The museum of knots opens at ten. {WRONG}", url="https://e.org/m"),
    page=PAGE,
)
FERRY = article("ferry", "The ferry to Gull Rock sails at nine. Dogs travel free.")
ASKED = "What does entry to the museum cost?"


def about(article: Article, quote: str) -> Corrected:
    start = article.text.index(quote)
    return Corrected(
        article.id, article.version_id, article.title, start, start + len(quote), quote
    )


async def note(
    libraries: Libraries, corrects: Corrected, text: str = "Entry costs five crowns now."
) -> NoteInfo:
    draft = NoteDraft(text, "Note on the museum", corrects, "discord:7")
    made, _ = await libraries.library("default").notes.put(draft, actor="discord:8")
    return made


async def fill(libraries: Libraries) -> NoteInfo:
    """A library with a note that holds, one whose sentence went, and one that was retired."""
    library = libraries.library("default")
    await library.add([read_from("/paper", [MUSEUM, FERRY])], actor="tester", note="add")
    holds = await note(libraries, about(MUSEUM, WRONG))
    nowhere = replace(about(FERRY, "Dogs travel free."), start=0, end=0)
    await note(libraries, nowhere, "Dogs need a ticket.")
    retired = await note(libraries, about(FERRY, "The ferry to Gull Rock sails at nine."), "Ten.")
    await library.notes.retire(retired.id, actor="discord:8")
    chosen = libraries.settings("default")
    await chosen.set_recency(parse_recency("45"), actor="discord:9")
    await chosen.set_public(True, actor="discord:9")
    await libraries.decisions("default").set_reports_channel(77, actor="discord:9")
    return holds


@pytest.fixture
async def archive(tmp_path: Path) -> Path:
    async with open_libraries(tmp_path / "from") as opened:
        await fill(opened.libraries)
        await save(opened.libraries, tmp_path / "library.zip")
    return tmp_path / "library.zip"


def as_before(path: Path) -> None:
    """The archive as the format before wrote it."""
    parts = members(path)
    manifest = json.loads(parts[MANIFEST])
    manifest["format"] = 1
    manifest["members"] = [m for m in manifest["members"] if m["name"] in NAMES_BEFORE[1]]
    kept = {name: data for name, data in parts.items() if name in NAMES_BEFORE[1]}
    write(path, {**kept, MANIFEST: json.dumps(manifest).encode()})


async def test_notes_answer_in_the_new_place_and_say_what_they_correct(
    tmp_path: Path, opened: Opened
) -> None:
    async with open_libraries(tmp_path / "from") as before:
        holds = await fill(before.libraries)
        told = await before.libraries.library("default").notes.take_untold()
        notes = await before.libraries.library("default").notes.list()
        await save(before.libraries, tmp_path / "library.zip")
    await load(opened.libraries, tmp_path / "library.zip", "town")
    library = opened.libraries.library("town")
    await library.refill()

    assert told == ()
    assert await library.notes.list() == notes
    passages = (await library.search(ASKED)).passages
    at = next(n for n, passage in enumerate(passages) if passage.article_id == "museum")
    assert holds.id in [passage.article_id for passage in passages[:at]]
    (correction,) = passages[at].corrections
    start = passages[at].start
    assert passages[at].text[correction.start - start : correction.end - start] == WRONG
    assert correction.note_id == holds.id
    # They go on being looked after: changed with their article, edited, retired.
    later = replace(MUSEUM, text="The museum of knots opens at noon. It is free.", page=None)
    await library.add([read_from("/paper", [later, FERRY])], actor="tester", note="add")
    changed = await library.notes.find(holds.id)
    assert changed is not None
    assert (changed.standing, changed.quote_stands) == (Standing.CHANGED, False)
    await library.rollback(1, actor="tester")
    assert await library.notes.find(holds.id) == replace(holds, standing=Standing.FRESH)
    await library.notes.retire(holds.id, actor="tester")
    assert (await library.verify()).problems == ()


async def test_pages_and_settings_are_as_they_were(archive: Path, opened: Opened) -> None:
    there = opened.libraries.settings("town")
    await there.set_recency(parse_recency("mild"), actor="discord:3")
    await load(opened.libraries, archive, "town")

    assert await opened.libraries.library("town").page_of(MUSEUM.version_id) == PAGE
    assert await opened.libraries.library("town").page_of(FERRY.version_id) is None
    assert await there.recency() == parse_recency("45")
    assert await there.is_public()
    # The channel is one of another server.
    assert await opened.libraries.decisions("town").reports_channel() is None
    # What was set here before stays on record, behind it what was done there.
    acts = [entry.action for entry in await opened.libraries.decisions("town").audit()]
    assert acts[0] == "import"
    assert acts[-1] == "recency"


async def test_an_export_of_an_import_is_the_same_letter_for_letter(
    archive: Path, opened: Opened, tmp_path: Path
) -> None:
    await load(opened.libraries, archive, "town")
    await save(opened.libraries, tmp_path / "again.zip", "town")

    first, second = members(archive), members(tmp_path / "again.zip")
    assert [name for name in NAMES if first[name] != second[name]] == ["audit.jsonl"]
    assert [json.loads(line) for line in first["settings.jsonl"].splitlines()] == [
        {"name": "public", "value": "yes"},
        {"name": "recency", "value": "45"},
    ]
    assert len(first["notes.jsonl"].splitlines()) == 2


async def test_an_archive_of_the_format_before_is_taken_in_and_settings_stay(
    tmp_path: Path, opened: Opened
) -> None:
    async with open_libraries(tmp_path / "from") as before:
        library = before.libraries.library("default")
        await library.add([read_from("/paper", [MUSEUM, FERRY])], actor="tester", note="add")
        await save(before.libraries, tmp_path / "library.zip")
    as_before(tmp_path / "library.zip")
    chosen = opened.libraries.settings("town")
    await chosen.set_recency(parse_recency("mild"), actor="discord:3")

    taken = await load(opened.libraries, tmp_path / "library.zip", "town")

    assert taken.report.articles == 2
    assert await opened.libraries.library("town").page_of(MUSEUM.version_id) is None
    assert await opened.libraries.library("town").notes.list() == ()
    assert await chosen.recency() == parse_recency("mild")


async def test_the_format_before_knew_no_notes_so_none_is_taken_in(
    archive: Path, opened: Opened
) -> None:
    as_before(archive)
    with pytest.raises(ArchiveError, match="what its moderators' notes correct is not told"):
        await load(opened.libraries, archive)


async def test_members_of_another_format_are_not_taken_for_those_of_this_one(
    archive: Path, opened: Opened
) -> None:
    parts = members(archive)
    manifest = {**json.loads(parts[MANIFEST]), "format": 1}
    write(archive, {**parts, MANIFEST: json.dumps(manifest).encode()})
    with pytest.raises(ArchiveError, match="its manifest is not ours"):
        await load(opened.libraries, archive)


async def test_what_no_import_would_take_in_is_not_exported(opened: Opened, tmp_path: Path) -> None:
    await fill(opened.libraries)
    await opened.libraries.database.write(lambda c: c.execute("DELETE FROM note").rowcount)

    with pytest.raises(ArchiveError, match="has an id that is kept for moderators' notes"):
        await save(opened.libraries, tmp_path / "library.zip")
    assert not (tmp_path / "library.zip").exists()


async def test_a_page_that_cannot_be_read_does_not_hinder_an_export(
    opened: Opened, tmp_path: Path
) -> None:
    await fill(opened.libraries)
    await opened.libraries.database.write(
        lambda c: c.execute("UPDATE page SET packed = ?", (b"\0",)).rowcount
    )
    await save(opened.libraries, tmp_path / "library.zip")
    assert members(tmp_path / "library.zip")["pages.jsonl"] == b""


async def test_a_note_about_a_version_that_was_collected_still_moves(
    archive: Path, opened: Opened
) -> None:
    edit("notes.jsonl", lambda rows: [row.update(quoted_version="0" * 32) for row in rows])(archive)
    await load(opened.libraries, archive)
    assert len(await opened.libraries.library("default").notes.list()) == 2


def holding(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in rows if row["quote"] == WRONG)


def damage_note(**fields: object) -> Callable[[Path], None]:
    return edit("notes.jsonl", lambda rows: holding(rows).update(fields))


def swap_letters(rows: list[dict[str, Any]]) -> None:
    holding(rows)["quote"] = WRONG.replace("three", "eight")


def give_itself(rows: list[dict[str, Any]]) -> None:
    holding(rows)["corrects"] = holding(rows)["article_id"]


def add_ordinary(rows: list[dict[str, Any]]) -> None:
    rows.append({**rows[0], "article_id": "museum"})
    rows.sort(key=lambda row: str(row["article_id"]))


def point(*anchors: object) -> Callable[[Path], None]:
    return edit("pages.jsonl", put("anchors", list(anchors)))


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a note without its row": (edit("notes.jsonl", lambda r: r.pop()), "correct is not told"),
    "no notes": (edit("notes.jsonl", lambda r: r.clear()), "correct is not told"),
    "a note that nobody wrote": (
        edit("notes.jsonl", lambda r: r.append({**r[-1], "article_id": "moderator-note:~"})),
        "correct is not told",
    ),
    "a note twice": (edit("notes.jsonl", lambda r: r.append(r[-1])), "notes.jsonl is not in order"),
    "an article as a note": (edit("notes.jsonl", add_ordinary), "has an id that is none"),
    "a note on itself": (edit("notes.jsonl", give_itself), "corrects no article"),
    "a note on nothing": (damage_note(corrects=""), "corrects no article"),
    "a note on two lines": (damage_note(corrects="a\nb"), "corrects no article"),
    "a title that hides": (damage_note(title_then="Mu\u202eseum"), "has an odd title"),
    "a very long title": (damage_note(title_then="long " * 100), "has an odd title"),
    "other letters": (edit("notes.jsonl", swap_letters), "does not say"),
    "another place": (damage_note(start=1, end=1 + len(WRONG)), "does not say"),
    "a place behind the text": (damage_note(start=900, end=900 + len(WRONG)), "does not say"),
    "a place before it": (damage_note(start=-5, end=len(WRONG) - 5), "quotes what is nowhere"),
    "a place too wide": (damage_note(end=900), "quotes what is nowhere"),
    "a place backwards": (damage_note(start=9, end=3), "quotes what is nowhere"),
    "an empty quote": (damage_note(quote="", start=4, end=4), "quotes what is nowhere"),
    "a very long quote": (damage_note(quote="x" * 30_000), "'quote' in notes.jsonl is too long"),
    "a version that is none": (damage_note(quoted_version="../x"), "quotes a version"),
    "looked at beside none": (damage_note(looked_at="soon"), "was looked at beside"),
    "told of none": (damage_note(told="soon"), "was looked at beside"),
    "no time": (damage_note(at="today"), "has no time"),
    "a number for a text": (damage_note(quote=7), "'quote' in notes.jsonl is not what"),
    "a page of nothing": (edit("pages.jsonl", put("version", "0" * 32)), "that of no article"),
    "a page twice": (edit("pages.jsonl", lambda r: r.append(r[0])), "pages.jsonl is not in order"),
    "a page without text": (edit("pages.jsonl", put("blocks", [])), "'museum' is no text"),
    "an empty block": (edit("pages.jsonl", put("blocks", ["a", ""])), "is no text"),
    "a block that is none": (edit("pages.jsonl", put("blocks", ["a", 7])), "is no text"),
    "half a letter": (edit("pages.jsonl", put("blocks", ["\ud800"])), "is no text"),
    "a page too long": (
        edit("pages.jsonl", put("blocks", ["word " * (MOST_CHARACTERS // 2)])),
        "is too long",
    ),
    "no list of blocks": (edit("pages.jsonl", put("blocks", "text")), "is not what it should be"),
    "a place past the page": (point([3, "a", True]), "has a place that is none"),
    "a place in front of it": (point([-1, "a", True]), "has a place that is none"),
    "a truth for a place": (point([True, "a", True]), "has a place that is none"),
    "a place of two": (point([0, "a"]), "has a place that is none"),
    "a place that is a text": (point("here"), "has a place that is none"),
    "a very long place": (point([0, "a" * 201, True]), "has a place that is none"),
    "half a letter in a place": (point([0, "\ud800", True]), "has a place that is none"),
    "places out of order": (point([1, "a", True], [0, "b", True]), "in no order"),
    "too many places": (point(*([[0, "a", True]] * 20_001)), "has a place that is none"),
    "a setting of nobody": (edit("settings.jsonl", put("name", "owner")), "'owner' is set"),
    "a channel": (edit("settings.jsonl", put("name", "reports_channel")), "reports_channel"),
    "a setting that is none": (edit("settings.jsonl", put("value", "maybe")), "'public' is set"),
    "recency that is none": (edit("settings.jsonl", put("value", "-3", 1)), "'recency' is set"),
    "recency in other words": (edit("settings.jsonl", put("value", "045", 1)), "'recency' is set"),
    "a setting twice": (edit("settings.jsonl", lambda r: r.append(r[-1])), "is not in order"),
}


@pytest.mark.parametrize(("damage", "what"), DAMAGES.values(), ids=DAMAGES)
async def test_what_is_not_sound_is_said_and_changes_nothing(
    archive: Path, opened: Opened, damage: Callable[[Path], None], what: str
) -> None:
    damage(archive)
    await opened.libraries.settings("default").set_public(False, actor="discord:3")
    before = await everything(opened.libraries)

    with pytest.raises(ArchiveError, match=what) as refused:
        await load(opened.libraries, archive)

    assert str(refused.value).endswith("Nothing was taken in.")
    assert await everything(opened.libraries) == before


LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs"])
BLOCKS = st.lists(st.text(LETTERS, min_size=1, max_size=40), min_size=1, max_size=8)


@st.composite
def shown_pages(draw: st.DrawFn) -> PageText:
    blocks = draw(BLOCKS)
    at = sorted(draw(st.lists(st.integers(0, len(blocks) - 1), max_size=6)))
    return PageText(
        tuple(blocks),
        tuple(Anchor(n, draw(st.text(LETTERS, max_size=9)), draw(st.booleans())) for n in at),
    )


@settings(max_examples=25)
@given(
    page=shown_pages(),
    text=st.text(LETTERS, min_size=1, max_size=80).filter(str.strip),
    right=st.text(LETTERS, min_size=1, max_size=40).filter(str.strip),
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    recency=st.sampled_from(["off", "mild", "strong", "1", "36500"]),
    public=st.booleans(),
)
async def test_whatever_was_noted_read_and_set_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    page: PageText,
    text: str,
    right: str,
    ends: tuple[float, float],
    recency: str,
    public: bool,
) -> None:
    folder = tmp_path_factory.mktemp("moving")
    whole = f"The wall stands. {text}"
    start = min(int(min(ends) * len(whole)), len(whole) - 1)
    quote = whole[start : max(start + 1, int(max(ends) * len(whole)))]
    wall = replace(article("wall", whole), page=page)
    corrects = Corrected("wall", wall.version_id, "Wall", start, start + len(quote), quote)
    wanted: Recency = parse_recency(recency)
    async with open_libraries(folder / "from") as opened:
        library = opened.libraries.library("default")
        await library.add([read_from("/paper", [wall])], actor="tester", note="add")
        await note(opened.libraries, corrects, right)
        await opened.libraries.settings("default").set_recency(wanted, actor="tester")
        await opened.libraries.settings("default").set_public(public, actor="tester")
        notes = await library.notes.list()
        await save(opened.libraries, folder / "library.zip")
    async with open_libraries(folder / "to") as opened:
        await load(opened.libraries, folder / "library.zip")
        library = opened.libraries.library("default")
        chosen = opened.libraries.settings("default")

        assert await library.notes.list() == notes
        assert await library.page_of(wall.version_id) == page
        assert (await chosen.recency(), await chosen.is_public()) == (wanted, public)
        await save(opened.libraries, folder / "again.zip")
    first, second = members(folder / "library.zip"), members(folder / "again.zip")
    assert [name for name in NAMES if first[name] != second[name]] == ["audit.jsonl"]
