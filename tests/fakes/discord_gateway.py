"""The gateway half of the loopback Discord: sessions, heartbeats, dispatches, RESUME.

It keeps Discord's rules where a bot can notice: events come only with their intent,
content is blank without the message content intent, what a dropped client missed is
replayed on RESUME, closing with 1000 ends the session. A server's events go to the shard
that its id says.
"""

from __future__ import annotations

import json
import secrets
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord_payloads import Payload, World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT = 0, 1, 2, 3, 6, 7
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, BAD_TOKEN, TWICE = 4001, 4002, 4003, 4004, 4005
DISALLOWED_INTENTS = 4014
GUILDS, GUILD_MEMBERS, PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15
PRIVILEGED = GUILD_MEMBERS | PRESENCES | MESSAGE_CONTENT
FRAME_LIMIT = 4096


class Connection:
    """One socket; compresses as its query asked for."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._request, self.socket = request, socket
        # zstd-stream has no encoder in the standard library of all our Pythons; uncompressed text
        # frames are read by discord.py whatever it asked for.
        packs = request.query.get("compress") == "zlib-stream"
        self._deflate = zlib.compressobj() if packs else None
        self.packed_frames = 0
        self.session: Session | None = None

    async def send(
        self, op: int, data: Any, *, seq: int | None = None, event: str | None = None
    ) -> None:
        """Send one frame; a socket that is gone takes nothing."""
        if self.socket.closed:
            return
        text = json.dumps({"op": op, "d": data, "s": seq, "t": event})
        if self._deflate is None:
            await self.socket.send_str(text)
        else:
            packed = self._deflate.compress(text.encode())
            self.packed_frames += 1
            await self.socket.send_bytes(packed + self._deflate.flush(zlib.Z_SYNC_FLUSH))

    def abort(self) -> None:
        """Cut the TCP connection, with no close frame."""
        if self._request.transport is not None:
            self._request.transport.abort()


@dataclass
class Session:
    """What a bot identified with, and every event it was sent, for a RESUME."""

    id: str
    intents: int
    shard: tuple[int, int] = (0, 1)
    seq: int = 0
    sent: list[tuple[int, str, Payload]] = field(default_factory=list)
    connection: Connection | None = None

    def has_guild(self, guild_id: str | None) -> bool:
        """Whether a server's events come here; direct messages, of no server, come to shard 0."""
        number, count = self.shard
        return (int(guild_id or 0) >> 22) % count == number


class Gateway:
    """Speaks to bots that connect, and remembers what they did.

    ``granted`` are the privileged intents switched on in the portal; ``close_codes`` the
    codes with which bots closed their sockets, None where the socket just broke.
    """

    def __init__(self, world: World, notify: Callable[[], None]) -> None:
        self._world, self._notify = world, notify
        self.token = ""
        self.url = ""
        self.granted = 0
        self.heartbeat_ms = 41_250
        self.is_deaf = False
        self.refuse_identify_with: int | None = None
        self.shards_advised, self.max_concurrency = 1, 1
        self.identified_at: list[tuple[int, float]] = []
        self.sessions: dict[str, Session] = {}
        self.identifies: list[Payload] = []
        self.heartbeats = 0
        self.resumes = 0
        self.close_codes: list[int | None] = []

    @property
    def connected(self) -> list[Session]:
        """Sessions that have a socket now."""
        return [s for s in self.sessions.values() if s.connection is not None]

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """The handler of the gateway's address."""
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        connection = Connection(request, socket)
        await connection.send(HELLO, {"heartbeat_interval": self.heartbeat_ms})
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._receive(connection, frame.data)
        finally:
            self._forget(connection)
        return socket

    async def dispatch(self, event: str, data: Payload, *, intent: int = 0) -> None:
        """Send an event to its shard, if it has the intent; absent ones get it on RESUME."""
        for session in list(self.sessions.values()):
            if intent & session.intents == intent and session.has_guild(data.get("guild_id")):
                await self._push(session, event, data)

    async def dispatch_message(self, event: str, message: Payload) -> None:
        """Send a message event, blank to those who may not read its content."""
        intent = GUILD_MESSAGES if message.get("guild_id") else DIRECT_MESSAGES
        concerns_bot = self._world.bot.id in {message["author"]["id"]} | {
            user["id"] for user in message["mentions"]
        }
        for session in list(self.sessions.values()):
            if not intent & session.intents or not session.has_guild(message.get("guild_id")):
                continue
            may_read = concerns_bot or intent == DIRECT_MESSAGES
            may_read = may_read or bool(session.intents & MESSAGE_CONTENT)
            blank = {"content": "", "embeds": [], "components": [], "attachments": []}
            await self._push(session, event, message if may_read else {**message, **blank})

    def drop(self) -> None:
        """Cut every connection as a broken network does; sessions stay resumable."""
        for session in self.connected:
            if session.connection is not None:
                session.connection.abort()

    async def close(self, code: int) -> None:
        """Close every connection with ``code``."""
        for session in self.connected:
            if session.connection is not None:
                await session.connection.socket.close(code=code)

    async def ask_to_reconnect(self) -> None:
        """Op 7, as before Discord takes a gateway down."""
        for session in self.connected:
            if session.connection is not None:
                await session.connection.send(RECONNECT, None)

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Op 9: the sessions are over and have to be made anew, or may be resumed."""
        ending = self.connected
        if not resumable:
            self.sessions.clear()
        for session in ending:
            if session.connection is not None:
                await session.connection.send(INVALID_SESSION, data=resumable)

    async def _receive(self, connection: Connection, text: str) -> None:
        try:
            frame = json.loads(text)
            op, data = frame["op"], frame["d"]
        except (ValueError, KeyError, TypeError):
            await connection.socket.close(code=DECODE_ERROR)
            return
        if len(text.encode()) > FRAME_LIMIT:
            await connection.socket.close(code=DECODE_ERROR)
        elif op == HEARTBEAT:
            self.heartbeats += 1
            if not self.is_deaf:
                await connection.send(HEARTBEAT_ACK, None)
            self._notify()
        elif op == IDENTIFY:
            await self._identify(connection, data)
        elif op == RESUME:
            await self._resume(connection, data)
        elif connection.session is None:
            await connection.socket.close(code=NOT_AUTHENTICATED)
        elif op != PRESENCE:
            await connection.socket.close(code=UNKNOWN_OPCODE)

    async def _identify(self, connection: Connection, data: Payload) -> None:
        # The token is checked here and kept nowhere.
        token = data.pop("token", None)
        self.identifies.append(data)
        intents = int(data["intents"])
        refusal = self.refuse_identify_with
        if connection.session is not None:
            refusal = TWICE
        elif token != self.token:
            refusal = BAD_TOKEN
        elif intents & PRIVILEGED & ~self.granted:
            refusal = DISALLOWED_INTENTS
        if refusal is not None:
            await connection.socket.close(code=refusal)
            return
        number, count = data.get("shard", (0, 1))
        self.identified_at.append((number, time.monotonic()))
        session = Session(secrets.token_hex(16), intents, (number, count), connection=connection)
        connection.session = session
        self.sessions[session.id] = session
        await self._greet(session)
        self._notify()

    async def _greet(self, session: Session) -> None:
        world = self._world
        guilds = world.guilds if session.intents & GUILDS else []
        guilds = [guild for guild in guilds if session.has_guild(guild.id)]
        ready = {
            "v": 10,
            "user": {**world.bot.user(), "verified": True, "mfa_enabled": False, "flags": 0},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": list(session.shard),
            "application": {"id": world.bot.id, "flags": 0},
        }
        await self._push(session, "READY", ready)
        for guild in guilds:
            created = guild.created(world.bot, (world.moderator, world.asker))
            await self._push(session, "GUILD_CREATE", created)

    async def _resume(self, connection: Connection, data: Payload) -> None:
        session = self.sessions.get(data["session_id"])
        if data.pop("token", None) != self.token:
            await connection.socket.close(code=BAD_TOKEN)
            return
        if session is None:
            await connection.send(INVALID_SESSION, data=False)
            return
        self.resumes += 1
        session.connection, connection.session = connection, session
        for seq, event, payload in session.sent:
            if seq > data["seq"]:
                await connection.send(DISPATCH, payload, seq=seq, event=event)
        await self._push(session, "RESUMED", {})
        self._notify()

    async def _push(self, session: Session, event: str, data: Payload) -> None:
        session.seq += 1
        session.sent.append((session.seq, event, data))
        if session.connection is not None:
            await session.connection.send(DISPATCH, data, seq=session.seq, event=event)

    def _forget(self, connection: Connection) -> None:
        # aiohttp says 1006 where the peer sent no close frame.
        code = connection.socket.close_code
        self.close_codes.append(None if code == 1006 else code)
        session = connection.session
        if session is not None and session.connection is connection:
            session.connection = None
            if code in {1000, 1001}:
                self.sessions.pop(session.id, None)
        self._notify()
