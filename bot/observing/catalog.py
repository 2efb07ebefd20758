"""Every metric there is: its name, what it says, and its labels.

No label ever names a server, a library, an article or a person: who may read the figures
is told nothing of them, and their number does not grow with the community.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Protocol

from index.breaker import BreakerState
from index.meter import PARTS


class Kind(StrEnum):
    """A counter only grows; a gauge is as it stands; a histogram counts by size."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


_WAITS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_CALLS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_JOBS = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: As Prometheus knows it.
        kind: How it behaves.
        says: What it tells, in a sentence.
        labels: The names of its labels.
        buckets: Upper bounds of a histogram.
        from_start: Values of its labels that are there, as 0, before anything happened, so
            that an alert on them works from the first time on.
    """

    name: str
    kind: Kind
    says: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    from_start: tuple[tuple[str, ...], ...] = ()


class Figures(Protocol):
    """Where figures are kept. From any thread; it never raises or waits."""

    def add(self, metric: Metric, *labels: str, by: float = 1.0) -> None:
        """Let a counter grow, or move a gauge."""
        ...

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """Count one more of this size."""
        ...

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        """Put a gauge to how it stands."""
        ...


class NoFigures:
    """Nobody keeps them."""

    def add(self, metric: Metric, *labels: str, by: float = 1.0) -> None:
        """Forget it."""

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """Forget it."""

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        """Forget it."""


NO_FIGURES = NoFigures()

QUESTIONS = Metric(
    "footnote_questions_total",
    Kind.COUNTER,
    "Questions by kind (ask, check, search), by how they ended (answered, refused, checked, "
    "found, declined, failed, dropped) and why.",
    ("kind", "outcome", "reason"),
    from_start=(
        ("ask", "answered", ""),
        ("ask", "refused", "not_supported"),
        ("ask", "declined", "full"),
        ("ask", "failed", "error"),
        ("ask", "failed", "timeout"),
    ),
)
QUESTION_SECONDS = Metric(
    "footnote_question_seconds",
    Kind.HISTOGRAM,
    "From taking a question on until its reply is shown, by how it ended.",
    ("kind", "outcome"),
    _WAITS,
    from_start=(("ask", "answered"),),
)
STAGE_SECONDS = Metric(
    "footnote_stage_seconds",
    Kind.HISTOGRAM,
    "One stage of a question: waiting for its turn, rewrite, search (and its steps, as "
    "search_...), compose, verify, link, keeping and showing the reply.",
    ("stage",),
    _CALLS,
    from_start=(("search",),),
)
IN_FLIGHT = Metric(
    "footnote_questions_in_flight", Kind.GAUGE, "Questions that are being answered now."
)
WAITING = Metric("footnote_questions_waiting", Kind.GAUGE, "Questions that wait for their turn.")
ACK_SECONDS = Metric(
    "footnote_ack_seconds",
    Kind.HISTOGRAM,
    "From receiving an interaction until Discord has our first response; Discord allows 3 s.",
    (),
    _CALLS,
)
DELIVERY_SECONDS = Metric(
    "footnote_interaction_age_seconds",
    Kind.HISTOGRAM,
    "How old an interaction was, by Discord's clock, when it was received; it counts towards "
    "the 3 s too. Wrong where this machine's clock is.",
    (),
    _CALLS,
)
DISCORD_REQUESTS = Metric(
    "footnote_discord_requests_total",
    Kind.COUNTER,
    "Requests to Discord by the class of the answer (2xx, 4xx, 429, 5xx), or error.",
    ("status",),
    from_start=(("2xx",), ("4xx",), ("429",), ("5xx",), ("error",)),
)
DISCORD_SECONDS = Metric(
    "footnote_discord_request_seconds",
    Kind.HISTOGRAM,
    "One request to Discord, until the head of its answer.",
    (),
    _CALLS,
)
RATE_LIMITS = Metric(
    "footnote_discord_rate_limits_total",
    Kind.COUNTER,
    "How often Discord asked to wait, by scope (user, shared, global, unknown).",
    ("scope",),
    from_start=(("user",), ("shared",), ("global",), ("unknown",)),
)
RATE_LIMIT_SECONDS = Metric(
    "footnote_discord_rate_limit_seconds_total",
    Kind.COUNTER,
    "How long Discord asked to wait, in all.",
)
GATEWAY_LATENCY = Metric(
    "footnote_gateway_latency_seconds",
    Kind.GAUGE,
    "The last heartbeat's way to Discord and back; of several shards the slowest.",
)
SHARDS_CONNECTED = Metric(
    "footnote_shards_connected", Kind.GAUGE, "Shards of this process that are connected."
)
SHARDS = Metric("footnote_shards", Kind.GAUGE, "Shards of this process.")
GATEWAY_EVENTS = Metric(
    "footnote_gateway_events_total",
    Kind.COUNTER,
    "Connections to Discord: connect, ready (a new session), resumed, disconnect.",
    ("event",),
    from_start=(("connect",), ("ready",), ("resumed",), ("disconnect",)),
)
SERVERS = Metric("footnote_servers", Kind.GAUGE, "Servers that the bot is in, in this process.")
LOOP_LAG = Metric(
    "footnote_event_loop_lag_seconds",
    Kind.HISTOGRAM,
    "How late the event loop came to something, looked at four times a second.",
    (),
    _LAGS,
)
LOOP_LAG_MAX = Metric(
    "footnote_event_loop_lag_max_seconds",
    Kind.GAUGE,
    "The largest lag of the last one to two minutes.",
)
LOOP_BLOCKED = Metric(
    "footnote_event_loop_blocked_total",
    Kind.COUNTER,
    "How often the event loop stood still for more than 250 ms.",
)
CALL_SECONDS = Metric(
    "footnote_call_seconds",
    Kind.HISTOGRAM,
    "Calls to what may be slow or fail, those they waited included, by part and whether they "
    "failed.",
    ("part", "failed"),
    _CALLS,
    from_start=tuple(product(PARTS, ("no", "yes"))),
)
BREAKERS = ("model", "embedder", "vectors")
"""Those that there is one of."""
BREAKER = Metric(
    "footnote_breaker_state",
    Kind.GAUGE,
    "Circuit breakers: 1 in the state that they are in, else 0. While one is open, its part "
    "is left alone.",
    ("part", "state"),
    from_start=tuple(product(BREAKERS, BreakerState)),
)
BREAKER_OPENED = Metric(
    "footnote_breaker_opened_total",
    Kind.COUNTER,
    "How often a circuit breaker opened, by part; those of websites are all called fetcher.",
    ("part",),
    from_start=(*((part,) for part in BREAKERS), ("fetcher",)),
)
MODEL_TOKENS = Metric(
    "footnote_model_tokens_total",
    Kind.COUNTER,
    "Tokens of the language model, read and written.",
    ("direction",),
    from_start=(("read",), ("written",)),
)
MODEL_MONEY = Metric(
    "footnote_model_money_total",
    Kind.COUNTER,
    "What the language model cost, by the prices that were set.",
)
JOBS = Metric(
    "footnote_jobs_total",
    Kind.COUNTER,
    "Jobs by kind (add, sync, publish ...) and how they ended (done, failed, cancelled, "
    "interrupted).",
    ("kind", "state"),
    from_start=(("add", "done"), ("add", "failed"), ("sync", "done"), ("sync", "failed")),
)
JOB_SECONDS = Metric(
    "footnote_job_seconds",
    Kind.HISTOGRAM,
    "Jobs from asking for them until their end, waiting included, by kind.",
    ("kind",),
    _JOBS,
)
JOBS_OPEN = Metric("footnote_jobs_open", Kind.GAUGE, "Jobs that run or wait now.")
LIBRARIES = Metric("footnote_libraries", Kind.GAUGE, "Libraries that hold an edition.")
ARTICLES = Metric("footnote_articles", Kind.GAUGE, "Articles in the current editions, in all.")
CHUNKS = Metric("footnote_chunks", Kind.GAUGE, "Chunks that are stored, old editions included.")
EDITIONS = Metric("footnote_editions", Kind.GAUGE, "Editions published so far, in all.")
STORE_BYTES = Metric("footnote_store_bytes", Kind.GAUGE, "What the store takes on its disk.")
DISK_FREE = Metric(
    "footnote_disk_free_bytes", Kind.GAUGE, "Room that is left on the data folder's disk."
)
READY = Metric("footnote_ready", Kind.GAUGE, "1 while /ready says yes.", from_start=((),))
NOT_READY = Metric(
    "footnote_not_ready",
    Kind.GAUGE,
    "1 for each reason why /ready says no: starting, stopping, gateway, store, vectors, disk, "
    "event_loop.",
    ("reason",),
)
LOG_LINES = Metric(
    "footnote_log_lines_total",
    Kind.COUNTER,
    "Lines logged, by level, from warning on.",
    ("level",),
    from_start=(("warning",), ("error",), ("critical",)),
)
TRACES_LOST = Metric(
    "footnote_trace_spans_lost_total",
    Kind.COUNTER,
    "Spans that the collector of traces did not take.",
)
BUILD = Metric(
    "footnote_build_info",
    Kind.GAUGE,
    "1; its labels say which version runs.",
    ("version", "python"),
)

METRICS: tuple[Metric, ...] = (
    QUESTIONS, QUESTION_SECONDS, STAGE_SECONDS, IN_FLIGHT, WAITING,
    ACK_SECONDS, DELIVERY_SECONDS, DISCORD_REQUESTS, DISCORD_SECONDS, RATE_LIMITS,
    RATE_LIMIT_SECONDS, GATEWAY_LATENCY, SHARDS_CONNECTED, SHARDS, GATEWAY_EVENTS, SERVERS,
    LOOP_LAG, LOOP_LAG_MAX, LOOP_BLOCKED,
    CALL_SECONDS, BREAKER, BREAKER_OPENED, MODEL_TOKENS, MODEL_MONEY,
    JOBS, JOB_SECONDS, JOBS_OPEN,
    LIBRARIES, ARTICLES, CHUNKS, EDITIONS, STORE_BYTES, DISK_FREE,
    READY, NOT_READY, LOG_LINES, TRACES_LOST, BUILD,
)  # fmt: skip
"""All of them, as docs/watching.md lists them."""
