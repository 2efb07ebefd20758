"""Notices where articles give different values for the same thing, and shows both.

Better silent than wrong: a rival sentence must be of another article, meet the question
as well as the one it contradicts, be alike in all but the value, and give a value of
the same kind. Another year, place or person is another thing, not a contradiction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.answering.amounts import amounts_in
from bot.answering.citations import quote_of, show_text
from bot.answering.kinds import FIGURES, NAMES, Kind
from bot.answering.models import Evidence, LinkedSentence, Question, Quote
from bot.answering.named import is_denied
from bot.answering.ports import Differing, SentenceEncoder, Settled
from bot.answering.question import Wanted, read_question
from bot.answering.same_thing import DifferenceLimits, coverage_of, in_context, is_same_thing
from bot.answering.slots import find_slot
from bot.answering.values import CLOCKS, Value, differ, mask, values_in
from bot.answering.words import stem_of, stems_of, words_of
from index.errors import EmbeddingError

_ASKING = frozenset(
    stem_of(word) for word in "time date year day name number amount kind type called".split()
)
SLOT = "slot"
_BESIDE = 2
_DENIED = re.compile(r"\b(?:not|never|instead of|rather than) (?:at |the )?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence of an answer, one that contradicts it, and both values.

    ``own`` gives the value where the quoted sentence itself does not: it stands beside it.
    """

    quote: Quote
    own: Evidence
    rival: Evidence
    value: Value
    other: Value
    masked: tuple[str, str]
    coverage: float
    corrects: bool


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
        for sentence in sentences:
            for pair in await self._rivals(wanted, sentence, evidence):
                if pair.rival.id not in taken:
                    found.setdefault(pair.quote, []).append(pair)
                    taken |= {pair.rival.id, pair.own.id}
        return _put_together(sentences, found) if found else Settled(tuple(sentences))

    async def _rivals(
        self, wanted: Wanted, sentence: LinkedSentence, evidence: Sequence[Evidence]
    ) -> list[Pair]:
        pairs = find_pairs(wanted, sentence, evidence, self._limits)
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


def find_pairs(
    wanted: Wanted,
    sentence: LinkedSentence,
    evidence: Sequence[Evidence],
    limits: DifferenceLimits,
) -> list[Pair]:
    """Sentences that may contradict a verified one, by words alone."""
    by_place = {(e.passage.version_id, e.span.start): e for e in evidence}
    pairs = []
    for quote in sentence.quotes:
        own = by_place.get((quote.version_id, quote.start))
        if own is None:
            continue
        rivals = [item for item in evidence if item.passage.article_id != quote.article_id]
        for teller in _tellers(wanted, own, evidence):
            found = (_pair(wanted, quote, teller, rival, limits) for rival in rivals)
            pairs += [pair for pair in found if pair]
    return pairs


def _tellers(wanted: Wanted, own: Evidence, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentence, or where it gives no value those beside it that do."""
    if wanted.kind not in FIGURES | NAMES or values_in(wanted, own.text):
        return [own]
    spans = list(own.passage.sentences)
    beside = [
        item
        for item in evidence
        if item.passage.chunk_id == own.passage.chunk_id
        and own.span in spans
        and item.span in spans
        and abs(spans.index(item.span) - spans.index(own.span)) <= _BESIDE
        and values_in(wanted, item.text)
    ]
    return [own, *beside]


def _pair(
    wanted: Wanted, quote: Quote, own: Evidence, rival: Evidence, limits: DifferenceLimits
) -> Pair | None:
    clash = _clash(wanted, own, rival)
    if not clash or not is_same_thing(
        wanted, own, rival, limits, values_are_dates=clash[0].kind == "date"
    ):
        return None
    return Pair(
        quote=quote,
        own=own,
        rival=rival,
        value=clash[0],
        other=clash[1],
        masked=(_mask(wanted, own), _mask(wanted, rival)),
        coverage=coverage_of(wanted, rival),
        corrects=_denies(rival, clash[0]) or _denies(own, clash[1]),
    )


def _without_asking_words(wanted: Wanted) -> Wanted:
    """The question without the words that only say what kind of thing is asked for."""
    terms = {stem: weight for stem, weight in wanted.terms.items() if stem not in _ASKING}
    return replace(wanted, terms=terms or wanted.terms)


def _denies(item: Evidence, value: Value) -> bool:
    """Whether an article names a value only to deny it: "four pairs, not three"."""
    text = f"{item.passage.title}. {item.text}"
    first = value.text.split()[0].lower()
    hours = {value.key[0], int(str(value.key[0])) % 12} if value.kind in CLOCKS else {value.key[0]}
    for match in _DENIED.finditer(text):
        behind = text[match.end() :]
        figures = {a.value for a in amounts_in(behind, words_of(behind)) if not a.start}
        if behind.lower().startswith(first) or figures & hours:
            return True
    return False


def _clash(wanted: Wanted, own: Evidence, rival: Evidence) -> tuple[Value, Value] | None:
    """Values that cannot both be: of the kind asked for, or where all else is the same."""
    clash = differ(*_values(wanted, own, rival))
    slot = None if clash else find_slot(own.text, rival.text)
    if slot is None:
        return clash
    pair = _value_at(own.text, *slot.one), _value_at(rival.text, *slot.other)
    asked = any(set(value.key) & wanted.stems for value in pair)
    denied = is_denied(own.text, slot.one[0]) or is_denied(rival.text, slot.other[0])
    return None if asked or denied or wanted.kind is Kind.REASON else pair


def _values(wanted: Wanted, own: Evidence, rival: Evidence) -> list[list[Value]]:
    """The values of both; a name that the other article knows too is no rival of its names."""
    items = (own, rival)
    values = [values_in(wanted, item.text) for item in items]
    known = [stems_of(other.passage.text) for other in reversed(items)]
    return [
        [v for v in mine if v.kind != "name" or not set(v.names) & there]
        for mine, there in zip(values, known, strict=True)
    ]


def _value_at(text: str, start: int, end: int) -> Value:
    key = tuple(w.stem for w in words_of(text[start:end]) if w.is_content)
    return Value(SLOT, key, text[start:end], start, end)


def _mask(wanted: Wanted, item: Evidence) -> str:
    text = in_context(item)
    return mask(text, values_in(wanted, text))


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
