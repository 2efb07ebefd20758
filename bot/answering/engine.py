"""The answering engine: a question in, an answer that stands on quotes or a refusal out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answering.citations import link_citations, link_sentence, number_quotes
from bot.answering.corrections import put_notes_first, without_corrected
from bot.answering.errors import ModelUnavailable
from bot.answering.evidence import offer_evidence
from bot.answering.models import (
    Answer,
    Citation,
    Difference,
    Draft,
    DraftSentence,
    Evidence,
    LinkedSentence,
    Question,
    Quote,
    Reason,
    Refusal,
    Reply,
)
from bot.answering.notices import say_words_only
from bot.answering.ports import (
    Articles,
    Composer,
    DifferenceFinder,
    Differing,
    LinkBuilder,
    Rewriter,
    Settled,
    StandAlone,
)
from bot.answering.question import MAX_QUESTION_CHARS, is_clear
from bot.answering.scope_words import describe_scope
from bot.answering.verify import verify
from index.models import Passage, SearchResult
from index.scope import Scope

_NOT_SEARCHED = SearchResult(edition=0, passages=(), timings_ms={}, term_weights={})


@dataclass(frozen=True, slots=True)
class Underway:
    """How far a reply is: its stage, and the sentences that are written and verified so far.

    ``passages`` is how many the answer is written from, 0 before they are found.
    """

    stage: str
    partial: Answer | None = None
    passages: int = 0


OnUnderway = Callable[[Underway], None]
OnStage = Callable[[str, float, Mapping[str, float]], None]
"""Told of each stage that ended: its name, its seconds, and milliseconds of its parts by name."""

MOST_SENTENCES = 3
"""In an answer whose articles differ, unless the differences alone take more."""

SEARCHING = "searching the articles"
COMPOSING = "writing the answer"


def ignore_underway(_: Underway) -> None:
    """For callers that wait for the whole reply."""


def ignore_stage(_: str, __: float, ___: Mapping[str, float]) -> None:
    """For callers who do not watch."""


class Answerer:
    """Answers questions from one library.

    Args:
        articles: The library.
        composer: Writes drafts.
        link: Builds the links of citations.
        passage_limit: How many passages an answer is composed from.
        rewriter: Makes questions of a conversation stand alone; None: they are asked as they are.
        differences: Notices where articles contradict each other; None: nobody does.
        on_stage: Told of each stage as it ends.
    """

    def __init__(
        self,
        *,
        articles: Articles,
        composer: Composer,
        link: LinkBuilder,
        passage_limit: int = 8,
        rewriter: Rewriter | None = None,
        differences: DifferenceFinder | None = None,
        on_stage: OnStage = ignore_stage,
    ) -> None:
        self._parts = _Parts(
            articles, composer, link, passage_limit, rewriter, differences, on_stage
        )

    async def reply(self, question: Question, on_underway: OnUnderway = ignore_underway) -> Reply:
        """Answer from the articles, or say plainly why not."""
        return await _Work(self._parts, question, on_underway).reply()


@dataclass(frozen=True, slots=True)
class _Parts:
    articles: Articles
    composer: Composer
    link: LinkBuilder
    passage_limit: int
    rewriter: Rewriter | None
    differences: DifferenceFinder | None
    on_stage: OnStage


class _Work:
    """One question on its way."""

    def __init__(self, parts: _Parts, question: Question, on_underway: OnUnderway) -> None:
        self._parts = parts
        self._asked = question
        self._tell = on_underway
        self._clock = _Clock(parts.on_stage)
        self._found = _NOT_SEARCHED
        self._stand_alone = StandAlone(question.text)
        self._texts: dict[str, str] = {}
        self._links: dict[Quote, str | None] = {}

    async def reply(self) -> Reply:
        if len(self._asked.text) > MAX_QUESTION_CHARS:
            return self._refuse(Reason.UNCLEAR_QUESTION)
        if self._parts.rewriter is not None:
            self._stand_alone = await self._parts.rewriter.stand_alone(self._asked)
            self._clock.lap("rewrite")
        if self._stand_alone.asks_back is not None or not is_clear(self._stand_alone.text):
            return self._refuse(Reason.UNCLEAR_QUESTION)
        self._tell(Underway(SEARCHING))
        self._found = found = await self._search(self._asked.scope)
        self._clock.lap("search", found.timings_ms)
        if (reason := _why_nothing(found)) is None:
            return await self._answer(found)
        if reason is Reason.TOO_OLD and not found.passages:
            await self._look_at_older()
        return self._refuse(reason)

    async def _search(self, scope: Scope) -> SearchResult:
        return await self._parts.articles.search(
            self._stand_alone.text,
            limit=self._parts.passage_limit,
            today=self._asked.today,
            scope=scope,
        )

    async def _look_at_older(self) -> None:
        """Nothing is as new as was asked for: what there is besides, for "the closest I have"."""
        older = await self._search(replace(self._asked.scope, since=None))
        self._found = replace(self._found, passages=older.passages)

    async def _answer(self, found: SearchResult) -> Reply:
        evidence = offer_evidence(found.passages, salt=self._asked.id)
        self._texts = await self._texts_of(found.passages)
        self._tell(Underway(COMPOSING, passages=len(found.passages)))
        try:
            draft = await self._parts.composer.write(
                self._question, found, evidence, _Watch(self, evidence).see
            )
        except ModelUnavailable:
            return self._refuse(Reason.MODEL_DOWN)
        self._clock.lap("compose")
        verified = self._heed(verify(link_citations(draft, evidence), self._texts), evidence)
        settled = Settled(verified)
        if verified and self._parts.differences is not None:
            others = without_corrected(evidence)
            settled = await self._parts.differences.settle(self._question, verified, others)
            settled = self._check(settled)
        self._clock.lap("verify")
        if not settled.sentences:
            return self._refuse(draft.why or Reason.NOT_SUPPORTED, draft)
        self._links = await self._link(settled.sentences)
        self._clock.lap("link")
        return self._put_together(settled, draft.composer, draft.notice)

    def _heed(
        self, sentences: Sequence[LinkedSentence], evidence: Sequence[Evidence]
    ) -> tuple[LinkedSentence, ...]:
        """What moderators put right takes the place of what the articles say, checked as all is."""
        if not any(passage.corrections for passage in self._found.passages):
            return tuple(sentences)
        return verify(put_notes_first(sentences, evidence), self._texts) or tuple(sentences)

    def _check(self, settled: Settled) -> Settled:
        """What was added is checked as everything else is; what falls out differs from nothing."""
        sentences = verify(settled.sentences, self._texts)
        standing = {quote for sentence in sentences for quote in sentence.quotes}
        differing = tuple(d for d in settled.differing if standing.issuperset(d.quotes))
        return Settled(_shorten(sentences, differing), differing)

    def show_partial(
        self,
        sentences: Sequence[LinkedSentence],
        evidence: Sequence[Evidence],
        writer: str | None,
    ) -> None:
        """Tell of sentences that are written so far; those that do not stand are left out."""
        verified = self._heed(verify(sentences, self._texts), evidence)
        if verified:
            by = writer or self._parts.composer.name
            partial = self._put_together(Settled(verified), by, None)
            self._tell(Underway(COMPOSING, partial, len(self._found.passages)))

    def show_void(self) -> None:
        """Tell that what was written so far is taken back."""
        self._tell(Underway(COMPOSING, passages=len(self._found.passages)))

    def _put_together(self, settled: Settled, composer: str, notice: str | None) -> Answer:
        sentences, citations = number_quotes(settled.sentences, self._links)
        return Answer(
            question=self._asked,
            edition=self._found.edition,
            sentences=sentences,
            citations=citations,
            passages=self._found.passages,
            model=composer,
            timings_ms=self._clock.laps,
            notice=self._notice(notice),
            differences=tuple(_number(d, citations) for d in settled.differing),
            asked_as=self._asked_as,
        )

    @property
    def _question(self) -> Question:
        """The question as it stands alone."""
        return replace(self._asked, text=self._stand_alone.text, history=())

    @property
    def _asked_as(self) -> str | None:
        text = self._stand_alone.text
        return None if text == self._asked.text else text

    def _notice(self, notice: str | None) -> str | None:
        """What somebody should know of how it was answered, each thing once."""
        found = self._found
        scope = describe_scope(found.scoped)
        words_only = say_words_only()
        # The composer's notice may end with it.
        degraded = words_only if found.degraded and words_only not in (notice or "") else None
        parts = (self._stand_alone.notice, scope, found.notice, degraded, notice)
        return " ".join(dict.fromkeys(filter(None, parts))) or None

    async def _texts_of(self, passages: Sequence[Passage]) -> dict[str, str]:
        """The text of each article version found; one that is gone proves nothing."""
        texts: dict[str, str] = {}
        for version_id in dict.fromkeys(p.version_id for p in passages):
            try:
                texts[version_id] = await self._parts.articles.text_of(version_id)
            except KeyError:
                continue
        return texts

    async def _link(self, sentences: Sequence[LinkedSentence]) -> dict[Quote, str | None]:
        """A link for each quote, looked for on the pages that the articles were read from."""
        quotes = list(dict.fromkeys(quote for each in sentences for quote in each.quotes))
        versions = dict.fromkeys(quote.version_id for quote in quotes)
        pages = {id_: await self._parts.articles.page_of(id_) for id_ in versions}

        def build() -> dict[Quote, str | None]:
            return {
                q: self._parts.link(
                    q, self._texts[q.version_id], pages[q.version_id], library=self._asked.account
                )
                for q in quotes
            }

        # A long page takes a while to search.
        return await asyncio.to_thread(build)

    def _refuse(self, reason: Reason, draft: Draft | None = None) -> Refusal:
        return Refusal(
            question=self._asked,
            edition=self._found.edition,
            reason=reason,
            passages=self._found.passages,
            model=draft.composer if draft else self._parts.composer.name,
            timings_ms=self._clock.laps,
            notice=self._notice(draft.notice if draft else None),
            asks_back=self._stand_alone.asks_back,
            asked_as=self._asked_as,
        )


def _why_nothing(found: SearchResult) -> Reason | None:
    """Why what was found cannot hold an answer; None where it may."""
    if not found.edition:
        return Reason.LIBRARY_EMPTY
    if found.scoped is not None and found.scoped.is_unknown:
        return Reason.NO_SUCH_ARTICLE
    if found.outside_time:
        return Reason.TOO_OLD
    return None if found.passages else Reason.NOTHING_FOUND


class _Watch:
    """Hands the sentences of a growing draft on, each once it is verified."""

    def __init__(self, work: _Work, evidence: Sequence[Evidence]) -> None:
        self._work = work
        self._evidence = evidence
        self._offered = {item.id: item for item in evidence}
        self._sentences: list[LinkedSentence] = []

    def see(self, sentence: DraftSentence | None) -> None:
        if sentence is None:
            self._sentences.clear()
            self._work.show_void()
            return
        self._sentences.append(link_sentence(sentence, self._offered))
        self._work.show_partial(self._sentences, self._evidence, sentence.writer)


def _shorten(
    sentences: Sequence[LinkedSentence], differing: Sequence[Differing]
) -> tuple[LinkedSentence, ...]:
    """What was added for a difference takes the place of the last that differ in nothing."""
    needed = {quote for each in differing for quote in each.quotes}
    bound = [not needed.isdisjoint(sentence.quotes) for sentence in sentences]
    room = max(0, MOST_SENTENCES - sum(bound)) if needed else len(sentences)
    kept = []
    for sentence, stays in zip(sentences, bound, strict=True):
        if stays or room > 0:
            kept.append(sentence)
            room -= not stays
    return tuple(kept)


def _number(differing: Differing, citations: Sequence[Citation]) -> Difference:
    numbers = {c.quote: c.number for c in citations}
    return Difference(tuple(numbers[quote] for quote in differing.quotes), differing.values)


class _Clock:
    """Milliseconds by step; ``total`` is the time since the clock was made."""

    def __init__(self, on_stage: OnStage) -> None:
        self._started = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}
        self._on_stage = on_stage

    def lap(self, name: str, parts: dict[str, float] | None = None) -> None:
        now = time.perf_counter()
        seconds, self._last = now - self._last, now
        self._laps[name] = round(seconds * 1000, 2)
        self._laps |= {f"{name}_{part}": ms for part, ms in (parts or {}).items()}
        self._on_stage(name, seconds, parts or {})

    @property
    def laps(self) -> dict[str, float]:
        return self._laps | {"total": round((time.perf_counter() - self._started) * 1000, 2)}
