"""Every fuzz target holds for its samples, for all inputs that once failed, and for new ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.inputs import inputs_of
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

_SEEDS = Path(__file__).parent / "seeds"
_KEPT = sorted(path.relative_to(_SEEDS).as_posix() for path in _SEEDS.glob("*/*"))
_BY_NAME = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())


@_BY_NAME
def test_it_holds_for_ordinary_inputs(target: Target) -> None:
    for sample in (b"", *target.samples):
        target.check(sample)


@pytest.mark.parametrize("seed", _KEPT)
def test_what_once_failed_holds(seed: str) -> None:
    name, _, _ = seed.partition("/")
    TARGETS[name].check((_SEEDS / seed).read_bytes())


@_BY_NAME
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_it_holds_for_any_input(target: Target, data: st.DataObject) -> None:
    target.check(data.draw(inputs_of(target)))
