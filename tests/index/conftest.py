"""The core of the index is tested on both kinds of store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.stores import KINDS, stores_on

_ON_BOTH = {
    "test_article_list",
    "test_jobs",
    "test_library",
    "test_notes",
    "test_plans",
    "test_schedules",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test of the core once for each kind of store."""
    if metafunc.module.__name__.rpartition(".")[2] in _ON_BOTH:
        metafunc.fixturenames.insert(0, "store_kind")
        metafunc.parametrize("store_kind", KINDS, indirect=True)


@pytest.fixture
def store_kind(request: pytest.FixtureRequest) -> Iterator[None]:
    """The kind of store that a test runs on."""
    with stores_on(request.param):
        yield
