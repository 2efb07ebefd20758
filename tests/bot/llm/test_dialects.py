"""What servers that speak like OpenAI do differently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.answering.errors import ModelUnavailable, Outage
from tests.fakes.model_server import (
    ModelServer,
    OpenAIWire,
    Wire,
    refuses_unless,
    says,
    sends,
    sse,
)

Make = Callable[..., Any]
WIRE = OpenAIWire()
DONE = sse("[DONE]")
USAGE = {"prompt_tokens": 30, "completion_tokens": 4, "total_tokens": 34}


@pytest.fixture
def wire() -> Wire:
    return WIRE


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    frame = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return sse({**frame, "choices": [choice], **more})


async def spent(asking: Any) -> int:
    tokens: int = (await asking.model.spending.spent_today()).tokens
    return tokens


async def test_llama_cpp_begins_with_no_content_and_ends_with_its_timings(
    server: ModelServer, make: Make
) -> None:
    server.will(
        sends(
            chunk({"role": "assistant", "content": None}),
            chunk({"content": "Yes."}),
            chunk({}, "stop", usage=USAGE, timings={"predicted_n": 4}),
            DONE,
        )
    )
    asking = make(server)

    assert await asking.ask() == "Yes."
    assert await spent(asking) == 34


async def test_a_router_sends_comments_while_it_waits(server: ModelServer, make: Make) -> None:
    waiting = b": OPENROUTER PROCESSING\n\n"
    server.will(sends(waiting, waiting, chunk({"content": "Yes."}, "stop"), DONE))

    assert await make(server).ask() == "Yes."


async def test_usage_may_come_with_every_piece(server: ModelServer, make: Make) -> None:
    first = {**USAGE, "completion_tokens": 1, "total_tokens": 31}
    server.will(
        sends(
            chunk({"content": "Ye"}, usage=first),
            chunk({"content": "s."}, usage=USAGE),
            chunk({}, "stop", usage=USAGE),
            DONE,
        )
    )
    asking = make(server)

    assert await asking.ask() == "Yes."
    assert await spent(asking) == 34


async def test_a_server_without_usage_is_estimated_rather_too_high(
    server: ModelServer, make: Make
) -> None:
    server.will(sends(chunk({"content": "Yes, it is."}), chunk({}, "stop"), DONE))
    asking = make(server)

    await asking.ask("x" * 90)

    assert await spent(asking) == 30 + 4


async def test_a_server_that_forgets_to_say_done_is_believed(
    server: ModelServer, make: Make
) -> None:
    server.will(sends(chunk({"content": "Yes."}), chunk({}, "stop")))

    assert await make(server).ask() == "Yes."


async def test_an_old_server_that_refuses_to_count_is_asked_without(
    server: ModelServer, make: Make
) -> None:
    server.will(refuses_unless(lambda body: "stream_options" not in body, 400, says("Yes.")))
    asking = make(server)

    assert await asking.ask() == "Yes."
    assert await asking.ask() == "Yes."
    assert ["stream_options" in seen.body for seen in server.seen] == [True, False, False]


async def test_thoughts_are_a_sign_of_life_and_no_part_of_the_reply(
    server: ModelServer, make: Make
) -> None:
    server.will(
        sends(
            chunk({"role": "assistant", "content": "", "reasoning_content": "Hm, "}),
            chunk({"reasoning_content": "a pier."}),
            chunk({"content": "Yes."}),
            chunk({}, "stop"),
            DONE,
        )
    )

    assert await make(server).ask() == "Yes."


async def test_a_reply_that_is_as_long_as_allowed_is_whole(server: ModelServer, make: Make) -> None:
    server.will(says("The pier", finish="length"))

    assert await make(server).ask() == "The pier"


async def test_what_a_filter_holds_back_says_nothing_about_the_model(
    server: ModelServer, make: Make
) -> None:
    server.will(says("The", finish="content_filter"))

    with pytest.raises(ModelUnavailable) as caught:
        await make(server).ask()

    assert caught.value.kind is Outage.REFUSED


async def test_no_key_of_the_environment_goes_to_a_server_that_was_given_none(
    server: ModelServer, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    server.will(says("Yes."))

    await make(server, llm_key=None).ask()

    assert server.seen[0].headers["authorization"] == "Bearer none"


async def test_options_reach_the_class(server: ModelServer, make: Make) -> None:
    server.will(says("Yes."))

    await make(server, llm_options={"temperature": 0.7}).ask()

    assert server.seen[0].body["temperature"] == 0.7
