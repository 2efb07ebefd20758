from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.answering.errors import ModelUnavailable, Outage
from bot.answering.ports import Request
from bot.llm.connecting import Connection
from bot.llm.model import Limits
from bot.llm.turns import Turns
from tests.fakes.model_server import (
    Body,
    ModelServer,
    begins,
    breaks,
    fails,
    hangs,
    lingers,
    refuses_unless,
    repeats,
    says,
)

# Google's library subclasses a class of aiohttp that says so.
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")

Make = Callable[..., Any]
SCHEMA = {
    "type": "object",
    "properties": {"sentences": {"type": "array", "items": {"type": "string"}}},
    "required": ["sentences"],
    "additionalProperties": False,
}


async def fail(asking: Any, **more: Any) -> ModelUnavailable:
    with pytest.raises(ModelUnavailable) as caught:
        await asking.ask(**more)
    return caught.value


async def left(server: ModelServer) -> None:
    async with asyncio.timeout(20):
        await server.left.wait()


async def get_ready(server: ModelServer, make: Make) -> Connection:
    """A connection whose library is loaded, so that a short limit is the model's alone."""
    server.will(says("Yes."))
    asking = make(server)
    await asking.ask()
    connection: Connection = asking.connection
    return connection


async def begun(asking: Any) -> None:
    async with asyncio.timeout(30):
        while not asking.texts:  # noqa: ASYNC110 - what is asked is a test's own list
            await asyncio.sleep(0.01)


async def test_a_reply_comes_in_the_pieces_it_was_written_in(
    server: ModelServer, make: Make
) -> None:
    server.will(says("The pier ", "opens on ", "Montag \N{FIRE}."))

    asking = make(server)

    assert await asking.ask("When does the pier open?") == "The pier opens on Montag \N{FIRE}."
    assert len(asking.texts) == 3
    assert "When does the pier open?" in str(server.seen[0].body)
    assert server.wire.length_of(server.seen[0].body) == 50
    assert "sk-very-secret-0815" in str(server.seen[0].headers)


async def test_what_the_provider_counted_is_what_is_booked(server: ModelServer, make: Make) -> None:
    server.will(says("Yes.", usage=(1234, 5)))
    asking = make(server)

    await asking.ask()

    spent = await asking.model.spending.spent_today("one")
    assert (spent.tokens, spent.calls) == (1239, 1)


async def test_a_refused_key_is_not_tried_again_and_never_repeated(
    server: ModelServer, make: Make
) -> None:
    server.will(fails(401, "Incorrect API key provided: sk-very-secret-0815"))
    asking = make(server)

    with capture_logs() as logs:
        error = await fail(asking)

    assert error.kind is Outage.REFUSED
    assert "FOOTNOTE_LLM_KEY" in str(error)
    assert len(server.seen) == 1
    shown = [repr(error), str(error), str(logs), repr(asking.model), error.why]
    chained: BaseException | None = error
    while chained is not None:
        shown.append(repr(chained))
        chained = chained.__cause__ or chained.__context__
    assert not any("sk-very" in text for text in shown)


async def test_an_unknown_model_says_where_to_look(server: ModelServer, make: Make) -> None:
    server.will(fails(404, "model 'm' not found"))

    error = await fail(make(server))

    assert error.kind is Outage.REFUSED
    assert "FOOTNOTE_LLM_MODEL" in str(error)


async def test_too_many_requests_are_tried_again_after_the_time_that_was_asked_for(
    server: ModelServer, make: Make
) -> None:
    server.will(fails(429, "slow down", Retry_After="0.01"), says("Yes."))

    assert await make(server).ask() == "Yes."
    assert len(server.seen) == 2


async def test_nobody_waits_longer_than_the_time_limit_for_another_try(
    server: ModelServer, make: Make
) -> None:
    server.will(fails(429, "slow down", Retry_After="3600"), says("Yes."))

    error = await fail(make(server))

    assert error.kind is Outage.BUSY
    assert len(server.seen) == 1


async def test_a_weak_moment_of_the_server_is_tried_again(server: ModelServer, make: Make) -> None:
    server.will(fails(500), fails(503), says("Yes."))

    assert await make(server).ask() == "Yes."


async def test_a_server_that_keeps_failing_is_down(server: ModelServer, make: Make) -> None:
    server.will(fails(500))
    asking = make(server)

    error = await fail(asking)

    assert error.kind is Outage.DOWN
    assert len(server.seen) == 3
    assert (await asking.model.spending.spent_today()).tokens == 0


async def test_a_refused_request_is_not_tried_again(server: ModelServer, make: Make) -> None:
    server.will(fails(413, "too long"))

    assert (await fail(make(server))).kind is Outage.REFUSED
    assert len(server.seen) == 1


async def test_a_server_that_is_not_there_is_down(server: ModelServer, make: Make) -> None:
    asking = make(server, llm_url="http://127.0.0.1:9/v1")

    error = await fail(asking)

    assert error.kind is Outage.DOWN
    assert (await asking.model.spending.spent_today()).tokens == 0


async def test_a_server_that_is_not_there_is_asked_only_once(
    server: ModelServer, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = make(server, llm_url="http://127.0.0.1:9/v1")
    begin, tries = asking.connection.begin, []

    async def count(*given: Any) -> Any:
        tries.append(given)
        return await begin(*given)

    monkeypatch.setattr(asking.connection, "begin", count)
    await fail(asking)

    assert len(tries) == 1


@pytest.mark.parametrize("headers", [True, False], ids=["after headers", "before headers"])
async def test_a_reply_that_does_not_begin_is_given_up_and_the_connection_closed(
    server: ModelServer, make: Make, *, headers: bool
) -> None:
    ready = await get_ready(server, make)
    server.will(hangs(headers=headers))

    error = await fail(make(server, limits=Limits(first_seconds=0.3), connection=ready))

    assert error.kind is Outage.SLOW
    await left(server)


async def test_a_reply_that_drips_is_given_up_in_the_end(server: ModelServer, make: Make) -> None:
    limits = Limits(max_tokens=100_000, seconds=0.6, first_seconds=0.5)
    asking = make(server, limits=limits, connection=await get_ready(server, make))
    server.will(repeats("drip ", pause=0.05))

    error = await fail(asking, max_tokens=100_000)

    assert error.kind is Outage.SLOW
    assert asking.texts
    await left(server)
    assert (await asking.model.spending.spent_today()).tokens > 0


async def test_a_reply_that_breaks_off_is_not_tried_again(server: ModelServer, make: Make) -> None:
    server.will(breaks("The pier opens "), says("Yes."))
    asking = make(server)

    error = await fail(asking)

    assert error.kind is Outage.DOWN
    assert asking.texts == ["The pier opens "]
    assert len(server.seen) == 1


async def test_a_reply_that_ends_without_saying_so_broke_off(
    server: ModelServer, make: Make
) -> None:
    if server.wire.kind == "google":
        pytest.skip("this integration does not tell how a reply ended")
    server.will(begins("The pier opens "))

    error = await fail(make(server))

    assert error.kind is Outage.DOWN
    assert "broke off" in str(error)


async def test_an_error_in_the_middle_of_a_reply_ends_it(server: ModelServer, make: Make) -> None:
    server.will(begins("The pier ", then=server.wire.error_inside("out of memory")))

    error = await fail(make(server))

    assert error.kind in {Outage.DOWN, Outage.GARBLED}


async def test_what_cannot_be_read_is_garbled_or_broken_off(
    server: ModelServer, make: Make
) -> None:
    server.will(begins("The pier ", then=server.wire.garbage()))

    error = await fail(make(server))

    assert error.kind in {Outage.DOWN, Outage.GARBLED}


@pytest.mark.parametrize("page", [b"<html>Sign in</html>", b"", b"{}", b"null", b"[1, 2]"])
async def test_a_page_or_a_plain_value_in_place_of_a_stream_is_no_reply(
    server: ModelServer, make: Make, page: bytes
) -> None:
    async def misled(_: ModelServer, __: web.Request, ___: Body) -> web.StreamResponse:
        return web.Response(body=page, content_type="text/html")

    server.will(misled)

    error = await fail(make(server))

    assert error.kind in {Outage.DOWN, Outage.GARBLED}


@pytest.mark.parametrize("wait", ["0", "-1", "nan", "1e400", "Thu, 01 Jan 2026 12:00:30 -0000"])
async def test_an_absurd_retry_after_neither_hangs_nor_breaks(
    server: ModelServer, make: Make, wait: str
) -> None:
    server.will(fails(429, "slow down", Retry_After=wait), says("Yes."))

    assert await make(server).ask() == "Yes."


async def test_bytes_that_are_no_text_never_pass_for_a_reply_in_silence(
    server: ModelServer, make: Make
) -> None:
    broken = server.wire.text("caf\N{LATIN SMALL LETTER E WITH ACUTE}").replace(
        b"\\u00e9", b"\xc3\x28"
    )
    server.will(begins("The ", then=broken))
    asking = make(server)

    try:
        told = await asking.ask()
    except ModelUnavailable as error:
        assert error.kind in {Outage.DOWN, Outage.GARBLED}  # noqa: PT017
    else:
        assert "\N{REPLACEMENT CHARACTER}" in told


async def test_a_reply_without_end_is_cut_off_and_the_connection_closed(
    server: ModelServer, make: Make
) -> None:
    server.will(repeats("la " * 20, pause=0.001))
    asking = make(server)

    told = await asking.ask(max_tokens=20)

    assert len(told) == 20 * 12
    await left(server)


async def test_a_huge_piece_is_cut_off(server: ModelServer, make: Make) -> None:
    server.will(says("x" * 2_000_000))

    assert len(await make(server).ask()) == 50 * 12


async def test_a_reply_is_never_longer_than_the_setting(server: ModelServer, make: Make) -> None:
    server.will(says("Yes."))

    await make(server, limits=Limits(max_tokens=17)).ask(max_tokens=5000)

    assert server.wire.length_of(server.seen[0].body) == 17


async def test_an_empty_reply_is_none(server: ModelServer, make: Make) -> None:
    server.will(says(" ", "\n"))

    assert (await fail(make(server))).kind is Outage.GARBLED


async def test_a_server_that_does_not_close_is_not_waited_for(
    server: ModelServer, make: Make
) -> None:
    server.will(lingers("Yes."))

    assert await make(server, limits=Limits(max_tokens=50, after=0.2)).ask() == "Yes."
    await left(server)


async def test_cancelling_closes_the_connection_and_books_what_was_used(
    server: ModelServer, make: Make
) -> None:
    server.will(hangs("The pier "))
    asking = make(server)
    task = asyncio.create_task(asking.ask("x" * 300))
    await begun(asking)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await left(server)
    spent = await asking.model.spending.spent_today()
    # One of them says at once what it has read, and that is believed.
    assert 11 < spent.tokens < (20 if server.wire.kind == "anthropic" else 150)
    assert spent.tokens > 100 or server.wire.kind == "anthropic"


async def test_a_reader_who_leaves_closes_the_connection(server: ModelServer, make: Make) -> None:
    server.will(hangs("The pier "))
    asking = make(server)
    stream = asking.model.stream(Request("Why?", "one", 50))
    assert await anext(stream) == "The pier "
    await stream.aclose()

    await left(server)
    assert (await asking.model.spending.spent_today()).calls == 1


async def test_a_reader_who_has_heard_enough_pays_what_the_provider_counted(
    server: ModelServer, make: Make
) -> None:
    server.will(says("The pier ", "opens at noon.", usage=(21, 9)))
    asking = make(server)
    stream = asking.model.stream(Request("Why?" * 500, "one", 50))
    assert "The pier" in await anext(stream)

    await stream.aclose()

    assert (await asking.model.spending.spent_today()).tokens == 30


async def test_a_reply_without_end_is_not_read_to_the_end_when_its_reader_leaves(
    server: ModelServer, make: Make
) -> None:
    server.will(repeats("on and on ", pause=0.001))
    asking = make(server, limits=Limits(max_tokens=100_000, leave=1_000))
    stream = asking.model.stream(Request("Why?", "one", 100_000))
    await anext(stream)

    await stream.aclose()

    await left(server)
    assert (await asking.model.spending.spent_today()).tokens < 1_000


async def test_a_schema_is_sent_in_the_way_of_the_provider(server: ModelServer, make: Make) -> None:
    server.will(says("{}"))
    asking = make(server)

    await asking.ask(schema=SCHEMA)

    assert server.wire.schema_of(server.seen[0].body) == SCHEMA
    assert asking.model.follows_schemas


async def test_a_schema_that_is_refused_is_left_out_from_then_on(
    server: ModelServer, make: Make
) -> None:
    takes = server.wire.schema_of
    server.will(refuses_unless(lambda body: not takes(body), 400, says("Yes.")))
    asking = make(server)

    assert await asking.ask(schema=SCHEMA) == "Yes."
    assert not asking.model.follows_schemas
    assert await asking.ask(schema=SCHEMA) == "Yes."
    assert [bool(takes(seen.body)) for seen in server.seen] == [True, False, False]


async def test_a_schema_is_never_sent_when_the_operator_said_so(
    server: ModelServer, make: Make
) -> None:
    server.will(says("Yes."))
    asking = make(server, llm_structured="no")

    await asking.ask(schema=SCHEMA)

    assert not asking.model.follows_schemas
    assert not server.wire.schema_of(server.seen[0].body)


async def test_a_bad_request_alone_switches_nothing_off(server: ModelServer, make: Make) -> None:
    server.will(fails(400, "prompt is too long"))
    asking = make(server)

    assert (await fail(asking, schema=SCHEMA)).kind is Outage.REFUSED
    assert asking.model.follows_schemas


async def test_temperature_is_zero(server: ModelServer, make: Make) -> None:
    server.will(says("Yes."))

    await make(server, llm_model="gemini-2.5-flash").ask()

    assert '"temperature": 0.0' in json.dumps(server.seen[0].body)


async def test_who_gets_no_turn_in_time_is_sent_away(server: ModelServer, make: Make) -> None:
    server.will(hangs("The pier "))
    first = make(server, turns=Turns(at_once=1, patience=0.05))
    task = asyncio.create_task(first.ask())
    await begun(first)

    second = type(first)(first.model, first.connection)
    assert (await fail(second)).kind is Outage.BUSY
    assert len(server.seen) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    server.will(says("Yes."))
    assert await second.ask() == "Yes."
