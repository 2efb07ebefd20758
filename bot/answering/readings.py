"""Sentences as they are read with a question in mind, each of their parts once."""

from __future__ import annotations

from functools import cached_property

from bot.answering.days import years_of
from bot.answering.facts import CALENDAR_WORDS, names_in
from bot.answering.features import covered_share
from bot.answering.models import Evidence
from bot.answering.question import Wanted
from bot.answering.values import Value, mask, values_in
from bot.answering.words import stems_of, words_of
from index.models import Passage

_CONTEXT_CHARS = 300
_OPENING = 5
_TAKEN_UP = 3
_TAKING_UP = frozenset("it its he they his she her their this these".split())
_LEANING = frozenset("it its he they his she her their this these that those such here".split())


class Readings:
    """Reads each sentence once, however often it is compared; for one question.

    Args:
        wanted: the question.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._readings: dict[str, Reading] = {}
        self._surroundings: dict[str, Surroundings] = {}

    def of(self, item: Evidence) -> Reading:
        """What a sentence says, read now or before."""
        if item.id not in self._readings:
            chunk_id = item.passage.chunk_id
            if chunk_id not in self._surroundings:
                self._surroundings[chunk_id] = Surroundings(item.passage)
            around = self._surroundings[chunk_id]
            self._readings[item.id] = Reading(self.wanted, item, around)
        return self._readings[item.id]


class Surroundings:
    """What a passage and its title say, shared by the passage's sentences."""

    def __init__(self, passage: Passage) -> None:
        self._passage = passage

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the passage."""
        return stems_of(self._passage.text)

    @cached_property
    def all_stems(self) -> frozenset[str]:
        """The stems of the passage and its title."""
        return self.stems | stems_of(self._passage.title)

    @cached_property
    def title_years(self) -> frozenset[str]:
        """The years the title names."""
        return years_of([self._passage.title])

    @cached_property
    def years(self) -> frozenset[str]:
        """The years that passage and title name."""
        return self.title_years | years_of([self._passage.text])


class Reading:
    """One sentence; each part is worked out when it is first asked for."""

    def __init__(self, wanted: Wanted, item: Evidence, around: Surroundings) -> None:
        self.item = item
        self.around = around
        self._wanted = wanted

    @cached_property
    def values(self) -> list[Value]:
        """The values it gives for what is asked."""
        return values_in(self._wanted, self.item.text)

    @cached_property
    def coverage(self) -> float:
        """The share of the question's words in it, its title and what stands around it."""
        passage = self.item.passage
        before = passage.text[: self.item.span.start - passage.start][-_CONTEXT_CHARS:]
        text = f"{passage.publisher or ''} {before} {self.item.text} {_goes_on(self.item)}"
        return covered_share(self._wanted.terms, stems_of(passage.title) | stems_of(text))

    @cached_property
    def own_coverage(self) -> float:
        """The share of the question's words in it, and in what it leans on."""
        return covered_share(self._wanted.terms, stems_of(in_context(self.item)))

    @cached_property
    def names(self) -> frozenset[str]:
        """Whom and what it names, but for what the question does."""
        return names_in(words_of(self.item.text)) - self._wanted.stems - CALENDAR_WORDS

    @cached_property
    def years(self) -> frozenset[str]:
        """The years it names, or else its title."""
        return years_of([self.item.text]) or self.around.title_years

    @cached_property
    def masked(self) -> str:
        """The sentence in its context, without its values."""
        text = in_context(self.item)
        return mask(text, values_in(self._wanted, text))


def in_context(item: Evidence) -> str:
    """A sentence, with the one before it where it leans on that: "It was rebuilt in 1806.".

    So with the one behind it where that leans: "Ada Quill was a builder. She drew the plans.".
    """
    passage = item.passage
    before = [span for span in passage.sentences if span.end <= item.span.start]
    opening = passage.slice(before[-1]) if before and _leans(item.text) else ""
    parts = (opening, item.text, _goes_on(item))
    return " ".join(part for part in parts if part)


def _goes_on(item: Evidence) -> str:
    """The sentence behind one, where it leans on that; "" otherwise."""
    behind = [span for span in item.passage.sentences if span.start >= item.span.end]
    text = item.passage.slice(behind[0]) if behind else ""
    return text if any(w.lower in _TAKING_UP for w in words_of(text)[:_TAKEN_UP]) else ""


def _leans(text: str) -> bool:
    opening = words_of(text)[:_OPENING]
    return any(word.lower in _LEANING for word in opening) or (
        [w.lower for w in opening[:1]] == ["the"] and not any(w.is_capitalised for w in opening[1:])
    )
