"""The doctor on what lets an operator look into a running bot."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot import doctor_operating
from bot.checks import State
from bot.doctor_operating import check_health, check_operating, check_traces
from bot.settings import Settings


class Answering(HTTPServer):
    status = 200
    said = json.dumps({"ready": True, "reasons": {}})

    @property
    def settings(self) -> Settings:
        return Settings(health_listen=f"127.0.0.1:{self.server_port}")


class Handler(BaseHTTPRequestHandler):
    server: Answering

    def do_GET(self) -> None:
        assert self.path == "/ready"
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.said.encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[Answering]:
    with Answering(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


async def test_that_nothing_listens_is_no_fault() -> None:
    (check,) = await check_operating(Settings())
    assert check.state is State.OK
    assert "FOOTNOTE_HEALTH_LISTEN" in check.message


async def test_that_no_bot_runs_is_no_fault(server: Answering) -> None:
    settings = server.settings
    server.shutdown()
    server.server_close()
    check = await check_health(settings)
    assert (check.state, "does not run" in check.message) == (State.OK, True)


async def test_a_bot_that_is_ready_is_well(server: Answering) -> None:
    check = await check_health(server.settings)
    assert (check.state, "is ready" in check.message) == (State.OK, True)


async def test_a_bot_that_is_not_ready_says_why(server: Answering) -> None:
    server.status = 503
    server.said = json.dumps({"ready": False, "reasons": {"vectors": "...", "gateway": "..."}})
    check = await check_health(server.settings)
    assert check.state is State.WARN
    assert "gateway, vectors" in check.message


@pytest.mark.parametrize("said", ["Not found", "[]", '{"reasons": 3}', "{}"])
async def test_somebody_elses_answer_is_told_from_ours(server: Answering, said: str) -> None:
    server.status, server.said = 404, said
    check = await check_health(server.settings)
    assert (check.state, "somebody else" in check.message) == (State.FAIL, True)


def test_traces_without_their_packages_are_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_traces("http://localhost:4318").state is State.OK
    monkeypatch.setattr(doctor_operating, "_EXPORTER", "not_installed_at_all.exporter")
    check = check_traces("http://localhost:4318")
    assert (check.state, "[traces]" in check.todo) == (State.FAIL, True)
