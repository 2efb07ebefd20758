"""Holds a message against the articles: what they bear out, contradict or do not say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.answering.checked import CheckedClaim, CheckedMessage, Verdict
from bot.answering.citations import number_quotes
from bot.answering.claim_verdicts import ClaimJudge, Judgement
from bot.answering.evidence import offer_evidence
from bot.answering.message_claims import Claim, find_claims
from bot.answering.models import LinkedSentence, Quote
from bot.answering.notices import say_words_only
from bot.answering.ports import Articles, LinkBuilder
from index.models import Passage, SearchResult

_NEAR = 0.3
"""The least cosine of what is shown as nearest."""


class MessageChecker:
    """Checks messages against one library.

    Args:
        articles: The library.
        judge: Decides what sentences say of a claim.
        link: Builds the links of citations.
        passage_limit: How many passages a claim is looked for in.
    """

    def __init__(
        self,
        *,
        articles: Articles,
        judge: ClaimJudge,
        link: LinkBuilder,
        passage_limit: int = 8,
    ) -> None:
        self._articles = articles
        self._judge = judge
        self._link = link
        self._passage_limit = passage_limit

    async def check(
        self, text: str, *, id_: str, library: str, today: date | None = None
    ) -> CheckedMessage:
        """What the articles say of each claim of a message.

        Args:
            text: The message as it was written, with its markdown.
            id_: Goes through logs and results.
            library: The community's name, for links.
            today: What "last week" is counted from; None: the day it is.
        """
        started = time.perf_counter()
        claims = await asyncio.to_thread(find_claims, text)
        work = _Work(self._articles, self._judge, self._passage_limit, today, id_)
        judged = [await work.judge(claim) for claim in claims.claims]
        # Nothing to look for: it still says whether there are articles at all.
        edition = work.edition if judged else await work.read_edition()
        sentences = [
            LinkedSentence(each.claim.text, (*each.judgement.quotes, *each.judgement.otherwise))
            for each in judged
        ]
        links = await self._link_quotes(sentences, work.texts, library)
        _, citations = number_quotes([s for s in sentences if s.quotes], links)
        numbers = {citation.quote: citation.number for citation in citations}
        return CheckedMessage(
            id=id_,
            edition=edition,
            claims=tuple(_number(each, numbers) for each in judged),
            citations=citations,
            left_out=claims.left_out,
            notice=" ".join(dict.fromkeys(work.notices)) or None,
            timings_ms={"check": round((time.perf_counter() - started) * 1000, 2)},
        )

    async def _link_quotes(
        self, sentences: Sequence[LinkedSentence], texts: dict[str, str], library: str
    ) -> dict[Quote, str | None]:
        quotes = list(dict.fromkeys(quote for each in sentences for quote in each.quotes))
        versions = dict.fromkeys(quote.version_id for quote in quotes)
        pages = {id_: await self._articles.page_of(id_) for id_ in versions}

        def build() -> dict[Quote, str | None]:
            return {
                q: self._link(q, texts[q.version_id], pages[q.version_id], library=library)
                for q in quotes
            }

        # A long page takes a while to search.
        return await asyncio.to_thread(build)


@dataclass(frozen=True, slots=True)
class _Judged:
    claim: Claim
    judgement: Judgement
    nearest: Passage | None


@dataclass
class _Work:
    """One message on its way: what was read for its claims so far."""

    articles: Articles
    judge_: ClaimJudge
    limit: int
    today: date | None
    id: str
    edition: int = 0
    texts: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    async def read_edition(self) -> int:
        return (await self.articles.search("articles", limit=1, today=self.today)).edition

    async def judge(self, claim: Claim) -> _Judged:
        """Searches for a claim and decides what was found."""
        found = await self.articles.search(claim.text, limit=self.limit, today=self.today)
        # Of two editions the later one: somebody may publish meanwhile.
        self.edition = max(self.edition, found.edition)
        if found.degraded:
            self.notices.append(say_words_only())
        await self._read_texts(found.passages)
        evidence = offer_evidence(found.passages, salt=self.id)
        judgement = await self.judge_.judge(claim.text, evidence, self.texts)
        nearest = _nearest(found) if judgement.verdict is Verdict.NOT_FOUND else None
        return _Judged(claim, judgement, nearest)

    async def _read_texts(self, passages: Sequence[Passage]) -> None:
        """The text of each article version found; one that is gone proves nothing."""
        for version_id in dict.fromkeys(passage.version_id for passage in passages):
            if version_id not in self.texts:
                try:
                    self.texts[version_id] = await self.articles.text_of(version_id)
                except KeyError:
                    continue


def _nearest(found: SearchResult) -> Passage | None:
    """The best passage, where it is about the claim at all."""
    best = next(iter(found.passages), None)
    if best is None or (best.cosine is not None and best.cosine < _NEAR):
        return None
    return best


def _number(judged: _Judged, numbers: dict[Quote, int]) -> CheckedClaim:
    claim, judgement = judged.claim, judged.judgement
    return CheckedClaim(
        text=claim.text,
        start=claim.start,
        end=claim.end,
        verdict=judgement.verdict,
        citations=tuple(numbers[quote] for quote in judgement.quotes),
        otherwise=tuple(numbers[quote] for quote in judgement.otherwise),
        nearest=judged.nearest,
    )
