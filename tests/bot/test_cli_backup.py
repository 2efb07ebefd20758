"""``footnote backup`` and ``footnote restore`` as a shell sees them."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path

from bot.known_schemas import known_schemas
from bot.owner.folder import DataFolder
from bot.state.pending import PendingBook, WaitingPlace
from index import schema
from index.sqlite_database import SqliteDatabase
from tests.fakes.command_line import Footnote

ROOT = Path(__file__).resolve().parents[2]


def make_database(folder: Path) -> Path:
    async def make() -> None:
        database = SqliteDatabase(folder / "footnote.db")
        await database.migrate(schema.SCHEMA, schema.STEPS)
        await database.close()

    folder.mkdir()
    asyncio.run(make())
    return folder / "footnote.db"


def test_without_a_name_a_backup_goes_to_the_data_folder_under_its_date(
    footnote: Footnote, tmp_path: Path
) -> None:
    make_database(tmp_path / "data")

    ended = footnote("--data", "data", "backup")

    (made,) = (tmp_path / "data" / "backups").iterdir()
    assert ended.code == 0, ended.err
    assert str(made) in ended.out
    assert made.name.startswith("footnote-")


def test_a_folder_gets_a_file_of_todays_name_and_a_relative_path_is_ours(
    footnote: Footnote, tmp_path: Path
) -> None:
    make_database(tmp_path / "data")
    tmp_path.joinpath("shelf").mkdir()

    assert footnote("--data", "data", "backup", "shelf").code == 0
    assert footnote("--data", "data", "backup", "--quiet", "monday.db").out == ""

    assert len(list((tmp_path / "shelf").glob("footnote-*.db"))) == 1
    assert (tmp_path / "monday.db").is_file()


def test_a_backup_holds_no_token_of_those_who_wait_or_waited(
    footnote: Footnote, tmp_path: Path
) -> None:
    database = make_database(tmp_path / "data")

    async def promise() -> None:
        store = SqliteDatabase(database)
        book = PendingBook(store)
        await book.open()
        for key in ("told", "waiting"):
            place = WaitingPlace(1, application_id=2, token=f"a-canary-of-a-token-{key}")
            await book.keep(key, place, "Footnote was restarted.", holder="")
        await book.drop("told")
        await store.close()

    asyncio.run(promise())
    assert b"a-canary-of-a-token-waiting" in database.read_bytes()

    assert footnote("--data", "data", "backup", "monday.db").code == 0

    copy = tmp_path.joinpath("monday.db").read_bytes()
    assert b"pending_reply" in copy
    assert b"canary" not in copy
    assert b"canary-of-a-token-told" not in database.read_bytes()


def test_what_was_restored_and_kept_is_said_and_in_json(footnote: Footnote, tmp_path: Path) -> None:
    database = make_database(tmp_path / "data")
    footnote("--data", "data", "backup", "monday.db")

    said = footnote("--data", "data", "restore", "monday.db")
    told = footnote("--data", "data", "restore", "monday.db", "--json").json

    assert said.code == 0, said.err
    assert "replaced-" in said.out
    assert told["database"] == str(database)
    assert told["bytes"] == database.stat().st_size
    assert Path(told["kept"], "footnote.db").is_file()


def test_a_folder_in_use_is_not_restored_into_and_free_again_after_a_failure(
    footnote: Footnote, tmp_path: Path
) -> None:
    make_database(tmp_path / "data")
    footnote("--data", "data", "backup", "monday.db")
    holder = DataFolder(tmp_path / "data")
    assert holder.try_lock()
    used = footnote("--data", "data", "restore", "monday.db")
    holder.release()

    missing = footnote("--data", "data", "restore", "tuesday.db")

    assert used.code == missing.code == 1
    assert "is in use by" in used.err
    assert "There is no database at" in missing.err
    assert missing.err.count("\n") == 1
    assert footnote("--data", "data", "restore", "monday.db").code == 0


def test_nothing_to_back_up_is_one_line(footnote: Footnote, tmp_path: Path) -> None:
    ended = footnote("--data", "nowhere", "backup")

    assert (ended.code, ended.err.count("\n")) == (1, 1)
    assert "There is no database at" in ended.err
    assert not (tmp_path / "nowhere").exists()


def test_every_schema_that_is_kept_anywhere_is_known() -> None:
    found = {}
    for folder in ("bot", "index"):
        for file in (ROOT / folder).rglob("*.py"):
            values = {
                target.id.removeprefix("_"): node.value
                for node in ast.parse(file.read_text(encoding="utf-8")).body
                for target in getattr(node, "targets", [getattr(node, "target", None)])
                if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(target, ast.Name)
            }
            name, steps = values.get("SCHEMA"), values.get("STEPS")
            if isinstance(name, ast.Constant) and isinstance(steps, ast.Tuple):
                found[name.value] = len(steps.elts)

    assert dict(known_schemas()) == found
