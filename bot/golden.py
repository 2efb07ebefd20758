"""Golden questions: asked of an edition before readers see it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.checking import MessageChecker
from bot.answering.claim_verdicts import ClaimJudge
from bot.answering.engine import Answerer, OnStage, ignore_stage
from bot.answering.models import Answer, Question
from bot.answering.ports import Composer, DifferenceFinder, LinkBuilder, Rewriter
from index.golden import Searchable
from index.records import GoldenCheck, GoldenQuestion


class GoldenDesk:
    """The engine that answers everybody, and the golden questions asked of it.

    Args:
        composer: Writes the answers.
        checker: Writes those that golden questions are checked by, the same each time and for
            nothing: no language model.
        link: Builds their links.
        passage_limit: How many passages an answer is composed from.
        rewriter: Makes questions of a conversation stand alone.
        differences: Notices where articles contradict each other.
        judge: Decides what sentences say of a claim; None: one that compares words only.
        on_stage: Told of each stage of a question that somebody asks.
    """

    def __init__(
        self,
        *,
        composer: Composer,
        checker: Composer,
        link: LinkBuilder,
        passage_limit: int,
        rewriter: Rewriter | None = None,
        differences: DifferenceFinder | None = None,
        judge: ClaimJudge | None = None,
        on_stage: OnStage = ignore_stage,
    ) -> None:
        self._composer = composer
        self._checker = checker
        self._link = link
        self._passage_limit = passage_limit
        self._rewriter = rewriter
        self._differences = differences
        self._judge = judge or ClaimJudge()
        self._on_stage = on_stage

    def answerer(self, articles: Searchable) -> Answerer:
        """The engine over an edition."""
        return self._answerer(articles, self._composer, self._on_stage)

    def message_checker(self, articles: Searchable) -> MessageChecker:
        """What holds messages against an edition."""
        return MessageChecker(
            articles=articles,
            judge=self._judge,
            link=self._link,
            passage_limit=self._passage_limit,
        )

    def _answerer(
        self, articles: Searchable, composer: Composer, on_stage: OnStage = ignore_stage
    ) -> Answerer:
        return Answerer(
            articles=articles,
            composer=composer,
            link=self._link,
            passage_limit=self._passage_limit,
            rewriter=self._rewriter,
            differences=self._differences,
            on_stage=on_stage,
        )

    async def check(
        self, articles: Searchable, golden: Sequence[GoldenQuestion]
    ) -> tuple[GoldenCheck, ...]:
        """Whether the answer to each question cites its article in that edition."""
        answerer = self._answerer(articles, self._checker)
        checks = []
        for one in golden:
            reply = await answerer.reply(Question(one.question, id=f"golden-{one.key}"))
            cited = (
                tuple(dict.fromkeys(c.quote.article_id for c in reply.citations))
                if isinstance(reply, Answer)
                else ()
            )
            checks.append(GoldenCheck(one, one.article_id in cited, cited))
        return tuple(checks)
