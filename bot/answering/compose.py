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
from bot.answering.ports import SentenceEncoder
from bot.answering.question import Wanted, read_question
from bot.answering.support import SupportWeights, is_supported
from index.errors import EmbeddingError
from index.models import SearchResult

# A cosine between "on the subject" and "not": with it, words alone decide.
_ASSUMED_COSINE = 0.35


@dataclass(frozen=True, slots=True)
class ComposerWeights:
    """What each feature of a sentence counts, and when a further sentence is added.

    The weights are those of a conditional logit (which of the candidates answers?)
    with all-MiniLM-L6-v2 (int8), fitted on half of the development questions
    (SQuAD, CLAPnq, TimeQA and news) and rounded; so score differences are log-odds
    between two sentences. ``fragment``, ``asks`` and ``noise`` are set by hand: such
    sentences are rare there, and a reader minds them more than the data does.
    """

    cosine: float = 10.0
    passage_cosine: float = 3.0
    rank: float = 1.0
    coverage: float = 6.5
    context: float = 4.5
    kind: float = 1.0
    date: float = 2.2
    fragment: float = -2.0
    asks: float = -2.0
    noise: float = -5.0
    near: float = 0.6
    far: float = 2.0
    least_gain: float = 0.15
    same: float = 0.7

    def score(self, features: Features) -> float:
        """The score of a sentence, in log-odds against another one."""
        names = (field.name for field in fields(features))
        return float(sum(getattr(self, name) * getattr(features, name) for name in names))


@dataclass(frozen=True, slots=True)
class _Ranked:
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
        shortlist: int = 24,
    ) -> None:
        self._likeness = SentenceLikeness(encoder)
        self._weights = weights or ComposerWeights()
        self._support = support or SupportWeights()
        self._shortlist = shortlist

    async def write(
        self, question: Question, found: SearchResult, evidence: Sequence[Evidence]
    ) -> Draft:
        """The sentences that answer; an empty draft when the evidence does not."""
        wanted = read_question(question.text, found.term_weights)
        candidates = self._preselect(wanted, gather_candidates(evidence))
        if not candidates:
            return Draft((), self.name)
        notice = None
        try:
            cosines = await self._likeness.to(question.text, [c.evidence for c in candidates])
        except EmbeddingError as error:
            cosines = [_ASSUMED_COSINE] * len(candidates)
            notice = f"Only words were compared, not meanings: {error}"
        ranked = self._rank(wanted, candidates, cosines)
        best = ranked[0]
        if not is_supported(wanted, best.candidate, best.features, self._support):
            return Draft((), self.name, notice)
        chosen = in_reading_order([best, *self._further(wanted, ranked)])
        return Draft(
            tuple(
                DraftSentence(r.candidate.evidence.text, (r.candidate.evidence.id,)) for r in chosen
            ),
            self.name,
            notice,
        )

    def _preselect(self, wanted: Wanted, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The most promising candidates by words and passage alone: embedding costs time."""
        assumed = [
            _ASSUMED_COSINE if c.passage.cosine is None else c.passage.cosine for c in candidates
        ]
        return [r.candidate for r in self._rank(wanted, candidates, assumed)[: self._shortlist]]

    def _rank(
        self, wanted: Wanted, candidates: Sequence[Candidate], cosines: Sequence[float]
    ) -> list[_Ranked]:
        ranked = []
        for candidate, cosine in zip(candidates, cosines, strict=True):
            features = measure(wanted, candidate, cosine)
            ranked.append(_Ranked(candidate, features, self._weights.score(features)))
        return sorted(ranked, key=lambda r: -r.score)

    def _further(self, wanted: Wanted, ranked: Sequence[_Ranked]) -> list[_Ranked]:
        """Sentences worth adding to the best: about as good, or meeting more of the question."""
        weights = self._weights
        chosen = [ranked[0]]
        most = 4 if wanted.asks_for_several else 3
        for rival in ranked[1:]:
            behind = ranked[0].score - rival.score
            if behind > weights.far or len(chosen) == most:
                break
            if not _is_statement(rival) or any(_overlap(rival, r) >= weights.same for r in chosen):
                continue
            held = frozenset().union(*(r.candidate.stems for r in chosen))
            gain = covered_share(wanted.terms, held | rival.candidate.stems) - covered_share(
                wanted.terms, held
            )
            if behind <= weights.near or gain >= weights.least_gain:
                chosen.append(rival)
        return chosen[1:]


def _is_statement(ranked: _Ranked) -> bool:
    features = ranked.features
    return not (features.fragment or features.asks or features.noise)


def _overlap(one: _Ranked, other: _Ranked) -> float:
    """The share of the shorter sentence's topic words that the other says too."""
    first, second = (
        {word.stem for word in r.candidate.words if word.is_content} for r in (one, other)
    )
    return len(first & second) / max(1, min(len(first), len(second)))


def in_reading_order(chosen: Sequence[_Ranked]) -> list[_Ranked]:
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
