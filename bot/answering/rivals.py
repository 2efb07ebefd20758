"""Finds, by words alone, the sentences of other articles that may contradict a verified one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.answering.amounts import amounts_in
from bot.answering.kinds import FIGURES, NAMES, Kind
from bot.answering.models import Evidence, LinkedSentence, Quote
from bot.answering.named import is_denied
from bot.answering.question import Wanted
from bot.answering.readings import Reading, Readings
from bot.answering.same_thing import DifferenceLimits, is_same_thing, may_be_same_time
from bot.answering.slots import find_slot
from bot.answering.values import CLOCKS, Value, differ
from bot.answering.words import words_of

_SLOT = "slot"
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


def find_pairs(
    wanted: Wanted,
    sentences: Sequence[LinkedSentence],
    evidence: Sequence[Evidence],
    limits: DifferenceLimits,
) -> list[list[Pair]]:
    """For each verified sentence those that may contradict it.

    Each sentence of the evidence is read once. This takes a while: call it in a thread.
    """
    readings = Readings(wanted)
    read = [readings.of(item) for item in evidence]
    by_place = {(r.item.passage.version_id, r.item.span.start): r for r in read}
    return [
        [pair for quote in sentence.quotes for pair in _of_quote(wanted, quote, by_place, limits)]
        for sentence in sentences
    ]


def _of_quote(
    wanted: Wanted,
    quote: Quote,
    read: Mapping[tuple[str, int], Reading],
    limits: DifferenceLimits,
) -> list[Pair]:
    own = read.get((quote.version_id, quote.start))
    if own is None:
        return []
    rivals = [r for r in read.values() if r.item.passage.article_id != quote.article_id]
    found = (
        _pair(wanted, quote, teller, rival, limits)
        for teller in _tellers(wanted, own, list(read.values()))
        for rival in rivals
    )
    return [pair for pair in found if pair]


def _tellers(wanted: Wanted, own: Reading, read: Sequence[Reading]) -> list[Reading]:
    """The sentence, or where it gives no value those beside it that do."""
    if wanted.kind not in FIGURES | NAMES or own.values:
        return [own]
    starts = [span.start for span in own.item.passage.sentences]
    if own.item.span.start not in starts:
        return [own]
    place = starts.index(own.item.span.start)
    near = set(starts[max(0, place - _BESIDE) : place + _BESIDE + 1])
    chunk_id = own.item.passage.chunk_id
    beside = [
        one
        for one in read
        if one.item.passage.chunk_id == chunk_id and one.item.span.start in near and one.values
    ]
    return [own, *beside]


def _pair(
    wanted: Wanted, quote: Quote, own: Reading, rival: Reading, limits: DifferenceLimits
) -> Pair | None:
    if not is_same_thing(wanted, own, rival, limits):
        return None
    clash = _clash(wanted, own, rival)
    if not clash or not may_be_same_time(wanted, own, rival, clash):
        return None
    return Pair(
        quote=quote,
        own=own.item,
        rival=rival.item,
        value=clash[0],
        other=clash[1],
        masked=(own.masked, rival.masked),
        coverage=rival.coverage,
        corrects=_denies(rival.item, clash[0]) or _denies(own.item, clash[1]),
    )


def _clash(wanted: Wanted, own: Reading, rival: Reading) -> tuple[Value, Value] | None:
    """Values that cannot both be: of the kind asked for, or where all else is the same."""
    clash = differ(_values(own, rival), _values(rival, own))
    slot = None if clash else find_slot(own.item.text, rival.item.text)
    if slot is None:
        return clash
    texts = own.item.text, rival.item.text
    pair = _value_at(texts[0], *slot.one), _value_at(texts[1], *slot.other)
    asked = any(set(value.key) & wanted.stems for value in pair)
    denied = is_denied(texts[0], slot.one[0]) or is_denied(texts[1], slot.other[0])
    return None if asked or denied or wanted.kind is Kind.REASON else pair


def _values(mine: Reading, other: Reading) -> list[Value]:
    """The values of one; a name that the other article knows too is no rival of its names."""
    there = other.around.stems
    return [v for v in mine.values if v.kind != "name" or not set(v.names) & there]


def _value_at(text: str, start: int, end: int) -> Value:
    key = tuple(w.stem for w in words_of(text[start:end]) if w.is_content)
    return Value(_SLOT, key, text[start:end], start, end)


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
