from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.answering.errors import Outage
from bot.llm.failing import explain, find_wait


class Answered(Exception):
    def __init__(self, status: int, said: str = "", **headers: str) -> None:
        super().__init__(said)
        self.status_code = status
        self.response = type("Response", (), {"headers": headers})()


@pytest.mark.parametrize(
    ("error", "kind", "passing", "counts"),
    [
        (Answered(429), Outage.BUSY, True, True),
        (Answered(429, "insufficient_quota: you exceeded your quota"), Outage.REFUSED, False, True),
        (Answered(500), Outage.DOWN, True, True),
        (Answered(529), Outage.DOWN, True, True),
        (Answered(501), Outage.DOWN, False, True),
        (Answered(400), Outage.REFUSED, False, False),
        (Answered(401), Outage.REFUSED, False, True),
        (Answered(404), Outage.REFUSED, False, True),
        (ConnectionResetError(), Outage.DOWN, True, True),
        (ConnectionRefusedError(), Outage.DOWN, False, True),
        (TimeoutError(), Outage.SLOW, False, True),
        (ValueError("no JSON"), Outage.GARBLED, False, True),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), Outage.GARBLED, False, True),
        (RuntimeError("strange"), Outage.DOWN, False, True),
    ],
)
def test_each_error_has_its_meaning(
    error: Exception, kind: Outage, passing: bool, counts: bool
) -> None:
    failure = explain(error)

    assert (failure.kind, failure.passing, failure.counts) == (kind, passing, counts)


def test_the_time_to_wait_is_read_as_a_number_or_as_a_date() -> None:
    now = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
    date = "Thu, 01 Jan 2026 12:00:30 GMT"

    assert find_wait(Answered(429, **{"retry-after": "2.5"})) == 2.5
    assert find_wait(Answered(429, **{"retry-after": date}), now=now) == 30
    assert find_wait(Answered(429, **{"retry-after": "soon"})) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e9", None),
        ("", None),
        ("9" * 400, 86_400.0),
        ("Thu, 01 Jan 2026 12:00:30", 30.0),
        ("Thu, 01 Jan 2026 12:00:30 -0000", 30.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Thu, 01 Jan 9998 00:00:00 GMT", 86_400.0),
        ("Thu, 99 Jan 99999 12:00:30 GMT", None),
        ("\N{ARABIC-INDIC DIGIT FIVE}", None),
    ],
)
def test_an_absurd_time_to_wait_is_finite_or_none(value: str, seconds: float | None) -> None:
    now = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)

    assert find_wait(Answered(429, **{"retry-after": value}), now=now) == seconds


def test_what_a_server_says_is_one_short_line_without_keys_or_control_characters() -> None:
    said = "bad key sk-12345\n\x1b[31m" + "x" * 5000

    cause = explain(Answered(500, said), secrets=("sk-12345",)).cause

    assert "sk-12345" not in cause
    assert cause.isprintable()
    assert len(cause) < 500
