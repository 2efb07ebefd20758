"""Builds what answers from the settings: the articles' own sentences, or a language model too.

A part of the composition root, which imports it when a data folder is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import prompts
from bot.answering.claim_verdicts import ClaimJudge
from bot.answering.compose import BY_MEANING, BY_READING, BY_WORDS, ExtractiveComposer
from bot.answering.differences import ArticleDifferences
from bot.answering.fallback import FallbackComposer
from bot.answering.modelled import ModelComposer
from bot.answering.ports import Composer, Rewriter
from bot.answering.rewrite import RuleRewriter
from bot.answering.rewrite_model import ModelRewriter
from bot.golden import GoldenDesk
from bot.llm.connecting import ModelSettingsError
from bot.llm.making import make_model
from bot.llm.model import LlamaIndexModel
from bot.observing.observer import Observer
from bot.rendering.linking import ArticleLinks, ReaderLinks
from bot.settings import Settings
from index.meter import NO_METER, Meter
from index.model.files import find_scorer
from index.sentence_scorer import OnnxPairReader, SentenceScorer

if TYPE_CHECKING:
    from index.database import Database
    from index.embedding import Embedder
    from index.word_pieces import WordPieces

_ANSWER_SECONDS = 120.0
# Log-odds. On held-out SQuAD articles the careful one refused 57 of 100 questions that only look
# answerable, the usual one 35; and 18 of 100 that are answerable, the usual one 9.
_CAUTION = {"bold": -0.4, "usual": 0.0, "careful": 0.9}
# The prompt without its evidence, with a long question; and what a token holds at the least.
_PROMPT_TOKENS = 1_000
_CHARACTERS_A_TOKEN = 3
_LEAST_EVIDENCE, _MOST_EVIDENCE = 1_500, 12_000


@dataclass(frozen=True, slots=True)
class Answering:
    """What answers, and the models behind it that are loaded on first use."""

    golden: GoldenDesk
    model: LlamaIndexModel | None
    scorer: SentenceScorer | None

    async def warm_up(self) -> None:
        """Load the models, so that the first question does not wait for them.

        Raises:
            ModelSettingsError: the language model cannot be used.
        """
        if self.model is not None:
            await self.model.warm_up()
        if self.scorer is not None:
            await self.scorer.score("Is it ready?", ["It is ready."])


async def make_answering(
    settings: Settings,
    embedder: Embedder,
    scorer: SentenceScorer | None,
    database: Database,
    stack: AsyncExitStack,
    *,
    observer: Observer | None = None,
) -> Answering:
    """The articles' own sentences, or a language model with them behind it.

    Raises:
        ModelSettingsError: the language model, or a prompt, cannot be used.
    """
    observer = observer or Observer()
    by = _CAUTION[settings.caution]
    extractive = ExtractiveComposer(
        embedder,
        scorer=scorer,
        by_reading=BY_READING.more_careful(by),
        by_meaning=BY_MEANING.more_careful(by),
        by_words=BY_WORDS.more_careful(by),
    )
    composer: Composer = extractive
    rewriter: Rewriter = RuleRewriter()
    model = None
    if settings.llm:
        words = _load_prompts(settings)
        model = await make_model(
            settings, database, zone=ZoneInfo(settings.timezone), observer=observer
        )
        assert model is not None  # noqa: S101 - one is set
        stack.push_async_callback(model.close)
        modelled = ModelComposer(
            model,
            words,
            max_tokens=settings.llm_max_tokens,
            evidence_characters=_evidence_room(settings),
        )
        composer = FallbackComposer(modelled, extractive)
        rewriter = ModelRewriter(model, words)
    golden = GoldenDesk(
        composer=composer,
        checker=extractive,
        link=ArticleLinks(await _make_reader_links(settings, database)),
        passage_limit=settings.passages,
        rewriter=rewriter,
        differences=ArticleDifferences(embedder),
        judge=ClaimJudge(embedder),
        on_stage=observer.note_stage,
    )
    return Answering(golden, model, scorer)


async def _make_reader_links(settings: Settings, database: Database) -> ReaderLinks | None:
    """What links to our own reader where an article has no public page."""
    if settings.reader_url is None:
        return None
    from bot.wiring_reader import make_addresses  # noqa: PLC0415 - a web server comes with it

    return await make_addresses(settings, database)


def make_scorer(
    settings: Settings, stack: AsyncExitStack, *, word_pieces: WordPieces, meter: Meter = NO_METER
) -> SentenceScorer | None:
    """What reads question and sentence together, unless it is switched off; loaded on first use."""
    if not settings.scorer:
        return None

    def load() -> OnnxPairReader:
        return OnnxPairReader(find_scorer(), word_pieces)

    scorer = SentenceScorer(load, workers=settings.embed_workers, meter=meter)
    stack.push_async_callback(scorer.close)
    return scorer


def answer_seconds(settings: Settings) -> float:
    """How long a whole answer may take.

    A model may be asked twice, for the question and for the answer, and be given up each
    time; the articles' own sentences must still come.
    """
    if not settings.llm:
        return _ANSWER_SECONDS
    return max(_ANSWER_SECONDS, 2 * settings.llm_timeout + 60)


def _load_prompts(settings: Settings) -> Mapping[str, prompts.Template]:
    try:
        return prompts.load_all(folder=settings.llm_prompts)
    except prompts.PromptError as error:
        where = "FOOTNOTE_LLM_PROMPTS: " if settings.llm_prompts else ""
        raise ModelSettingsError(f"{where}{error}") from error


def _evidence_room(settings: Settings) -> int:
    """How many characters of evidence fit beside the prompt's own words and the reply."""
    tokens = settings.llm_context - settings.llm_max_tokens - _PROMPT_TOKENS
    return max(_LEAST_EVIDENCE, min(_MOST_EVIDENCE, tokens * _CHARACTERS_A_TOKEN))
