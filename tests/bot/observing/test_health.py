from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

import pytest

from bot.errors import CommandError
from bot.observing import probe
from bot.observing.figures import PrometheusFigures
from bot.observing.health import HealthLimits, HealthServer
from bot.observing.readiness import DISK, GATEWAY, REASONS, STARTING, Readiness


@dataclass
class Health:
    """A server that listens, and what it tells of."""

    port: int
    readiness: Readiness
    silence: list[float] = field(default_factory=lambda: [0.0])

    def ask(self, path: str, method: str = "GET") -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


@pytest.fixture
def health() -> Iterator[Health]:
    figures = PrometheusFigures()
    readiness, silence = Readiness(figures), [0.0]
    server = HealthServer(
        readiness,
        silence=lambda: silence[0],
        render=figures.render,
        limits=HealthLimits(connections=8, patience=0.5),
    )
    with server.serving("127.0.0.1", 0) as port:
        yield Health(port, readiness, silence)


def test_what_starts_is_alive_and_not_ready(health: Health) -> None:
    status, body = health.ask("/ready")

    assert health.ask("/health")[0] == 200
    assert status == 503
    assert json.loads(body) == {"ready": False, "reasons": {"starting": REASONS[STARTING]}}


def test_it_is_ready_when_nothing_is_wrong_any_more_and_names_all_that_is(health: Health) -> None:
    health.readiness.note(STARTING, wrong=False)
    assert health.ask("/ready") == (200, b'{"ready": true, "reasons": {}}\n')

    health.readiness.note(GATEWAY, wrong=True)
    health.readiness.note(DISK, wrong=True)
    status, body = health.ask("/ready")

    assert status == 503
    assert list(json.loads(body)["reasons"]) == ["gateway", "disk"]


def test_a_loop_that_gave_no_sign_of_life_for_long_is_not_alive(health: Health) -> None:
    health.silence[0] = 61.0
    status, body = health.ask("/health")

    assert (status, json.loads(body)["status"]) == (503, "hangs")


def test_metrics_are_given_to_prometheus_and_say_whether_it_is_ready(health: Health) -> None:
    status, body = health.ask("/metrics")

    assert status == 200
    assert b"footnote_ready 0.0" in body
    assert b'footnote_not_ready{reason="starting"} 1.0' in body


@pytest.mark.parametrize("path", ["/", "/metrics/", "/../etc/passwd", "/ready/x", "/%00"])
def test_there_is_nothing_else(health: Health, path: str) -> None:
    assert health.ask(path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_it_can_only_be_read(health: Health, method: str) -> None:
    assert health.ask("/health", method)[0] == 405
    assert health.ask("/health", "HEAD") == (200, b"")


def test_connections_beyond_the_limit_are_turned_away() -> None:
    server = HealthServer(
        Readiness(),
        silence=lambda: 0.0,
        render=lambda _: (b"", "text/plain"),
        limits=HealthLimits(connections=2, patience=3_600.0),
    )
    with ExitStack() as stack:
        port = stack.enter_context(server.serving("127.0.0.1", 0))
        turned_away = 0
        for _ in range(20):  # those that come in the same moment may be a few more
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            one.settimeout(0.5)
            with suppress(TimeoutError):
                turned_away += one.recv(1) == b""
            if turned_away:
                break

        assert turned_away


def test_connections_that_ask_nothing_are_bounded_and_do_not_shut_others_out(
    health: Health,
) -> None:
    with ExitStack() as stack:
        silent = [socket.create_connection(("127.0.0.1", health.port)) for _ in range(8)]
        for each in silent:
            stack.enter_context(each)
        one_too_many = stack.enter_context(socket.create_connection(("127.0.0.1", health.port)))
        one_too_many.settimeout(10)
        assert one_too_many.recv(1) == b""
        for each in silent:
            each.settimeout(10)
            assert each.recv(1) == b""  # after its patience

    assert health.ask("/health")[0] == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /health HTTP/1.1\r\nX: " + b"a" * 10_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_request_is_turned_away_and_nothing_is_told(health: Health, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", health.port)) as connection:
        connection.settimeout(10)
        connection.sendall(sent)
        said = connection.recv(4_096)

    assert b"200" not in said
    assert b"Traceback" not in said
    assert health.ask("/health")[0] == 200


def test_an_address_in_use_is_said_in_a_line_that_says_what_to_do(health: Health) -> None:
    other = HealthServer(Readiness(), silence=lambda: 0.0, render=lambda _: (b"", "text/plain"))
    with (
        pytest.raises(CommandError, match=rf"port {health.port} .* FOOTNOTE_HEALTH_LISTEN"),
        other.serving("127.0.0.1", health.port),
    ):
        pass


def test_figures_that_cannot_be_written_are_an_error_and_no_traceback() -> None:
    def fail(_: str) -> tuple[bytes, str]:
        raise RuntimeError("a secret")

    server = HealthServer(Readiness(), silence=lambda: 0.0, render=fail)
    with server.serving("127.0.0.1", 0) as port:
        status, body = Health(port, Readiness()).ask("/metrics")

    assert (status, b"secret" in body) == (500, False)


class TestProbe:
    def test_what_is_well_is_0_and_what_is_not_or_is_not_there_is_1(
        self, health: Health, capsys: pytest.CaptureFixture[str]
    ) -> None:
        listen = {"FOOTNOTE_HEALTH_LISTEN": f"0.0.0.0:{health.port}"}

        assert probe.main([], listen) == 0
        assert probe.main(["/ready"], listen) == 1
        assert '"starting"' in capsys.readouterr().out
        assert probe.main([f"http://127.0.0.1:{health.port}/health"], {}) == 0
        assert probe.main([], {"FOOTNOTE_HEALTH_LISTEN": "127.0.0.1:1"}) == 1
        assert probe.main([], {}) == 1
        assert "FOOTNOTE_HEALTH_LISTEN is not set" in capsys.readouterr().err

    @pytest.mark.parametrize("given", ["nonsense", "http://127.0.0.1", "ftp://127.0.0.1:1/x"])
    def test_a_wrong_address_is_said(self, given: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert probe.main([given], {}) == 1
        assert "no answer: " in capsys.readouterr().err

    def test_it_runs_by_itself_and_loads_nothing_heavy(self, health: Health) -> None:
        code = (
            "import sys, runpy; sys.argv = ['probe', "
            f"'http://127.0.0.1:{health.port}/health']\n"
            "try: runpy.run_module('bot.observing.probe', run_name='__main__')\n"
            "except SystemExit as end: print(end.code, sorted(m for m in sys.modules if m in "
            "('aiohttp', 'structlog', 'pydantic', 'typer', 'asyncio', 'discord')))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
        )

        assert done.stdout.splitlines()[-1] == "0 []"
