"""Files and folders that were read before: what is unchanged is not opened."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from index.entries import EVERYTHING, EntryState, SourceOptions
from index.errors import SourceError
from index.models import Article, Problem, ReadResult
from index.reading import Reader
from index.sources import identify, read_source
from index.sources.fetching import Fetcher


class CountingReader(Reader):
    """Remembers which files it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.read_files: list[str] = []

    async def read(self, data: bytes, name: str, **more: Any) -> Article:
        self.read_files.append(name)
        return await super().read(data, name, **more)


class Folder:
    """A folder that is read again and again, with what was known the last time."""

    def __init__(self, root: Path, reader: CountingReader, fetcher: Fetcher) -> None:
        self.root = root
        self.known: dict[str, EntryState] = {}
        self._reader = reader
        self._fetcher = fetcher

    def write(self, name: str, text: str, *, age: float = 3_600.0) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        aged = path.stat().st_mtime - age
        os.utime(path, (aged, aged))
        return path

    async def read(self, options: SourceOptions = EVERYTHING, name: str = "") -> ReadResult:
        self._reader.read_files.clear()
        result = await read_source(
            identify(str(self.root / name)),
            options=options,
            known=self.known,
            reader=self._reader,
            fetcher=self._fetcher,
        )
        assert [s.article_id for s in result.read] == [a.id for a in result.articles]
        self.known = {state.key: state for state in (*result.read, *result.unchanged)}
        return result

    @property
    def opened(self) -> list[str]:
        return self._reader.read_files


@pytest.fixture
async def folder(tmp_path: Path, fetcher: Fetcher) -> AsyncIterator[Folder]:
    reader = CountingReader()
    yield Folder(tmp_path, reader, fetcher)
    await reader.close()


def ids(result: ReadResult) -> list[str]:
    return [article.id for article in result.articles]


def keys(states: tuple[EntryState, ...]) -> list[str]:
    return [state.key for state in states]


async def test_an_unchanged_folder_is_not_opened_and_is_no_error(folder: Folder) -> None:
    folder.write("a.md", "One.")
    folder.write("in/b.md", "Two.")
    first = await folder.read()
    again = await folder.read()

    assert keys(first.read) == ["a.md", "in/b.md"]
    assert first.failed == frozenset()
    assert first.lists_all
    assert (again.articles, again.read, folder.opened) == ((), (), [])
    assert again.unchanged == first.read


async def test_only_what_changed_is_opened(folder: Folder) -> None:
    for name in ("a.md", "b.md", "c.md"):
        folder.write(name, "One.")
    await folder.read()
    folder.write("b.md", "Two.")
    (folder.root / "c.md").unlink()
    folder.write("d.md", "New.")
    result = await folder.read()

    assert ids(result) == ["b", "d"]
    assert keys(result.unchanged) == ["a.md"]
    assert folder.opened == ["b.md", "d.md"]


async def test_a_change_that_keeps_size_and_date_is_noticed(folder: Folder) -> None:
    path = folder.write("a.md", "One.")
    stat = path.stat()
    await folder.read()
    path.write_text("Two.")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    result = await folder.read()

    assert path.stat().st_mtime_ns == stat.st_mtime_ns
    assert [article.text for article in result.articles] == ["Two."]


async def test_a_file_written_just_now_is_read_again(folder: Folder) -> None:
    folder.write("a.md", "One.", age=0)
    first = await folder.read()
    await folder.read()

    assert first.read[0].stamp is None
    assert folder.opened == ["a.md"]


async def test_a_file_that_breaks_is_failed_and_not_gone(folder: Folder) -> None:
    folder.write("a.md", "One.")
    folder.write("b.md", "Two.")
    await folder.read()
    folder.write("b.md", "  \n")
    result = await folder.read()

    assert result.failed == frozenset({"b.md"})
    assert keys(result.unchanged) == ["a.md"]
    assert [problem.where for problem in result.problems] == ["b.md"]


async def test_when_all_known_files_break_the_result_says_so(folder: Folder) -> None:
    folder.write("a.md", "One.")
    await folder.read()
    folder.write("a.md", "")

    assert (await folder.read()).failed == frozenset({"a.md"})


async def test_an_emptied_folder_is_an_error_so_that_its_articles_stay(folder: Folder) -> None:
    folder.write("a.md", "One.")
    await folder.read()
    (folder.root / "a.md").unlink()

    with pytest.raises(SourceError, match="No articles in"):
        await folder.read()


async def test_a_folder_that_cannot_be_looked_into_is_not_gone(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a.md", "One.")
    inner = str(folder.write("in/b.md", "Two.").parent)
    await folder.read()
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if path == inner:
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may look into any
    result = await folder.read()

    assert result.failed == frozenset({"in/", "in/b.md"})
    assert result.problems == (Problem("in/", "This folder cannot be read."),)


async def test_patterns_and_a_limit_choose_among_the_files(folder: Folder) -> None:
    for name in ("a.md", "drafts/x.md", "news/1.md", "news/2.md", "news/3.txt"):
        folder.write(name, "Text.")
    options = SourceOptions(include=("news/", "drafts/"), exclude=("*.txt", "drafts/*"))

    assert ids(await folder.read(options)) == ["news/1", "news/2"]
    result = await folder.read(SourceOptions(limit=2))
    assert (*keys(result.read), *keys(result.unchanged)) == ("a.md", "drafts/x.md")
    assert result.options == SourceOptions(limit=2)
    assert result.notes[0].message == "3 more files were left out: the limit is reached."
    with pytest.raises(SourceError, match="the patterns leave out all of its 5 files"):
        await folder.read(SourceOptions(include=("*.html",)))


async def test_articles_in_another_language_are_left_out_with_one_note(folder: Folder) -> None:
    folder.write("a.md", "The harbour master said that the pier would open on Monday. " * 3)
    folder.write("b.md", "Der Hafenmeister sagte, dass der Steg am Montag öffnen werde. " * 3)
    folder.write("c.md", "Short.")
    result = await folder.read(SourceOptions(language="en"))

    assert ids(result) == ["a", "c"]
    assert [note.message for note in result.notes] == [
        "Left out 1 article in another language than 'en'."
    ]
    folder.known = {}
    with pytest.raises(SourceError, match="None is left"):
        await folder.read(SourceOptions(language="fr", include=("b.md",)))


async def test_a_new_file_does_not_take_the_id_of_an_unchanged_one(folder: Folder) -> None:
    folder.write("a.md", "One.")
    await folder.read()
    folder.write("a.html", "<p>A sentence that is long enough.</p>")
    assert ids(await folder.read()) == ["a.html"]
    folder.write("a.md", "Two.")
    folder.write("a.html", "<p>A sentence that is long enough, too.</p>")

    assert ids(await folder.read()) == ["a.html", "a"]


async def test_an_id_that_the_library_marked_is_still_taken(folder: Folder) -> None:
    folder.write("a.md", "One.")
    await folder.read()
    state = folder.known["a.md"]
    folder.known = {"a.md": EntryState("a.md", "a~0123ab", stamp=state.stamp)}
    folder.write("a.html", "<p>A sentence that is long enough.</p>")

    assert ids(await folder.read()) == ["a.html"]


async def test_an_id_given_to_a_new_file_moves_an_unchanged_file_off_it(folder: Folder) -> None:
    folder.write("b.md", "One.")
    await folder.read()
    folder.write("c.md", "---\nid: b\n---\nTwo.")
    result = await folder.read()

    assert [(a.id, a.text) for a in result.articles] == [("b.md", "One."), ("b", "Two.")]
    assert result.unchanged == ()


async def test_an_id_given_twice_stays_with_the_file_that_had_it(folder: Folder) -> None:
    folder.write("b.md", "---\nid: x\n---\nOne.")
    await folder.read()
    folder.write("a.md", "---\nid: x\n---\nTwo.")
    result = await folder.read()

    assert keys(result.unchanged) == ["b.md"]
    assert result.problems == (Problem("a.md", "Its id 'x' is already that of b.md."),)
    folder.write("b.md", "---\nid: x\n---\nThree.")
    assert [a.text for a in (await folder.read()).articles] == ["Three."]


async def test_a_single_file_is_known_by_its_name(folder: Folder) -> None:
    folder.write("a.md", "One.")
    first = await folder.read(name="a.md")
    again = await folder.read(name="a.md")
    folder.write("a.md", "Two!")
    changed = await folder.read(name="a.md")

    assert keys(first.read) == ["a.md"]
    assert again.unchanged == first.read
    assert [article.text for article in changed.articles] == ["Two!"]


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
async def test_names_that_are_long_or_not_text_have_keys_that_differ(folder: Folder) -> None:
    deep = "/".join(["long" * 50] * 2)
    folder.write(f"{deep}/a.md", "One.")
    folder.write(f"{deep}/b.md", "Two.")
    for byte in (b"\xfe", b"\xff"):
        Path(os.fsdecode(os.fsencode(str(folder.root)) + b"/" + byte + b".md")).write_text("T.")
    result = await folder.read()

    assert len(set(keys(result.read))) == 4
    assert all(key.encode() for key in keys(result.read))
