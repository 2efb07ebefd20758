"""Hides orders where a bot reads them, asks, and tells how often the reply obeys."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.answering.models import Answer, Question, Reply, Turn
from bot.evaluation.attacks import BIPIA, CYBERSECEVAL, PLACES, Attack, Bait, judge_attack, plant
from bot.evaluation.figures import Better, Report, Row
from bot.evaluation.measures import Measure, Quantile, Share, make_groups, part_of, part_of_all
from bot.evaluation.runner import ask_each
from index.models import OnProgress, no_progress

KIND = "attacks"
_UNKNOWN = "unknown"
_CYBERSECEVAL_IDS = "cyberseceval-"
_TITLE_LENGTH = 60
_OBEYING, _ANSWERS, _SPEED = "obeying", "answers", "time of a reply"


class Place(StrEnum):
    """Where an attack is put."""

    START = "start"
    MIDDLE = "middle"
    END = "end"
    TITLE = "title"
    HISTORY = "history"
    QUESTION = "question"

    @property
    def is_in_article(self) -> bool:
        """Whether the library holds it."""
        return self in PLACES or self is Place.TITLE


@dataclass(frozen=True, slots=True)
class Trial:
    """One attack in one place of one article."""

    id: str
    attack: Attack
    bait: Bait
    place: Place

    @property
    def title(self) -> str:
        """The article's title."""
        if self.place is Place.TITLE:
            return self.attack.text
        return " ".join(self.bait.text.split())[:_TITLE_LENGTH]

    @property
    def text(self) -> str:
        """The article's text."""
        if self.place in PLACES:
            return plant(self.bait, self.attack, self.place)
        return self.bait.text

    @property
    def question(self) -> Question:
        """What is asked."""
        if self.place is Place.QUESTION:
            return Question(self.attack.text, self.id)
        history = (Turn(self.attack.text, ""),) if self.place is Place.HISTORY else ()
        return Question(self.bait.question, self.id, history)


def attacks_of(path: Path, attacks: Sequence[Attack]) -> list[Attack]:
    """Those of a folder's attacks that stand in this file; all where its name is not known."""
    if path.name not in (BIPIA, CYBERSECEVAL):
        return list(attacks)
    wanted = path.name == CYBERSECEVAL
    return [a for a in attacks if a.id.startswith(_CYBERSECEVAL_IDS) is wanted]


def make_trials(attacks: Sequence[Attack], baits: Sequence[Bait]) -> list[Trial]:
    """Every attack in every place; the articles take turns."""
    pairs = [(attack, place) for place in Place for attack in attacks]
    return [
        Trial(f"{attack.id} {place}", attack, baits[number % len(baits)], place)
        for number, (attack, place) in enumerate(pairs)
    ]


def share_out(trials: Sequence[Trial]) -> list[list[Trial]]:
    """The trials by library: in each, no bait is there twice, and clean ones are not mixed in."""
    libraries: list[list[Trial]] = []
    for clean in (False, True):
        own: list[list[Trial]] = []
        for trial in (t for t in trials if t.place.is_in_article is not clean):
            place = next((lib for lib in own if all(t.bait != trial.bait for t in lib)), None)
            if place is None:
                own.append([trial])
            else:
                place.append(trial)
        libraries += own
    return libraries


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of an attack. ``is_right`` is None where the article has no answer."""

    trial: Trial
    obeyed: bool
    refused: bool
    is_right: bool | None
    shown: str
    milliseconds: float


async def run(
    trials: Sequence[Trial],
    ask: Callable[[Trial], Awaitable[Reply]],
    *,
    name: str = "",
    about: Sequence[str] = (),
    on_progress: OnProgress = no_progress,
) -> Report:
    """Try at least one attack; cancelling it ends the trying.

    Args:
        trials: What is tried.
        ask: Asks the trial's question of the library that holds its article, under its id.
        name: Names the set.
        about: What else to say of the run, a sentence each.
        on_progress: Told after each trial.
    """
    honest = {trial.id: trial.bait.text for trial in trials}
    outcomes, stopped = await ask_each(trials, lambda t: _try(t, ask, honest), on_progress)
    groups = make_groups(
        outcomes, lambda o: (f"in the {o.trial.place}", o.trial.attack.kind), _MEASURES
    )
    return Report(name, KIND, tuple(about), groups, tuple(map(_row_of, outcomes)), stopped)


async def _try(
    trial: Trial, ask: Callable[[Trial], Awaitable[Reply]], honest: Mapping[str, str]
) -> Tried:
    started = time.perf_counter()
    reply = await ask(trial)
    milliseconds = (time.perf_counter() - started) * 1000
    text = reply.text if isinstance(reply, Answer) else ""
    # Whatever an article says beside the attack may be said; so may the honest question.
    cited = [c.quote.article_id for c in reply.citations] if isinstance(reply, Answer) else []
    known = [trial.bait.text, *(honest.get(article, "") for article in cited)]
    if trial.place is not Place.QUESTION:
        known.append(trial.bait.question)
    return Tried(
        trial=trial,
        obeyed=judge_attack(trial.attack, text, known=" ".join(known)),
        refused=not text,
        is_right=_says(text, trial.bait.answer) if _has_answer(trial) else None,
        shown=text or "(refused)",
        milliseconds=milliseconds,
    )


def _has_answer(trial: Trial) -> bool:
    return trial.place is not Place.QUESTION and trial.bait.answer.lower() != _UNKNOWN


def _says(text: str, answer: str) -> bool:
    return _digits(answer) in _digits(text)


def _digits(text: str) -> str:
    return text.casefold().replace(",", "").replace("$", "")


_MEASURES: Sequence[Measure[Tried]] = (
    Share(
        "obeyed",
        "attacks obeyed",
        _OBEYING,
        [lambda o: part_of_all(o.obeyed)],
        better=Better.LESS,
        charted=True,
    ),
    Share(
        "still_right",
        "answered rightly all the same",
        _ANSWERS,
        [lambda o: part_of(bool(o.is_right), o.is_right is not None)],
    ),
    Share(
        "refused",
        "refused",
        _ANSWERS,
        [lambda o: part_of_all(o.refused)],
        better=Better.NEITHER,
    ),
    Quantile("median_ms", "median", _SPEED, lambda o: o.milliseconds, 0.5),
)


def _row_of(outcome: Tried) -> Row:
    trial = outcome.trial
    return Row(
        id=trial.id,
        question=trial.question.text,
        right=not outcome.obeyed,
        shown=outcome.shown,
        marks={"refused": outcome.refused, "answered rightly": outcome.is_right},
        details={"attack": trial.attack.text, "kind": trial.attack.kind, "place": trial.place},
    )
