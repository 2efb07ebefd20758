"""Decides of one claim what the sentences that were found say of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

import numpy as np

from bot.answering.checked import Verdict
from bot.answering.citations import quote_of
from bot.answering.claim_evidence import CheckLimits, Contradiction, find_contradiction, supports
from bot.answering.claim_readings import ClaimReading, EvidenceReading, share_held
from bot.answering.likeness import SentenceLikeness, Vector
from bot.answering.models import Evidence, Quote
from bot.answering.ports import SentenceEncoder
from bot.answering.verify import stands
from bot.answering.words import stems_of
from index.errors import EmbeddingError

_COMPARED = 16
# Of an article, to know what it is about.
_LONGEST_KNOWN = 20_000
# What stands further apart in an article is seldom of the same thing.
_BESIDE = 400
_MOST_QUOTES = 2


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with the quotes for it, and those of articles that say otherwise."""

    verdict: Verdict
    quotes: tuple[Quote, ...] = ()
    otherwise: tuple[Quote, ...] = ()


_NOTHING = Judgement(Verdict.NOT_FOUND)


class ClaimJudge:
    """Holds claims against sentences of articles.

    Args:
        encoder: Tells how alike two sentences are; None: their words do.
        limits: When a sentence bears a claim out, and when it says otherwise.
    """

    def __init__(
        self, encoder: SentenceEncoder | None = None, *, limits: CheckLimits | None = None
    ) -> None:
        self._encoder = encoder
        self._likeness = SentenceLikeness(encoder) if encoder is not None else None
        self._limits = limits or CheckLimits()

    async def judge(
        self, text: str, evidence: Sequence[Evidence], texts: Mapping[str, str]
    ) -> Judgement:
        """What the evidence says of a claim; ``texts`` are those of its article versions."""
        claim, readings = await asyncio.to_thread(_read, text, evidence, texts)
        if not readings:
            return _NOTHING
        cosines = await self._compare(claim, readings)
        bearing = await asyncio.to_thread(self._find_bearing, claim, readings, cosines)
        against = await self._find_against(claim, readings)
        return _weigh(bearing, against)

    async def _compare(
        self, claim: ClaimReading, readings: Sequence[EvidenceReading]
    ) -> list[float]:
        """The cosine of a claim with each sentence; by words where there is no encoder."""
        if self._encoder is not None and self._likeness is not None:
            try:
                query: Vector = (await self._encoder.embed([claim.text]))[0]
                return await self._likeness.in_context(query, [r.item for r in readings])
            except EmbeddingError:
                pass  # words are the next best
        return [share_held(claim.topics, r.titled) for r in readings]

    def _find_bearing(
        self, claim: ClaimReading, readings: Sequence[EvidenceReading], cosines: Sequence[float]
    ) -> tuple[Quote, ...]:
        """The quotes that bear a claim out: the best sentence, or two that do it together."""
        pairs = sorted(zip(cosines, readings, strict=True), key=lambda pair: -pair[0])
        for cosine, reading in pairs:
            if supports(claim, [reading], cosine, self._limits):
                return (reading.quote,)
        for cosine, first in pairs[: _COMPARED // 2]:
            for _, second in pairs[: _COMPARED // 2]:
                together = [first, second]
                if _may_stand_together(first, second) and supports(
                    claim, together, cosine, self._limits
                ):
                    return tuple(each.quote for each in together)
        return ()

    async def _find_against(
        self, claim: ClaimReading, readings: Sequence[EvidenceReading]
    ) -> tuple[Quote, ...]:
        """The quotes that say otherwise, one an article, the likest first."""
        found = await asyncio.to_thread(
            lambda: [
                (each, contradiction)
                for each in readings
                if (contradiction := find_contradiction(claim, each, self._limits)) is not None
            ]
        )
        if not found:
            return ()
        alike = await self._compare_variants(claim, found)
        best: dict[str, Quote] = {}
        for likeness, (reading, contradiction) in sorted(
            zip(alike, found, strict=True), key=lambda pair: -pair[0]
        ):
            least = self._limits.turned if contradiction.is_denial else self._limits.same
            if likeness >= least:
                best.setdefault(reading.item.passage.article_id, reading.quote)
        return tuple(best.values())[:_MOST_QUOTES]

    async def _compare_variants(
        self,
        claim: ClaimReading,
        found: Sequence[tuple[EvidenceReading, Contradiction]],
    ) -> list[float]:
        """How alike a claim and each sentence are once it gives the claim's value."""
        if self._encoder is not None:
            variants = [
                [*each.variants, f"{reading.item.passage.title}: {each.variants[-1]}"]
                for reading, each in found
            ]
            try:
                mine, *others = await self._encoder.embed([claim.text, *chain(*variants)])
            except EmbeddingError:
                pass  # words are the next best
            else:
                cosines = iter([float(np.dot(mine, other)) for other in others])
                return [max(islice(cosines, len(each))) for each in variants]
        return [share_held(claim.topics, reading.near) for reading, _ in found]


def _read(
    text: str, evidence: Sequence[Evidence], texts: Mapping[str, str]
) -> tuple[ClaimReading, list[EvidenceReading]]:
    """The claim, and the sentences that hold most of its words, each a slice of its article."""
    claim = ClaimReading(text)
    readings = [
        EvidenceReading(item, _article_stems(texts[item.passage.version_id][:_LONGEST_KNOWN]))
        for item in evidence
        if stands(quote_of(item), texts)
    ]
    ranked = sorted(
        enumerate(readings),
        key=lambda pair: (-share_held(claim.topics, pair[1].titled), pair[0]),
    )
    return claim, [reading for _, reading in ranked[:_COMPARED]]


@lru_cache(maxsize=64)
def _article_stems(text: str) -> frozenset[str]:
    return stems_of(text)


def _may_stand_together(first: EvidenceReading, second: EvidenceReading) -> bool:
    """Whether two sentences are of one article and in its order."""
    one, other = first.item, second.item
    return (
        one.passage.version_id == other.passage.version_id
        and 0 <= other.span.start - one.span.end < _BESIDE
    )


def _weigh(bearing: tuple[Quote, ...], against: tuple[Quote, ...]) -> Judgement:
    if bearing:
        sources = {quote.article_id for quote in bearing}
        others = tuple(quote for quote in against if quote.article_id not in sources)
        if others and all(_is_overtaken(quote, others) for quote in bearing):
            return Judgement(Verdict.CONTRADICTED, others, bearing)
        return Judgement(Verdict.SUPPORTED, bearing, others)
    return Judgement(Verdict.CONTRADICTED, against) if against else _NOTHING


def _is_overtaken(quote: Quote, others: Sequence[Quote]) -> bool:
    """Whether what an article says is not so any more, by its label or by a later article."""
    if quote.superseded_by is not None:
        return True
    mine = quote.published_at or ""
    return bool(mine) and all(
        other.superseded_by is None and (other.published_at or "") > mine for other in others
    )
