"""Writes an answer with no language model: the sentences of the articles that answer best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.answering.choosing import choose_sentences
from bot.answering.features import Candidate, gather_candidates
from bot.answering.likeness import SentenceLikeness
from bot.answering.models import Draft, DraftSentence, Evidence, Question, Reason
from bot.answering.ports import OnSentence, SentenceEncoder, ignore_sentence
from bot.answering.question import Wanted, read_question
from bot.answering.ranking import ComposerWeights, Ranked, rank_candidates
from bot.answering.support import WORDS_ONLY, SupportWeights, read_signals, why_not
from index.errors import EmbeddingError
from index.models import SearchResult

# A cosine between "on the subject" and "not": with it, words alone decide.
_ASSUMED_COSINE = 0.35


class SentenceScorer(Protocol):
    """Reads a question and sentences together, as a trained reader does."""

    async def score(self, question: str, sentences: Sequence[str]) -> list[float] | None:
        """How likely each sentence answers, in log-odds; None where that cannot be told now."""
        ...


class ExtractiveComposer:
    """Picks one to three sentences, the best first, or none when none answers.

    Args:
        encoder: compares meanings.
        weights: which sentence is best.
        support: whether it answers at all.
        words_only: the same when meanings cannot be compared.
        scorer: a second opinion on the most promising sentences; ``weights`` and ``support``
            must have been fitted with it.
        shortlist: how many sentences are encoded.
    """

    name = "extractive"

    def __init__(
        self,
        encoder: SentenceEncoder,
        *,
        weights: ComposerWeights | None = None,
        support: SupportWeights | None = None,
        words_only: SupportWeights = WORDS_ONLY,
        scorer: SentenceScorer | None = None,
        shortlist: int = 16,
    ) -> None:
        self._encoder = encoder
        self._likeness = SentenceLikeness(encoder)
        self._weights = weights or ComposerWeights()
        self._support = support or SupportWeights()
        self._words_only = words_only
        self._scorer = scorer
        self._shortlist = shortlist

    async def write(
        self,
        question: Question,
        found: SearchResult,
        evidence: Sequence[Evidence],
        on_sentence: OnSentence = ignore_sentence,
    ) -> Draft:
        """The sentences that answer; an empty draft when the evidence does not."""
        wanted = read_question(question.text, found.term_weights)
        candidates = self._preselect(wanted, gather_candidates(evidence))
        if not candidates:
            return Draft((), self.name, why=Reason.NOTHING_FOUND)
        notice, support = None, self._support
        try:
            ranked, alone = await self._compare(question.text, wanted, candidates)
        except EmbeddingError as error:
            cosines = [_ASSUMED_COSINE] * len(candidates)
            ranked, alone = self._rank(wanted, candidates, cosines), _ASSUMED_COSINE
            notice = f"Only words were compared, not meanings: {error}"
            support = self._words_only
        best = ranked[0]
        signals = read_signals(wanted, best.candidate, best.features, alone, found)
        why = why_not(signals, support)
        if why is not None:
            return Draft((), self.name, notice, why)
        chosen = choose_sentences(wanted, ranked, self._weights)
        evidences = [r.candidate.evidence for r in chosen]
        sentences = tuple(DraftSentence(e.text, (e.id,)) for e in evidences)
        for sentence in sentences:
            on_sentence(sentence)
        return Draft(sentences, self.name, notice)

    async def _compare(
        self, question: str, wanted: Wanted, candidates: Sequence[Candidate]
    ) -> tuple[list[Ranked], float]:
        """The candidates ranked with their likeness, and the likeness of the best one alone."""
        query = await self._encoder.embed_query(question)
        cosines = await self._likeness.in_context(query, [c.evidence for c in candidates])
        readings = None
        if self._scorer is not None:
            texts = [f"{c.passage.title}: {c.evidence.text}" for c in candidates]
            readings = await self._scorer.score(question, texts)
        ranked = self._rank(wanted, candidates, cosines, readings)
        return ranked, await self._likeness.alone(query, ranked[0].candidate.evidence)

    def _preselect(self, wanted: Wanted, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The most promising candidates by words and passage alone: embedding costs time."""
        assumed = [
            _ASSUMED_COSINE if c.passage.cosine is None else c.passage.cosine for c in candidates
        ]
        return [r.candidate for r in self._rank(wanted, candidates, assumed)[: self._shortlist]]

    def _rank(
        self,
        wanted: Wanted,
        candidates: Sequence[Candidate],
        cosines: Sequence[float],
        readings: Sequence[float] | None = None,
    ) -> list[Ranked]:
        return rank_candidates(wanted, candidates, cosines, self._weights, readings)
