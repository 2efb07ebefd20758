"""The wheel holds what it should, and nothing else."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    target = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=100,
    )
    (built,) = target.glob("footnote_bot-*.whl")
    return zipfile.ZipFile(built)


def test_only_the_three_packages_are_in_it(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}

    assert {t for t in tops if not t.endswith(".dist-info")} == {"bot", "index", "prompts"}


def test_every_module_of_the_tree_is_in_it(wheel: zipfile.ZipFile) -> None:
    here = {
        path.relative_to(ROOT).as_posix()
        for package in ("bot", "index", "prompts")
        for path in (ROOT / package).rglob("*.py")
    }

    assert here <= set(wheel.namelist())


def test_the_models_are_in_it_with_their_licence_and_notice(wheel: zipfile.ZipFile) -> None:
    for name in ("minilm-int8.onnx", "tokenizer.json", "scorer-int8.onnx", "LICENSE", "NOTICE"):
        packed = wheel.read(f"index/model/{name}")
        assert hashlib.sha256(packed).digest() == (
            hashlib.sha256((ROOT / "index/model" / name).read_bytes()).digest()
        )


def test_prompts_are_in_it(wheel: zipfile.ZipFile) -> None:
    assert "prompts/answer.md" in wheel.namelist()


def test_the_command_and_the_upload_guard_are_declared(wheel: zipfile.ZipFile) -> None:
    info = next(n for n in wheel.namelist() if n.endswith("entry_points.txt"))
    metadata = next(n for n in wheel.namelist() if n.endswith("METADATA"))

    assert "footnote = bot.cli:main" in wheel.read(info).decode()
    assert "Private :: Do Not Upload" in wheel.read(metadata).decode()


def test_lock_files_name_no_address() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text(), lock.name
        assert "--hash=sha256:" in lock.read_text()
