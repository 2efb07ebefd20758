"""What the tests of the command line share."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of ours, wherever the tests run."""
    for name in list(os.environ):
        if name.upper().startswith("FOOTNOTE_") or name == "DISCORD_TOKEN":
            monkeypatch.delenv(name)
