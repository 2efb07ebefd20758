"""The values that travel through the index: articles, chunks, passages and reports.

All offsets count Unicode code points in the article version's clean text, so
``text[start:end]`` in Python is always the exact slice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from index.entries import EVERYTHING, EntryState, SourceOptions
from index.pages import PageText
from index.scope import Scoped

NOTE_PREFIX = "moderator-note:"
"""How the ids of moderators' notes begin. No article of a source may have such an id."""


def is_note(article_id: str) -> bool:
    """Whether it is a moderator's note, and not an article that a source gave."""
    return article_id.startswith(NOTE_PREFIX)


@dataclass(frozen=True, slots=True)
class Correction:
    """What a moderator's note says is wrong: a span of an article version's text.

    ``note_id`` is the article id of the note.
    """

    start: int
    end: int
    note_id: str


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range ``[start, end)`` of code points in an article's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as it stands in the text; ``level`` is 1 to 6."""

    start: int
    end: int
    level: int


@dataclass(frozen=True)
class Article:
    """A text as a source gave it: clean text and what is known about it.

    ``published_at`` is kept as given, at its own precision ("2025", "2025-04",
    "2025-04-29" or a full timestamp). ``id_is_given`` says that the author named
    the id; a derived id (from a path, say) may be made unique by the library.
    ``page`` is the public page it was read from, None where there is none; it is no part of
    the version, since what stands around an article changes without it.
    """

    id: str
    title: str
    text: str
    published_at: str | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    publisher: str | None = None
    headings: tuple[Heading, ...] = ()
    id_is_given: bool = True
    page: PageText | None = field(default=None, compare=False, repr=False)

    @cached_property
    def version_id(self) -> str:
        """Content hash that names this version, 32 hex digits."""
        content = [
            self.id,
            self.title,
            self.text,
            self.published_at,
            self.authors,
            self.url,
            self.publisher,
            [(h.start, h.end, h.level) for h in self.headings],
        ]
        encoded = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(encoded.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @cached_property
    def likeness(self) -> bytes:
        """What title and text look like (``index.likeness``)."""
        from index.likeness import sketch, words_of  # noqa: PLC0415 - numpy, which readers go without

        return sketch(words_of(self.title, self.text))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A verbatim slice of an article version, cut at sentence ends.

    ``embedded_text`` is what the embedder reads: title, date and heading path in
    front of the slice. It is never stored or shown.
    """

    id: str
    version_id: str
    ordinal: int
    start: int
    end: int
    heading: str
    text: str
    embedded_text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk found for a question.

    ``score`` is the fused score in [0, 1]; ``cosine`` is the dense similarity in
    [-1, 1] and ``bm25`` the lexical score (higher is better), each None where
    that half did not find the chunk. ``sentences`` are absolute spans in the
    article version's text, in reading order. ``corrections`` are what moderators'
    notes say of it.
    """

    chunk_id: str
    article_id: str
    version_id: str
    title: str
    url: str | None
    published_at: str | None
    authors: tuple[str, ...]
    publisher: str | None
    heading: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    score: float
    cosine: float | None
    bm25: float | None
    superseded_by: str | None = None
    corrections: tuple[Correction, ...] = ()

    def corrected_by(self, span: Span) -> str | None:
        """The note that corrects something in a span; None where nobody did."""
        for correction in self.corrections:
            if correction.start < span.end and span.start < correction.end:
                return correction.note_id
        return None

    def slice(self, span: Span) -> str:
        """The article's text at an absolute span that lies inside this passage."""
        if not self.start <= span.start <= span.end <= self.end:
            raise ValueError(f"span {span} lies outside passage {self.start}-{self.end}")
        return self.text[span.start - self.start : span.end - self.start]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages, best first, all from one edition; ``edition`` is 0 for an empty library.

    ``term_weights`` holds, for each content word of the question (lower case),
    its inverse document frequency in this library scaled to (0, 1]; a word the
    library does not know at all weighs 1. ``degraded`` says in one sentence what
    was not available, if anything. ``chunks`` is how many were looked at, 0 when
    that is not known. ``scoped`` is set where the search kept to some articles.
    """

    edition: int
    passages: tuple[Passage, ...]
    timings_ms: dict[str, float]
    term_weights: dict[str, float]
    degraded: str | None = None
    chunks: int = 0
    notice: str | None = None
    outside_time: bool = False
    scoped: Scoped | None = None


class SourceKind(StrEnum):
    """Where articles come from. Uploads cannot be read again."""

    FILE = "file"
    FOLDER = "folder"
    JSONL = "jsonl"
    PAGE = "page"
    SITEMAP = "sitemap"
    FEED = "feed"
    UPLOAD = "upload"


FETCHED = frozenset({SourceKind.PAGE, SourceKind.SITEMAP, SourceKind.FEED})
"""The kinds that are read over the network."""


@dataclass(frozen=True, slots=True)
class Source:
    """A place articles are read from: an absolute path, a URL, or an upload's file name."""

    kind: SourceKind
    location: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read: where, and what to do about it, for a person."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a source gave, in a stable order, and what could not be read.

    Attributes:
        source: Where it was read.
        articles: Those that were read; entries known to be unchanged are not read again.
        problems: What could not be read.
        notes: What somebody should know though nothing is wrong.
        read: One state for each of ``articles``, in the same order; empty for uploads.
        unchanged: Known entries that are still there and as they were.
        gone: Known entries whose page said that it is gone; ``misses`` counts this time.
        failed: Keys of entries that are still there but could not be read. None: unknown
            which, so that nothing may be taken for gone while there are problems.
        lists_all: Whether an entry that is not listed any more is gone. A feed lists only
            its newest.
        options: How it was read.
    """

    source: Source
    articles: tuple[Article, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    read: tuple[EntryState, ...] = ()
    unchanged: tuple[EntryState, ...] = ()
    gone: tuple[EntryState, ...] = ()
    failed: frozenset[str] | None = None
    lists_all: bool = True
    options: SourceOptions = EVERYTHING


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long job is: ``total`` is None while unknown."""

    stage: str
    done: int
    total: int | None = None


OnProgress = Callable[[Progress], None]


def no_progress(_: Progress) -> None:
    """For callers that do not watch."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What an add, sync, publication, removal or rollback did.

    ``edition`` is the current one afterwards. ``moved`` pairs an article's id before with its
    id now; ``added`` and ``removed`` leave those out. ``duplicates`` pairs the id of an article
    that was left out with that of the one that won. ``held`` names the plan with the pages
    that wait for a moderator, ``suspicious`` says of each why. ``failing`` names golden
    questions that no longer cite their article.
    """

    edition: int
    published: bool
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    problems: tuple[Problem, ...] = ()
    chunks_written: int = 0
    texts_embedded: int = 0
    seconds: float = 0.0
    embedding_seconds: float = 0.0
    moved: tuple[tuple[str, str], ...] = ()
    duplicates: tuple[tuple[str, str], ...] = ()
    notes: tuple[Problem, ...] = ()
    held: str | None = None
    suspicious: tuple[Problem, ...] = ()
    failing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditionInfo:
    """One line of a library's history. ``published_at`` is UTC, ISO 8601.

    ``reason`` is what the person wrote, "" if nothing.
    """

    number: int
    published_at: str
    actor: str
    note: str
    added: int
    changed: int
    removed: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """What a library holds now."""

    library: str
    edition: EditionInfo | None
    articles: int
    chunks: int
    sources: tuple[Source, ...]
    embedder: str
    database_bytes: int
    vector_bytes: int


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """Whether SQLite, Chroma and the lexical index agree; ``problems`` is empty when they do."""

    edition: int
    chunks: int
    checks: tuple[str, ...]
    problems: tuple[str, ...]
