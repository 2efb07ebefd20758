"""Notices where articles give different values for the same thing, and shows both.

Better silent than wrong: a rival sentence must be of another article, meet the question
as well as the one it contradicts, be alike in all but the value, and give a value of
the same kind. Another year, place or person is another thing, not a contradiction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.answering.citations import quote_of, show_text
from bot.answering.models import Evidence, LinkedSentence, Question, Quote
from bot.answering.ports import Differing, SentenceEncoder, Settled
from bot.answering.question import Wanted, read_question
from bot.answering.rivals import Pair, find_pairs
from bot.answering.same_thing import DifferenceLimits
from bot.answering.words import stem_of, words_of
from index.errors import EmbeddingError

_ASKING = frozenset(
    stem_of(word) for word in "time date year day name number amount kind type called".split()
)


class ArticleDifferences:
    """Compares the values of verified sentences with those of other articles' sentences.

    Args:
        encoder: tells how alike two sentences are; None: their words do.
        limits: when two sentences are of the same thing.
    """

    def __init__(
        self, encoder: SentenceEncoder | None = None, *, limits: DifferenceLimits | None = None
    ) -> None:
        self._encoder = encoder
        self._limits = limits or DifferenceLimits()

    async def settle(
        self,
        question: Question,
        sentences: Sequence[LinkedSentence],
        evidence: Sequence[Evidence],
    ) -> Settled:
        """The sentences with those that contradict them, newest first; unchanged without any."""
        wanted = _without_asking_words(read_question(question.text, {}))
        found: dict[Quote, list[Pair]] = {}
        taken: set[str] = set()
        pairs = await asyncio.to_thread(find_pairs, wanted, sentences, evidence, self._limits)
        for rivals in pairs:
            for pair in await self._likely(rivals):
                if pair.rival.id not in taken:
                    found.setdefault(pair.quote, []).append(pair)
                    taken |= {pair.rival.id, pair.own.id}
        return _put_together(sentences, found) if found else Settled(tuple(sentences))

    async def _likely(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Those alike in all but the value, one of an article, the likest first."""
        likenesses = [await self._likeness(pair) for pair in pairs]
        alike = [
            (likeness, pair)
            for likeness, pair in zip(likenesses, pairs, strict=True)
            if likeness >= self._least(pair)
        ]
        best: dict[str, Pair] = {}
        for _, pair in sorted(alike, key=lambda each: -each[0]):
            best.setdefault(pair.rival.passage.article_id, pair)
        return list(best.values())[: self._limits.most_rivals]

    def _least(self, pair: Pair) -> float:
        limits = self._limits
        least = (
            limits.likeness - limits.relief * pair.coverage - limits.for_corrections * pair.corrects
        )
        return least + limits.for_names * (pair.value.kind == "name")

    async def _likeness(self, pair: Pair) -> float:
        if self._encoder is not None:
            try:
                one, other = await self._encoder.embed(pair.masked)
                return float(np.dot(one, other))
            except EmbeddingError:
                pass  # words are the next best
        first, second = ({w.stem for w in words_of(t) if w.is_content} for t in pair.masked)
        return len(first & second) / max(1, min(len(first), len(second)))


def _without_asking_words(wanted: Wanted) -> Wanted:
    """The question without the words that only say what kind of thing is asked for."""
    terms = {stem: weight for stem, weight in wanted.terms.items() if stem not in _ASKING}
    return replace(wanted, terms=terms or wanted.terms)


def _put_together(sentences: Sequence[LinkedSentence], found: dict[Quote, list[Pair]]) -> Settled:
    """Adds what contradicts behind what it contradicts, and puts the newest of them first."""
    settled: list[LinkedSentence] = []
    differing: list[Differing] = []
    rest = list(sentences)
    while rest:
        sentence = rest.pop(0)
        pairs = [pair for quote in sentence.quotes for pair in found.get(quote, [])]
        told: list[tuple[Quote, str, LinkedSentence]] = []
        for pair in pairs:
            quote = quote_of(pair.rival)
            theirs = [s for s in rest if quote in s.quotes]
            rest = [s for s in rest if s not in theirs]
            said = theirs[0] if theirs else LinkedSentence(show_text(quote.text), (quote,))
            told.append((quote, pair.other.text, said))
        if pairs:
            mine, quote = pairs[0], quote_of(pairs[0].own)
            if quote in sentence.quotes:
                told.insert(0, (quote, mine.value.text, sentence))
            else:
                said = next(
                    (s for s in rest if quote in s.quotes),
                    LinkedSentence(show_text(quote.text), (quote,)),
                )
                rest = [s for s in rest if s is not said]
                settled.append(sentence)
                told.insert(0, (quote, mine.value.text, said))
            told = list({each[0]: each for each in told}.values())
            told.sort(key=lambda each: each[0].published_at or "", reverse=True)
            differing.append(Differing(tuple(t[0] for t in told), tuple(t[1] for t in told)))
            settled += list(dict.fromkeys(t[2] for t in told))
        else:
            settled.append(sentence)
    return Settled(tuple(settled), tuple(differing))
