"""What the answering engine needs from outside, as small protocols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.answering.models import Draft, Evidence, Question
from index.models import SearchResult


class Articles(Protocol):
    """One community's articles. ``index.library.Library`` is the real one."""

    async def search(self, question: str, *, limit: int) -> SearchResult:
        """Passages for a question, best first, at most ``limit``."""
        ...

    async def text_of(self, version_id: str) -> str:
        """The clean text of an article version; ``KeyError`` when it is not stored."""
        ...


class SentenceEncoder(Protocol):
    """Turns short texts into unit vectors, off the event loop.

    Both raise ``index.errors.EmbeddingError`` when they cannot.
    """

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """The vector of a question, of shape ``(dimension,)`` and length 1."""
        ...

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape ``(len(texts), dimension)``, each of length 1."""
        ...


class Composer(Protocol):
    """Writes a draft that stands on the evidence offered."""

    name: str

    async def write(
        self, question: Question, found: SearchResult, evidence: Sequence[Evidence]
    ) -> Draft:
        """A draft, or an empty one when the evidence does not answer the question."""
        ...


class LinkBuilder(Protocol):
    """Builds the link that opens an article at a quote."""

    def __call__(self, url: str | None, article_text: str, start: int, end: int) -> str | None:
        """A link for ``article_text[start:end]`` on the page at ``url``, if it has one."""
        ...
