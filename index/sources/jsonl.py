"""Articles as JSON lines, plain or gzipped, one line at a time.

A line's text is the article's clean text, letter for letter. Headings marked with
``#`` are found in it and left as they stand. A line that is the same as the last time is
known by its hash and not parsed again.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from index.entries import EVERYTHING, EntryState, SourceOptions
from index.errors import SourceError
from index.models import Article, Problem, ReadResult, Source
from index.sources.ids import storable
from index.sources.json_article import read_line
from index.sources.results import require_articles
from index.sources.selecting import is_wanted

MAX_LINE = 20_000_000
MAX_TOTAL = 1_000_000_000
MAX_PROBLEMS = 1_000
_PROGRESS_EVERY = 100

OnCount = Callable[[int], None]


def read_jsonl(
    source: Source,
    on_count: OnCount,
    *,
    options: SourceOptions = EVERYTHING,
    known: Mapping[str, EntryState] = MappingProxyType({}),
) -> ReadResult:
    """The articles of a ``.jsonl`` or ``.jsonl.gz`` file; blocks, so call it in a thread.

    Raises:
        SourceError: it cannot be opened, or no line is an article.
    """
    path = Path(source.location)
    lines = _Lines(storable(path.name), options, known)
    try:
        with path.open("rb") as file:
            return _read_stream(source, file, lines, on_count)
    except FileNotFoundError as exc:
        raise SourceError(f"No such file: {storable(str(path))}") from exc
    except OSError as exc:
        raise SourceError(f"{storable(path.name)} cannot be read: {exc.strerror or exc}.") from exc


def read_jsonl_bytes(source: Source, data: bytes) -> ReadResult:
    """The same for an upload, of which nothing is known."""
    lines = _Lines(source.location, EVERYTHING, {})
    result = _read_stream(source, io.BytesIO(data), lines, lambda _: None)
    return replace(result, read=())


def _read_stream(source: Source, file: BinaryIO, lines: _Lines, on_count: OnCount) -> ReadResult:
    stream = gzip.GzipFile(fileobj=file) if lines.name.lower().endswith(".gz") else file
    for count, (number, line) in enumerate(lines.numbered(stream)):
        if count and count % _PROGRESS_EVERY == 0:
            on_count(count)
        if not lines.take(number, line):
            break
    result = lines.result(source)
    if not lines.count and not result.problems:
        raise SourceError(f"{lines.name} is empty.")
    return require_articles(result)


class _Lines:
    """Collects articles and problems of one file."""

    def __init__(self, name: str, options: SourceOptions, known: Mapping[str, EntryState]) -> None:
        self.name = name
        self.count = 0
        self._options = options
        self._known = {state.stamp: state for state in known.values() if state.stamp}
        self._articles: list[Article] = []
        self._read: list[EntryState] = []
        self._unchanged: list[EntryState] = []
        self._problems: list[Problem] = []
        self._notes: list[Problem] = []
        self._lines_of_ids: dict[str, int] = {}
        self._problems_left_out = 0

    def take(self, number: int, line: bytes) -> bool:
        """Reads one line into an article or a problem; False where no more are wanted."""
        self.count += 1
        if len(self._articles) + len(self._unchanged) == self._options.limit:
            self._notes.append(
                Problem(self.name, f"All from line {number} on was left out: the limit is reached.")
            )
            return False
        stamp = stamp_of(line)
        known = self._known.get(stamp)
        if known is not None and known.key not in self._lines_of_ids:
            self._lines_of_ids[known.key] = number
            if is_wanted(known.key, self._options):
                self._unchanged.append(known)
        else:
            self._read_anew(number, line, stamp)
        return True

    def _read_anew(self, number: int, line: bytes, stamp: str) -> None:
        try:
            article = read_line(line)
            first = self._lines_of_ids.setdefault(article.id, number)
            if first != number:
                raise SourceError(_same_id(article, first))  # noqa: TRY301 - one way out for all
        except SourceError as exc:
            self.report(f"{self.name} line {number}", str(exc))
        else:
            if is_wanted(article.id, self._options):
                self._articles.append(article)
                self._read.append(EntryState(article.id, article.id, stamp=stamp))

    def report(self, where: str, message: str) -> None:
        """Remembers a problem, up to a number that a person may still read."""
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(Problem(where, message))
        else:
            self._problems_left_out += 1

    def result(self, source: Source) -> ReadResult:
        """All that was found. Of a broken line nobody knows which entry it was."""
        return ReadResult(
            source=source,
            articles=tuple(self._articles),
            problems=self.all_problems(),
            notes=tuple(self._notes),
            read=tuple(self._read),
            unchanged=tuple(self._unchanged),
            failed=None,
        )

    def all_problems(self) -> tuple[Problem, ...]:
        """All problems, with a last one that counts those left out."""
        if not self._problems_left_out:
            return tuple(self._problems)
        more = Problem(self.name, f"{self._problems_left_out} more lines could not be read.")
        return (*self._problems, more)

    def numbered(self, stream: BinaryIO | gzip.GzipFile) -> Iterator[tuple[int, bytes]]:
        """Lines that are not blank, with their numbers, until the end or a damage."""
        number = total = 0
        try:
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                total += len(line)
                if len(line) > MAX_LINE:
                    self.report(f"{self.name} line {number}", _too_long(MAX_LINE))
                    total += _skip_line(stream, MAX_TOTAL - total)
                elif line.strip(b"\xef\xbb\xbf \t\r\n"):
                    yield number, line
                if total > MAX_TOTAL:
                    self.report(self.name, f"Stopped at line {number}: more than 1 GB of text.")
                    return
        except (EOFError, zlib.error):
            self.report(self.name, f"The gzip data is damaged or cut off after line {number}.")
        except gzip.BadGzipFile:
            what = f"damaged after line {number}" if number else "not gzip data"
            self.report(self.name, f"It is {what}, although its name ends in .gz.")


def stamp_of(line: bytes) -> str:
    """What tells that a line is the same as the last time."""
    return hashlib.blake2b(line.rstrip(b"\r\n"), digest_size=16).hexdigest()


def _skip_line(stream: BinaryIO | gzip.GzipFile, limit: int) -> int:
    """Reads on to the end of a line, at most ``limit`` bytes and a part; says how many."""
    skipped = 0
    while skipped <= limit and (part := stream.readline(1_000_000)):
        skipped += len(part)
        if part.endswith(b"\n"):
            break
    return skipped


def _too_long(limit: int) -> str:
    return f"The line is longer than {limit // 1_000_000} MB."


def _same_id(article: Article, first: int) -> str:
    if article.id_is_given:
        return f"The id {article.id!r} is already that of line {first}."
    return f"It has no id, and the same address, or title and date, as line {first}."
