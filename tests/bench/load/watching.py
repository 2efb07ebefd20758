"""What is seen of the bot's process from outside: memory, files, and its own /metrics."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

_LAG = re.compile(r'^footnote_event_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)
_WAITING = re.compile(r"^footnote_questions_waiting(?:\{[^}]*\})? (\S+)$", re.MULTILINE)
_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the process."""

    at: float
    memory_mb: float
    files: int
    waiting: float
    cpu_s: float


@dataclass
class Watched:
    """Looks of one phase, and how late the loop was in it, as counts by upper bound."""

    samples: list[Sample] = field(default_factory=list)
    lags: Mapping[float, float] = field(default_factory=dict)

    def slope_mb_a_minute(self) -> float:
        """How memory grew, by least squares; 0 with fewer than three looks."""
        if len(self.samples) < 3:
            return 0.0
        start = self.samples[0].at
        xs = [(s.at - start) / 60 for s in self.samples]
        ys = [s.memory_mb for s in self.samples]
        mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
        spread = sum((x - mean_x) ** 2 for x in xs)
        return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread

    def lag_p99_s(self) -> float | None:
        """The upper bound that 99 of 100 lags were within; None where none is known."""
        total = max(self.lags.values(), default=0)
        if not total:
            return None
        return min(bound for bound, count in self.lags.items() if count >= 0.99 * total)


class Watcher:
    """Watches one process."""

    def __init__(self, pid: int, metrics: str) -> None:
        self._pid, self._metrics = pid, metrics

    async def watch(self, session: aiohttp.ClientSession, until: asyncio.Event) -> Watched:
        """Look each second until the event is set."""
        watched = Watched()
        before = _read_lags(await self._ask(session))
        text = ""
        while not until.is_set():
            text = await self._ask(session)
            watched.samples.append(self._look(text))
            try:
                async with asyncio.timeout(_EVERY):
                    await until.wait()
            except TimeoutError:
                continue
        after = _read_lags(await self._ask(session))
        watched.lags = {bound: count - before.get(bound, 0) for bound, count in after.items()}
        return watched

    def _look(self, metrics: str) -> Sample:
        process = Path(f"/proc/{self._pid}")
        status = (process / "status").read_text(encoding="ascii")
        times = (process / "stat").read_text().rpartition(")")[2].split()
        waiting = _WAITING.search(metrics)
        return Sample(
            at=time.monotonic(),
            memory_mb=int(status.partition("VmRSS:")[2].split()[0]) / 1024,
            files=sum(1 for _ in (process / "fd").iterdir()),
            waiting=float(waiting[1]) if waiting else 0.0,
            cpu_s=(int(times[11]) + int(times[12])) / 100,
        )

    async def _ask(self, session: aiohttp.ClientSession) -> str:
        try:
            async with session.get(self._metrics, timeout=aiohttp.ClientTimeout(5)) as response:
                return await response.text()
        except (aiohttp.ClientError, TimeoutError):
            return ""


def _read_lags(metrics: str) -> dict[float, float]:
    return {float(bound): float(count) for bound, count in _LAG.findall(metrics)}
