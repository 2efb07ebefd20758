import gzip
from pathlib import Path

import pytest

from bot.evaluation.cases import Case
from bot.evaluation.lines import CasesError, Half, read_lines, take_half, take_sample

CASES = [Case(f"q{n}", "Who?", answerable=False) for n in range(200)]


def test_the_halves_share_nothing_and_make_up_the_set() -> None:
    tune, report = take_half(CASES, Half.TUNE), take_half(CASES, Half.REPORT)

    assert {c.id for c in tune} | {c.id for c in report} == {c.id for c in CASES}
    assert len(tune) + len(report) == 200
    assert 70 < len(tune) < 130
    assert take_half(CASES, None) == CASES


def test_a_sample_is_the_same_every_time_and_part_of_a_larger_one_in_the_sets_order() -> None:
    small, large = take_sample(CASES, 20), take_sample(CASES, 50)

    assert len(small) == 20
    assert small == take_sample(list(CASES), 20)
    assert [c for c in large if c in small] == small
    assert [c for c in CASES if c in large] == large
    assert large != CASES[:50]
    assert take_sample(CASES, 500) == take_sample(CASES, None) == CASES


def test_a_sample_of_a_half_is_as_large_as_asked(tmp_path: Path) -> None:
    assert len(take_sample(take_half(CASES, Half.TUNE), 60)) == 60


def test_a_broken_archive_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": 1}\n' * 1000)[:30])

    with pytest.raises(CasesError, match="cannot be read"):
        list(read_lines(path))
