"""What the two sides of the socket send each other is read, or refused as no message of ours."""

from __future__ import annotations

import json

import pytest

from bot.owner.protocol import ProtocolError, parse_progress
from index.models import Progress


@pytest.mark.parametrize(
    "event",
    [
        "null",
        "[1]",
        "{}",
        '{"stage": "reading", "done": null, "total": 2}',
        '{"stage": "reading", "done": "one", "total": 2}',
        '{"stage": "reading", "done": NaN, "total": 2}',
        '{"stage": "reading", "done": 1e400, "total": 2}',
        '{"stage": "reading", "done": 1, "total": -Infinity}',
    ],
    ids=[
        "nothing", "a list", "empty", "null", "a word", "no number", "an endless number",
        "an endless total",
    ],
)  # fmt: skip
def test_progress_without_its_numbers_is_refused(event: str) -> None:
    with pytest.raises(ProtocolError, match="incomplete"):
        parse_progress(json.loads(event))


def test_progress_need_not_know_its_end() -> None:
    assert parse_progress({"stage": "reading", "done": 1, "total": None}) == Progress(
        "reading", 1, None
    )
