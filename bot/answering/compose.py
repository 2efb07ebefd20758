"""Writes an answer with no language model: the sentences of the articles that answer best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from bot.answering.features import (
    Candidate,
    Features,
    covered_share,
    gather_candidates,
    measure,
)
from bot.answering.likeness import SentenceLikeness
from bot.answering.models import Draft, DraftSentence, Evidence, Question
from bot.answering.ports import OnSentence, SentenceEncoder, ignore_sentence
from bot.answering.question import Wanted, read_question
from bot.answering.support import SupportWeights, is_supported, read_signals
from index.errors import EmbeddingError
from index.models import SearchResult

# A cosine between "on the subject" and "not": with it, words alone decide.
_ASSUMED_COSINE = 0.35


@dataclass(frozen=True, slots=True)
class ComposerWeights:
    """What each feature of a sentence counts, and when a further sentence is added.

    The weights are those of a conditional logit (which of the candidates answers?)
    with all-MiniLM-L6-v2 (int8), fitted on half of the development questions
    (SQuAD, CLAPnq, TimeQA, news, seeds) and rounded; score differences are log-odds
    between two sentences. ``fragment``, ``asks``, ``supposes`` and ``noise`` are set by hand:
    such sentences are rare there, and a reader minds them more than the data does.

    A further sentence is added when it is less than ``near`` behind the best and covers
    half as much, or less than ``far`` and covers ``least_gain`` more of the question's
    words. Where several things are asked for, it may be ``farthest`` behind and cover
    twice that. Never when it shares ``same`` of its topic words with one that is there.
    """

    cosine: float = 9.7
    passage_cosine: float = 4.0
    rank: float = 0.85
    coverage: float = 7.4
    context: float = 4.7
    figure: float = 1.55
    counted: float = 0.65
    name: float = 1.25
    reason: float = 0.9
    date: float = 2.2
    fragment: float = -2.0
    asks: float = -2.0
    supposes: float = -2.0
    noise: float = -5.0
    near: float = 0.6
    far: float = 2.0
    farthest: float = 5.0
    least_gain: float = 0.15
    same: float = 0.7

    def score(self, features: Features) -> float:
        """The score of a sentence, in log-odds against another one."""
        names = (field.name for field in fields(features))
        return float(sum(getattr(self, name) * getattr(features, name) for name in names))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score."""

    candidate: Candidate
    features: Features
    score: float


class ExtractiveComposer:
    """Picks one to four sentences, the best first, or none when none answers."""

    name = "extractive"

    def __init__(
        self,
        encoder: SentenceEncoder,
        *,
        weights: ComposerWeights | None = None,
        support: SupportWeights | None = None,
        shortlist: int = 16,
    ) -> None:
        self._encoder = encoder
        self._likeness = SentenceLikeness(encoder)
        self._weights = weights or ComposerWeights()
        self._support = support or SupportWeights()
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
            return Draft((), self.name)
        notice = None
        try:
            ranked, alone = await self._compare(question.text, wanted, candidates)
        except EmbeddingError as error:
            cosines = [_ASSUMED_COSINE] * len(candidates)
            ranked, alone = self._rank(wanted, candidates, cosines), _ASSUMED_COSINE
            notice = f"Only words were compared, not meanings: {error}"
        best = ranked[0]
        signals = read_signals(wanted, best.candidate, best.features, alone, found)
        if not is_supported(signals, self._support):
            return Draft((), self.name, notice)
        chosen = in_reading_order([best, *self._further(wanted, ranked)])
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
        ranked = self._rank(wanted, candidates, cosines)
        return ranked, await self._likeness.alone(query, ranked[0].candidate.evidence)

    def _preselect(self, wanted: Wanted, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The most promising candidates by words and passage alone: embedding costs time."""
        assumed = [
            _ASSUMED_COSINE if c.passage.cosine is None else c.passage.cosine for c in candidates
        ]
        return [r.candidate for r in self._rank(wanted, candidates, assumed)[: self._shortlist]]

    def _rank(
        self, wanted: Wanted, candidates: Sequence[Candidate], cosines: Sequence[float]
    ) -> list[Ranked]:
        ranked = []
        for candidate, cosine in zip(candidates, cosines, strict=True):
            features = measure(wanted, candidate, cosine)
            ranked.append(Ranked(candidate, features, self._weights.score(features)))
        return sorted(ranked, key=lambda r: -r.score)

    def _further(self, wanted: Wanted, ranked: Sequence[Ranked]) -> list[Ranked]:
        """Sentences worth adding to the best: about as good, or meeting more of the question."""
        weights = self._weights
        chosen = [ranked[0]]
        several = wanted.asks_for_several
        reach, most = (weights.farthest, 4) if several else (weights.far, 3)
        for rival in ranked[1:]:
            if ranked[0].score - rival.score > reach or len(chosen) == most:
                break
            if _is_statement(rival) and self._adds(wanted, chosen, rival):
                chosen.append(rival)
        return chosen[1:]

    def _adds(self, wanted: Wanted, chosen: Sequence[Ranked], rival: Ranked) -> bool:
        weights, best = self._weights, chosen[0]
        if any(_overlap(rival, r) >= weights.same for r in chosen):
            return False
        held = frozenset().union(*(r.candidate.stems for r in chosen))
        covered = covered_share(wanted.terms, held)
        if (
            covered_share(wanted.terms, held | rival.candidate.stems) - covered
            >= weights.least_gain
        ):
            return True
        on_subject = rival.features.coverage >= best.features.coverage / 2
        return on_subject and best.score - rival.score <= weights.near


def _is_statement(ranked: Ranked) -> bool:
    features = ranked.features
    return not (features.fragment or features.asks or features.noise)


def _overlap(one: Ranked, other: Ranked) -> float:
    """The share of the shorter sentence's topic words that the other says too."""
    first, second = (
        {word.stem for word in r.candidate.words if word.is_content} for r in (one, other)
    )
    return len(first & second) / max(1, min(len(first), len(second)))


def in_reading_order(chosen: Sequence[Ranked]) -> list[Ranked]:
    """The best sentence, then the others as they stand in its article, then other articles."""
    versions = list(dict.fromkeys(r.candidate.passage.version_id for r in chosen))
    rest = sorted(
        chosen[1:],
        key=lambda r: (
            versions.index(r.candidate.passage.version_id),
            r.candidate.evidence.span.start,
        ),
    )
    return [chosen[0], *rest]
