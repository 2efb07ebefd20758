"""What the answering engine needs from outside, as small protocols."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.answering.models import (
    Draft,
    DraftSentence,
    Evidence,
    LinkedSentence,
    Question,
    Quote,
)
from index.models import SearchResult
from index.pages import PageText
from index.scope import WHOLE, Scope

OnSentence = Callable[[DraftSentence | None], None]
"""Told of a sentence as it is written; None: what was told before is void."""


def ignore_sentence(_: DraftSentence | None) -> None:
    """For callers that wait for the whole draft."""


class Articles(Protocol):
    """One community's articles. ``index.library.Library`` is the real one."""

    async def search(
        self, question: str, *, limit: int, today: date | None = None, scope: Scope = WHOLE
    ) -> SearchResult:
        """Passages for a question, best first, at most ``limit``, all of them within ``scope``.

        ``today`` is what "last week" is counted from; None means the day it is.
        """
        ...

    async def text_of(self, version_id: str) -> str:
        """The clean text of an article version; ``KeyError`` when it is not stored."""
        ...

    async def page_of(self, version_id: str) -> PageText | None:
        """The public page a version was last read from, None where none is kept."""
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
        self,
        question: Question,
        found: SearchResult,
        evidence: Sequence[Evidence],
        on_sentence: OnSentence = ignore_sentence,
    ) -> Draft:
        """A draft, or an empty one when the evidence does not answer the question.

        ``on_sentence`` is told each sentence as soon as it is written; the draft holds them
        all. A composer that starts anew tells it None: what it was told before is void.

        Raises:
            ModelUnavailable: a language model cannot be had, and nothing stands in for it.
        """
        ...


@dataclass(frozen=True, slots=True)
class StandAlone:
    """A question as it can be searched for without its conversation.

    ``asks_back`` is set, and ``text`` is of no use, where the conversation does not tell what
    the question is about. ``notice`` says what was not available, if anything.
    """

    text: str
    asks_back: str | None = None
    notice: str | None = None


class Rewriter(Protocol):
    """Makes a question of a conversation stand alone. Never raises for a model that is down."""

    async def stand_alone(self, question: Question) -> StandAlone:
        """The question itself when it has no history or needs none."""
        ...


@dataclass(frozen=True, slots=True)
class Differing:
    """Quotes of an answer that say different things of the same; the newest first."""

    quotes: tuple[Quote, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """Verified sentences, with those that contradict them added, and what they differ in.

    Every quote in ``differing`` belongs to one of ``sentences``.
    """

    sentences: tuple[LinkedSentence, ...]
    differing: tuple[Differing, ...] = ()


class DifferenceFinder(Protocol):
    """Notices where articles give different values for the same thing."""

    async def settle(
        self,
        question: Question,
        sentences: Sequence[LinkedSentence],
        evidence: Sequence[Evidence],
    ) -> Settled:
        """The sentences, newest first where they differ; unchanged where nothing does."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """What a language model is asked.

    Attributes:
        prompt: The whole prompt, rendered from a file in ``prompts/``.
        account: What its tokens are booked to.
        max_tokens: The longest reply.
        schema: A JSON Schema the reply should follow, for models that can; they are told in
            the prompt all the same. None: plain text.
    """

    prompt: str
    account: str
    max_tokens: int
    schema: Mapping[str, Any] | None = None


class LanguageModel(Protocol):
    """A language model behind its time limit, retries, circuit breaker and budget."""

    name: str

    @property
    def follows_schemas(self) -> bool:
        """Whether ``Request.schema`` has an effect."""
        ...

    def stream(self, request: Request) -> AsyncIterator[str]:
        """The reply, piece by piece as it comes.

        Raises:
            ModelUnavailable: down, too slow, over budget, or it broke off; what came before
                that is not to be trusted.
        """
        ...


class LinkBuilder(Protocol):
    """Builds the link that opens an article at a quote; called from a thread."""

    def __call__(
        self, quote: Quote, article_text: str, page: PageText | None, /, *, library: str
    ) -> str | None:
        """A link for ``quote``, a slice of ``article_text``, or None where nobody can look.

        Args:
            quote: What it opens, with the article's address.
            article_text: The clean text of the quote's version.
            page: The public page the version was read from, where it is kept.
            library: The community's name.
        """
        ...
