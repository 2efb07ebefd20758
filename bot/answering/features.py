"""How well a sentence of an article meets a question, as a handful of plain figures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answering.facts import Dates, dates_in, published_dates, units_in
from bot.answering.kinds import FIGURES, NAMES, Kind, counts, has_kind
from bot.answering.models import Evidence
from bot.answering.question import Wanted
from bot.answering.words import SHORTEST_ROOT, Word, is_close, share_root, words_of
from index.models import Passage

_LINKS = re.compile(r"https?://|www\.")
_BYLINE = re.compile(
    r"^\W*(?:by|photo|image|credit|source|via|related|read (?:more|also)|share|subscribe|sign up|"
    r"ap photo|updated|published|posted|editor['’]s note|tags?|categor(?:y|ies))\b[^.!?]*$",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?…。！？][\"'”’»)\]]*(?:\s*\([^()]{1,60}\))*$")
_SUPPOSES = re.compile(r"^\W*(?:if|unless|should|suppose|imagine)\b", re.IGNORECASE)
_FEW_WORDS = 6
_CONTEXT_SENTENCES = 2


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a sentence for a question; each is about 0 to 1, or -1 to 1 (or 2).

    ``coverage`` is the weighted share of the question's topic words in the
    sentence, ``context`` what title, heading and the sentences before add to it.
    ``figure``, ``counted`` (a figure beside what "how many" counts), ``name`` and
    ``reason`` are 1 when that is asked for and there, -1 when it is asked for and
    missing, 0 when it is not asked for. ``supposes`` is 1 for "If it rains, ..." where
    the question supposes nothing. ``reader`` is the score of a ``SentenceScorer``, 0
    without one.
    """

    cosine: float
    passage_cosine: float
    rank: float
    coverage: float
    context: float
    figure: float
    counted: float
    name: float
    reason: float
    date: float
    fragment: float
    asks: float
    supposes: float
    noise: float
    superseded: float = 0.0
    reader: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that might answer, with the words in it and around it."""

    evidence: Evidence
    words: tuple[Word, ...]
    stems: frozenset[str]
    context_stems: frozenset[str]
    passage_stems: frozenset[str]
    rank: int

    @property
    def passage(self) -> Passage:
        """The passage it stands in."""
        return self.evidence.passage


def gather_candidates(evidence: Sequence[Evidence]) -> list[Candidate]:
    """Candidates in the order of the evidence, which is by passage, in reading order."""
    by_passage: dict[str, list[Evidence]] = {}
    for item in evidence:
        by_passage.setdefault(item.passage.chunk_id, []).append(item)
    return [
        candidate
        for rank, items in enumerate(by_passage.values())
        for candidate in _candidates_of(items, rank)
    ]


def _candidates_of(items: Sequence[Evidence], rank: int) -> list[Candidate]:
    passage = items[0].passage
    around = _stems(words_of(f"{passage.title} {passage.heading}"))
    words = [tuple(words_of(item.text)) for item in items]
    stems = [_stems(w) for w in words]
    whole = around | _stems(words_of(passage.text))
    return [
        Candidate(
            evidence=item,
            words=words[n],
            stems=stems[n],
            context_stems=around.union(*stems[max(0, n - _CONTEXT_SENTENCES) : n]),
            passage_stems=whole,
            rank=rank,
        )
        for n, item in enumerate(items)
    ]


def _stems(words: Sequence[Word]) -> frozenset[str]:
    return frozenset(word.stem for word in words)


def measure(wanted: Wanted, candidate: Candidate, cosine: float, reader: float = 0.0) -> Features:
    """The features of one candidate; ``cosine`` is its own likeness to the question."""
    passage = candidate.passage
    text = candidate.evidence.text
    terms = wanted.terms
    covered = covered_share(terms, candidate.stems)
    return Features(
        cosine=cosine,
        passage_cosine=cosine if passage.cosine is None else passage.cosine,
        rank=1 / (1 + candidate.rank),
        coverage=covered,
        context=covered_share(terms, candidate.stems | candidate.context_stems) - covered,
        figure=kind_match(wanted, candidate, FIGURES),
        counted=counted_match(wanted, candidate),
        name=kind_match(wanted, candidate, NAMES),
        reason=kind_match(wanted, candidate, frozenset({Kind.REASON})),
        date=date_match(wanted.dates, candidate.words, passage),
        fragment=float(is_fragment(candidate)),
        asks=float(text.rstrip("\"'”’) ").endswith("?")),
        supposes=float(bool(_SUPPOSES.search(text)) and not wanted.supposes),
        noise=float(is_noise(text)),
        superseded=float(passage.superseded_by is not None),
        reader=reader,
    )


def covered_share(terms: Mapping[str, float], stems: frozenset[str]) -> float:
    """The weighted share of terms among stems, 0 to 1; 1 when there are no terms."""
    total = sum(terms.values())
    if not total:
        return 1.0
    return sum(weight for stem, weight in terms.items() if holds(stems, stem)) / total


def holds(stems: frozenset[str], stem: str) -> bool:
    """Whether a stem is there, or a longer word shows one typing slip or another ending of it."""
    if stem in stems:
        return True
    if len(stem) < SHORTEST_ROOT or stem[0].isdigit():
        return False
    return any(
        other[0] == stem[0] and (is_close(stem, other) or share_root(stem, other))
        for other in stems
    )


def kind_match(wanted: Wanted, candidate: Candidate, kinds: frozenset[Kind]) -> float:
    """1 when the thing asked for is of these kinds and there, -1 when it is missing, else 0."""
    if wanted.kind not in kinds:
        return 0.0
    text = candidate.evidence.text
    if wanted.units and not wanted.units & units_in(text):
        return -1.0
    return 1.0 if has_kind(wanted.kind, text, candidate.words, wanted.stems) else -1.0


def counted_match(wanted: Wanted, candidate: Candidate) -> float:
    """1 when a figure stands beside what "how many" counts, -1 when none does, else 0."""
    if not wanted.counted:
        return 0.0
    return 1.0 if counts(candidate.words, wanted.counted) else -1.0


def date_match(asked: Dates, words: Sequence[Word], passage: Passage) -> float:
    """How the sentence's dates, else its article's, meet the asked ones.

    -1 when they name others, 0 when they name none, 1 when they meet, 2 when the very
    day stands in the sentence.
    """
    if not asked:
        return 0.0
    said = dates_in(words)
    if asked.days & said.days and not (asked.years and said.years - asked.years):
        return 2.0
    article = _join(published_dates(passage.published_at), dates_in(words_of(passage.title)))
    parts = [
        _part_match(asked.years, said.years, article.years),
        _part_match(asked.months, said.months, article.months) if not asked.days else None,
        _part_match(asked.days, said.days, article.days),
    ]
    known = [part for part in parts if part is not None]
    return sum(known) / len(known)


def _part_match(
    asked: frozenset[Any], said: frozenset[Any], article: frozenset[Any]
) -> float | None:
    if not asked:
        return None
    if asked & said:
        return 1.0
    if asked & article:
        return 0.3 if said else 0.7
    return -1.0 if said or article else 0.0


def _join(one: Dates, other: Dates) -> Dates:
    return Dates(one.years | other.years, one.months | other.months, one.days | other.days)


def is_fragment(candidate: Candidate) -> bool:
    """Whether it reads as a label: no end of a sentence, and few words or names alone."""
    if _ENDS.search(candidate.evidence.text):
        return False
    says_something = any(w.is_content and w.text[0].islower() for w in candidate.words)
    return len(candidate.words) <= _FEW_WORDS or not says_something


def is_noise(text: str) -> bool:
    """Whether it is a byline or a list of links rather than a statement."""
    return bool(_BYLINE.search(text)) or len(_LINKS.findall(text)) > 1
