"""Sends traces to a collector by OpenTelemetry (OTLP over HTTP); needs the extra ``traces``.

Spans wait in a bounded queue and are sent by a thread. A collector that is absent, slow or
broken costs spans, and nothing else.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from bot import __version__
from bot.observing.catalog import NO_FIGURES, TRACES_LOST, Figures
from bot.observing.tracing import Attributes, Span, Tracer

_PATH = "/v1/traces"
_NANOSECONDS = 1_000_000_000
_QUEUE, _BATCH = 4_096, 256
_QUIET_SECONDS = 300.0


@asynccontextmanager
async def sending_traces(
    address: str,
    *,
    figures: Figures = NO_FIGURES,
    every: float = 2.0,
    seconds: float = 3.0,
    stop_seconds: float = 2.0,
) -> AsyncIterator[Tracer]:
    """A tracer whose spans go to a collector.

    Args:
        address: The collector, with or without /v1/traces.
        figures: Told of spans that were lost.
        every: Seconds between two batches.
        seconds: For sending one.
        stop_seconds: For sending what is left at the end.
    """
    endpoint = address if address.endswith(_PATH) else address.rstrip("/") + _PATH
    exporter = CarefulExporter(OTLPSpanExporter(endpoint=endpoint, timeout=seconds), figures)
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(1.0)),
        resource=Resource({"service.name": "footnote", "service.version": __version__}),
        span_limits=SpanLimits(max_attributes=64, max_attribute_length=200),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            exporter,
            max_queue_size=_QUEUE,
            max_export_batch_size=_BATCH,
            schedule_delay_millis=every * 1000,
        )
    )
    try:
        yield OtlpTracer(provider.get_tracer("footnote", __version__))
    finally:
        await _end(provider.shutdown, stop_seconds)


async def _end(shutdown: Callable[[], None], seconds: float) -> None:
    """Let it send what is left; a collector that hangs is not waited for."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def run() -> None:
        shutdown()
        try:
            loop.call_soon_threadsafe(ended.set)
        except RuntimeError:
            return  # the loop is closed: nobody waits any more

    # A thread of its own: one of the loop's would be waited for at the end of the process.
    threading.Thread(target=run, name="traces-end", daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            await ended.wait()
    except TimeoutError:
        structlog.get_logger(__name__).warning("traces_not_sent", reason="the collector hangs")


class OtlpTracer:
    """Begins spans of OpenTelemetry."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer

    def begin(self, name: str, attributes: Attributes) -> Span:
        """A span of its own: whatever else traces in this process does not become its parent."""
        span = self._tracer.start_span(name, context=Context(), attributes=attributes)
        return _OtlpSpan(self._tracer, span)


class _OtlpSpan:
    def __init__(self, tracer: trace.Tracer, span: trace.Span) -> None:
        self._tracer = tracer
        self._span = span

    def note_stage(self, name: str, seconds: float, attributes: Attributes) -> None:
        now = time.time_ns()
        child = self._tracer.start_span(
            name,
            context=trace.set_span_in_context(self._span, Context()),
            start_time=now - max(0, int(seconds * _NANOSECONDS)),
            attributes=attributes,
        )
        child.end(now)

    def end(self, attributes: Attributes, *, failed: bool) -> None:
        self._span.set_attributes(attributes)
        if failed:
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()


class CarefulExporter(SpanExporter):
    """Sends through another exporter; says once in a while that it cannot, and goes on.

    Args:
        inner: What sends.
        figures: Told of spans that were lost.
    """

    def __init__(self, inner: SpanExporter, figures: Figures) -> None:
        self._inner = inner
        self._figures = figures
        self._said_at = float("-inf")
        self._log = structlog.get_logger(__name__)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them, or lose them."""
        try:
            result, why = self._inner.export(spans), "the collector did not take them"
        except Exception as error:  # noqa: BLE001 - in a thread that has nobody to tell
            result, why = SpanExportResult.FAILURE, type(error).__name__
        if result is not SpanExportResult.SUCCESS:
            self._figures.add(TRACES_LOST, by=float(len(spans)))
            if time.monotonic() - self._said_at > _QUIET_SECONDS:
                self._said_at = time.monotonic()
                self._log.warning("traces_not_sent", reason=why, spans=len(spans))
        return result

    def shutdown(self) -> None:
        """Close the connections."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing waits here."""
        return self._inner.force_flush(timeout_millis)
