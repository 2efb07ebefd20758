"""What is shipped for running it elsewhere fits to what there is here."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings

ROOT = Path(__file__).parent.parent
SHIPPED = ("Dockerfile", "compose.yaml", "docs/deploy/footnote.service", "docs/operating.md")
KNOWN = {f"FOOTNOTE_{name.upper()}" for name in Settings.model_fields} | {"DISCORD_TOKEN"}
SERVICE = ROOT / "docs/deploy/footnote.service"


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("name", SHIPPED)
def test_every_setting_that_is_named_exists(name: str) -> None:
    named = set(re.findall(r"\bFOOTNOTE_[A-Z_]+[A-Z]\b", (ROOT / name).read_text("utf-8")))
    assert named
    assert named <= KNOWN, named - KNOWN


def test_the_image_installs_what_the_locks_say() -> None:
    image = pinned("requirements-image.lock")
    for lock in ("requirements.lock", "requirements-dev.lock"):
        differing = {n: v for n, v in pinned(lock).items() if image.get(n, v) != v}
        assert not differing, lock
    assert pinned("requirements.lock").items() <= image.items()
    # What the extras bring is there as well.
    assert {"psycopg", "opentelemetry-exporter-otlp-proto-http", "ollama"} <= image.keys()


def test_everything_in_the_images_lock_has_a_hash() -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements-image.lock").read_text("utf-8"))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_image_gets_only_what_it_needs() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
        for name in line.split()[:-1]
    }
    assert ignored[0] == "*", "a token in .env must not reach the image"
    assert copied == {entry.removeprefix("!") for entry in ignored if entry.startswith("!")}
    assert all((ROOT / name).exists() for name in copied)


def test_nobody_runs_as_root() -> None:
    users = re.findall(r"^USER (.+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert users == ["10001:10001"]
    assert "User=footnote" in SERVICE.read_text("utf-8")
    bot = compose()["services"]["bot"]
    assert bot["read_only"]
    assert bot["cap_drop"] == ["ALL"]


def test_only_the_bot_starts_without_a_profile() -> None:
    services = compose()["services"]
    assert [name for name, service in services.items() if "profiles" not in service] == ["bot"]


def test_no_store_can_be_reached_from_outside() -> None:
    services = compose()["services"]
    assert compose()["networks"]["inside"]["internal"] is True
    for name in ("postgres", "chroma"):
        assert services[name]["networks"] == ["inside"]
        assert "ports" not in services[name]


def test_the_chroma_server_is_as_old_as_its_client() -> None:
    image = compose()["services"]["chroma"]["image"]
    assert image == f"chromadb/chroma:{pinned('requirements.lock')['chromadb']}"


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "footnote.service"
    text = SERVICE.read_text("utf-8")
    # Only the program is not there.
    unit.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE))
    looked = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (looked.returncode, looked.stderr) == (0, "")


def pinned(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))
