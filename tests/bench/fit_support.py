# ruff: noqa: T201 - its output is what it prints
"""Fits what tells whether the best sentence answers, from a table of ``note_signals.py``.

    python tests/bench/fit_support.py TABLE

It prints the weight of ``reader`` for ``ranking.READER_WEIGHTS`` and the weights of the three
``SupportWeights`` (bot/answering/support.py), then what each floor would refuse with those in
the code. It fits on the questions that the table marks and reports on the others; there is no
chance in it. The signals belong to the ranking that is in the code when the table is noted.

The ``SupportWeights`` in the code were fitted on 3,000 questions, with TimeQA and with those
that the sentence scorer was trained on since. A fit to 725 without them is as good where it
was fitted and worse on questions about time, so the code keeps the older ones.

A weight that too few questions tell anything of, and that of ``log_chunks``, keeps the value
it has; where sentences were read, all do but that of ``reader`` and the bias. The questions
came from SQuAD 1.1 and 2.0 (CC BY-SA 4.0), CLAPnq (Apache-2.0), our news questions and seeds
(CC0); of the first two only those that the sentence scorer was not trained on.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answering.compose import BY_MEANING, BY_READING, BY_WORDS, MOST_READ, Calibration
from bot.answering.support import Signals, is_supported, log_odds

_STEPS, _RATE, _RIDGE, _FEWEST = 4000, 0.5, 3e-3, 20
_MEANING = ("cosine", "passage_cosine")
_ABOUT = ("cosine", "passage_cosine", "passage_coverage")
_PLAIN = tuple(
    "coverage passage_coverage no_figure no_count date missing_name missing_number missing_date "
    "lost_denial other_denial turned_round".split()
)
_WAYS = {
    "by_meaning": (BY_MEANING, (*_MEANING, *_PLAIN)),
    "by_reading": (BY_READING, ("reader",)),
    "by_words": (BY_WORDS, _PLAIN),
}

Row = dict[str, Any]
Values = NDArray[np.float64]


def fit(inputs: Values, fixed: Values, target: Values, share: Values) -> tuple[Values, float]:
    """Weights and bias of a logistic regression on top of the ``fixed`` log-odds."""
    mean, spread = inputs.mean(0), inputs.std(0) + 1e-6
    table = np.c_[(inputs - mean) / spread, np.ones(len(inputs))]
    weights = np.zeros(table.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-(table @ weights + fixed)))
        slope = table.T @ ((likely - target) * share)
        weights -= _RATE * (slope + 2 * _RIDGE * np.r_[weights[:-1], 0])
    plain = weights[:-1] / spread
    return plain, float(weights[-1] - mean @ plain)


def fit_support(rows: Sequence[Row], way: str) -> dict[str, float]:
    """The weights of one way of comparing, by name, with ``bias``."""
    calibration, names = _WAYS[way]
    seen = Counter(n for row in rows for n in names if row[way][n])
    fitted = [n for n in names if seen[n] >= _FEWEST]
    kept = [f.name for f in fields(Signals) if f.name not in fitted]
    fixed = column_sums(rows, way, {n: getattr(calibration.support, n) for n in kept})
    target = np.array([float(row["answerable"]) for row in rows])
    weights, bias = fit(columns(rows, way, fitted), fixed, target, shares(rows))
    return dict(zip(fitted, map(float, weights), strict=True)) | {"bias": bias}


def fit_about(rows: Sequence[Row], way: str) -> dict[str, float]:
    """The weights of "the articles are about this", by name, with ``bias``."""
    names = [n for n in _ABOUT if way != "by_words" or n not in _MEANING]
    target = np.array([float(not row["other"]) for row in rows])
    weights, bias = fit(columns(rows, way, names), np.zeros(len(rows)), target, shares(rows))
    return dict(zip(names, map(float, weights), strict=True)) | {"bias": bias}


def fit_reader(rows: Sequence[Row]) -> float:
    """What the scorer counts among the other features of a sentence: a conditional logit."""
    meaning = BY_MEANING.weights
    names = [n for n in rows[0]["candidates"][0] if n not in {"right", "reader"}]
    questions = []
    for row in rows:
        best = row["candidates"][:MOST_READ]
        right = np.array([c["right"] for c in best])
        if right.any() and not right.all():
            scores = np.array([sum(getattr(meaning, n) * c[n] for n in names) for c in best])
            questions.append((scores, np.array([c["reader"] for c in best]), right))
    weight = 0.0
    for _ in range(500):
        slope = 0.0
        for scores, readings, right in questions:
            odds = np.exp(scores + weight * readings - (scores + weight * readings).max())
            all_of, right_of = odds / odds.sum(), odds * right / (odds * right).sum()
            slope += float((right_of - all_of) @ readings)
        weight += 0.05 * slope / len(questions)
    return weight


def columns(rows: Sequence[Row], way: str, names: Sequence[str]) -> Values:
    """The signals of these names, a row each."""
    return np.array([[float(row[way][n]) for n in names] for row in rows])


def column_sums(rows: Sequence[Row], way: str, weights: dict[str, float]) -> Values:
    """The sum of some weighed signals."""
    return np.asarray(columns(rows, way, list(weights)) @ np.array(list(weights.values())))


def shares(rows: Sequence[Row]) -> Values:
    """What each question counts: no set outweighs the others."""
    sizes = Counter(row["set"] for row in rows)
    share = np.array([1 / np.sqrt(sizes[row["set"]]) for row in rows])
    return np.asarray(share / share.sum())


def show_floors(rows: Sequence[Row], way: str, calibration: Calibration) -> None:
    """What the weights in the code refuse: of each set, at several floors."""
    for floor in (calibration.support.floor + step / 5 for step in range(-5, 8)):
        refused: dict[tuple[str, bool], list[bool]] = {}
        for row in rows:
            signals = Signals(**row[way])
            hard = not is_supported(signals, replace(calibration.support, floor=-math.inf))
            below = hard or log_odds(signals, calibration.support) < floor
            refused.setdefault((row["set"], row["answerable"]), []).append(below)
        print(f"\n{way}, floor {floor:.2f}")
        for (name, answerable), of_them in sorted(refused.items()):
            said = "wrongly" if answerable else "rightly"
            print(f"  {said} {np.mean(of_them):.3f} of {len(of_them):4}  {name}")


def main(arguments: Sequence[str]) -> None:
    """Print the weights, and what the ones in the code refuse of the questions left out."""
    rows = [json.loads(line) for line in Path(arguments[0]).read_text().splitlines()]
    fitting = [row for row in rows if row["fits"]]
    others = [row for row in rows if not row["fits"]]
    print(f"{len(fitting)} questions fitted, {len(others)} left out")
    print(f"the reader in ranking: {fit_reader(fitting):.2f}")
    for way in _WAYS:
        for name, weights in (("answers", fit_support), ("is about it", fit_about)):
            print(f"\n{way}, {name}")
            for signal, weight in weights(fitting, way).items():
                print(f"  {signal:18} {weight:6.2f}")
    for way, (calibration, _) in _WAYS.items():
        show_floors(others, way, calibration)


if __name__ == "__main__":
    main(sys.argv[1:])
