"""Writes an answer with no language model: the sentences of the articles that answer best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.answering.choosing import choose_sentences
from bot.answering.features import Candidate, gather_candidates
from bot.answering.likeness import SentenceLikeness
from bot.answering.models import Draft, DraftSentence, Evidence, Question, Reason
from bot.answering.notices import say_words_only
from bot.answering.ports import OnSentence, SentenceEncoder, ignore_sentence
from bot.answering.question import Wanted, read_question
from bot.answering.ranking import READER_WEIGHTS, ComposerWeights, Ranked, rank_candidates
from bot.answering.support import WORDS_ONLY, Signals, SupportWeights, read_signals, why_not
from index.errors import EmbeddingError
from index.models import SearchResult

# A cosine between "on the subject" and "not": with it, words alone decide.
_ASSUMED_COSINE = 0.35

MOST_READ = 6
"""How many sentences a ``SentenceScorer`` reads for a question."""


class SentenceScorer(Protocol):
    """Reads a question and sentences together, as a trained reader does."""

    async def score(self, question: str, sentences: Sequence[str]) -> list[float] | None:
        """How likely each sentence answers, in log-odds; None where that cannot be told now."""
        ...


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights that were fitted for one way of comparing: which sentence, and whether at all."""

    weights: ComposerWeights
    support: SupportWeights

    def more_careful(self, by: float) -> Calibration:
        """The same, refusing unless the log-odds of an answer are ``by`` higher."""
        return replace(self, support=replace(self.support, floor=self.support.floor + by))


CAREFUL = 0.9
"""How much higher the log-odds of an answer have to be for a question that is to be careful.

On held-out SQuAD articles that refused 57 of 100 questions that only look answerable, where the
usual floor refused 35; and 18 of 100 that are answerable, where it refused 9.
"""

BY_READING = Calibration(READER_WEIGHTS, SupportWeights())
"""With the packaged sentence scorer."""

BY_MEANING = Calibration(ComposerWeights(), SupportWeights())
"""With the packaged embedder alone."""

BY_WORDS = Calibration(ComposerWeights(), WORDS_ONLY)
"""With neither."""


@dataclass(frozen=True, slots=True)
class Considered:
    """The sentences that might answer, the best first, and the signals of the best one."""

    wanted: Wanted
    ranked: tuple[Ranked, ...]
    signals: Signals
    calibration: Calibration
    notice: str | None = None


class ExtractiveComposer:
    """Picks one to three sentences, the best first, or none when none answers.

    Args:
        encoder: compares meanings.
        scorer: reads the most promising sentences together with the question.
        by_reading: the weights where the scorer could tell.
        by_meaning: the weights where it could not.
        by_words: the weights where meanings could not be compared either.
        shortlist: how many sentences are encoded.
        read: how many of them the scorer reads.
    """

    name = "extractive"

    def __init__(
        self,
        encoder: SentenceEncoder,
        *,
        scorer: SentenceScorer | None = None,
        by_reading: Calibration = BY_READING,
        by_meaning: Calibration = BY_MEANING,
        by_words: Calibration = BY_WORDS,
        shortlist: int = 16,
        read: int = MOST_READ,
    ) -> None:
        self._encoder = encoder
        self._likeness = SentenceLikeness(encoder)
        self._scorer = scorer
        self._by_reading = by_reading
        self._by_meaning = by_meaning
        self._by_words = by_words
        self._shortlist = shortlist
        self._read = read

    async def write(
        self,
        question: Question,
        found: SearchResult,
        evidence: Sequence[Evidence],
        on_sentence: OnSentence = ignore_sentence,
    ) -> Draft:
        """The sentences that answer; an empty draft when the evidence does not."""
        considered = await self.consider(question.text, found, evidence)
        if considered is None:
            return Draft((), self.name, why=Reason.NOTHING_FOUND)
        calibration = considered.calibration
        if question.careful:
            calibration = calibration.more_careful(CAREFUL)
        why = why_not(considered.signals, calibration.support)
        if why is not None:
            return Draft((), self.name, considered.notice, why)
        chosen = choose_sentences(considered.wanted, considered.ranked, calibration.weights)
        evidences = [r.candidate.evidence for r in chosen]
        sentences = tuple(DraftSentence(e.text, (e.id,)) for e in evidences)
        for sentence in sentences:
            on_sentence(sentence)
        return Draft(sentences, self.name, considered.notice)

    async def consider(
        self, question: str, found: SearchResult, evidence: Sequence[Evidence]
    ) -> Considered | None:
        """The sentences weighed, before it is decided whether to answer; None without any."""
        wanted = read_question(question, found.term_weights)
        candidates = self._preselect(wanted, gather_candidates(evidence))
        if not candidates:
            return None
        notice = None
        try:
            ranked, calibration, alone = await self._compare(question, wanted, candidates)
        except EmbeddingError as error:
            structlog.get_logger(__name__).warning("sentences_not_compared", cause=str(error))
            calibration, alone = self._by_words, _ASSUMED_COSINE
            ranked = rank_candidates(
                wanted, candidates, [alone] * len(candidates), calibration.weights
            )
            notice = say_words_only()
        best = ranked[0]
        signals = read_signals(wanted, best.candidate, best.features, alone, found)
        return Considered(wanted, tuple(ranked), signals, calibration, notice)

    async def _compare(
        self, question: str, wanted: Wanted, candidates: Sequence[Candidate]
    ) -> tuple[list[Ranked], Calibration, float]:
        """The candidates ranked by meaning, or better, and the likeness of the best one alone."""
        query = await self._encoder.embed_query(question)
        cosines = await self._likeness.in_context(query, [c.evidence for c in candidates])
        calibration = self._by_meaning
        ranked = rank_candidates(wanted, candidates, cosines, calibration.weights)
        read = await self._read_best(question, wanted, ranked)
        if read is not None:
            ranked, calibration = read, self._by_reading
        alone = await self._likeness.alone(query, ranked[0].candidate.evidence)
        return ranked, calibration, alone

    async def _read_best(
        self, question: str, wanted: Wanted, ranked: Sequence[Ranked]
    ) -> list[Ranked] | None:
        """The best of the ranked ones, in the order that reading them gives."""
        if self._scorer is None:
            return None
        best = ranked[: self._read]
        candidates = [r.candidate for r in best]
        texts = [f"{c.passage.title}: {c.evidence.text}" for c in candidates]
        readings = await self._scorer.score(question, texts)
        if readings is None:
            return None
        cosines = [r.features.cosine for r in best]
        weights = self._by_reading.weights
        return rank_candidates(wanted, candidates, cosines, weights, readings)

    def _preselect(self, wanted: Wanted, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The most promising candidates by words and passage alone: embedding costs time."""
        assumed = [
            _ASSUMED_COSINE if c.passage.cosine is None else c.passage.cosine for c in candidates
        ]
        ranked = rank_candidates(wanted, candidates, assumed, self._by_meaning.weights)
        return [r.candidate for r in ranked[: self._shortlist]]
