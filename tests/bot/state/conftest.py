"""What people decided is kept alike in both kinds of store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.stores import KINDS, stores_on


@pytest.fixture(autouse=True, params=KINDS)
def store_kind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test of this folder runs on each kind of store."""
    with stores_on(request.param):
        yield
