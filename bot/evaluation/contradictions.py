"""Asks of articles that contradict each other, and of articles that do not: is it noticed?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.answering.models import Answer, Question, Reply
from bot.evaluation.disagreement import Disputed, notices, notices_both, states_value
from bot.evaluation.figures import Better, Report, Row
from bot.evaluation.measures import Measure, Share, make_groups, part_of, part_of_all
from bot.evaluation.runner import ask_each
from index.models import OnProgress, no_progress

KIND = "contradictions"
_PART = "differences"
# The second passage of a pair gives the false value, and is the older one.
_DATES = ("2031-02-01", "2031-01-01")


class Shelf(StrEnum):
    """What a library holds of each question: both passages, or only the true one."""

    DISPUTED = "disputed"
    AGREED = "agreed"


Ask = Callable[[Shelf, Question], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the replies of both libraries said of a question."""

    disputed: Disputed
    states_value: bool
    notices: bool
    cites_both: bool
    answered_agreed: bool
    false_alarm: bool
    shown: str


def list_articles(disputed: Sequence[Disputed], shelf: Shelf) -> Iterator[Mapping[str, str]]:
    """The articles of a library, one a passage."""
    count = 2 if shelf is Shelf.DISPUTED else 1
    for each in disputed:
        for number, text in enumerate(each.articles[:count]):
            yield {
                "id": f"{each.id}-{number}",
                "title": each.question,
                "published_at": _DATES[number],
                "text": text,
            }


async def run(
    disputed: Sequence[Disputed],
    ask: Ask,
    *,
    name: str = "",
    about: Sequence[str] = (),
    on_progress: OnProgress = no_progress,
) -> Report:
    """Ask at least one question of both libraries; cancelling it ends the asking."""
    outcomes, stopped = await ask_each(disputed, lambda each: _try(each, ask), on_progress)
    groups = make_groups(outcomes, lambda _: (), _MEASURES)
    return Report(name, KIND, tuple(about), groups, tuple(map(_row_of, outcomes)), stopped)


async def _try(disputed: Disputed, ask: Ask) -> Noticed:
    question = Question(disputed.question, disputed.id)
    reply = await ask(Shelf.DISPUTED, question)
    agreed = await ask(Shelf.AGREED, question)
    return Noticed(
        disputed=disputed,
        states_value=states_value(reply, disputed),
        notices=notices(reply),
        cites_both=notices_both(reply, disputed),
        answered_agreed=isinstance(agreed, Answer),
        false_alarm=notices(agreed),
        shown=reply.text if isinstance(reply, Answer) else f"(refused: {reply.reason.value})",
    )


_MEASURES: Sequence[Measure[Noticed]] = (
    Share(
        "noticed",
        "noticed and both cited, where a value is given",
        _PART,
        [lambda o: part_of(o.cites_both, o.states_value)],
        charted=True,
    ),
    Share("noticed_of_all", "the same, of all", _PART, [lambda o: part_of_all(o.cites_both)]),
    Share(
        "false_alarms",
        "articles agree: said to differ",
        _PART,
        [lambda o: part_of(o.false_alarm, o.answered_agreed)],
        better=Better.LESS,
        charted=True,
    ),
    Share("gives_value", "a value is given", _PART, [lambda o: part_of_all(o.states_value)]),
)


def _row_of(outcome: Noticed) -> Row:
    disputed = outcome.disputed
    return Row(
        id=disputed.id,
        question=disputed.question,
        right=outcome.cites_both,
        shown=outcome.shown,
        marks={"says that articles differ": outcome.notices, "false alarm": outcome.false_alarm},
        details={"values": list(disputed.values)},
    )
