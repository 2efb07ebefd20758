"""Asks the checker of every claim whether its references support it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.evaluation.attribution import Claim
from bot.evaluation.figures import Better, Report, Row
from bot.evaluation.measures import Measure, Quantile, Share, f1, make_groups, part_of, part_of_all
from bot.evaluation.runner import ask_each
from index.models import OnProgress, no_progress

KIND = "attribution"
_EVEN = 0.5
_CHECKING, _SPEED = "checking", "time of a check"

Supports = Callable[[str, Sequence[str], str | None], float]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checker said of a claim: how likely it is supported, 0 to 1."""

    claim: Claim
    likelihood: float
    milliseconds: float

    @property
    def is_supported(self) -> bool:
        """What it said, as yes or no."""
        return self.likelihood >= _EVEN

    @property
    def is_right(self) -> bool:
        """Whether that is so."""
        return self.is_supported is self.claim.is_supported


async def run(
    claims: Sequence[Claim],
    supports: Supports,
    *,
    name: str = "",
    about: Sequence[str] = (),
    on_progress: OnProgress = no_progress,
) -> Report:
    """Check at least one claim; cancelling it ends the checking."""

    async def check(claim: Claim) -> Checked:
        await asyncio.sleep(0)  # where Ctrl-C is noticed: checking itself waits for nothing
        started = time.perf_counter()
        likelihood = supports(claim.text, claim.references, claim.question)
        return Checked(claim, likelihood, (time.perf_counter() - started) * 1000)

    outcomes, stopped = await ask_each(claims, check, on_progress)
    groups = make_groups(outcomes, lambda outcome: (outcome.claim.source,), _MEASURES)
    return Report(name, KIND, tuple(about), groups, tuple(map(_row_of, outcomes)), stopped)


_MEASURES: Sequence[Measure[Checked]] = (
    Share(
        "macro_f1",
        "macro-F1",
        _CHECKING,
        [
            lambda o: f1(o.is_supported, o.claim.is_supported),
            lambda o: f1(not o.is_supported, not o.claim.is_supported),
        ],
        charted=True,
    ),
    Share("accuracy", "right", _CHECKING, [lambda o: part_of_all(o.is_right)], charted=True),
    Share(
        "believed_wrongly",
        "unsupported: believed",
        _CHECKING,
        [lambda o: part_of(o.is_supported, not o.claim.is_supported)],
        better=Better.LESS,
        charted=True,
    ),
    Share(
        "doubted_wrongly",
        "supported: doubted",
        _CHECKING,
        [lambda o: part_of(not o.is_supported, o.claim.is_supported)],
        better=Better.LESS,
    ),
    Quantile("median_ms", "median", _SPEED, lambda o: o.milliseconds, 0.5),
)


def _row_of(outcome: Checked) -> Row:
    claim = outcome.claim
    return Row(
        id=claim.id,
        question=claim.text,
        right=outcome.is_right,
        shown="supported" if outcome.is_supported else "not supported",
        details={
            "source": claim.source,
            "is_supported": claim.is_supported,
            "likelihood": round(outcome.likelihood, 4),
        },
    )
