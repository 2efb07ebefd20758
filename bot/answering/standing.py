"""A sentence and what it rests on, read once for all checks; and whether the parts fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.answering.amounts import Amount, amounts_in
from bot.answering.clauses import Clause, clauses_of
from bot.answering.facts import Dates, dates_in, names_in, published_dates
from bot.answering.literals import Literals
from bot.answering.models import Quote
from bot.answering.words import Word, share_root, stem_of, words_of

_PRONOUNS = frozenset("he she it they his her its their him them this these that who".split())
_CLOSE_CHARS = 400
_NAME_REACH = 3
_FEWEST_INITIALS = 2
_SAME = (
    "us u.s. usa america american americans united-states".split(),
    "uk britain british united-kingdom".split(),
    "eu european-union".split(),
    "un united-nations".split(),
)
_ALIASES = {
    stem_of(name): frozenset(stem_of(part) for other in group for part in other.split("-"))
    for group in _SAME
    for whole in group
    for name in whole.split("-")
}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence to be checked."""

    text: str
    words: tuple[Word, ...]
    stems: frozenset[str]
    clauses: tuple[Clause, ...]
    amounts: tuple[Amount, ...]
    literals: Literals

    @classmethod
    def of(cls, text: str) -> Said:
        """Reads a text."""
        words = tuple(words_of(text))
        return cls(
            text=text,
            words=words,
            stems=frozenset(w.stem for w in words),
            clauses=tuple(clauses_of(text, words)),
            amounts=tuple(amounts_in(text, words)),
            literals=Literals(text),
        )


@dataclass(frozen=True, slots=True)
class Source:
    """What a sentence's quotes say, and the titles and dates of their articles."""

    quotes: tuple[Quote, ...]
    parts: tuple[Said, ...]
    stems: frozenset[str]
    title_stems: frozenset[str]
    initials: frozenset[str]
    dates: Dates

    @classmethod
    def of(cls, quotes: Sequence[Quote]) -> Source:
        """Reads the quotes of a sentence."""
        parts = tuple(Said.of(quote.text) for quote in quotes)
        titles = [words_of(quote.title) for quote in quotes]
        said = _join([dates_in(part.words) for part in parts])
        around = [*map(dates_in, titles), *(published_dates(q.published_at) for q in quotes)]
        return cls(
            quotes=tuple(quotes),
            parts=parts,
            stems=frozenset().union(*(part.stems for part in parts)),
            title_stems=frozenset(w.stem for title in titles for w in title),
            initials=frozenset().union(*map(_initials, [*(p.words for p in parts), *titles])),
            dates=_complete(said, _join(around)),
        )

    @property
    def words(self) -> tuple[tuple[Word, ...], ...]:
        """The words of each quote."""
        return tuple(part.words for part in self.parts)

    @property
    def all_words(self) -> tuple[Word, ...]:
        """The words of all quotes."""
        return tuple(word for part in self.parts for word in part.words)

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses of all quotes."""
        return tuple(clause for part in self.parts for clause in part.clauses)

    def mentions(self, stem: str) -> bool:
        """Whether a word stands in the quotes or titles, in some form or as initials."""
        return holds_word(self.stems | self.title_stems, stem) or stem in self.initials


def _join(dates: Sequence[Dates]) -> Dates:
    return Dates(
        frozenset().union(*(d.years for d in dates)),
        frozenset().union(*(d.months for d in dates)),
        frozenset().union(*(d.days for d in dates)),
    )


def _complete(said: Dates, around: Dates) -> Dates:
    """The dates a text states; only what it leaves open is told by its article's date."""
    return Dates(said.years or around.years, said.months or around.months, said.days or around.days)


def holds_word(stems: frozenset[str], stem: str) -> bool:
    """Whether a stem, another ending of it, or another name of the same is among some."""
    if stem in stems or any(share_root(stem, other) for other in stems):
        return True
    return bool(_ALIASES.get(stem, frozenset()) & stems)


def _initials(words: Sequence[Word]) -> frozenset[str]:
    """The initials of each run of capitalised words: "World Health Organization" is "who"."""
    found, run = set(), ""
    for word in [*words, None]:
        if word is not None and word.is_capitalised and (run or word.is_content):
            run += word.lower[0]
        elif word is None or word.is_content or word.lower not in {"of", "for", "the", "and"}:
            if len(run) >= _FEWEST_INITIALS:
                found.add(stem_of(run))
            run = ""
    return frozenset(found)


def mixes_names(said: Said, source: Source) -> bool:
    """Whether two words side by side make a name or title that others bear in the source.

    "Nell Brandt" where there are Nell Avery and Hugo Brandt; "Mayor Reed" of "Mayor Quill".
    """
    for one, other in pairwise(said.words):
        if not (one.is_capitalised and other.is_capitalised and one.is_content):
            continue
        behind = [
            [w.stem for w in words[place + 1 : place + 1 + _NAME_REACH] if w.is_capitalised]
            for words in source.words
            for place, word in enumerate(words)
            if word.stem == one.stem and word.is_capitalised
        ]
        named = [names for names in behind if names]
        if named and other.stem in source.stems and all(other.stem not in n for n in named):
            return True
    return False


def opens_with_other_name(said: Said, source: Source) -> bool:
    """Whether a sentence begins with a strange word where its source names somebody.

    A sentence's first word is capitalised whatever it is. "Bertram signed it" is not said
    by "Ada signed it".
    """
    content = [word for word in said.words if word.is_content]
    if len(content) < 2 or content[0] is not said.words[0] or source.mentions(content[0].stem):  # noqa: PLR2004
        return False
    behind = said.words[1]
    if not behind.is_content or behind.is_capitalised:
        return False
    for words in source.words:
        for before, word in pairwise(words):
            if word.stem == behind.stem and before.is_capitalised and before.is_content:
                return True
    return False


def is_joined(said: Said, source: Source) -> bool:
    """Whether a clause takes its names and figures from quotes that have nothing to do together.

    Each clause's hard facts must stand in one quote (or its title), or in quotes that are
    tied: by a name that both hold and the sentence says, or by a pronoun shortly behind.
    """
    if len(source.parts) < 2:  # noqa: PLR2004
        return False
    return any(_is_torn(clause, said, source) for clause in said.clauses)


def _is_torn(clause: Clause, said: Said, source: Source) -> bool:
    names = names_in(said.words) & {w.stem for w in clause}
    start, end = clause[0].start, clause[-1].start + len(clause[-1].text)
    values = [a.value for a in said.amounts if start <= a.start < end and not a.is_date]
    topics = {w.stem for w in clause if w.is_content and not w.is_number}
    holders = [{n for n in _all(source) if _names(source, n, name)} for name in names]
    holders += [{n for n in _all(source) if _counts(source, n, value)} for value in values]
    found = [{n for n in _all(source) if topic in source.parts[n].stems} for topic in topics]
    holders += filter(None, found)
    if not holders or not (names or values) or set.intersection(*holders):
        return False
    groups = _tied(said, source)
    return not any(all(holder & group for holder in holders) for group in groups)


def _all(source: Source) -> range:
    return range(len(source.parts))


def _names(source: Source, n: int, name: str) -> bool:
    titles = frozenset(w.stem for w in words_of(source.quotes[n].title))
    return holds_word(source.parts[n].stems | titles, name)


def _counts(source: Source, n: int, value: object) -> bool:
    return any(amount.value == value for amount in source.parts[n].amounts)


def _tied(said: Said, source: Source) -> list[set[int]]:
    """Groups of quotes that speak of the same thing."""
    groups: list[set[int]] = []
    for n in _all(source):
        near = [g for g in groups if any(_are_tied(said, source, n, m) for m in g)]
        groups = [g for g in groups if g not in near] + [{n}.union(*near)]
    return groups


def _are_tied(said: Said, source: Source, one: int, other: int) -> bool:
    first, second = sorted((one, other), key=lambda n: source.quotes[n].start)
    parts = source.parts[first], source.parts[second]
    names = [names_in(part.words) & said.stems for part in parts]
    if names[0] & parts[1].stems or names[1] & parts[0].stems:
        return True
    before, behind = source.quotes[first], source.quotes[second]
    close = before.version_id == behind.version_id and behind.start - before.end < _CLOSE_CHARS
    opening = source.parts[second].words[:3]
    return close and any(word.lower in _PRONOUNS for word in opening)
