"""What a text is about: its topic words, its names, its dates."""

from __future__ import annotations

from bot.answering.facts import CALENDAR_WORDS, dates_in
from bot.answering.words import Word, words_of

# Words with no topic in them, beside the function words.
VAGUE = frozenset(
    """
    tell know explain give want need mean meant help please thanks thank information info detail
    details question answer hello hi hey ok okay interested think good great see sorry sure really
    exactly example also anyway like look find learn understand clarify more most other others
    another else kind kinds type types different same something anything everything people way ways
    cost costs work works do does done make take happen new old best better much many lot next
    first last one ones use used reason point name names called idea wonder wondering curious
    """.split()
)


def topic_words(text: str) -> list[Word]:
    """The words of a text that say what it is about, in order, each once."""
    seen: dict[str, Word] = {}
    for word in words_of(text):
        vague = word.lower in VAGUE and not word.text.isupper()
        if word.is_content and not vague:
            seen.setdefault(word.stem, word)
    return list(seen.values())


def names_of(text: str) -> list[str]:
    """The names in a text: runs of capitalised words, a lone first word's capital left out."""
    words, runs = words_of(text), list[list[Word]]()
    for place, word in enumerate(words):
        is_name = word.is_capitalised and word.lower not in CALENDAR_WORDS and word.is_content
        follows = bool(runs) and place > 0 and runs[-1][-1] is words[place - 1]
        joined = follows and text[_end(words[place - 1]) : word.start].strip() in {"", "-", "."}
        if is_name and joined:
            runs[-1].append(word)
        elif is_name:
            runs.append([word])
    return [
        text[run[0].start : _end(run[-1])].removesuffix("'s").removesuffix("’s")
        for run in runs
        if not _is_sentence_start(text, run[0].start) or len(run) > 1 or run[0].text.isupper()
    ]


def has_date(text: str) -> bool:
    """Whether a year, month or day stands in a text."""
    dates = dates_in(words_of(text))
    return bool(dates.years or dates.months or dates.days)


def _end(word: Word) -> int:
    return word.start + len(word.text)


def _is_sentence_start(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'“‘(")
    return not before or before[-1] in ".!?:\n"
