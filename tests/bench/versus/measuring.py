"""Seconds, percentiles, memory: the same for every system."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

RANKS = 10


class Stopwatch:
    """Seconds since it was made, or since the last lap."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def lap(self) -> float:
        """Seconds of this lap; the next one begins."""
        now = time.perf_counter()
        seconds, self._since = now - self._since, now
        return seconds


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median, p99 and worst, in milliseconds."""
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {
        "p50_ms": round(median(ordered) * 1000, 3),
        "p99_ms": round(p99 * 1000, 3),
        "worst_ms": round(ordered[-1] * 1000, 3),
        "count": len(ordered),
    }


def time_each(ask: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    """Seconds of each, one after the other."""
    taken = []
    for question in questions:
        watch = Stopwatch()
        ask(question)
        taken.append(watch.lap())
    return taken


def memory_mb() -> float:
    """What this process holds now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def rank_quality(
    found: Sequence[Sequence[str]], wanted: Sequence[frozenset[str]]
) -> dict[str, float]:
    """Hits@10 and MRR@10 over the questions with evidence, by article.

    Args:
        found: For each question the article of each passage, best first.
        wanted: For each question the articles that hold its evidence.
    """
    ranks = []
    for articles, evidence in zip(found, wanted, strict=True):
        if evidence:
            order = list(dict.fromkeys(articles[:RANKS]))
            ranks.append(next((n for n, a in enumerate(order, 1) if a in evidence), 0))
    return {
        "hits_at_10": round(sum(1 for r in ranks if r) / len(ranks), 4),
        "mrr_at_10": round(sum(1 / r for r in ranks if r) / len(ranks), 4),
        "questions": len(ranks),
    }
