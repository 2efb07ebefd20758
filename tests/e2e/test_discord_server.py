"""The loopback Discord against a plain discord.py client, over real sockets.

What the other end-to-end tests conclude about our bot rests on these.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import discord
import pytest
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fakes.discord_commands import NotPossibleError
from tests.fakes.discord_gateway import MESSAGE_CONTENT
from tests.fakes.discord_payloads import EPHEMERAL, Payload, visible_text
from tests.fakes.discord_requests import Upload
from tests.fakes.discord_server import TOKEN, DiscordServer

PINGING = "hello @everyone and <@990000000000000002>"


class Client(discord.Client):
    """A bot with one command of each kind that we use, and nothing of ours."""

    def __init__(self, intents: discord.Intents) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.1)
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="ask", description="Ask")(ask)
        self.tree.command(name="upload", description="Take a file")(upload)
        self.tree.command(name="slow", description="Too late")(slow)
        index = app_commands.Group(name="index", description="The index")
        index.command(name="status", description="Status")(status)
        self.tree.add_command(index)
        self.resumed = asyncio.Event()
        self.heard: list[discord.Message] = []
        self.errors: list[Exception] = []

        @self.tree.error
        async def on_error(_: discord.Interaction, error: app_commands.AppCommandError) -> None:
            self.errors.append(error)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Spare the tests the five seconds that Discord wants between two sessions."""

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_resumed(self) -> None:
        self.resumed.set()

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user:
            return
        self.heard.append(message)
        if self.user in message.mentions:
            async with message.channel.typing():
                await message.reply(f"You said: {message.clean_content}", mention_author=False)


class Quotes(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Show quotes", custom_id="quotes:1")
    async def show(self, interaction: discord.Interaction, _: discord.ui.Button[Quotes]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("word for word", ephemeral=True)


async def ask(interaction: discord.Interaction, question: str) -> None:
    await interaction.response.defer(thinking=True)
    await interaction.edit_original_response(
        content=f"Answer to {question}",
        embed=discord.Embed(title="Source", description="A quote"),
        view=Quotes(),
        allowed_mentions=discord.AllowedMentions.none(),
    )


async def upload(interaction: discord.Interaction, file: discord.Attachment) -> None:
    data = await file.read()
    await interaction.response.send_message(
        f"{file.filename}: {len(data)}",
        file=discord.File(io.BytesIO(data), "copy.txt"),
        ephemeral=True,
    )


async def slow(interaction: discord.Interaction) -> None:
    await asyncio.sleep(0)
    await interaction.response.send_message("x" * 2001)


async def status(interaction: discord.Interaction) -> None:
    await interaction.response.send_message(PINGING)


@asynccontextmanager
async def connected(
    server: DiscordServer, *, intents: discord.Intents | None = None, token: str = TOKEN
) -> AsyncIterator[Client]:
    """A client that has logged in and is connected to the server."""
    client = Client(intents or discord.Intents(guilds=True, guild_messages=True))
    running = asyncio.create_task(client.start(token))
    try:
        ready = asyncio.create_task(server.ready(within=10))
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            ready.cancel()
            await running
        await ready
        yield client
    finally:
        # While its reader waits, discord.py closes with 4000, which leaves the session open.
        running.cancel()
        await client.close()
        with suppress(BaseException):
            await running


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as running:
        monkeypatch.setattr(Route, "BASE", running.url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(running.gateway.url))
        yield running


async def test_a_client_logs_in_gets_its_guild_and_ends_its_session_when_closed(
    server: DiscordServer,
) -> None:
    async with connected(server) as client:
        await client.wait_until_ready()
        assert [guild.name for guild in client.guilds] == [server.world.guild.name]
        assert client.user is not None
        assert client.user.id == int(server.world.bot.id)
        assert server.gateway.heartbeats == 1
        (connection,) = [session.connection for session in server.gateway.connected]
        assert connection is not None
        assert connection.packed_frames >= 3

    await server.until(lambda: server.gateway.close_codes or None, 5, "closed gateway")
    assert server.gateway.close_codes == [1000]
    assert not server.gateway.sessions
    assert all("Authorization" not in request.headers for request in server.requests)
    assert server.complaints == []


async def test_a_slash_command_is_deferred_then_answered_by_an_edit(server: DiscordServer) -> None:
    async with connected(server):
        interaction = await server.slash("ask", question="When?")
        acknowledged = await server.acknowledged(interaction)
        message = await server.final_reply(interaction)

    assert acknowledged["type"] == 5
    assert interaction.answered_after is not None
    assert visible_text(message) == "Answer to When?\nSource\nA quote\nShow quotes"
    assert not message["mentions"]
    edits = server.asked("PATCH", r"/webhooks/\d+/[^/]+/messages/@original")
    assert [request.status for request in edits] == [200]


async def test_a_button_is_answered_by_an_ephemeral_message(server: DiscordServer) -> None:
    async with connected(server):
        answer = await server.final_reply(await server.slash("ask", question="When?"))
        # The client knows the button only once its own request has come back to it.
        await asyncio.sleep(0.2)
        clicked = await server.click(answer, "Show quotes")
        shown = await server.final_reply(clicked)

    assert shown["content"] == "word for word"
    assert shown["flags"] == EPHEMERAL
    assert shown["id"] != answer["id"]


async def test_a_file_goes_to_a_command_and_another_comes_back(server: DiscordServer) -> None:
    async with connected(server):
        interaction = await server.slash("upload", file=Upload("a.md", b"12345", "text/markdown"))
        message = await server.final_reply(interaction)

    assert message["content"] == "a.md: 5"
    assert [attachment["filename"] for attachment in message["attachments"]] == ["copy.txt"]
    (callback,) = server.asked("POST", "/interactions/.*")
    assert [(file.filename, file.data) for file in callback.files] == [("copy.txt", b"12345")]


async def test_a_mention_gets_a_reply_and_a_plain_message_is_blank(server: DiscordServer) -> None:
    async with connected(server) as client:
        await server.say("secret of the harbour")
        asked = await server.mention("hello")
        reply = await server.reply_to(asked)

        assert [message.content for message in client.heard] == ["", asked["content"]]

    assert reply["content"] == "You said: @footnote hello"
    assert reply["message_reference"]["message_id"] == asked["id"]
    assert not reply["mentions"]
    assert server.store.typing == [server.world.guild.channel_id]


async def test_direct_messages_come_only_with_their_intent(server: DiscordServer) -> None:
    async with connected(server) as client:
        await server.direct_message("unheard")
        await server.mention("heard")
        await server.until(lambda: client.heard or None, 5, "message")
        assert [message.guild is not None for message in client.heard] == [True]

    intents = discord.Intents(guilds=True, dm_messages=True)
    async with connected(server, intents=intents) as client:
        await server.ready(identifies=2)
        await server.direct_message("hello")
        await server.slash("index status")
        await server.until(lambda: client.heard or None, 5, "message")
        assert [message.content for message in client.heard] == ["hello"]


async def test_what_would_ping_is_seen(server: DiscordServer) -> None:
    async with connected(server):
        message = await server.final_reply(await server.slash("index status"))

    assert message["mention_everyone"] is True
    assert [user["id"] for user in message["mentions"]] == [server.world.asker.id]


async def test_commands_keep_their_ids_when_they_are_overwritten(server: DiscordServer) -> None:
    async with connected(server) as client:
        before = {command.name: command.id for command in await client.tree.fetch_commands()}
        client.tree.remove_command("slow")
        after = {command.name: command.id for command in await client.tree.sync()}

    assert set(before) - set(after) == {"slow"}
    assert after.items() <= before.items()


@pytest.mark.parametrize(
    ("name", "values"),
    [("ask", {}), ("ask", {"question": 4}), ("ask", {"query": "x"}), ("index", {}), ("nope", {})],
)
async def test_a_command_that_people_could_not_send_is_refused(
    server: DiscordServer, name: str, values: Payload
) -> None:
    async with connected(server):
        with pytest.raises(NotPossibleError):
            await server.slash(name, **values)


async def test_a_429_is_waited_out_and_a_500_is_tried_again(server: DiscordServer) -> None:
    server.fail_next("GET", "/users/@me", 429, retry_after=0.2)
    server.fail_next("PUT", r"/applications/\d+/commands", 500)
    async with connected(server):
        pass

    first, second = server.asked("GET", "/users/@me")
    assert (first.status, second.status) == (429, 200)
    assert second.at - first.at >= 0.2
    assert [r.status for r in server.asked("PUT", r"/applications/\d+/commands")] == [500, 200]


async def test_a_dropped_socket_is_resumed_and_what_was_missed_comes(server: DiscordServer) -> None:
    async with connected(server) as client:
        server.gateway.drop()
        await server.until(lambda: not server.gateway.connected or None, 5, "broken connection")
        interaction = await server.slash("ask", question="Still there?")
        message = await server.final_reply(interaction)

        async with asyncio.timeout(5):
            await client.resumed.wait()

    assert message["content"] == "Answer to Still there?"
    assert server.gateway.resumes == 1
    assert len(server.gateway.identifies) == 1


async def test_a_session_that_was_invalidated_is_made_anew(server: DiscordServer) -> None:
    async with connected(server):
        await server.gateway.invalidate()
        await server.ready(identifies=2)
        message = await server.final_reply(await server.slash("ask", question="Again?"))

    assert message["content"] == "Answer to Again?"


async def test_op_7_makes_the_client_resume(server: DiscordServer) -> None:
    async with connected(server):
        await server.gateway.ask_to_reconnect()
        await server.until(lambda: server.gateway.resumes or None, 5, "resume")


async def test_a_wrong_token_is_refused(server: DiscordServer) -> None:
    with pytest.raises(discord.LoginFailure):
        async with connected(server, token="wrong"):
            pass


async def test_an_intent_that_was_not_granted_closes_with_4014(server: DiscordServer) -> None:
    intents = discord.Intents(guilds=True, messages=True, message_content=True)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with connected(server, intents=intents):
            pass

    server.gateway.granted = MESSAGE_CONTENT
    async with connected(server, intents=intents) as client:
        await server.say("plain words")
        await server.until(lambda: client.heard or None, 5, "message")
        assert client.heard[0].content == "plain words"


async def test_what_discord_does_not_take_is_an_error_and_a_complaint(
    server: DiscordServer,
) -> None:
    async with connected(server) as client:
        await server.slash("slow")
        await server.until(lambda: client.errors or None, 5, "error")

    assert "2001 characters" in server.complaints[0]
    assert "Invalid Form Body" in str(client.errors[0])


async def test_an_interaction_is_acknowledged_once_and_in_time(server: DiscordServer) -> None:
    async with connected(server) as client:
        interaction = await server.slash("ask", question="?")
        await server.final_reply(interaction)
        callback = Route("POST", f"/interactions/{interaction.id}/{interaction.token}/callback")
        with pytest.raises(discord.HTTPException) as twice:
            await client.http.request(callback, json={"type": 5})

        late = server.store.open_interaction(2, interaction.channel_id, server.world.asker)
        late.sent_at -= 3.1
        too_late = Route("POST", f"/interactions/{late.id}/{late.token}/callback")
        with pytest.raises(discord.NotFound) as unknown:
            await client.http.request(too_late, json={"type": 5})

    assert (twice.value.code, unknown.value.code) == (40060, 10062)
