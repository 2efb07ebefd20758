from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.owner.folder import DataFolder, DataFolderError, OwnerInfo
from bot.owner.sockets import open_socket, remove_socket


@contextmanager
def as_ordinary_user(path: Path) -> Iterator[None]:
    """Permissions count for everybody but root."""
    if os.geteuid() != 0:
        yield
        return
    for parent in path.parents[:2]:
        parent.chmod(0o755)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


OWNER = OwnerInfo(12, "footnote run", "2026-01-02T03:04:05+00:00", "/tmp/x.sock", "0.1.0")


def test_only_one_holds_the_folder_at_a_time(tmp_path: Path) -> None:
    first, second = DataFolder(tmp_path), DataFolder(tmp_path)

    assert first.try_lock()
    assert not second.try_lock()
    first.release()
    assert second.try_lock()
    second.release()


def test_a_missing_folder_is_made_with_its_parents_for_this_user_only(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "a" / "b")

    assert folder.try_lock()
    assert folder.path.stat().st_mode & 0o777 == 0o700
    folder.release()


def test_a_file_in_place_of_the_folder_is_named_in_the_error(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("not a folder")

    with pytest.raises(DataFolderError, match=r"data cannot be used .*--data"):
        DataFolder(path).try_lock()


def test_a_folder_that_cannot_be_written_is_refused_with_a_clear_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    refusal = pytest.raises(DataFolderError, match=r"cannot be used \(Permission denied\)")
    with as_ordinary_user(tmp_path), refusal:
        DataFolder(tmp_path).try_lock()


def test_a_lock_file_in_a_folder_that_cannot_be_written_any_more_is_not_enough(
    tmp_path: Path,
) -> None:
    (tmp_path / "owner.lock").touch()
    (tmp_path / "owner.lock").chmod(0o666)
    tmp_path.chmod(0o555)
    with as_ordinary_user(tmp_path):
        folder = DataFolder(tmp_path)
        with pytest.raises(DataFolderError, match="mend its permissions"):
            folder.try_lock()
        assert not folder.is_owned


def test_what_an_owner_says_about_itself_is_read_back_and_gone_at_the_end(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.try_lock()
    folder.write_owner(OWNER)

    assert DataFolder(tmp_path).read_owner() == OWNER
    assert "`footnote run` (pid 12, since " in str(DataFolder(tmp_path).in_use())
    folder.release()
    assert folder.read_owner() is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1}', "\x00"])
def test_a_damaged_owner_file_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "owner.json").write_text(content)

    assert DataFolder(tmp_path).read_owner() is None


def test_the_socket_is_for_this_user_only_and_replaces_a_stale_one(tmp_path: Path) -> None:
    first, path = open_socket(tmp_path)
    first.close()
    second, again = open_socket(tmp_path)

    assert path == again == tmp_path / "footnote.sock"
    assert path.stat().st_mode & 0o777 == 0o600
    second.close()
    remove_socket(path)
    assert not path.exists()


def test_a_path_too_long_for_a_socket_leads_to_a_private_temporary_folder(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    listener, path = open_socket(folder)

    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert folder not in path.parents
    listener.close()
    remove_socket(path)
    assert not path.parent.exists()


def test_only_a_socket_of_ours_is_ever_removed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("keep me")

    remove_socket(precious)

    assert precious.exists()
