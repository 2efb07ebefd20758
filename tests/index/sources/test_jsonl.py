import gzip
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import SourceError
from index.models import Article, OnProgress, Problem, Progress, ReadResult, no_progress
from index.reading import Reader
from index.sources import identify, jsonl, read_source
from index.sources.fetching import Fetcher
from index.sources.json_article import read_line


async def read(
    path: Path, reader: Reader, fetcher: Fetcher, on_progress: OnProgress = no_progress
) -> ReadResult:
    return await read_source(
        identify(str(path)), reader=reader, fetcher=fetcher, on_progress=on_progress
    )


def line(**fields: object) -> str:
    return json.dumps({"title": "T", "text": "x"} | fields)


async def test_all_fields_are_read_and_the_text_is_taken_letter_for_letter(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    text = "\ufeff# One\r\n\r\n  two\u200b\u202e \t\x07e\u0301\n\n## Three ##\n"
    fields = {
        "id": "a-1",
        "title": " The  pier ",
        "text": text,
        "url": "https://e.org/pier",
        "published_at": "2025-04",
        "source": "The Gull",
        "authors": ["Ann", "Bo"],
        "more": {"ignored": 1},
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(fields) + "\n")
    (article,) = (await read(tmp_path / "a.jsonl", reader, fetcher)).articles

    assert article == Article(
        id="a-1",
        title="The pier",
        text=text,
        published_at="2025-04",
        authors=("Ann", "Bo"),
        url="https://e.org/pier",
        publisher="The Gull",
        headings=article.headings,
    )
    assert [text[h.start : h.end] for h in article.headings] == ["Three"]


async def test_broken_lines_are_named_and_the_rest_is_read(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    good = [line(id=str(n)) for n in range(6)]
    lines = [*good, '{"title": "T", text: 1}', line(id="7"), "", line(id="9")]
    (tmp_path / "file.jsonl").write_text("\n".join(lines))
    result = await read(tmp_path / "file.jsonl", reader, fetcher)

    assert len(result.articles) == 8
    assert [problem.where for problem in result.problems] == ["file.jsonl line 7"]
    assert result.problems[0].message.startswith("Invalid JSON: ")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"title": "T"}', "'text' is missing or blank"),
        (b'{"text": "x"}', "'title' is missing or blank"),
        (b'{"title": " ", "text": "x"}', "'title' is missing or blank"),
        (b'{"title": "\\u200b", "text": "x"}', "no visible characters"),
        (b'{"title": "T", "text": " \\n"}', "'text' is missing or blank"),
        (b'{"title": "T", "text": null}', "'text' is missing or blank"),
        (b'{"title": 1, "text": "x"}', "'title' must be a string"),
        (b'{"title": "T", "text": ["x"]}', "'text' must be a string"),
        (b'{"title": "T", "text": "x", "id": true}', "'id' must be a string"),
        (b'{"title": "T", "text": "x", "url": 1}', "'url' must be a string"),
        (b'{"title": "T", "text": "x", "published_at": 2025}', "'published_at' must be a string"),
        (b'{"title": "T", "text": "x", "authors": {"a": 1}}', "'authors' must be"),
        (b'{"title": "T", "text": "x", "authors": [1]}', "'authors' must be"),
        (b'{"title": "T", "text": "a\\u0000b"}', "NUL"),
        (b'{"title": "T", "text": "a\\ud800b"}', "half of a surrogate pair"),
        (b"[1]", "not a JSON object"),
        (b"\xff", "not UTF-8"),
        (b"[" * 100_000, "Invalid JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "Invalid JSON"),
        (json.dumps({"title": "T", "text": "x", "id": "i" * 301}).encode(), "longer than 300"),
        (json.dumps({"title": "T", "text": "x" * 2_000_001}).encode(), "2,000,000 characters"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(raw: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read_line(raw)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_line_is_an_article_or_a_source_error(raw: bytes) -> None:
    with suppress(SourceError):
        assert isinstance(read_line(raw), Article)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200).filter(str.strip).filter(lambda t: "\0" not in t))
def test_any_text_survives_letter_for_letter(text: str) -> None:
    article = read_line(json.dumps({"title": "T", "text": text}).encode())

    assert article.text == text


def test_optional_fields_may_be_missing_null_or_useless() -> None:
    article = read_line(line(id=None, url="javascript:x", published_at="", authors=None).encode())

    assert (article.url, article.published_at, article.authors) == (None, None, ())
    assert read_line(line(id=7, authors="Ann").encode()).authors == ("Ann",)
    assert read_line(line(id=7).encode()).id == "7"


def test_ids_are_derived_from_the_address_or_else_from_title_and_date() -> None:
    by_url = read_line(line(url="https://e.org/a", title="Ärger im Hafen").encode())
    by_title = read_line(line(title="Ärger im Hafen", published_at="2025").encode())
    changed = read_line(line(title="Ärger im Hafen", published_at="2025", text="new").encode())

    assert by_url.id.startswith("arger-im-hafen-")
    assert not by_url.id_is_given
    assert by_url.id != by_title.id
    assert by_title.id == changed.id
    assert read_line(line(title="日本").encode()).id.isalnum()


async def test_an_id_that_comes_twice_is_a_problem_of_the_later_line(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    (tmp_path / "a.jsonl").write_text("\n".join([line(id="1"), line(id="1"), line(), line()]))
    result = await read(tmp_path / "a.jsonl", reader, fetcher)

    assert len(result.articles) == 2
    assert result.problems == (
        Problem("a.jsonl line 2", "The id '1' is already that of line 1."),
        Problem(
            "a.jsonl line 4", "It has no id, and the same address, or title and date, as line 3."
        ),
    )


async def test_gzipped_lines_are_read_with_progress(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    content = "\n".join(line(id=str(n)) for n in range(250))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(content.encode()))
    seen: list[Progress] = []
    result = await read(tmp_path / "a.jsonl.gz", reader, fetcher, seen.append)

    assert len(result.articles) == 250
    assert [p.done for p in seen] == [100, 200]


async def test_what_came_before_the_end_of_a_cut_gzip_file_is_kept(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    rows = [line(id=str(n), text=f"{n} " + str(hash(str(n))) * 50) for n in range(2000)]
    data = gzip.compress("\n".join(rows).encode())
    (tmp_path / "a.jsonl.gz").write_bytes(data[: len(data) // 2])
    result = await read(tmp_path / "a.jsonl.gz", reader, fetcher)

    assert 100 < len(result.articles) < 2000
    assert result.articles[-1].text == json.loads(rows[len(result.articles) - 1])["text"]
    assert [p.where for p in result.problems] == ["a.jsonl.gz"]
    assert "cut off after line" in result.problems[0].message


@pytest.mark.parametrize(
    "data", [b"plain text", gzip.compress(b"x" * 99, mtime=0)[:20], b"\x1f\x8b\x08" + b"\xff" * 60]
)
async def test_what_is_not_gzip_is_an_error(
    data: bytes, tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(data)

    with pytest.raises(SourceError, match=r"a\.jsonl\.gz: .*gzip"):
        await read(tmp_path / "a.jsonl.gz", reader, fetcher)


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff\n"])
async def test_a_file_without_lines_is_empty(
    content: str, tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    (tmp_path / "a.jsonl").write_text(content)

    with pytest.raises(SourceError, match=r"^a\.jsonl is empty\.$"):
        await read(tmp_path / "a.jsonl", reader, fetcher)


async def test_a_byte_order_mark_in_front_does_no_harm(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    (tmp_path / "a.jsonl").write_text("\ufeff" + line(id="1"))

    assert len((await read(tmp_path / "a.jsonl", reader, fetcher)).articles) == 1


async def test_a_huge_line_is_skipped_and_a_bomb_is_stopped(
    tmp_path: Path, reader: Reader, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "MAX_LINE", 1_000)
    monkeypatch.setattr(jsonl, "MAX_TOTAL", 3_000_000)
    rows = [
        line(id="1"),
        line(id="2", text="x" * 2_000),
        line(id="3"),
        "y" * 50_000_000,
        line(id="5"),
    ]
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    result = await read(tmp_path / "a.jsonl.gz", reader, fetcher)

    assert [article.id for article in result.articles] == ["1", "3"]
    assert [p.where for p in result.problems] == [
        "a.jsonl.gz line 2",
        "a.jsonl.gz line 4",
        "a.jsonl.gz",
    ]
    assert result.problems[-1].message == "Stopped at line 4: more than 1 GB of text."


async def test_a_file_full_of_problems_does_not_fill_memory(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    (tmp_path / "a.jsonl").write_text("{}\n" * 1_500 + line(id="1"))
    result = await read(tmp_path / "a.jsonl", reader, fetcher)

    assert len(result.problems) == 1_001
    assert result.problems[-1] == Problem("a.jsonl", "500 more lines could not be read.")


async def test_a_file_of_nothing_but_problems_is_an_error(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    (tmp_path / "a.jsonl").write_text("{}\n" * 5)

    with pytest.raises(SourceError, match=r"No article could be read\. a\.jsonl line 1: .*2 more"):
        await read(tmp_path / "a.jsonl", reader, fetcher)
