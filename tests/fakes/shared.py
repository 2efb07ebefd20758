"""Finds the shared development data beside the checkout, or skips the test."""

from __future__ import annotations

from pathlib import Path

import pytest


def shared_path(name: str) -> Path:
    """The path of ``name`` in the shared data; skips the test where it is absent."""
    path = Path(__file__).resolve().parents[2].parent / "shared" / name
    if not path.exists():
        pytest.skip(f"needs shared/{name} beside the checkout")
    return path
