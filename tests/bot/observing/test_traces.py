from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import structlog
from aiohttp import web

pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra `traces`")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bot.observing.catalog import TRACES_LOST, Metric, NoFigures
from bot.observing.observer import Observer
from bot.observing.otlp import sending_traces
from index.records import JobInfo, JobState

ASKED = "Who repaired the lighthouse lamp?"


class Collector:
    """Takes spans over HTTP on loopback, as a collector of OpenTelemetry does."""

    def __init__(self) -> None:
        self.address = ""
        self.spans: list[Span] = []
        self.services: set[str] = set()
        self.status = 200
        self.hangs = False
        self.asked = 0

    async def take(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.hangs:
            await asyncio.sleep(3600)
        if self.status != 200:
            return web.Response(status=self.status)
        sent = ExportTraceServiceRequest.FromString(await request.read())
        for resource in sent.resource_spans:
            self.services |= {
                each.value.string_value
                for each in resource.resource.attributes
                if each.key == "service.name"
            }
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]
        return web.Response(status=200)


class Lost(NoFigures):
    """Counts spans that were lost."""

    def __init__(self) -> None:
        self.spans = 0.0

    def add(self, metric: Metric, *_: str, by: float = 1.0) -> None:
        assert metric is TRACES_LOST
        self.spans += by


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    it = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", it.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    it.address = f"http://{host}:{port}"
    yield it
    await runner.cleanup()


def ask(observer: Observer) -> None:
    with observer.question("q1", guild=7, texts=(ASKED,)) as asked:
        observer.note_stage("search", 0.05, {"dense": 20.0})
        observer.note_stage("compose", 0.01)
        asked.end_as("answered")


async def test_a_question_is_a_span_with_one_for_each_stage_and_no_text(
    collector: Collector,
) -> None:
    async with sending_traces(collector.address) as tracer:
        ask(Observer(tracer=tracer))

    spans = {span.name: span for span in collector.spans}
    root = spans["question ask"]
    assert set(spans) == {"question ask", "search", "compose"}
    assert spans["search"].parent_span_id == spans["compose"].parent_span_id == root.span_id
    assert {span.trace_id for span in spans.values()} == {root.trace_id}
    search = spans["search"]
    assert search.end_time_unix_nano - search.start_time_unix_nano == 50_000_000
    attributes = {each.key for each in root.attributes}
    assert {"footnote.question_id", "footnote.outcome"} <= attributes
    assert collector.services == {"footnote"}
    assert "lighthouse" not in str(collector.spans)


async def test_what_failed_is_marked_and_jobs_are_spans_too(collector: Collector) -> None:
    info = JobInfo("j1", "discord-1", "sync", "Sync", "mo", JobState.FAILED, "")
    async with sending_traces(collector.address + "/v1/traces") as tracer:
        observer = Observer(tracer=tracer)
        with pytest.raises(RuntimeError), observer.question("q1"):
            raise RuntimeError("a secret")
        with observer.job(info, lambda: info):
            pass

    assert {span.name: span.status.code for span in collector.spans} == {
        "question ask": 2,
        "job sync": 2,
    }
    assert "secret" not in str(collector.spans)
    assert "discord-1" not in str(collector.spans)


async def test_spans_are_sent_while_it_runs(collector: Collector) -> None:
    async with sending_traces(collector.address, every=0.05) as tracer:
        ask(Observer(tracer=tracer))
        await wait_until(lambda: len(collector.spans) == 3)


@pytest.mark.parametrize("status", [400, 500])
async def test_a_collector_that_refuses_costs_the_spans_and_one_line(
    collector: Collector, status: int
) -> None:
    collector.status = status
    lost = Lost()
    with structlog.testing.capture_logs() as logged:
        async with sending_traces(
            collector.address, figures=lost, every=0.05, seconds=0.5
        ) as tracer:
            for _ in range(3):
                asked = collector.asked
                ask(Observer(tracer=tracer))
                await wait_until(lambda asked=asked: collector.asked > asked)  # type: ignore[misc]
            await wait_until(lambda: lost.spans >= 3)

    assert [e["event"] for e in logged].count("traces_not_sent") == 1


async def test_nobody_waits_for_a_collector_that_hangs_not_even_at_the_end(
    collector: Collector,
) -> None:
    collector.hangs = True
    with structlog.testing.capture_logs() as logged:
        async with sending_traces(
            collector.address, every=0.05, seconds=3_600.0, stop_seconds=0.3
        ) as tracer:
            observer = Observer(tracer=tracer)
            ask(observer)
            await wait_until(lambda: collector.asked == 1)
            for _ in range(6_000):  # more than the queue holds
                ask(observer)

    assert "the collector hangs" in [e.get("reason") for e in logged]


async def test_a_collector_that_is_not_there_harms_nothing() -> None:
    lost = Lost()
    with structlog.testing.capture_logs() as logged:
        async with sending_traces(
            "http://127.0.0.1:1", figures=lost, every=0.05, seconds=0.3
        ) as tracer:
            ask(Observer(tracer=tracer))
            await wait_until(lambda: lost.spans == 3)

    assert [e["event"] for e in logged if e["log_level"] == "warning"] == ["traces_not_sent"]


async def wait_until(it_is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not it_is_so():  # noqa: ASYNC110 - threads set no event of asyncio
            await asyncio.sleep(0.01)
