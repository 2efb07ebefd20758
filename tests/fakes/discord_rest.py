"""The HTTP half of the loopback Discord: the routes that a question bot needs."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_payloads import EPHEMERAL, LOADING, Payload, World
from tests.fakes.discord_requests import RecordedRequest, json_response
from tests.fakes.discord_store import ApiError, Interaction, Store

RECORD: web.RequestKey[RecordedRequest] = web.RequestKey("record", RecordedRequest)
REPLY, DEFERRED_REPLY, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
FIRST_RESPONSE_SECONDS, TOKEN_SECONDS = 3.0, 900.0
TRUE = {"1", "true"}

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Rest:
    """Handlers over a store; messages that channels see go out through the gateway."""

    def __init__(self, world: World, store: Store, gateway: Gateway) -> None:
        self._world, self._store, self._gateway = world, store, gateway

    def routes(self, base: str) -> list[web.RouteDef]:
        """All routes, under the API's base path."""
        app = base + f"/applications/{self._world.bot.id}"
        hook = base + f"/webhooks/{self._world.bot.id}/{{token}}"
        channel = base + "/channels/{channel_id}"
        return [
            web.get(base + "/users/@me", self._me),
            web.get(base + "/oauth2/applications/@me", self._application),
            web.get(base + "/applications/@me", self._application),
            web.get(base + "/gateway", self._gateway_url),
            web.get(base + "/gateway/bot", self._gateway_url),
            web.post(base + "/users/@me/channels", self._open_dm),
            web.get(app + "/commands", self._list_commands),
            web.put(app + "/commands", self._overwrite_commands),
            web.get(app + "/guilds/{guild_id}/commands", self._list_commands),
            web.put(app + "/guilds/{guild_id}/commands", self._overwrite_commands),
            web.post(base + "/interactions/{id}/{token}/callback", self._callback),
            web.post(hook, self._follow_up),
            web.get(hook + "/messages/{message_id}", self._get_hook_message),
            web.patch(hook + "/messages/{message_id}", self._edit_hook_message),
            web.delete(hook + "/messages/{message_id}", self._delete_hook_message),
            web.get(channel, self._get_channel),
            web.post(channel + "/typing", self._typing),
            web.post(channel + "/messages", self._post_message),
            web.get(channel + "/messages/{message_id}", self._get_message),
            web.patch(channel + "/messages/{message_id}", self._edit_message),
            web.delete(channel + "/messages/{message_id}", self._delete_message),
        ]

    # The bot itself

    async def _me(self, _: web.Request) -> web.Response:
        user = self._world.bot.user()
        return json_response({**user, "verified": True, "mfa_enabled": False, "flags": 0})

    async def _application(self, _: web.Request) -> web.Response:
        return json_response(self._world.application())

    async def _gateway_url(self, _: web.Request) -> web.Response:
        at_once = self._gateway.max_concurrency
        starts = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": at_once}
        shards = self._gateway.shards_advised
        body = {"url": self._gateway.url, "shards": shards, "session_start_limit": starts}
        return json_response(body)

    async def _list_commands(self, request: web.Request) -> web.Response:
        return json_response(self._store.commands.get(self._scope(request), []))

    async def _overwrite_commands(self, request: web.Request) -> web.Response:
        scope = self._scope(request)
        return json_response(self._store.overwrite_commands(scope, request[RECORD].body))

    def _scope(self, request: web.Request) -> str | None:
        guild_id = request.match_info.get("guild_id")
        if guild_id is not None and guild_id not in {g.id for g in self._world.guilds}:
            raise ApiError(403, 50001, "Missing Access")
        return guild_id

    # Interactions

    async def _callback(self, request: web.Request) -> web.Response:
        interaction = self._store.interactions.get(request.match_info["token"])
        if interaction is None or interaction.id != request.match_info["id"]:
            raise ApiError(404, 10062, "Unknown interaction")
        if interaction.callback is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        waited = time.monotonic() - interaction.sent_at
        if waited > FIRST_RESPONSE_SECONDS:
            raise ApiError(404, 10062, "Unknown interaction")
        record = request[RECORD]
        interaction.callback, interaction.answered_after = record.body, waited
        try:
            message = await self._respond(interaction, record)
        except ApiError:
            interaction.callback, interaction.answered_after = None, None
            raise
        if record.query.get("with_response") not in TRUE:
            return web.Response(status=204)
        return json_response(_callback_response(interaction, message))

    async def _respond(self, interaction: Interaction, record: RecordedRequest) -> Payload | None:
        kind, data = record.body["type"], record.body.get("data") or {}
        ephemeral = bool(int(data.get("flags") or 0) & EPHEMERAL)
        if kind == REPLY:
            message = self._store.add_message(
                interaction.channel_id, self._world.bot, data, files=record.files
            )
            await self._announce(interaction, message)
        elif kind == DEFERRED_REPLY:
            message = self._store.add_loading_message(interaction, ephemeral=ephemeral)
            await self._announce(interaction, message)
        elif kind in {DEFERRED_UPDATE, UPDATE} and interaction.clicked_id:
            message = self._store.find_message(interaction.clicked_id)
            if kind == UPDATE:
                self._store.edit_message(message, data, record.files)
                interaction.edited = True
                await self._publish("MESSAGE_UPDATE", message)
        elif kind in {CHOICES, MODAL}:
            return None
        else:
            raise ApiError(400, 50035, f"Invalid Form Body: type {kind} does not fit here")
        interaction.original_id = message["id"]
        return message

    async def _announce(self, interaction: Interaction, message: Payload) -> None:
        """A message of the bot's that belongs to an interaction has come to be."""
        interaction.message_ids.append(message["id"])
        message["webhook_id"] = self._world.bot.id
        message["application_id"] = self._world.bot.id
        await self._publish("MESSAGE_CREATE", message)

    async def _follow_up(self, request: web.Request) -> web.Response:
        interaction = self._answered_interaction(request)
        record = request[RECORD]
        original = self._store.messages.get(interaction.original_id or "")
        if original is not None and original["flags"] & LOADING:
            # As Discord does it: the first follow-up takes the place of the thinking.
            message = original
            self._store.edit_message(message, record.body, record.files)
            await self._publish("MESSAGE_UPDATE", message)
        else:
            message = self._store.add_message(
                interaction.channel_id, self._world.bot, record.body, files=record.files
            )
            await self._announce(interaction, message)
        if record.query.get("wait") not in TRUE:
            return web.Response(status=204)
        return json_response(message)

    async def _get_hook_message(self, request: web.Request) -> web.Response:
        return json_response(self._hook_message(request)[1])

    async def _edit_hook_message(self, request: web.Request) -> web.Response:
        interaction, message = self._hook_message(request)
        self._store.edit_message(message, request[RECORD].body, request[RECORD].files)
        interaction.edited = True
        await self._publish("MESSAGE_UPDATE", message)
        return json_response(message)

    async def _delete_hook_message(self, request: web.Request) -> web.Response:
        self._store.delete_message(self._hook_message(request)[1])
        return web.Response(status=204)

    def _hook_message(self, request: web.Request) -> tuple[Interaction, Payload]:
        interaction = self._answered_interaction(request)
        message_id: str | None = request.match_info["message_id"]
        if message_id == "@original":
            message_id = interaction.original_id
        elif message_id not in interaction.message_ids:
            message_id = None
        return interaction, self._store.find_message(message_id)

    def _answered_interaction(self, request: web.Request) -> Interaction:
        interaction = self._store.interactions.get(request.match_info["token"])
        if interaction is None or interaction.callback is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        if time.monotonic() - interaction.sent_at > TOKEN_SECONDS:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return interaction

    # Channels

    async def _open_dm(self, request: web.Request) -> web.Response:
        if str(request[RECORD].body["recipient_id"]) != self._world.asker.id:
            raise ApiError(400, 50033, "Invalid Recipient(s)")
        return json_response(self._world.channel(self._world.dm_channel_id))

    async def _get_channel(self, request: web.Request) -> web.Response:
        return json_response(self._channel(request))

    async def _typing(self, request: web.Request) -> web.Response:
        self._store.typing.append(self._channel(request)["id"])
        return web.Response(status=204)

    async def _post_message(self, request: web.Request) -> web.Response:
        record, channel_id = request[RECORD], self._channel(request)["id"]
        nonce = (channel_id, str(record.body.get("nonce") or ""))
        if record.body.get("enforce_nonce") and nonce in self._store.nonces:
            return json_response(self._store.find_message(self._store.nonces[nonce]))
        message = self._store.add_message(
            channel_id, self._world.bot, record.body, files=record.files, allowed_flags=1 << 15 | 4
        )
        self._store.nonces[nonce] = message["id"]
        await self._publish("MESSAGE_CREATE", message)
        return json_response(message)

    async def _get_message(self, request: web.Request) -> web.Response:
        return json_response(self._channel_message(request))

    async def _edit_message(self, request: web.Request) -> web.Response:
        message = self._channel_message(request)
        if message["author"]["id"] != self._world.bot.id:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        self._store.edit_message(message, request[RECORD].body, request[RECORD].files)
        await self._publish("MESSAGE_UPDATE", message)
        return json_response(message)

    async def _delete_message(self, request: web.Request) -> web.Response:
        self._store.delete_message(self._channel_message(request))
        return web.Response(status=204)

    def _channel(self, request: web.Request) -> Payload:
        channel = self._world.channel(request.match_info["channel_id"])
        if channel is None:
            raise ApiError(404, 10003, "Unknown Channel")
        return channel

    def _channel_message(self, request: web.Request) -> Payload:
        message = self._store.find_message(request.match_info["message_id"])
        if message["channel_id"] != self._channel(request)["id"] or message["flags"] & EPHEMERAL:
            raise ApiError(404, 10008, "Unknown Message")
        return message

    async def _publish(self, event: str, message: Payload) -> None:
        # Ephemeral messages are known to nobody but their reader.
        if not message["flags"] & EPHEMERAL:
            await self._gateway.dispatch_message(event, message)


def _callback_response(interaction: Interaction, message: Payload | None) -> Payload:
    response: Payload = {"id": interaction.id, "type": interaction.kind}
    body: Payload = {"interaction": response}
    if message is not None and interaction.callback is not None:
        response["response_message_id"] = message["id"]
        response["response_message_loading"] = bool(message["flags"] & LOADING)
        response["response_message_ephemeral"] = bool(message["flags"] & EPHEMERAL)
        body["resource"] = {"type": interaction.callback["type"], "message": message}
    return body
