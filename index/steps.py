"""The named steps of a job that writes, so that a test can cut it off at each of them."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Step(StrEnum):
    """What has just been finished."""

    READ = "sources read"
    PREPARED = "compared with the edition"
    STORED = "texts and vectors stored"
    FILLED = "vector index filled"
    STAGED = "next edition laid out"
    CHECKED = "golden questions asked"
    PUBLISHED = "edition published"
    COLLECTED = "old editions collected"


OnStep = Callable[[Step], None]


def no_step(_: Step) -> None:
    """For everybody but tests."""
