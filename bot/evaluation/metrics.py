"""What is measured of one question: where its proof was found, and what the reply is worth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.answering.models import Answer, Reply
from bot.evaluation.cases import Case, Fact
from index.models import Passage

NEAR, DEEP = 4, 10
SHORT = 3

# Answers that no sentence needs to hold to be right.
_VERDICTS = frozenset({"yes", "no", "before", "after"})


def squash(text: str) -> str:
    """A text without any white space: layout differs between a fact and its chunk."""
    return "".join(text.split())


def find_rank(case: Case, passages: Sequence[Passage]) -> int | None:
    """The place, from 1, of the first passage that proves the answer; None without one.

    That is one with a whole fact in it; where the question was written from a passage, one
    that shares text with that passage and holds the answer; where only the article is known,
    one of that article.
    """
    proving = (
        rank for rank, passage in enumerate(passages, start=1) if _holds_proof(case, passage)
    )
    return next(proving, None)


def _holds_proof(case: Case, passage: Passage) -> bool:
    text = squash(passage.text)
    if case.gold is not None:
        return case.gold.holds(passage) and any(squash(answer) in text for answer in case.answers)
    if case.facts:
        return any(squash(fact.text) in text for fact in case.facts)
    return passage.article_id in case.articles


def can_be_found(case: Case) -> bool:
    """Whether there is something that searching should find."""
    return case.answerable and bool(case.facts or case.articles)


def has_all_facts(case: Case, passages: Sequence[Passage]) -> bool:
    """Whether everything there is to find lies in some passage."""
    if not case.facts or case.gold is not None:
        return find_rank(case, passages) is not None
    texts = [squash(passage.text) for passage in passages]
    return all(any(squash(fact.text) in text for text in texts) for fact in case.facts)


def proves(article_id: str, quote: str, fact: Fact) -> bool:
    """Whether a quote is the fact, holds it, or is a sentence of it."""
    shown, known = squash(quote), squash(fact.text)
    return article_id == fact.article_id and (known in shown or shown in known)


def holds_answer(text: str, answers: Iterable[str]) -> bool:
    """Whether an expected answer stands in a text, by words; never "yes" or "no"."""
    words = f" {_plain(text)} "
    return any(f" {_plain(a)} " in words for a in answers if _plain(a) not in _VERDICTS and a)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the quotes of a reply are worth.

    The first citation ``first_proves`` when it is a known fact, and ``first_is_right``
    when it is one, holds an expected answer from elsewhere, or is of the article that must be
    cited. ``any_is_right`` is the same of all citations.
    """

    first_proves: bool = False
    first_is_right: bool = False
    any_is_right: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What one way of searching found, best first: the ranks are from 1, None beyond ten.

    ``rank`` is of the first passage that proves the answer. ``passage_rank`` is of the passage
    that the question was written from, counted in that set's own passages. ``full`` says that
    everything to be found is among the first ten.
    """

    rank: int | None
    full: bool
    passage_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went.

    ``exact_quotes`` of ``quotes`` stand in their article letter for letter.
    ``embedding_ms`` is how long the question alone took to be embedded, None where nobody
    measured it. ``differences`` is how often the answer says that articles differ.
    """

    case: Case
    found: Mapping[str, Found]
    refused: bool
    reason: str | None
    judgement: Judgement
    sentences: int
    quotes: int
    exact_quotes: int
    milliseconds: float
    answer: str
    embedding_ms: float | None = None
    differences: int = 0
    composer: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Refused what cannot be answered, or cited what proves the answer."""
        return self.judgement.any_is_right if self.case.answerable else self.refused

    @property
    def times_embedding(self) -> float | None:
        """The whole reply as a multiple of embedding the question alone."""
        return self.milliseconds / self.embedding_ms if self.embedding_ms else None


def judge_reply(case: Case, reply: Reply) -> Judgement:
    """Hold the quotes of a reply against what is known of the answer."""
    if not isinstance(reply, Answer) or not case.answerable:
        return Judgement()
    quotes = [citation.quote for citation in reply.citations]
    proven = [any(proves(q.article_id, q.text, fact) for fact in case.facts) for q in quotes]
    right = [
        proof or holds_answer(q.text, case.answers) or q.article_id in case.articles
        for proof, q in zip(proven, quotes, strict=True)
    ]
    return Judgement(proven[0], right[0], any(right))
