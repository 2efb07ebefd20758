"""The articles, questions and vectors that every system is given alike.

Runs under the peers' Pythons too, so it imports nothing of Footnote.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIMENSION = 384
Vector = NDArray[np.float32]

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_NUMBER = re.compile(r"Report (\d{7})")
# Of a vector's length. Neighbours stay neighbours, and no two rows are equal.
_JITTER = 0.35


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it is in the file."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the articles that hold its evidence; none where that is not known."""

    text: str
    articles: frozenset[str]


def load_articles(path: Path) -> list[Article]:
    """The articles of a JSON lines file, gzipped or not."""
    return [Article(str(line["id"]), line["title"], line["text"]) for line in _lines(path)]


def load_questions(path: Path) -> list[Asked]:
    """The questions of a JSON lines file."""
    return [
        Asked(line["query"], frozenset(e["article_id"] for e in line.get("evidence_list", ())))
        for line in _lines(path)
    ]


def write_articles(path: Path, articles: Sequence[Article]) -> None:
    """JSON lines that Footnote reads as a source."""
    with path.open("w", encoding="utf-8") as out:
        for a in articles:
            line = {"id": a.id, "title": a.title, "text": a.text}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def change(article: Article, number: int) -> Article:
    """The article with one more sentence."""
    more = f"\n\nCorrection {number}: the figure was checked again."
    return Article(article.id, article.title, article.text + more)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return (json.loads(line) for line in text.splitlines() if line.strip())


class VectorCache:
    """Vectors by text, in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS vector (text BLOB PRIMARY KEY, vector BLOB NOT NULL)"
        )

    def missing(self, texts: Sequence[str]) -> list[str]:
        """Those that have no vector yet, each once."""
        known = {row[0] for row in self._connection.execute("SELECT text FROM vector")}
        return [text for text in dict.fromkeys(texts) if _key(text) not in known]

    def put(self, text: str, vector: Vector) -> None:
        """Keep one; ``commit`` makes it last."""
        row = (_key(text), vector.astype("<f4").tobytes())
        self._connection.execute("INSERT OR REPLACE INTO vector VALUES (?, ?)", row)

    def commit(self) -> None:
        """Write what was put."""
        self._connection.commit()

    def load(self, texts: Sequence[str] | None = None) -> Callable[[str], Vector]:
        """What looks a text's vector up, in memory; ``KeyError`` for one that is not there.

        ``texts`` are those that will be asked for; None: any.
        """
        wanted = None if texts is None else {_key(text) for text in texts}
        rows = self._connection.execute("SELECT text, vector FROM vector")
        found = {
            key: np.frombuffer(blob, "<f4") for key, blob in rows if wanted is None or key in wanted
        }
        return lambda text: found[_key(text)]


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Grown:
    """A corpus of any size: recombined sentences under vectors near to real ones.

    Text number n has a title that says so, sentences of three real texts, and a real text's
    vector with jitter. So words are as frequent and vectors as crowded as in the real corpus.

    Args:
        texts: Real passages.
        vectors: Theirs, of shape ``(len(texts), DIMENSION)``.
    """

    def __init__(self, texts: Sequence[str], vectors: Vector) -> None:
        self._sentences = [_SENTENCE.split(text) for text in texts]
        self._vectors = vectors

    def text(self, number: int) -> str:
        """The text, of about the length of a real one."""
        chance = random.Random(number)
        parts = []
        for _ in range(3):
            sentences = self._sentences[chance.randrange(len(self._sentences))]
            start = chance.randrange(max(1, len(sentences) - 1))
            parts += sentences[start : start + 2]
        return " ".join(parts)[:900]

    def article(self, number: int) -> Article:
        """The text under its title."""
        return Article(f"report-{number:07}", f"Report {number:07}", self.text(number))

    def vector(self, number: int) -> Vector:
        """Its vector, of length 1."""
        chance = np.random.default_rng(number)
        near = self._vectors[int(chance.integers(len(self._vectors)))]
        noise = chance.normal(size=DIMENSION).astype(np.float32)
        vector = near + noise * np.float32(_JITTER / np.sqrt(DIMENSION))
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    def vector_of(self, text: str) -> Vector:
        """The vector of an embedded text, found by the title in it."""
        found = _NUMBER.search(text)
        if found is None:
            raise KeyError(text[:80])
        return self.vector(int(found[1]))
