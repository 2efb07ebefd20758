# ruff: noqa: T201 - its output is what it prints
"""Fits the weights that tell whether the best sentence answers (bot/answering/support.py).

    python tests/bench/fit_support.py FOLDER QUESTIONS [FOLDER QUESTIONS ...]

Each FOLDER is a data folder with one indexed library, each QUESTIONS a set that
``footnote eval`` reads. To teach it questions on other subjects, give a folder the questions
of another with a ``-`` in front: then none of them counts as answerable.

It fits on the questions whose SHA-256 of the id is even and reports on the others. There is
no chance in it. The weights in the code came from SQuAD 1.1 and 2.0 (CC BY-SA 4.0), CLAPnq
(Apache-2.0), TimeQA (BSD-3-Clause), our news questions and seeds (CC0), 3,000 questions in
all, each set weighted so that none outweighs the others, and were rounded.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from bot.answering import compose
from bot.answering.compose import ExtractiveComposer
from bot.answering.evidence import offer_evidence
from bot.answering.models import Question, Reason
from bot.answering.support import Signals, SupportWeights, why_not
from bot.evaluation.cases import load_cases
from bot.settings import Settings
from bot.wiring import make_embedder
from index.libraries import Libraries
from index.word_pieces import load_word_pieces

_NAMES = [f.name for f in fields(Signals) if f.name not in {"reader", "log_chunks"}]
_STEPS, _RATE, _RIDGE = 2000, 0.5, 3e-3


@dataclass(frozen=True)
class Seen:
    """The signals of a question's best sentence, and whether the question can be answered."""

    signals: Signals
    answerable: bool
    for_fitting: bool
    weight: float


async def look(folder: Path, questions: str) -> list[Seen]:
    """Ask every question of a set and note the signals that decide."""
    cases = load_cases(Path(questions.removeprefix("-")))
    embedder = make_embedder(Settings(data=folder))
    libraries = Libraries(folder, embedder=embedder, count=load_word_pieces().count)
    noted: list[Signals] = []

    def note(signals: Signals, weights: SupportWeights) -> Reason | None:
        noted.append(signals)
        return why_not(signals, weights)

    seen = []
    watch = mock.patch.object(compose, "why_not", note)
    watch.start()
    try:
        await libraries.open(on_notice=print)
        composer = ExtractiveComposer(embedder)
        for case in cases:
            found = await libraries.library("default").search(case.question, limit=8)
            noted.clear()
            evidence = offer_evidence(found.passages, salt=case.id)
            await composer.write(Question(case.question, case.id), found, evidence)
            is_even = int(hashlib.sha256(case.id.encode()).hexdigest(), 16) % 2 == 0
            answerable = case.answerable and not questions.startswith("-")
            seen += [Seen(s, answerable, is_even, 1 / len(cases)) for s in noted]
    finally:
        watch.stop()
        await libraries.close()
    return seen


def fit(seen: list[Seen]) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic regression; ``log_chunks`` keeps the weight it has."""
    values, fixed, target, share = _table(seen)
    mean, spread = values.mean(0), values.std(0) + 1e-6
    inputs = np.c_[(values - mean) / spread, np.ones(len(values))]
    weights = np.zeros(inputs.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-(inputs @ weights + fixed)))
        slope = inputs.T @ ((likely - target) * share)
        weights -= _RATE * (slope + 2 * _RIDGE * np.r_[weights[:-1], 0])
    plain = weights[:-1] / spread
    return plain, float(weights[-1] - mean @ plain)


def _table(seen: list[Seen]) -> tuple[NDArray[np.float64], ...]:
    values = np.array([[float(getattr(s.signals, n)) for n in _NAMES] for s in seen])
    fixed = np.array([SupportWeights().log_chunks * s.signals.log_chunks for s in seen])
    share = np.array([s.weight for s in seen])
    return values, fixed, np.array([float(s.answerable) for s in seen]), share / share.sum()


def main(arguments: list[str]) -> None:
    """Print the weights, and what each floor would refuse of the questions left out."""
    seen = [
        one
        for folder, questions in zip(arguments[::2], arguments[1::2], strict=True)
        for one in asyncio.run(look(Path(folder), questions))
    ]
    weights, bias = fit([s for s in seen if s.for_fitting])
    for name, weight in [*zip(_NAMES, weights, strict=True), ("bias", bias)]:
        print(f"{name:18} {weight:6.2f}")
    values, fixed, target, _ = _table([s for s in seen if not s.for_fitting])
    odds = values @ weights + bias + fixed
    for floor in np.arange(-1.0, 1.01, 0.2):
        good, bad = odds[target == 1] < floor, odds[target == 0] < floor
        print(f"floor {floor:4.1f}: refuses {bad.mean():.2f}, wrongly {good.mean():.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
