"""What the log and the figures say of questions in Discord, and what they never say."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog

from bot.answering.errors import AnsweringError
from bot.client import FootnoteBot
from bot.cogs.ports import BotConfig
from bot.logs import configure_logging
from bot.observing.catalog import QUESTIONS
from bot.observing.figures import PrometheusFigures
from bot.observing.observer import Observer
from bot.state.stores import Stores
from index.errors import StoreError
from tests.fakes.discord_samples import BRIDGE
from tests.fakes.discord_service import ScriptedService
from tests.fakes.discord_world import INTERVAL, PATIENCE, MakeBot, World, text_of

ASKED = "Did Canary Whitlock open the bridge at Millbrook?"
SECRET = "hunter2hunter2hunter2"


@pytest.fixture
def figures() -> PrometheusFigures:
    return PrometheusFigures()


@pytest.fixture
def make_bot(
    service: ScriptedService, stores: Stores, config: BotConfig, figures: PrometheusFigures
) -> MakeBot:
    unhurried = replace(config, answer_patience=PATIENCE, answer_interval=INTERVAL)
    observer = Observer(figures)

    def make() -> FootnoteBot:
        return FootnoteBot(service=service, stores=stores, config=unhurried, observer=observer)

    return make


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    it = io.StringIO()
    configure_logging(level="debug", stream=it, secrets=(SECRET,))
    yield it
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def count(figures: PrometheusFigures, *labels: str) -> float:
    named = zip(QUESTIONS.labels, labels, strict=True)
    written = ",".join(f'{name}="{value}"' for name, value in named)
    wanted = f"{QUESTIONS.name}{{{written}}} "
    shown = figures.render()[0].decode().splitlines()
    return sum(float(line.removeprefix(wanted)) for line in shown if line.startswith(wanted))


def check_nothing_told(world: World, said: str) -> None:
    assert "Canary" not in said
    assert "canary" not in said
    assert "Millbrook" not in said
    assert SECRET not in said
    assert BRIDGE.title not in said
    assert str(world.asker.id) not in said


async def test_an_answer_is_one_line_at_info_under_the_questions_id(
    world: World, stream: io.StringIO, figures: PrometheusFigures
) -> None:
    await world.asker.slash(world.channel, "ask", question=ASKED)

    (ended,) = [line for line in lines(stream) if line["level"] == "info"]
    assert (ended["event"], ended["outcome"]) == ("question_ended", "answered")
    assert ended["guild"] == world.guild.id
    assert {line["question_id"] for line in lines(stream)} == {ended["question_id"]}
    check_nothing_told(world, stream.getvalue())
    assert str(world.guild.id) not in figures.render()[0].decode()


class ModelAway(AnsweringError):
    """A model's error whose text holds what it was sent."""

    user_message = "I can't reach my model right now."


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(f"400 Bad Request: {json.dumps({'prompt': ASKED, 'key': SECRET})}"),
        ModelAway(f"sent {ASKED!r} with Bearer {SECRET}"),
        StoreError(f"The database failed: no such column {ASKED}."),
        KeyError(ASKED),
        TimeoutError(f"while asking {ASKED.upper()}"),
    ],
)
async def test_an_error_on_the_way_is_logged_under_the_questions_id_and_without_its_words(
    world: World, stream: io.StringIO, figures: PrometheusFigures, error: Exception
) -> None:
    world.service.error = error
    result = await world.asker.slash(world.channel, "ask", question=ASKED)

    assert text_of(result.response)
    said = stream.getvalue()
    check_nothing_told(world, said)
    assert "CANARY" not in said
    failed = [line for line in lines(stream) if line["event"] in {"failed", "question_ended"}]
    assert len(failed) == 2
    assert len({line["question_id"] for line in failed}) == 1
    reason = {TimeoutError: "timeout", StoreError: "index"}.get(type(error), "error")
    assert count(figures, "ask", "failed", reason) == 1


async def test_an_error_of_discord_is_counted_as_its_own(
    world: World, stream: io.StringIO, figures: PrometheusFigures
) -> None:
    world.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
    await world.asker.slash(world.channel, "ask", question=ASKED)

    assert count(figures, "ask", "failed", "discord") == 1
    check_nothing_told(world, stream.getvalue())


async def test_who_is_turned_away_is_counted_by_why(
    world: World, figures: PrometheusFigures
) -> None:
    await world.stores.servers.change(world.guild.id, cooldown=60)
    await world.asker.slash(world.channel, "ask", question=ASKED)
    await world.asker.slash(world.channel, "ask", question=ASKED)
    await world.asker.slash(world.channel, "ask", question="?!?!")

    assert count(figures, "ask", "declined", "cooldown") == 1
    assert count(figures, "ask", "declined", "no_words") == 1


async def test_two_who_ask_at_once_are_told_apart(world: World, stream: io.StringIO) -> None:
    released = world.hold()
    await world.asker.slash(world.channel, "ask", question=ASKED)
    await world.moderator.slash(world.channel, "ask", question="When does the fair begin here?")
    released.set()
    await world.env.settle()

    ended = [line for line in lines(stream) if line["event"] == "question_ended"]
    assert len({line["question_id"] for line in ended}) == 2
    check_nothing_told(world, stream.getvalue())
