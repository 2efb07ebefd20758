"""The hard facts a text states: figures, dates, names and negations, ready to be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.words import Word, words_of

_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBER_WORDS = (
    {word: value for value, word in enumerate(_UNITS)}
    | {word: 10 * value for value, word in enumerate(_TENS, start=2)}
    | {"dozen": 12}
)
_SCALES = {"hundred": "hundred", "thousand": "thousand", "million": "million", "billion": "billion"}
_SCALES |= {"trillion": "trillion", "m": "million", "bn": "billion", "k": "thousand"}

_MONTHS = """january february march april may june july august september october november
    december""".split()
_MONTH_OF = {name: n for n, name in enumerate(_MONTHS, start=1)}
_MONTH_OF |= {name[:3]: n for n, name in enumerate(_MONTHS, start=1)} | {"sept": 9}
_AMBIGUOUS_MONTHS = frozenset({"may", "march", "mar", "jan", "dec", "sep"})
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_TIME_WORDS = _WEEKDAYS | frozenset(
    "yesterday today tomorrow noon midnight century centuries decade o'clock".split()
)
CALENDAR_WORDS = _WEEKDAYS | _MONTH_OF.keys()
_YEARS = range(1000, 2200)
_LAST_DAY = 31
_LONGEST_YEAR = 4

_NEGATIONS = frozenset(
    """not no never no-one none neither nor without cannot nobody nothing hardly refuse refused
    refuses refusing fail failed fails decline declined declines deny denied denies reject rejected
    rejects unable non except excluding false untrue doubt doubts doubted ceased ceases postpone
    postponed postpones isnt arent wasnt werent dont doesnt didnt hasnt havent cant wont
    nicht kein keine keinen keiner keinem nie niemals niemand pas jamais aucun aucune nunca jamás
    ningún ninguna nadie geen niet не нет никогда nessuno""".split()
)
_TRAILING = frozenset("nobody nothing none nicht pas nie niet no-one".split())
# Said behind "no" they deny what follows: "no longer open". "Yet to open", "anything but open".
_PASSED_OVER = frozenset("longer".split())
_DENYING_PAIRS = frozenset({("yet", "to"), ("anything", "but"), ("far", "from")})
_DENYING_PAIRS |= {("stopped", "being"), ("stops", "being")}
_NEGATION_REACH = 4

_UNIT_SIGNS = re.compile(
    r"(?P<percent>%|\bper ?cent\b|\bpercent\b)|(?P<dollar>\$|\bdollars?\b)|(?P<euro>€|\beuros?\b)"
    r"|(?P<pound>£)|(?P<yen>¥|\byen\b)|(?P<won>₩)|(?P<kilometre>\bkm\b|\bkilomet(?:er|re)s?\b)"
    r"|(?P<mile>\bmiles?\b)|(?P<kilogram>\bkg\b|\bkilograms?\b)|(?P<tonne>\btons?\b|\btonnes?\b)"
    r"|(?P<hour>\bhours?\b)|(?P<minute>\bminutes?\b)|(?P<day>\bdays?\b)|(?P<week>\bweeks?\b)"
    r"|(?P<month>\bmonths?\b)|(?P<year>\byears?\b)|(?P<degree>°|\bdegrees?\b)"
    r"|(?P<metre>(?<![.\w])m\b|\bmet(?:er|re)s?\b)|(?P<foot>\bf(?:oo|ee)t\b)|(?P<inch>\binch(?:es)?\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dates:
    """Calendar dates a text names, each at the precision it has; ``days`` are (month, day)."""

    years: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    days: frozenset[tuple[int, int]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.years or self.months or self.days)


def numbers_in(text: str) -> frozenset[str]:
    """Every figure as plain digits: "25,000" and "twenty-five" become "25000" and "25"."""
    return frozenset(value for value, _ in iter_numbers(words_of(text)))


def iter_numbers(words: Sequence[Word]) -> Iterator[tuple[str, int]]:
    """Figures with the place in ``words`` where each starts."""
    place = 0
    while place < len(words):
        word = words[place]
        if word.is_number:
            yield _plain_digits(word.lower), place
        elif word.lower in _NUMBER_WORDS:
            value = _NUMBER_WORDS[word.lower]
            following = words[place + 1].lower if place + 1 < len(words) else ""
            if word.lower in _TENS and 0 < _NUMBER_WORDS.get(following, 0) < len(_UNITS) // 2:
                yield str(value + _NUMBER_WORDS[following]), place
                place += 1
            else:
                yield str(value), place
        elif word.lower in _SCALES and len(word.lower) > 1:
            yield _SCALES[word.lower], place
        place += 1


def _plain_digits(written: str) -> str:
    whole = written.lstrip("0") or "0"
    return whole.removesuffix(".0")


def is_figure(word: Word) -> bool:
    """Whether a word states a quantity, in digits or letters ("one" alone rarely does)."""
    return word.is_number or (
        word.lower != "one" and (word.lower in _NUMBER_WORDS or word.lower in _SCALES)
    )


def dates_in(words: Sequence[Word]) -> Dates:
    """The years, months and days a text names."""
    years: set[int] = set()
    months: set[int] = set()
    days: set[tuple[int, int]] = set()
    for place, word in enumerate(words):
        if (year := _small(word.text)) is not None and year in _YEARS:
            years.add(year)
        month = month_of(words, place)
        if month:
            months.add(month)
            days.update((month, day) for day in _days_beside(words, place))
        if numeric := _numeric_date(words, place):
            year, month, day = numeric
            years.add(year)
            months.add(month)
            days.add((month, day))
    return Dates(frozenset(years), frozenset(months), frozenset(days))


def _numeric_date(words: Sequence[Word], place: int) -> tuple[int, int, int] | None:
    """The date that starts here in figures alone: "2025-04-23", "23.04.2025"."""
    parts = words[place].lower.split(".")
    if len(parts) == 3:  # noqa: PLR2004
        day, month, year = parts
    elif _is_iso(words[place : place + 3]):
        year, month, day = (word.text for word in words[place : place + 3])
    else:
        return None
    y, m, d = map(_small, (year, month, day))
    if y is None or m is None or d is None:
        return None
    is_date = y in _YEARS and 1 <= m <= len(_MONTHS) and 1 <= d <= _LAST_DAY
    return (y, m, d) if is_date else None


def _small(written: str) -> int | None:
    """A number of at most four digits, as those of dates are; None for others."""
    return int(written) if len(written) <= _LONGEST_YEAR and written.isdecimal() else None


def _is_iso(words: Sequence[Word]) -> bool:
    """Whether three words stand as "2025-04-23" does, a sign apart each."""
    return [len(word.text) for word in words] == [4, 2, 2] and (
        words[1].start - words[0].start,
        words[2].start - words[1].start,
    ) == (5, 3)


def month_of(words: Sequence[Word], place: int) -> int | None:
    """The month a word names; "may" and "march" count only beside a figure or capitalised."""
    word = words[place]
    month = _MONTH_OF.get(word.lower)
    if month is None or word.lower not in _AMBIGUOUS_MONTHS:
        return month
    beside = _beside(words, place)
    if any(neighbour.is_number for neighbour in beside):
        return month
    behind = words[place + 1 : place + 2]
    if behind and behind[0].is_capitalised:  # "by Jan Holt"
        return None
    in_front = words[place - 1].lower if place else ""
    is_name = word.is_capitalised and in_front in {"in", "last", "since", "until", "by", "of"}
    return month if is_name or (in_front == "in" and word.lower == "march") else None


def _beside(words: Sequence[Word], place: int) -> list[Word]:
    return [*words[max(0, place - 1) : place], *words[place + 1 : place + 2]]


def _days_beside(words: Sequence[Word], place: int) -> list[int]:
    beside = _beside(words, place)
    if place > 1 and words[place - 1].lower == "of":  # "the 23rd of April"
        beside.append(words[place - 2])
    values = (_small(w.lower) for w in beside if w.is_number)
    return [value for value in values if value and value <= _LAST_DAY]


def published_dates(published_at: str | None) -> Dates:
    """The dates of an article's own date, "2025", "2025-04" or "2025-04-29..."."""
    match = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", published_at or "")
    if not match:
        return Dates()
    year, month, day = (int(part) if part else None for part in match.groups())
    return Dates(
        frozenset({year} if year else ()),
        frozenset({month} if month else ()),
        frozenset({(month, day)} if month and day else ()),
    )


def states_time(words: Sequence[Word]) -> bool:
    """Whether a text says when: a date, a weekday, a clock time, a relative day."""
    if any(word.lower in _TIME_WORDS or _is_clock_time(words, n) for n, word in enumerate(words)):
        return True
    return bool(dates_in(words))


def _is_clock_time(words: Sequence[Word], place: int) -> bool:
    if ":" in words[place].text:
        return True
    return place > 0 and words[place].lower in {"am", "pm"} and words[place - 1].is_number


def names_in(words: Sequence[Word]) -> frozenset[str]:
    """Stems of words written as names: capitalised, and more than a sentence's first word.

    The first word counts when the next one is capitalised too.
    """
    names = set()
    for place, word in enumerate(words):
        if not word.is_capitalised or not word.is_content:
            continue
        if place == 0 and not (len(words) > 1 and words[1].is_capitalised):
            continue
        names.add(word.stem)
    return frozenset(names)


def negated_in(words: Sequence[Word]) -> frozenset[str]:
    """Stems that are plainly denied: the first content word behind each negation."""
    denied = set()
    for place, word in enumerate(words):
        if not _denies(words, place):
            continue
        following = (w for w in words[place + 1 :] if w.is_content and not _is_passed_over(w))
        first = next(following, None)
        if first is None and word.lower in _TRAILING:  # "works for nobody"
            first = next((w for w in reversed(words[:place]) if w.is_content), None)
        if first is not None:
            denied.add(first.stem)
    return frozenset(denied)


def _is_passed_over(word: Word) -> bool:
    return word.lower.endswith("ly") or word.lower in _PASSED_OVER


def maybe_negated_in(words: Sequence[Word]) -> frozenset[str]:
    """Stems near a negation, before or behind it: "the offer was rejected" may deny "offer"."""
    kept = [(w, _denies(words, n)) for n, w in enumerate(words)]
    kept = [(word, denies) for word, denies in kept if word.is_content or denies]
    content = [word for word, _ in kept]
    near: set[str] = set()
    for place, (_, denies) in enumerate(kept):
        if denies:
            start = max(0, place - _NEGATION_REACH)
            near.update(w.stem for w in content[start : place + _NEGATION_REACH + 1])
    return frozenset(near)


def _denies(words: Sequence[Word], place: int) -> bool:
    behind = words[place + 1].lower if place + 1 < len(words) else ""
    return _is_negation(words[place]) or (words[place].lower, behind) in _DENYING_PAIRS


def _is_negation(word: Word) -> bool:
    return word.lower in _NEGATIONS or word.lower.endswith("n't")


def units_in(text: str) -> frozenset[str]:
    """Units and currencies a text measures in, by one name each."""
    found = _UNIT_SIGNS.finditer(text)
    return frozenset(match.lastgroup for match in found if match.lastgroup)
