"""What can go wrong with a library, each with a sentence a person can act on.

FootnoteIndexError
├── SourceError          a target cannot be read
│   └── FetchError       a page cannot be fetched
├── EmbeddingError       the embedder failed or gave unusable vectors
├── EmbedderMismatch     the index was made by another embedder or chunking
├── VectorStoreError     Chroma failed or did not answer in time
├── StoreError           SQLite failed (read-only, full, locked, damaged)
├── NothingToSync        no source is remembered
├── PlanBlocked          a guard or a golden question asks for a moderator's consent
├── PlanOutdated         a plan no longer fits, is unknown or was used up
├── JobRefused           another job works on the library, or there is no such job
├── ArchiveError         an export cannot be written or an import is not sound
└── BackupError          a copy of the database cannot be made, or is not sound
"""

from __future__ import annotations


class FootnoteIndexError(Exception):
    """Base of all errors of the index; ``str(error)`` says what happened and what to do."""


class SourceError(FootnoteIndexError):
    """A target cannot be read: missing, empty, unreadable, or without articles."""


class FetchError(SourceError):
    """A page could not be fetched, or was refused before fetching.

    ``is_gone`` says that the site answered 404 or 410: there is no such page.
    """

    def __init__(self, message: str, *, is_gone: bool = False) -> None:
        super().__init__(message)
        self.is_gone = is_gone


class EmbeddingError(FootnoteIndexError):
    """The embedder failed, or gave vectors of a wrong size, NaN or zeros."""


class EmbedderMismatch(FootnoteIndexError):
    """The index was made by another embedder or another chunking."""


class VectorStoreError(FootnoteIndexError):
    """Chroma failed or did not answer in time."""


class StoreError(FootnoteIndexError):
    """The store failed: read-only, full, locked, damaged, or its server gone."""


class NothingToSync(FootnoteIndexError):
    """The library remembers no source that could be read again."""


class PlanBlocked(FootnoteIndexError):
    """A guard or a golden question asks for a moderator's consent; nothing was published.

    ``plan_id`` names what waits; the flags say what has to be said yes to. ``failing`` names
    the golden questions that would fail.
    """

    def __init__(
        self,
        message: str,
        *,
        plan_id: str,
        drop: bool = False,
        suspicious: bool = False,
        golden: bool = False,
        failing: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.failing = failing
        self.plan_id = plan_id
        self.drop = drop
        self.suspicious = suspicious
        self.golden = golden


class PlanOutdated(FootnoteIndexError):
    """A plan no longer fits, is unknown, or was used up; the sentence says which."""


class JobRefused(FootnoteIndexError):
    """Another job works on the library, or there is no such job."""


class ArchiveError(FootnoteIndexError):
    """An export cannot be written, or an import is not sound; nothing was taken in."""


class BackupError(FootnoteIndexError):
    """A copy of the database cannot be made or put back, or is not sound.

    ``is_damage`` says that what was to be copied is damaged.
    """

    def __init__(self, message: str, *, is_damage: bool = False) -> None:
        super().__init__(message)
        self.is_damage = is_damage


def say_words_only(error: FootnoteIndexError) -> str:
    """What a search says of itself that could not compare meanings.

    Operators read it: the cause is its first sentence, without what it tells them to do.
    """
    cause = str(error).partition(". ")[0].rstrip(".")
    return f"Only words were compared, not meanings: {cause}."
