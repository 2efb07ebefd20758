"""Whether texts support a claim, as a figure: the verifier's parts used as a checker.

The verifier says yes or no of a sentence and its quotes. Here the references are whole
passages, and the answer is a likelihood, so that it can be measured on question sets
that tell attributable claims from others.
"""

from __future__ import annotations

import gzip
import json
import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import chain, pairwise
from pathlib import Path

from bot.answering.facts import maybe_negated_in, names_in, negated_in
from bot.answering.standing import Said, holds_word
from bot.answering.words import Word, words_of
from bot.evaluation.cases import CasesError
from index.sentences import split_sentences

_LONGEST_RUN = 3
_USUAL_CHARS = 100
_MOST_SENTENCES = 400
_MARK = re.compile(r"\s*\[\d+\]")
ATTRIBUTABLE = "attributable"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim, what it is said to rest on, the question it answers, and whether it does."""

    id: str
    text: str
    references: tuple[str, ...]
    question: str
    source: str
    is_supported: bool


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a claim, each 0 to 1 but for the lengths, which are logarithms.

    ``coverage`` is the share of its content words in the references, ``best`` in the best
    run of up to three sentences, ``single`` in the best one; ``runs`` is the share of
    neighbouring words that stand side by side there. ``new`` is the best coverage of those
    words that the question does not say, ``names`` and ``figures`` the shares of those that
    the references miss, ``negation`` 1 when only one of claim and best run denies.
    """

    coverage: float
    best: float
    single: float
    runs: float
    new: float
    names: float
    figures: float
    near_names: float
    near_figures: float
    negation: float
    length: float
    size: float


@dataclass(frozen=True, slots=True)
class SignWeights:
    """A logistic model of "the references support the claim".

    Fitted by ridge regression on half of the development claims (AttributionBench), rounded.
    """

    coverage: float = 0.38
    best: float = 1.13
    single: float = 0.41
    runs: float = 1.1
    new: float = 0.73
    names: float = -0.08
    figures: float = -0.85
    near_names: float = 0.06
    near_figures: float = -0.46
    negation: float = -0.43
    length: float = 0.41
    size: float = -0.4
    bias: float = -1.86

    def likelihood(self, signs: Signs) -> float:
        """How likely a claim with these signs is supported, 0 to 1."""
        names = (field.name for field in fields(signs))
        odds = self.bias + sum(getattr(self, n) * getattr(signs, n) for n in names)
        return 1 / (1 + math.exp(-odds))


def supports(
    claim: str,
    references: Sequence[str],
    question: str | None = None,
    weights: SignWeights | None = None,
) -> float:
    """How likely some texts support a claim, 0 to 1; at 0.5 it is as likely as not.

    Args:
        claim: a sentence or a few.
        references: what it is said to rest on.
        question: what was asked; words that it says prove less.
        weights: None: those fitted on the development set.
    """
    return (weights or SignWeights()).likelihood(read_signs(claim, references, question))


def read_signs(claim: str, references: Sequence[str], question: str | None = None) -> Signs:
    """The signs of a claim."""
    said = Said.of(_MARK.sub(" ", claim))
    topics = [w for w in said.words if w.is_content]
    stems = frozenset(w.stem for w in topics)
    runs = _runs_of(references)
    whole = frozenset().union(*(_stems(run.words) for run in runs))
    best = max(runs, key=lambda run: _share(stems, _stems(run.words)), default=_Run((), 1))
    near = _stems(best.words)
    singles = [_share(stems, _stems(run.words)) for run in runs if run.sentences == 1]
    new = stems - {w.stem for w in words_of(question or "")}
    names, figures = names_in(said.words), {w.stem for w in said.words if w.is_number}
    pairs = _pairs(said.words)
    there = frozenset().union(*(_pairs(run.words) for run in runs))
    return Signs(
        coverage=_share(stems, whole),
        best=_share(stems, near),
        single=max(singles, default=0.0),
        runs=len(pairs & there) / max(1, len(pairs)),
        new=_share(new, near) if new else _share(stems, near),
        names=1 - _share(names, whole) if names else 0.0,
        figures=1 - _share(figures, whole) if figures else 0.0,
        near_names=1 - _share(names, near) if names else 0.0,
        near_figures=1 - _share(figures, near) if figures else 0.0,
        negation=float(_denies_one(said.words, best.words)),
        length=math.log1p(len(topics)),
        size=math.log1p(sum(map(len, references)) / _USUAL_CHARS),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring sentences of one reference."""

    words: tuple[Word, ...]
    sentences: int


def _runs_of(references: Sequence[str]) -> list[_Run]:
    runs = []
    for text in references:
        spans = split_sentences(text, 0, len(text))[:_MOST_SENTENCES]
        words = [tuple(words_of(text[span.start : span.end])) for span in spans]
        for count in range(1, _LONGEST_RUN + 1):
            for start in range(len(words) - count + 1):
                joined = tuple(chain.from_iterable(words[start : start + count]))
                runs.append(_Run(joined, count))
    return runs


def _stems(words: Iterable[Word]) -> frozenset[str]:
    return frozenset(word.stem for word in words)


def _share(stems: Collection[str], there: frozenset[str]) -> float:
    return sum(holds_word(there, stem) for stem in stems) / max(1, len(stems))


def _pairs(words: Iterable[Word]) -> frozenset[tuple[str, str]]:
    """Content words that follow each other."""
    return frozenset(pairwise(word.stem for word in words if word.is_content))


def _denies_one(said: Sequence[Word], there: Sequence[Word]) -> bool:
    """Whether one side denies what the other affirms."""
    lost = negated_in(there) & _stems(said) - maybe_negated_in(said)
    added = negated_in(said) & _stems(there) - maybe_negated_in(there)
    return bool(lost or added)


def load_claims(path: Path) -> list[Claim]:
    """Read claims with their references from ``.jsonl`` or ``.jsonl.gz``.

    Raises:
        CasesError: the file is missing or has another shape.
    """
    open_text = gzip.open if path.suffix == ".gz" else open
    try:
        with open_text(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines if line.strip()]
        return [
            Claim(
                id=row["id"],
                text=row["claim"],
                references=tuple(row["references"]),
                question=row.get("question") or "",
                source=row.get("src", ""),
                is_supported=row["label"] == ATTRIBUTABLE,
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CasesError(f"{path.name} cannot be read as claims: {error}") from error
