"""A claim, and a sentence of an article, as they are read to be compared; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from bot.answering.citations import quote_of
from bot.answering.claim_values import values_of
from bot.answering.clauses import Clause
from bot.answering.days import years_of
from bot.answering.facts import CALENDAR_WORDS
from bot.answering.models import Evidence, Quote
from bot.answering.readings import in_context
from bot.answering.standing import Said, holds_word
from bot.answering.words import Word, stem_of, stems_of

# They say nothing that an article must say too.
_LIGHT = frozenset(
    """there really actually currently now today still already also just about around roughly nearly
    only even ever always usually generally place located called named available apparently long
    approximately exactly altogether total overall down out away back up""".split()
)
# For whom, and when: a value for children says nothing of adults.
_AUDIENCES = frozenset(
    """child kid adult student senior pensioner member visitor resident tourist family group
    dog""".split()
)
_QUALIFIERS = _AUDIENCES | frozenset(
    """winter summer spring autumn holiday weekend weekday night daily weekly monthly yearly annual
    previous former first second third fourth fifth""".split()
)
_RECURRING = re.compile(
    r"\b(?:(?:on|every|each)\s+)?((?:mon|tues|wednes|thurs|fri|satur|sun)day)s\b"
    r"|\b(?:every|each)\s+((?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_SEASON = re.compile(
    r"\b(?:in|during|throughout|over)\s+(?:the\s+)?(winter|summer|spring|autumn)\b", re.IGNORECASE
)
_DAY = re.compile(r"(mon|tues|wednes|thurs|fri|satur|sun)days?")
_AUDIENCE_STEMS = frozenset(map(stem_of, _AUDIENCES))
_QUALIFIER_STEMS = frozenset(map(stem_of, _QUALIFIERS))


class ClaimReading:
    """A claim, read once for all that it is compared with.

    Attributes:
        said: The claim as verification reads it.
        values: Its figures, times and dates.
        topics: The stems of what it speaks of: no values, no small words.
        opening: The first two of them, mostly what it is about.
        names: Those with a capital, be it only because they come first.
        days: The days of the week that it names.
        qualifiers: The stems of words that say for whom and when.
        calendar: The stems of days and months.
        years: The years that it names.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.said = Said.of(text)
        self.values = values_of(self.said)
        taken = [(value.start, value.end) for value in self.values]
        topics = [
            word.stem
            for word in self.said.words
            if _tells(word) and not any(start <= word.start < end for start, end in taken)
        ]
        self.topics = frozenset(topics)
        self.opening = frozenset(topics[:2])
        self.names = frozenset(w.stem for w in self.said.words if w.is_capitalised) & self.topics
        self.days = days_in(self.said.words)
        self.qualifiers = self.said.stems & _QUALIFIER_STEMS
        self.calendar = frozenset(w.stem for w in self.said.words if w.lower in CALENDAR_WORDS)
        self.years = years_of([text])


class EvidenceReading:
    """A sentence of an article, each part worked out when it is first asked for."""

    def __init__(self, item: Evidence, article: frozenset[str] = frozenset()) -> None:
        self.item = item
        self.text = item.text
        self._article = article

    @cached_property
    def quote(self) -> Quote:
        """The quote that it is."""
        return quote_of(self.item)

    @cached_property
    def said(self) -> Said:
        """The sentence as verification reads it."""
        return Said.of(self.text)

    @cached_property
    def head(self) -> str:
        """The title and the headings that it stands under."""
        return f"{self.item.passage.title}. {self.item.passage.heading}"

    @cached_property
    def head_stems(self) -> frozenset[str]:
        """The stems of that."""
        return stems_of(self.head)

    @cached_property
    def titled(self) -> frozenset[str]:
        """The stems of the sentence, of what it leans on, and of its head."""
        return stems_of(f"{in_context(self.item)} {self.head}")

    @cached_property
    def near(self) -> frozenset[str]:
        """The same with the sentence before it."""
        passage = self.item.passage
        before = [span for span in passage.sentences if span.end <= self.item.span.start]
        return self.titled | (stems_of(passage.slice(before[-1])) if before else frozenset())

    @cached_property
    def around(self) -> frozenset[str]:
        """The stems of its passage, its head and, as far as they are known, its article."""
        return self.titled | stems_of(self.item.passage.text) | self._article

    @cached_property
    def years(self) -> frozenset[str]:
        """The years of its passage, head and date."""
        passage = self.item.passage
        day = (passage.published_at or "")[:4]
        return years_of([self.head, passage.text]) | ({day} if day else frozenset())

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        return self.text.rstrip("\"'”’») \n").endswith(("?", "？"))

    @cached_property
    def audiences(self) -> frozenset[str]:
        """The stems of words that say for whom and in which season."""
        seasons = frozenset(stem_of(found.lower()) for found in _SEASON.findall(self.text))
        return (self.said.stems & _AUDIENCE_STEMS) | seasons

    @cached_property
    def recurring(self) -> frozenset[str]:
        """The days of the week on which it is so again and again: "on Thursdays"."""
        found = (match[1] or match[2] for match in _RECURRING.finditer(self.text))
        return frozenset(day.lower().removesuffix("day") for day in found)

    def clause_at(self, place: int) -> Clause:
        """The clause that a place of the sentence lies in."""
        behind = [clause for clause in self.said.clauses if clause[0].start <= place]
        return behind[-1] if behind else self.said.clauses[0]

    def write(self, clause: Clause) -> str:
        """A clause as it stands."""
        last = clause[-1]
        return self.text[clause[0].start : last.start + len(last.text)]


def share_held(topics: Iterable[str], stems: frozenset[str]) -> float:
    """The share of some stems that are among others, in some form; 1 where there are none."""
    wanted = list(topics)
    return sum(holds_word(stems, stem) for stem in wanted) / len(wanted) if wanted else 1.0


def days_in(words: Sequence[Word]) -> frozenset[str]:
    """The days of the week that are named: "mon", "tues"."""
    days = (_DAY.fullmatch(word.lower) for word in words)
    return frozenset(day[1] for day in days if day)


def topics_of(words: Iterable[Word]) -> frozenset[str]:
    """The stems of what words speak of."""
    return frozenset(word.stem for word in words if _tells(word))


def _tells(word: Word) -> bool:
    return word.is_content and not word.is_number and word.lower not in _LIGHT
