"""What can go wrong with a library, each with a sentence a person can act on.

FootnoteIndexError
├── SourceError          a target cannot be read
│   └── FetchError       a page cannot be fetched
├── EmbeddingError       the embedder failed or gave unusable vectors
├── EmbedderMismatch     the index was made by another embedder or chunking
├── VectorStoreError     Chroma failed or did not answer in time
├── StoreError           SQLite failed (read-only, full, locked, damaged)
└── NothingToSync        no source is remembered
"""

from __future__ import annotations


class FootnoteIndexError(Exception):
    """Base of all errors of the index; ``str(error)`` says what happened and what to do."""


class SourceError(FootnoteIndexError):
    """A target cannot be read: missing, empty, unreadable, or without articles."""


class FetchError(SourceError):
    """A page could not be fetched, or was refused before fetching."""


class EmbeddingError(FootnoteIndexError):
    """The embedder failed, or gave vectors of a wrong size, NaN or zeros."""


class EmbedderMismatch(FootnoteIndexError):
    """The index was made by another embedder or another chunking."""


class VectorStoreError(FootnoteIndexError):
    """Chroma failed or did not answer in time."""


class StoreError(FootnoteIndexError):
    """SQLite failed: read-only, full, locked or damaged."""


class NothingToSync(FootnoteIndexError):
    """The library remembers no source that could be read again."""
