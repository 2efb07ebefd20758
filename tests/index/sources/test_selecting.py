import pytest

from index.entries import SourceOptions
from index.sources.selecting import is_wanted, moment_of, newest


@pytest.mark.parametrize(
    ("key", "include", "exclude", "wanted"),
    [
        ("a/b.md", (), (), True),
        ("a/b.md", ("*.md",), (), True),
        ("a/b.md", ("a/*",), (), True),
        ("a/b/c.md", ("a/",), (), True),
        ("b.md", ("**/b.md",), (), True),
        ("a/b.md", ("b.md",), (), False),
        ("a/b.md", ("*.txt", "a/*"), (), True),
        ("a/b.md", ("a/*",), ("*/b.*",), False),
        ("a/b.md", (), ("drafts/",), True),
        ("drafts/b.md", (), ("drafts/",), False),
        ("a/B.md", ("a/b.md",), (), False),
        ("https://e.org/news/1", ("/news/*",), (), True),
        ("https://e.org/news/1", ("news/",), (), True),
        ("https://e.org/news/1", ("https://e.org/news/*",), (), True),
        ("https://e.org/news/1?page=2", (), ("*?page=*",), False),
        ("https://e.org/tag/1", ("/news/*",), (), False),
        ("a" * 50 + ".md", ("*a" * 30 + "b",), (), False),
    ],
)
def test_patterns_take_paths_and_addresses(
    key: str, include: tuple[str, ...], exclude: tuple[str, ...], wanted: bool
) -> None:
    assert is_wanted(key, SourceOptions(include=include, exclude=exclude)) is wanted


def test_the_newest_are_taken_in_their_order_and_those_without_a_date_last() -> None:
    dates = ["2025", "2026-01-02T00:00:00Z", "", "2026-01-01T23:30:00-02:00", "2024-05"]

    assert newest(dates, 3, str) == [dates[0], dates[1], dates[3]]
    assert newest(dates, 1, str) == [dates[3]]
    assert newest(dates, 5, str) == dates
    assert newest(["x", "y", "z"], 2, lambda _: None) == ["x", "y"]


@pytest.mark.parametrize(
    "date", [None, "", "soon", "9999-99", "2026-13-01", "0000", "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_date_is_long_ago(date: str | None) -> None:
    assert moment_of(date).year == 1
