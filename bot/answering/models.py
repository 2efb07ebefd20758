"""The values of an answer, from the question to what may be sent.

A ``Draft`` is what a composer wrote and nobody has checked. Only ``verify``
turns it into an ``Answer``; renderers take nothing but ``Answer | Refusal``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from index.models import Passage, Span
from index.scope import Scope


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation and its answer as shown, "" where it was refused."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asked, in one library. ``id`` goes through logs and results.

    ``history`` are the turns before it, oldest first. ``account`` is what a language model's
    work for it is booked to, a server's library. ``today`` is what "last week" is counted
    from; None means the day it is asked. ``article_id`` is the only article that may answer,
    ``since`` the first day on which one that may was published; None: any.
    ``careful`` asks to be refused rather than answered where that is not quite sure.
    """

    text: str
    id: str
    history: tuple[Turn, ...] = ()
    account: str = "default"
    today: date | None = None
    article_id: str | None = None
    since: date | None = None
    careful: bool = False

    @property
    def scope(self) -> Scope:
        """What a search for it keeps to."""
        return Scope(self.article_id, self.since)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence of a passage that a composer may rest on, under an opaque id.

    ``span`` may cover the next sentence too, where that only takes the first one back.
    """

    id: str
    passage: Passage
    span: Span

    @property
    def text(self) -> str:
        """The sentence, letter for letter."""
        return self.passage.slice(self.span)


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence a composer wrote and the evidence ids it says it rests on.

    ``writer`` names the composer where it is not the one that was asked.
    """

    text: str
    evidence_ids: tuple[str, ...]
    writer: str | None = None


class Reason(StrEnum):
    """Why there is no answer."""

    LIBRARY_EMPTY = "library_empty"
    NOTHING_FOUND = "nothing_found"
    NOT_SUPPORTED = "not_supported"
    TOO_OLD = "too_old"
    MODEL_DOWN = "model_down"
    UNCLEAR_QUESTION = "unclear_question"
    NO_SUCH_ARTICLE = "no_such_article"


@dataclass(frozen=True, slots=True)
class Draft:
    """An unchecked answer. ``composer`` names what wrote it, ``extractive`` or a model.

    ``notice`` says in one sentence what was not available while writing, if anything.
    ``why`` is the composer's reason for an empty draft, where it knows one.
    """

    sentences: tuple[DraftSentence, ...]
    composer: str
    notice: str | None = None
    why: Reason | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of an article version and the text that stands there, letter for letter.

    ``superseded_by`` is the title of the article that a moderator named as the newer one,
    None while the article stands for itself. ``corrected_by`` is the article id of the
    moderator's note that puts something in it right.
    """

    article_id: str
    version_id: str
    title: str
    url: str | None
    published_at: str | None
    authors: tuple[str, ...]
    publisher: str | None
    start: int
    end: int
    text: str
    superseded_by: str | None = None
    corrected_by: str | None = None


@dataclass(frozen=True, slots=True)
class LinkedSentence:
    """A draft's sentence with the quotes it names, not yet checked."""

    text: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """A number in an answer, its quote, and the link that opens the article there."""

    number: int
    quote: Quote
    link: str | None


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A verified sentence; ``citations`` are the numbers it stands on, never empty."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Articles that give different values for the same thing.

    ``numbers`` are citations of the answer, the newest article first, and ``values`` what each
    of them says.
    """

    numbers: tuple[int, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Verified sentences and their citations, numbered from 1 in order of first use.

    ``asked_as`` is the question as it was searched for, where a conversation was needed to
    understand it.

    Raises:
        ValueError: a sentence without a citation, a number without a source, or
            a source that no sentence uses, or a difference between other sources. Such an
            answer must not exist.
    """

    question: Question
    edition: int
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    model: str
    timings_ms: dict[str, float] = field(default_factory=dict)
    notice: str | None = None
    differences: tuple[Difference, ...] = ()
    asked_as: str | None = None

    def __post_init__(self) -> None:
        if not self.sentences or any(not s.citations for s in self.sentences):
            raise ValueError("every sentence of an answer carries a citation")
        used = list(dict.fromkeys(n for s in self.sentences for n in s.citations))
        numbers = [c.number for c in self.citations]
        if used != numbers or numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(f"citations {numbers} do not match the marks {used}")
        for difference in self.differences:
            if not set(difference.numbers) <= set(numbers):
                raise ValueError(f"{difference} is between sources that are not cited")

    @property
    def text(self) -> str:
        """The answer as shown, with ``[1]`` marks after each sentence."""
        return " ".join(s.text + "".join(f" [{n}]" for n in s.citations) for s in self.sentences)


@dataclass(frozen=True, slots=True)
class Refusal:
    """No answer, and why. ``passages`` are the nearest, for "the closest I have is ...".

    ``asks_back`` is what the bot needs to know first, where the question leans on something
    that nobody said. ``asked_as`` is as of an answer.
    """

    question: Question
    edition: int
    reason: Reason
    passages: tuple[Passage, ...] = ()
    model: str = "extractive"
    timings_ms: dict[str, float] = field(default_factory=dict)
    notice: str | None = None
    asks_back: str | None = None
    asked_as: str | None = None


Reply = Answer | Refusal
