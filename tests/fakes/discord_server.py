"""A small loopback Discord over real sockets: HTTP API and gateway on 127.0.0.1.

A test starts it, points a bot at ``server.url``, does what people do (``slash``, ``click``,
``say``) and awaits what the bot does about it (``acknowledged``, ``final_reply``,
``reply_to``). Everything the bot asked is in ``requests``; what Discord would not have
taken is in ``complaints`` too, whether the bot noticed or not.

It knows one bot, one person who asks, one moderator, one guild with one channel, and
direct messages with the person who asks. It has no rate limits but those that a test
orders, and no permissions beyond what it tells the bot.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Self, TypeVar

import yarl
from aiohttp import web

from tests.fakes.discord_commands import command_data, find_button, interaction_event
from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_payloads import LOADING, Payload, Person, Snowflakes, World
from tests.fakes.discord_requests import Fault, RecordedRequest, json_response, record_request
from tests.fakes.discord_rest import RECORD, Rest
from tests.fakes.discord_store import ApiError, Interaction, Store, json_error

BASE = "/api/v10"
COMMAND, COMPONENT = 2, 3
# The shape of a real token (id, time, signature), which belongs to no application.
TOKEN = "OTkwMDAwMDAwMDAwMDAwMDAx.GfAkEt.loopback-only-0123456789-abcdefghijkl"

Found = TypeVar("Found")
Checker = Callable[[RecordedRequest], Sequence[str]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class DiscordServer:
    """A running loopback Discord; use it as ``async with DiscordServer() as server``.

    ``check`` looks at every request and gives what is wrong with it, in words; its
    findings are kept in ``complaints``.
    """

    def __init__(self, *, token: str = TOKEN, check: Checker | None = None) -> None:
        self.token = token
        self.world = World()
        self.requests: list[RecordedRequest] = []
        self.complaints: list[str] = []
        self.url = ""
        self.gateway = Gateway(self.world, self._notify)
        self._ids = Snowflakes()
        self.store = Store(self.world, self._ids, self._file_url)
        self._faults: list[Fault] = []
        self._events: dict[str, Payload] = {}
        self._check = check
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._answer], client_max_size=30 * 1024**2)
        app.add_routes(Rest(self.world, self.store, self.gateway).routes(BASE))
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_get("/attachments/{file_id}/{name}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}{BASE}"
        self.gateway.url = f"ws://{host}:{port}/gateway/"
        self.gateway.token = self.token
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def gateway_url(self) -> yarl.URL:
        """Where a client finds the gateway that does not ask the API for it."""
        return yarl.URL(self.gateway.url)

    # What people do

    async def slash(
        self, name: str, *, by: Person | None = None, channel_id: str | None = None, **values: Any
    ) -> Interaction:
        """Use a slash command, ``index status`` for a subcommand, with its options."""
        person, channel = by or self.world.asker, channel_id or self.world.guild.channel_id
        guild = self.world.guild_of(channel)
        commands = self.store.commands.get(None, []) + self.store.commands.get(
            guild.id if guild else "", []
        )
        data = command_data(commands, name, values, self.store.add_file)
        return await self._interact(COMMAND, channel, person, data)

    async def click(
        self, message: Payload, label_or_id: str, *, by: Person | None = None
    ) -> Interaction:
        """Press a button of a message."""
        button = find_button(message, label_or_id)
        data = {"custom_id": button["custom_id"], "component_type": button["type"]}
        person = by or self.world.asker
        return await self._interact(COMPONENT, message["channel_id"], person, data, message)

    async def say(
        self, text: str, *, by: Person | None = None, channel_id: str | None = None
    ) -> Payload:
        """Write in the channel; ``<@id>`` of the bot in the text mentions it."""
        person, channel = by or self.world.asker, channel_id or self.world.guild.channel_id
        bot = self.world.bot
        mentions = [bot.user()] if re.search(rf"<@!?{bot.id}>", text) else []
        guild = self.world.guild_of(channel)
        if guild is not None:
            mentions = [{**user, "member": bot.member()} for user in mentions]
        extra: Payload = {"mentions": mentions}
        if guild is not None:
            extra["member"] = person.member()
        message = self.store.add_message(channel, person, {"content": text}, extra=extra)
        await self.gateway.dispatch_message("MESSAGE_CREATE", message)
        return message

    async def mention(self, text: str, *, by: Person | None = None) -> Payload:
        """Write to the bot in the channel."""
        return await self.say(f"<@{self.world.bot.id}> {text}", by=by)

    async def direct_message(self, text: str) -> Payload:
        """Write to the bot in direct messages."""
        return await self.say(text, channel_id=self.world.dm_channel_id)

    # What the bot does about it

    async def ready(self, *, identifies: int = 1, within: float = 30.0) -> None:
        """Wait until a bot is connected that has identified ``identifies`` times in all."""
        gateway = self.gateway
        await self.until(
            lambda: (len(gateway.identifies) >= identifies and gateway.connected) or None,
            within,
            "bot that identifies",
        )

    async def acknowledged(self, interaction: Interaction, *, within: float = 3.0) -> Payload:
        """The body of the first response to an interaction."""
        return await self.until(lambda: interaction.callback, within, "acknowledgement")

    async def final_reply(
        self,
        interaction: Interaction,
        *,
        within: float = 30.0,
        when: Callable[[Payload], bool] = lambda _: True,
    ) -> Payload:
        """The message that answers an interaction, once it no longer says "thinking".

        ``when`` picks the one meant, where the bot shows progress before.
        """

        def find() -> Payload | None:
            ids = list(interaction.message_ids)
            if interaction.edited and interaction.original_id == interaction.clicked_id:
                ids.append(interaction.original_id or "")
            messages = [self.store.messages[i] for i in ids if i in self.store.messages]
            done = [m for m in messages if not m["flags"] & LOADING and when(m)]
            return done[-1] if done else None

        return await self.until(find, within, "final reply")

    async def reply_to(self, message: Payload, *, within: float = 30.0) -> Payload:
        """The bot's first message in the channel after ``message``."""

        def find() -> Payload | None:
            after = (
                m
                for m in self.store.messages.values()
                if m["author"]["id"] == self.world.bot.id
                and m["channel_id"] == message["channel_id"]
                and int(m["id"]) > int(message["id"])
            )
            return next(after, None)

        return await self.until(find, within, "reply")

    async def until(self, find: Callable[[], Found | None], within: float, what: str) -> Found:
        """Wait until ``find`` gives something; an assertion error after ``within`` seconds."""
        deadline = time.monotonic() + within
        while (found := find()) is None:
            if time.monotonic() > deadline:
                asked = "\n  ".join(map(str, self.requests[-20:]))
                raise AssertionError(f"no {what} within {within} s; asked:\n  {asked}")
            # What the server does wakes us; the rest, a client's state say, is looked at again.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), timeout=0.05)
        return found

    def asked(self, method: str, path: str) -> list[RecordedRequest]:
        """The requests of ``method`` whose path matches the pattern ``path`` as a whole."""
        return [r for r in self.requests if r.method == method and re.fullmatch(path, r.path)]

    # What goes wrong

    def fail_next(self, method: str, path: str, status: int, **more: Any) -> None:
        """Answer the next requests whose path matches the pattern as a whole with an error.

        ``more`` is what else ``Fault`` takes: how often, and how.
        """
        self._faults.append(Fault(method, re.compile(path), status, **more))

    def cut_next(self, method: str, path: str, *, times: int = 1, is_done: bool = False) -> None:
        """Cut the connections of the next such requests, before or after they are carried out."""
        self.fail_next(method, path, 0, times=times, is_done=is_done)

    def age(self, interaction: Interaction, *, minutes: float) -> None:
        """Let an interaction be older than it is."""
        interaction.sent_at -= minutes * 60.0

    async def deliver_again(self, interaction: Interaction) -> None:
        """Deliver an interaction once more, as after a RESUME whose place was not clear."""
        await self.gateway.dispatch("INTERACTION_CREATE", self._events[interaction.id])

    async def _interact(
        self,
        kind: int,
        channel_id: str,
        person: Person,
        data: Payload,
        message: Payload | None = None,
    ) -> Interaction:
        clicked_id = message["id"] if message else None
        interaction = self.store.open_interaction(kind, channel_id, person, clicked_id)
        event = interaction_event(self.world, interaction, data, message)
        self._events[interaction.id] = event
        await self.gateway.dispatch("INTERACTION_CREATE", event)
        return interaction

    @web.middleware
    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(BASE + "/"):
            return await handler(request)
        record = await record_request(request, BASE)
        request[RECORD] = record
        self.requests.append(record)
        if self._check is not None:
            self.complaints += self._check(record)
        response = await self._respond(request, record, handler)
        record.status = response.status
        self._notify()
        return response

    async def _respond(
        self, request: web.Request, record: RecordedRequest, handler: Handler
    ) -> web.StreamResponse:
        for fault in self._faults:
            if fault.times and fault.method == record.method and fault.path.fullmatch(record.path):
                fault.times -= 1
                if fault.status:
                    return fault.response()
                response = await handler(request) if fault.is_done else web.Response(status=204)
                if request.transport is not None:
                    request.transport.abort()
                return response
        # The token in the path is what authorises answers to interactions.
        by_path = record.path.startswith(("/interactions/", "/webhooks/"))
        if not by_path and request.headers.get("Authorization") != f"Bot {self.token}":
            return json_response({"message": "401: Unauthorized", "code": 0}, 401)
        try:
            return await handler(request)
        except ApiError as error:
            self.complaints.append(f"{record.method} {record.path}: {error}")
            return json_response(json_error(error), error.status)
        except web.HTTPException as error:
            self.complaints.append(f"{record.method} {record.path}: {error}")
            return json_response({"message": str(error), "code": 0}, error.status)

    async def _download(self, request: web.Request) -> web.Response:
        file = self.store.files.get(request.match_info["file_id"])
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.data, content_type=file.content_type)

    def _file_url(self, file_id: str, name: str) -> str:
        return f"{self.url.removesuffix(BASE)}/attachments/{file_id}/{name}"

    def _notify(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
