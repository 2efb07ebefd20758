import os
from pathlib import Path

import pytest

from index.errors import SourceError
from index.models import Problem, Progress, Source, SourceKind
from index.reading import Reader
from index.sources import identify, read_source
from index.sources.fetching import Fetcher


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


async def ids_of(root: Path, reader: Reader, fetcher: Fetcher) -> list[str]:
    result = await read_source(identify(str(root)), reader=reader, fetcher=fetcher)
    return [article.id for article in result.articles]


async def test_a_file_gives_its_article(tmp_path: Path, reader: Reader, fetcher: Fetcher) -> None:
    write(tmp_path, {"town-hall.md": "# Town hall\n\nIt opens."})
    source = identify(str(tmp_path / "town-hall.md"))
    result = await read_source(source, reader=reader, fetcher=fetcher)

    assert result.source == source
    assert [(a.id, a.id_is_given, a.title) for a in result.articles] == [
        ("town-hall", False, "Town hall")
    ]


async def test_a_folder_is_read_to_its_depth_in_the_order_of_paths(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    write(
        tmp_path,
        {
            "b.txt": "Title\n\nText.",
            "a/2025/x.md": "Text.",
            "a/y.html": "<p>A sentence that is long enough.</p>",
            "given.md": "---\nid: N-1\n---\nText.",
            "picture.png": b"\x89PNG",
            "questions.jsonl": "{}",
            ".hidden.md": "Text.",
            ".git/z.md": "Text.",
        },
    )

    assert await ids_of(tmp_path, reader, fetcher) == ["a/2025/x", "a/y", "b", "N-1"]


async def test_progress_is_reported_from_none_to_all(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    write(tmp_path, {"a.md": "A", "b.md": "B"})
    seen: list[Progress] = []
    await read_source(
        identify(str(tmp_path)), reader=reader, fetcher=fetcher, on_progress=seen.append
    )

    assert [(p.done, p.total) for p in seen] == [(0, 2), (1, 2), (2, 2)]


async def test_links_that_lead_outside_or_in_circles_are_not_followed(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    write(tmp_path, {"outside/secret.md": "Secret.", "root/a.md": "Text.", "root/in/b.md": "Text."})
    root = tmp_path / "root"
    (root / "loop").symlink_to(root)
    (root / "away").symlink_to(tmp_path / "outside")
    (root / "secret.md").symlink_to(tmp_path / "outside" / "secret.md")
    (root / "broken.md").symlink_to(root / "missing.md")
    (root / "self.md").symlink_to(root / "self.md")
    (root / "alias.md").symlink_to(root / "in" / "b.md")
    os.mkfifo(root / "pipe.md")

    assert await ids_of(root, reader, fetcher) == ["a", "alias", "in/b"]


async def test_bad_files_are_named_and_the_rest_is_read(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    write(
        tmp_path,
        {
            "bad/binary.md": b"\x89PNG\r\n\x1a\n\0\0",
            "bad/empty.md": "",
            "bad/front.md": "---\ntitle: a: b\n---\nText",
            "bad/large.txt": b"x" * 10_000_001,
            "bad/page.html": "<html><body></body></html>",
            "good.md": "Text.",
        },
    )
    result = await read_source(identify(str(tmp_path)), reader=reader, fetcher=fetcher)

    assert [article.id for article in result.articles] == ["good"]
    assert [problem.where for problem in result.problems] == [
        "bad/binary.md",
        "bad/empty.md",
        "bad/front.md",
        "bad/large.txt",
        "bad/page.html",
    ]
    assert result.problems[1] == Problem("bad/empty.md", "It is empty.")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
async def test_a_file_without_permission_is_a_problem(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    write(tmp_path, {"a.md": "A", "b.md": "B"})
    (tmp_path / "b.md").chmod(0)
    result = await read_source(identify(str(tmp_path)), reader=reader, fetcher=fetcher)

    assert result.problems == (Problem("b.md", "It cannot be read: Permission denied."),)


async def test_a_folder_without_articles_says_what_is_read(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    write(tmp_path, {"a.zip": "x", "b.jsonl": "{}"})

    with pytest.raises(SourceError, match=r"No articles in .*none of its files is \.md, "):
        await ids_of(tmp_path, reader, fetcher)


async def test_a_folder_where_nothing_can_be_read_names_the_first_problems(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    write(tmp_path, {f"{n}.md": "" for n in range(5)})

    with pytest.raises(SourceError, match=r"0\.md: It is empty; 1\.md: .* \(and 2 more\)\.$"):
        await ids_of(tmp_path, reader, fetcher)


async def test_one_bad_file_is_an_error_with_its_name(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    write(tmp_path, {"a.md": ""})

    with pytest.raises(SourceError, match=r"^a\.md: It is empty\.$"):
        await ids_of(tmp_path / "a.md", reader, fetcher)


@pytest.mark.parametrize("kind", [SourceKind.FILE, SourceKind.FOLDER, SourceKind.JSONL])
async def test_a_remembered_source_that_is_gone_is_an_error(
    kind: SourceKind, tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    with pytest.raises(SourceError, match="No such"):
        await read_source(Source(kind, str(tmp_path / "x.md")), reader=reader, fetcher=fetcher)


async def test_two_files_of_one_name_keep_their_suffixes_apart(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    write(tmp_path, {"a.html": "<p>A sentence that is long enough.</p>", "a.md": "B", "a.txt": "C"})

    assert await ids_of(tmp_path, reader, fetcher) == ["a", "a.md", "a.txt"]


async def test_an_id_given_twice_is_a_problem_of_the_second_file(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    write(tmp_path, {"a.md": "---\nid: b\n---\nA", "b.md": "B", "c.md": "---\nid: b\n---\nC"})
    result = await read_source(identify(str(tmp_path)), reader=reader, fetcher=fetcher)

    assert [(a.id, a.text) for a in result.articles] == [("b", "A"), ("b.md", "B")]
    assert result.problems == (Problem("c.md", "Its id 'b' is already that of a.md."),)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
async def test_file_names_that_are_not_text_give_storable_ids(
    tmp_path: Path, reader: Reader, fetcher: Fetcher
) -> None:
    Path(os.fsdecode(os.fsencode(str(tmp_path)) + b"/\xff\n.md")).write_text("Text.")
    (tmp_path / ("long" * 50 + ".md")).write_text("Text.")

    for article_id in await ids_of(tmp_path, reader, fetcher):
        article_id.encode()
        assert "\n" not in article_id
        assert len(article_id) <= 300
