from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import Settings, load_settings, render_env_example

EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def _clean_environment(clean_environment: None) -> None:
    pass


def test_the_example_equals_the_settings() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == render_env_example(), (
        "write it anew: python -m bot.settings > .env.example"
    )


def test_the_example_names_each_setting_once() -> None:
    named = re.findall(r"^#?([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(named) == len(set(named)) == len(Settings.model_fields)


def test_the_example_as_it_is_changes_nothing() -> None:
    assert load_settings(env_file=EXAMPLE) == load_settings(env_file=Path("none"))


def test_the_defaults_it_shows_are_the_defaults(tmp_path: Path) -> None:
    switched_on = re.sub(
        r"^#(?=[A-Z_]+=)", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    env_file = tmp_path / ".env"
    env_file.write_text(switched_on, encoding="utf-8")

    assert load_settings(env_file=env_file) == load_settings(env_file=Path("none"))


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())
