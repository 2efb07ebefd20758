"""Keeps the figures for Prometheus, in a registry of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import prometheus_client
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.process_collector import ProcessCollector

from bot.observing.catalog import METRICS, Kind, Metric

_MOST_SERIES = 200


class PrometheusFigures:
    """The metrics of the catalogue, and those of the process: memory, CPU time, open files.

    A metric has a bounded number of label values; what exceeds it is counted under "other".
    """

    def __init__(self) -> None:
        # The library's own switch is for the whole process: a time stamp beside each series
        # would double their number, and nobody here asks for it.
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._made: Mapping[str, Any] = {each.name: self._make(each) for each in METRICS}
        self._known: dict[str, set[tuple[str, ...]]] = {each.name: set() for each in METRICS}
        self._log = structlog.get_logger(__name__)
        for each in METRICS:
            for labels in each.from_start:
                self._find(each, labels)

    def add(self, metric: Metric, *labels: str, by: float = 1.0) -> None:
        """Let a counter grow, or move a gauge."""
        self._do(metric, labels, "inc", by)

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """Count one more of this size; what a clock that went back says counts as 0."""
        self._do(metric, labels, "observe", max(0.0, value))

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        """Put a gauge to how it stands."""
        self._do(metric, labels, "set", value)

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """All of it as Prometheus reads it, and the content type; ``accept`` is the HTTP header."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def _do(self, metric: Metric, labels: tuple[str, ...], what: str, value: float) -> None:
        try:
            getattr(self._find(metric, labels), what)(value)
        except Exception as error:  # noqa: BLE001 - nothing fails because it was to be counted
            self._log.error("not_counted", metric=metric.name, cause=repr(error))

    def _find(self, metric: Metric, labels: tuple[str, ...]) -> Any:  # noqa: ANN401 - of three kinds
        made = self._made[metric.name]
        if not metric.labels:
            return made
        known = self._known[metric.name]
        if labels not in known and len(known) >= _MOST_SERIES:
            labels = ("other",) * len(metric.labels)
        known.add(labels)
        return made.labels(*labels)

    def _make(self, metric: Metric) -> Counter | Gauge | Histogram:
        given = (metric.name, metric.says, metric.labels)
        if metric.kind is Kind.HISTOGRAM:
            return Histogram(*given, registry=self._registry, buckets=metric.buckets)
        kind = Counter if metric.kind is Kind.COUNTER else Gauge
        return kind(*given, registry=self._registry)
