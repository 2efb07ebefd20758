"""Which of the ranked sentences an answer shows, from which article, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.facts import iter_numbers, negated_in
from bot.answering.features import covered_share
from bot.answering.question import Wanted
from bot.answering.ranking import ComposerWeights, Ranked

# Two sentences say the same when each holds nearly all topic words of the other. The best
# one may be given up for a newer one that meets the question this much less, in log-odds.
_RESTATED = 0.8
_GIVEN_UP = 3.0


def choose_sentences(
    wanted: Wanted, ranked: Sequence[Ranked], weights: ComposerWeights
) -> list[Ranked]:
    """The best sentence and those worth adding to it, in the order to be read.

    Args:
        wanted: what is asked for.
        ranked: the candidates, best first; at least one.
        weights: when a sentence is worth adding.
    """
    chosen = [ranked[0]]
    reach = weights.farthest if wanted.asks_for_several else weights.far
    for rival in ranked[1:]:
        if ranked[0].score - rival.score > reach or len(chosen) == weights.most:
            break
        if _is_statement(rival) and _adds(wanted, chosen, rival, weights):
            chosen.append(rival)
    newest = {r.candidate.evidence.id: r for r in (prefer_newest(o, ranked) for o in chosen)}
    return in_reading_order(list(newest.values()))


def prefer_newest(one: Ranked, ranked: Sequence[Ranked]) -> Ranked:
    """The same statement from the newest article that has it and is not superseded.

    The sentence itself where no other article says the same.
    """
    same = [r for r in ranked if r is one or _says_the_same(one, r)]
    return max(
        same,
        key=lambda r: (
            r.candidate.passage.superseded_by is None,
            r.candidate.passage.published_at or "",
            r.score,
        ),
    )


def _says_the_same(one: Ranked, other: Ranked) -> bool:
    if one.candidate.passage.version_id == other.candidate.passage.version_id:
        return False
    if one.score - other.score > _GIVEN_UP:
        return False
    first, second = (_topics(r) for r in (one, other))
    if len(first & second) < _RESTATED * max(1, len(first), len(second)):
        return False
    words, others = one.candidate.words, other.candidate.words
    figures = {n for n, _ in iter_numbers(words)} == {n for n, _ in iter_numbers(others)}
    return figures and negated_in(words) == negated_in(others)


def _adds(
    wanted: Wanted, chosen: Sequence[Ranked], rival: Ranked, weights: ComposerWeights
) -> bool:
    best = chosen[0]
    if any(_overlap(rival, r) >= weights.same for r in chosen):
        return False
    held = frozenset().union(*(r.candidate.stems for r in chosen))
    gain = covered_share(wanted.terms, held | rival.candidate.stems)
    if gain - covered_share(wanted.terms, held) >= weights.least_gain:
        return True
    on_subject = rival.features.coverage >= best.features.coverage / 2
    return on_subject and best.score - rival.score <= weights.near


def _is_statement(ranked: Ranked) -> bool:
    features = ranked.features
    return not (features.fragment or features.asks or features.noise)


def _overlap(one: Ranked, other: Ranked) -> float:
    """The share of the shorter sentence's topic words that the other says too."""
    first, second = _topics(one), _topics(other)
    return len(first & second) / max(1, min(len(first), len(second)))


def _topics(ranked: Ranked) -> frozenset[str]:
    return frozenset(word.stem for word in ranked.candidate.words if word.is_content)


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
