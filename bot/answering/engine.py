"""The answering engine: a question in, an answer that stands on quotes or a refusal out."""

from __future__ import annotations

import time
from collections.abc import Iterable

from bot.answering.citations import LinkedSentence, link_citations, number_quotes
from bot.answering.errors import ModelUnavailable
from bot.answering.evidence import offer_evidence
from bot.answering.models import Answer, Question, Reason, Refusal, Reply
from bot.answering.ports import Articles, Composer, LinkBuilder
from bot.answering.question import is_clear
from bot.answering.verify import verify
from index.models import SearchResult

_NOT_SEARCHED = SearchResult(edition=0, passages=(), timings_ms={}, term_weights={})


class Answerer:
    """Answers questions from one library."""

    def __init__(
        self,
        *,
        articles: Articles,
        composer: Composer,
        link: LinkBuilder,
        passage_limit: int = 8,
    ) -> None:
        self._articles = articles
        self._composer = composer
        self._link = link
        self._passage_limit = passage_limit

    async def reply(self, question: Question) -> Reply:
        """Answer from the articles, or say plainly why not."""
        clock = _Clock()
        if not is_clear(question.text):
            return self._refuse(question, _NOT_SEARCHED, Reason.UNCLEAR_QUESTION, clock)
        found = await self._articles.search(question.text, limit=self._passage_limit)
        clock.lap("search", found.timings_ms)
        if not found.edition:
            return self._refuse(question, found, Reason.LIBRARY_EMPTY, clock)
        if not found.passages:
            return self._refuse(question, found, Reason.NOTHING_FOUND, clock)
        evidence = offer_evidence(found.passages, salt=question.id)
        try:
            draft = await self._composer.write(question, found, evidence)
        except ModelUnavailable:
            return self._refuse(question, found, Reason.MODEL_DOWN, clock)
        clock.lap("compose")
        linked = link_citations(draft, evidence)
        texts = await self._texts_of(linked)
        verified = verify(linked, texts)
        clock.lap("verify")
        notice = found.degraded or draft.notice
        if not verified:
            return self._refuse(question, found, Reason.NOT_SUPPORTED, clock, notice)
        sentences, citations = number_quotes(verified, texts, self._link)
        return Answer(
            question=question,
            edition=found.edition,
            sentences=sentences,
            citations=citations,
            passages=found.passages,
            model=draft.composer,
            timings_ms=clock.laps,
            notice=notice,
        )

    async def _texts_of(self, sentences: Iterable[LinkedSentence]) -> dict[str, str]:
        """The text of each article version quoted; one that is gone proves nothing."""
        texts: dict[str, str] = {}
        for version_id in {q.version_id for s in sentences for q in s.quotes}:
            try:
                texts[version_id] = await self._articles.text_of(version_id)
            except KeyError:
                continue
        return texts

    def _refuse(
        self,
        question: Question,
        found: SearchResult,
        reason: Reason,
        clock: _Clock,
        notice: str | None = None,
    ) -> Refusal:
        return Refusal(
            question=question,
            edition=found.edition,
            reason=reason,
            passages=found.passages,
            model=self._composer.name,
            timings_ms=clock.laps,
            notice=notice or found.degraded,
        )


class _Clock:
    """Milliseconds by step; ``total`` is the time since the clock was made."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str, parts: dict[str, float] | None = None) -> None:
        now = time.perf_counter()
        self._laps[name] = round((now - self._last) * 1000, 2)
        self._laps |= {f"{name}_{part}": ms for part, ms in (parts or {}).items()}
        self._last = now

    @property
    def laps(self) -> dict[str, float]:
        return self._laps | {"total": round((time.perf_counter() - self._started) * 1000, 2)}
