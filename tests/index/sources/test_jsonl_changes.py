"""JSON lines that were read before: an unchanged line is not parsed again."""

import gzip
import json
from pathlib import Path

import pytest

from index.entries import EVERYTHING, EntryState, SourceOptions
from index.models import Problem, ReadResult
from index.reading import Reader
from index.sources import identify, jsonl, read_source
from index.sources.fetching import Fetcher
from tests.fakes.shared import shared_path


def line(**fields: object) -> str:
    return json.dumps({"title": "T", "text": "x"} | fields)


class Lines:
    """A file that is read again and again."""

    def __init__(self, path: Path, reader: Reader, fetcher: Fetcher) -> None:
        self.path = path
        self.known: dict[str, EntryState] = {}
        self._reader = reader
        self._fetcher = fetcher

    def write(self, *rows: str) -> None:
        self.path.write_text("\n".join(rows))

    async def read(self, options: SourceOptions = EVERYTHING) -> ReadResult:
        result = await read_source(
            identify(str(self.path)),
            options=options,
            known=self.known,
            reader=self._reader,
            fetcher=self._fetcher,
        )
        assert [s.key for s in result.read] == [a.id for a in result.articles]
        self.known = {state.key: state for state in (*result.read, *result.unchanged)}
        return result


@pytest.fixture
def lines(tmp_path: Path, reader: Reader, fetcher: Fetcher) -> Lines:
    return Lines(tmp_path / "a.jsonl", reader, fetcher)


def no_parsing(_: bytes) -> None:
    pytest.fail("a line was parsed again")


async def test_unchanged_lines_are_not_parsed_again(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines.write(line(id="1"), line(id="2"), line(title="Without an id"))
    first = await lines.read()
    monkeypatch.setattr(jsonl, "read_line", no_parsing)
    again = await lines.read()

    assert (again.articles, again.unchanged) == ((), first.read)
    assert again.failed is None
    assert again.lists_all


async def test_changed_new_and_lost_lines_are_told_apart(lines: Lines) -> None:
    lines.write(line(id="1"), line(id="2"), line(id="3"))
    await lines.read()
    lines.write(line(id="3"), line(id="2", text="y"), line(id="4"))
    result = await lines.read()

    assert [article.id for article in result.articles] == ["2", "4"]
    assert [state.key for state in result.unchanged] == ["3"]


async def test_line_ends_do_not_count_as_changes(lines: Lines) -> None:
    lines.write(line(id="1"), line(id="2"))
    await lines.read()
    lines.path.write_bytes(lines.path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")

    assert (await lines.read()).articles == ()


@pytest.mark.parametrize(
    "rows",
    [
        (line(id="1"), line(id="1")),
        (line(id="1"), line(id="1", text="y")),
        (line(id="1", text="y"), line(id="1")),
    ],
)
async def test_an_id_that_comes_twice_is_reported_although_lines_are_skipped(
    rows: tuple[str, str], lines: Lines
) -> None:
    lines.write(line(id="1"))
    await lines.read()
    lines.write(*rows)
    for _ in range(2):
        result = await lines.read()
        assert result.problems == (
            Problem("a.jsonl line 2", "The id '1' is already that of line 1."),
        )
        assert len(result.articles) + len(result.unchanged) == 1


async def test_patterns_choose_by_id_and_a_limit_ends_the_reading(lines: Lines) -> None:
    lines.write(*(line(id=f"{kind}-{n}") for n in range(3) for kind in ("news", "draft")))
    result = await lines.read(SourceOptions(exclude=("draft-*",)))
    assert [article.id for article in result.articles] == ["news-0", "news-1", "news-2"]

    result = await lines.read(SourceOptions(limit=2))
    assert [state.key for state in (*result.unchanged, *result.read)] == ["news-0", "draft-0"]
    assert result.notes[0].message == "All from line 3 on was left out: the limit is reached."


async def test_a_file_of_which_only_broken_lines_are_left_keeps_what_is_known(
    lines: Lines,
) -> None:
    lines.write(line(id="1"), line(id="2"))
    await lines.read()
    lines.write(line(id="1"), '{"id": "2", ')
    result = await lines.read()

    assert [state.key for state in result.unchanged] == ["1"]
    assert len(result.problems) == 1
    assert result.failed is None


async def test_a_real_file_that_did_not_change_is_not_parsed(
    reader: Reader, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shared_path("eval/newshop_dev/articles.jsonl.gz")
    lines = Lines(path, reader, fetcher)
    first = await lines.read()
    monkeypatch.setattr(jsonl, "read_line", no_parsing)

    assert (await lines.read()).unchanged == first.read
    assert len(first.read) == len(gzip.decompress(path.read_bytes()).splitlines())
