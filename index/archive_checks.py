"""Whether an archive's rows make a sound library, before any of them is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.archive_articles import are_chunks_of, find_odd, read_article
from index.archive_format import (
    AUDIT,
    EDITIONS,
    ENTRIES,
    GOLDEN,
    MEMBERSHIPS,
    NOTES,
    PAGES,
    SETTINGS,
    SOURCES,
    SUPERSESSIONS,
    VERSIONS,
    WITHHELD,
    Row,
    Table,
)
from index.archive_reading import Archive
from index.archive_values import (
    Quoted,
    are_options,
    digest_of,
    find_odd_note,
    find_odd_page,
    is_time,
    read_quoted,
)
from index.library_settings import SETTINGS as KNOWN_SETTINGS
from index.models import SourceKind, is_note

_KINDS = frozenset(kind.value for kind in SourceKind)
_MOST_FIELD = 20_000
_UNIT = 1e-3


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds.

    ``is_indexed`` says that every article of the current edition has its chunks and vectors.
    """

    articles: int
    versions: int
    editions: int
    golden: int
    is_indexed: bool


@dataclass(frozen=True, slots=True)
class _Version:
    """What has to be remembered of a version to check the others."""

    article_id: str
    is_indexed: bool


def check_contents(archive: Archive, fingerprint: str, dimension: int) -> Contents:
    """Read all of it, and write nothing.

    Args:
        archive: What is read.
        fingerprint: What makes an index here; passages of another are made anew.
        dimension: That of the vectors here.

    Raises:
        ArchiveError: something in it is not as it has to be; the sentence says what.
    """
    checker = _Checker(archive, fingerprint, dimension)
    keys = checker.check_vectors()
    editions = checker.check_editions()
    sources = checker.check_sources()
    checker.check_entries(sources)
    quoted, notes = checker.check_notes()
    versions = checker.check_versions(keys, quoted)
    current = checker.check_memberships(versions, sources, editions)
    checker.check_decisions()
    checker.check_reserved({versions[version].article_id for version in current}, notes)
    checker.check_pages(versions)
    checker.check_settings()
    return Contents(
        articles=len(current),
        versions=len(versions),
        editions=len(editions),
        golden=checker.count(GOLDEN),
        is_indexed=all(versions[version].is_indexed for version in current),
    )


class _Checker:
    """Goes through the members of one archive."""

    def __init__(self, archive: Archive, fingerprint: str, dimension: int) -> None:
        self._archive = archive
        self._dimension = dimension
        self._is_ours = archive.manifest.fingerprint == fingerprint

    def count(self, table: Table) -> int:
        """How many rows a table has."""
        return next(m.rows for m in self._archive.manifest.members if m.name == table.member)

    def _demand(self, holds: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
        if not holds:
            raise self._archive.refuse(what)

    def _each(self, table: Table, key: Callable[[Row], Any] | None = None) -> Any:  # noqa: ANN401
        """The rows; by ``key``, each must come after the one before."""
        last = None
        for row in self._archive.rows(table):
            for name, value in row.items():
                if isinstance(value, str) and len(value) > _MOST_FIELD and name != "text":
                    raise self._archive.refuse(f"{name!r} in {table.member} is too long")
            if key is not None:
                now = key(row)
                self._demand(last is None or last < now, f"{table.member} is not in order")
                last = now
            yield row

    def check_vectors(self) -> set[bytes]:
        """The vectors' keys."""
        keys: set[bytes] = set()
        last = ""
        given = self._archive.manifest.dimension
        self._demand(
            not self._is_ours or given in (0, self._dimension),
            f"its vectors have {given} dimensions, not {self._dimension}",
        )
        for key, encoded in self._archive.vectors():
            with np.errstate(invalid="ignore"):  # some that are no numbers warn of it
                vector = np.frombuffer(encoded, dtype="<f4").astype(np.float64)
            length = float(np.sqrt(np.dot(vector, vector))) if np.isfinite(vector).all() else 0.0
            self._demand(abs(length - 1) < _UNIT, "a vector does not have length one")
            self._demand(last < key, "the vectors are not in order")
            last = key
            keys.add(bytes.fromhex(key))
        return keys

    def check_editions(self) -> range:
        """The numbers of the editions."""
        numbers = []
        for row in self._each(EDITIONS):
            self._demand(is_time(row["published_at"]), "an edition has no time")
            counts = (row["added"], row["changed"], row["removed"])
            self._demand(min(counts) >= 0, "an edition counts below zero")
            numbers.append(row["number"])
        current = self._archive.manifest.edition
        # Counted from the rows: the manifest may name any number.
        first = current - len(numbers) + 1
        is_whole = all(number == first + at for at, number in enumerate(numbers))
        self._demand(numbers != [] and first > 0 and is_whole, "its history has gaps")
        return range(first, current + 1)

    def check_sources(self) -> int:
        """How many sources there are."""
        known: set[tuple[str, str]] = set()
        for row in self._each(SOURCES):
            place = (row["kind"], row["location"])
            self._demand(row["kind"] in _KINDS and row["location"] != "", "a source is not one")
            self._demand(place not in known, "a source is there twice")
            known.add(place)
            self._demand(row["number"] == len(known), "the sources are not in order")
            self._demand(row["paused"] in (0, 1), "a source is neither paused nor not")
            self._demand(are_options(row["options"]), "a source has options that are not ours")
            moments = (row["added_at"], row["next_run"], row["last_run"], row["removed_at"])
            self._demand(all(m is None or is_time(m) for m in moments), "a source has odd times")
        return len(known)

    def check_entries(self, sources: int) -> None:
        """Every entry must be of a source."""
        for row in self._each(ENTRIES, lambda r: (r["source"], r["key"])):
            self._demand(1 <= row["source"] <= sources, "an entry has no source")
            self._demand(row["misses"] >= 0, "an entry was missed less than never")

    def check_versions(
        self, keys: set[bytes], quoted: Mapping[str, Sequence[Quoted]]
    ) -> dict[str, _Version]:
        """What is known of each version, by its id; each says what notes quote of it."""
        versions: dict[str, _Version] = {}
        for row in self._each(VERSIONS, lambda r: r["version_id"]):
            article = read_article(row)
            if (odd := find_odd(article, row)) is not None:
                raise self._archive.refuse(f"the article {row['article_id'][:80]!r} {odd}")
            # Passages that another embedder or chunking made are made anew.
            is_indexed = self._is_ours and row["chunks"] is not None
            if is_indexed and not are_chunks_of(article, row["chunks"], keys):
                raise self._archive.refuse(
                    f"the article {article.id[:80]!r} has a passage that is not its own"
                )
            for start, end, digest in quoted.get(article.version_id, ()):
                self._demand(
                    digest_of(article.text[start:end]) == digest,
                    f"a note quotes what the article {article.id[:80]!r} does not say",
                )
            versions[article.version_id] = _Version(article.id, is_indexed)
        return versions

    def check_memberships(
        self, versions: dict[str, _Version], sources: int, editions: range
    ) -> list[str]:
        """The versions of the current edition."""
        current: list[str] = []
        article, free_from = "", 1
        for row in self._each(MEMBERSHIPS, lambda r: (r["article_id"], r["from_edition"])):
            if row["article_id"] != article:
                article, free_from = row["article_id"], 1
            version, source = versions.get(row["version"]), row["source"]
            self._demand(
                version is not None and version.article_id == article,
                f"the article {article[:80]!r} is said to have a text that is not its own",
            )
            self._demand(source is None or 1 <= source <= sources, "an article has no source")
            start, end = row["from_edition"], row["to_edition"]
            until = editions.stop if end is None else end
            # An end that is still to come would be no end yet: an export has none there.
            is_over = end is None or end < editions.stop
            self._demand(
                is_over and free_from <= start < until <= editions.stop,
                f"the article {article[:80]!r} has two texts at a time",
            )
            free_from = until
            if end is None:
                current.append(row["version"])
        return current

    def check_decisions(self) -> None:
        """What people decided, and who did what."""
        for table in (WITHHELD, SUPERSESSIONS):
            for _ in self._each(table, lambda r: r["article_id"]):
                pass
        known: set[tuple[str, str]] = set()
        for row in self._each(GOLDEN):
            pair = (row["question"], row["article_id"])
            self._demand(pair not in known, "a golden question is there twice")
            known.add(pair)
        for row in self._each(AUDIT):
            self._demand(is_time(row["at"]), "an act has no time")

    def check_notes(self) -> tuple[dict[str, list[Quoted]], set[str]]:
        """What notes quote, by version, and their ids."""
        quoted: dict[str, list[Quoted]] = {}
        ids: set[str] = set()
        for row in self._each(NOTES, lambda r: r["article_id"]):
            if (odd := find_odd_note(row)) is not None:
                raise self._archive.refuse(f"a moderator's note {odd}")
            ids.add(row["article_id"])
            if (one := read_quoted(row)) is not None:
                quoted.setdefault(row["quoted_version"], []).append(one)
        return quoted, ids

    def check_reserved(self, current: set[str], notes: set[str]) -> None:
        """Every note that answers says what it corrects, and nothing else has the id of one."""
        self._demand(
            notes == {article_id for article_id in current if is_note(article_id)},
            "what its moderators' notes correct is not told",
        )

    def check_pages(self, versions: Mapping[str, _Version]) -> None:
        """Every page must be that of a version."""
        for row in self._each(PAGES, lambda r: r["version"]):
            self._demand(row["version"] in versions, "a page is that of no article")
            if (odd := find_odd_page(row)) is not None:
                article_id = versions[row["version"]].article_id
                raise self._archive.refuse(f"the page of the article {article_id[:80]!r} {odd}")

    def check_settings(self) -> None:
        """Every setting must be one that somebody could have made."""
        for row in self._each(SETTINGS, lambda r: r["name"]):
            is_known = KNOWN_SETTINGS.get(row["name"])
            self._demand(
                is_known is not None and is_known(row["value"]),
                f"{row['name'][:80]!r} is set to what it cannot be",
            )
