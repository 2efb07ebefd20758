"""Articles in memory and a scripted composer, for tests of the answering engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bot.answering.models import Draft, DraftSentence, Evidence, Question, Quote
from bot.answering.ports import OnSentence, ignore_sentence
from index.chunking import chunk_article, sentence_spans
from index.errors import EmbeddingError
from index.models import Article, Passage, SearchResult
from index.pages import PageText
from index.scope import WHOLE, Scope

Write = Callable[[Sequence[Evidence]], Sequence[tuple[str, Sequence[str]]]]


def count_words(text: str) -> int:
    """Stands for the tokenizer's count of word pieces."""
    return len(text.split())


def passages_of(article: Article, *, cosine: float | None = None) -> list[Passage]:
    """All passages of an article, in reading order."""
    return [
        Passage(
            chunk_id=chunk.id,
            article_id=article.id,
            version_id=article.version_id,
            title=article.title,
            url=article.url,
            published_at=article.published_at,
            authors=article.authors,
            publisher=article.publisher,
            heading=chunk.heading,
            start=chunk.start,
            end=chunk.end,
            text=chunk.text,
            sentences=sentence_spans(chunk.text, chunk.start, article.headings),
            score=0.5,
            cosine=cosine,
            bm25=1.0,
        )
        for chunk in chunk_article(article, count_words)
    ]


@dataclass
class ArticlesInMemory:
    """Finds every passage for every question, and remembers what it was asked."""

    articles: Sequence[Article] = ()
    edition: int = 1
    degraded: str | None = None
    gone: bool = False
    questions: list[str] = field(default_factory=list)

    async def search(
        self, question: str, *, limit: int, today: date | None = None, scope: Scope = WHOLE
    ) -> SearchResult:
        self.questions.append(question)
        passages = [p for article in self.articles for p in passages_of(article)]
        return SearchResult(
            self.edition, tuple(passages[:limit]), {"dense": 1.0}, {}, self.degraded, len(passages)
        )

    async def text_of(self, version_id: str) -> str:
        if self.gone:
            raise KeyError(version_id)
        return next(a.text for a in self.articles if a.version_id == version_id)

    async def page_of(self, version_id: str) -> PageText | None:
        return next((a.page for a in self.articles if a.version_id == version_id), None)


class ScriptedComposer:
    """Writes what it is told, given the evidence."""

    name = "scripted"

    def __init__(self, write: Write, *, notice: str | None = None) -> None:
        self._write = write
        self._notice = notice

    async def write(
        self,
        question: Question,
        found: SearchResult,
        evidence: Sequence[Evidence],
        on_sentence: OnSentence = ignore_sentence,
    ) -> Draft:
        sentences = tuple(DraftSentence(text, tuple(ids)) for text, ids in self._write(evidence))
        for sentence in sentences:
            on_sentence(sentence)
        return Draft(sentences, self.name, self._notice)


@dataclass
class WordEncoder:
    """Likeness by shared words, and a record of what was encoded; ``broken`` makes it fail."""

    broken: bool = False
    encoded: list[str] = field(default_factory=list)

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._vector((await self._take([text]))[0])

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._vector(text) for text in await self._take(texts)])

    async def _take(self, texts: Sequence[str]) -> Sequence[str]:
        if self.broken:
            raise EmbeddingError("The embedder is away.")
        self.encoded.extend(texts)
        return texts

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(256, 1e-3, np.float32)
        for word in text.lower().replace("?", "").replace(".", "").split():
            vector[sum(map(ord, word)) % 256] += 1.0
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


def no_link(quote: Quote, article_text: str, page: PageText | None, *, library: str) -> str | None:
    """A link builder for articles without a page."""
    return None
