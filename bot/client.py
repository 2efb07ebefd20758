"""The Discord bot: commands, mentions, buttons and forms, around a service it is handed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import discord
import structlog
import yarl
from discord import app_commands
from discord.ext import commands, tasks
from discord.gateway import DiscordWebSocket

from bot.cluster import ONE_SHARD, Shards
from bot.cluster_guilds import GuildsElsewhere
from bot.cluster_state import FootnoteState
from bot.cluster_turns import OwnHolds, Turns
from bot.cogs.actions import ActionDesk, ActionItem, FormListener
from bot.cogs.answer_menu import AnswerMenu
from bot.cogs.answering import AnswerDesk
from bot.cogs.articles import ArticlesCog
from bot.cogs.ask import AskCog
from bot.cogs.audit import AuditCog
from bot.cogs.auto import AutoCog
from bot.cogs.check import CheckMenu
from bot.cogs.config import ConfigCog
from bot.cogs.cut_off import CutOff
from bot.cogs.desk_posts import DeskPosts
from bot.cogs.direct import DirectCog
from bot.cogs.errors import ErrorDesk
from bot.cogs.exchange import NO_MENTIONS, SEND_FAILURES
from bot.cogs.feedback import FeedbackCog
from bot.cogs.follow_ups import FollowUps
from bot.cogs.gaps import GapsCog
from bot.cogs.golden import GoldenCog
from bot.cogs.help import HelpCog
from bot.cogs.homes import DirectHomes
from bot.cogs.intake import Intake
from bot.cogs.jobs import JobRunner
from bot.cogs.library import LibraryCog
from bot.cogs.marking import Marker
from bot.cogs.members import Members
from bot.cogs.moderation import Homes, MemberDesk, ModeratorDesk, NoHomes
from bot.cogs.note_care import NoteCare
from bot.cogs.notes import NotesCog
from bot.cogs.people import People
from bot.cogs.ports import BotConfig, Service
from bot.cogs.posting import Poster
from bot.cogs.privacy import PrivacyCog
from bot.cogs.promises import Promises
from bot.cogs.quotes import QuotesButton, QuotesDesk, ReaderDesk
from bot.cogs.records import Records
from bot.cogs.retracting import Retractor
from bot.cogs.settling import DirectMessages
from bot.cogs.sharing import Sharing
from bot.cogs.stats import StatsCog
from bot.cogs.translator import CatalogTranslator, describe_commands, learn_languages
from bot.cogs.votes import Votes
from bot.cogs.watch import WatchCog
from bot.cogs.workplace import Workplace
from bot.observing.observer import Observer
from bot.state.stores import Stores
from index.errors import FootnoteIndexError

_COMMANDS_PATIENCE = 60.0


class FootnoteTree(app_commands.CommandTree["FootnoteBot"]):
    """The slash commands: each delivered interaction once, every error to the error desk."""

    async def interaction_check(self, interaction: discord.Interaction[FootnoteBot], /) -> bool:
        """Whether this interaction was not delivered before."""
        return interaction.client.intake.is_first_time(interaction.id)

    async def on_error(
        self,
        interaction: discord.Interaction[FootnoteBot],
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        """What no exchange guarded: unknown commands, checks, options that cannot be read."""
        await interaction.client.errors.report_interaction(interaction, error)


class FootnoteBot(commands.AutoShardedBot):
    """Answers questions in servers, from the articles of each server's own library.

    Args:
        service: The libraries.
        stores: What is remembered; already opened.
        config: Limits.
        shards: The shards that this process runs; None: all, as many as Discord advises.
        turns: Lets processes over one store take turns; None: there is no other.
        asks_for_gateway: Whether the API is asked where its gateway is, as one that is not
            Discord's own has to be.
        observer: Follows questions; None: one that writes the log only.
        now: The time, in UTC.
        new_id: Ids of questions.
    """

    def __init__(
        self,
        *,
        service: Service,
        stores: Stores,
        config: BotConfig | None = None,
        shards: Shards | None = ONE_SHARD,
        turns: Turns | None = None,
        asks_for_gateway: bool = False,
        observer: Observer | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        config = config or BotConfig()
        super().__init__(
            # Never used: no command listens to messages. Naming the bot needs no privilege.
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=FootnoteTree,
            # Messages that name the bot carry their text without the message content intent.
            intents=discord.Intents(
                guilds=True,
                guild_messages=True,
                dm_messages=True,
                message_content=config.reads_content,
            ),
            allowed_mentions=NO_MENTIONS,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=False
            ),
            max_messages=None,
            # Nobody's turn is held for longer: what Discord asks to wait beyond that is refused.
            max_ratelimit_timeout=60.0,
            # discord.py takes no word for "as Discord advises" but None.
            shard_ids=list(shards.ids) if shards else None,  # type: ignore[arg-type]
            shard_count=shards.count if shards else None,
            # They wait for each other, and discord.py gives up no shard but its patience.
            shard_connect_timeout=None,
        )
        self._shards = shards
        self._turns = turns or Turns(OwnHolds())
        self._elsewhere = GuildsElsewhere(partial(self.fetch_guild, with_counts=False))
        self.config = config
        self.errors = ErrorDesk()
        self._promises = Promises(stores.pending)
        self._telling: asyncio.Task[None] | None = None
        self.intake = Intake(
            limit=self.config.questions_limit,
            per_person=self.config.questions_per_person,
            waiting_each=self.config.waiting_each,
            waiting_all=self.config.waiting_all,
            patience=self.config.waiting_timeout,
            promises=self._promises,
            now=now,
        )
        self._members = Members()
        self._homes = None
        if self.config.direct_messages:
            self._homes = DirectHomes(
                self, homes=stores.homes, servers=stores.servers, members=self._members
            )
        homes: Homes = self._homes or NoHomes()
        self._direct = DirectMessages(self._homes)
        members = MemberDesk(
            intake=self.intake, errors=self.errors, servers=stores.servers, homes=homes
        )
        readers = ReaderDesk(
            intake=self.intake, errors=self.errors, servers=stores.servers, homes=homes
        )
        self.quotes = QuotesDesk(service=service, stores=stores, desk=readers)
        self.desk = ModeratorDesk(intake=self.intake, errors=self.errors, servers=stores.servers)
        self.actions = ActionDesk(self.desk, members)
        self.knows_servers = asyncio.Event()
        self.poster = Poster(self, service=service)
        people = People()
        self._work = Workplace(
            bot=self,
            service=service,
            stores=stores,
            config=self.config,
            intake=self.intake,
            errors=self.errors,
            members=members,
            moderators=self.desk,
            actions=self.actions,
            people=people,
            runner=JobRunner(service=service, people=people, config=self.config),
            homes=homes,
            now=now,
            new_id=new_id,
        )
        self._service = service
        self._stores = stores
        self._now = now
        self._asks_for_gateway = asks_for_gateway
        self._observer = observer
        self._is_stopping = False
        self._log = structlog.get_logger(__name__)

    async def setup_hook(self) -> None:
        """Once, after login: commands, the button, and what runs beside."""
        await self._ask_for_gateway()
        await self._tell_cut_off()
        await self.add_commands()
        self.add_dynamic_items(QuotesButton, ActionItem)
        await self._sync_commands()
        self._forget_old_answers.start()

    async def _tell_cut_off(self) -> None:
        """Tell those who waited when this process was killed, beside everything else."""
        self._promises.holder = f"{self.shard_ids or ''}"
        try:
            left = await self._stores.pending.left_by(self._promises.holder)
        except FootnoteIndexError as error:
            self._log.warning("pending_not_read", cause=repr(error))
            return
        self._telling = asyncio.create_task(CutOff(self, self._stores.pending).tell(left))

    async def _ask_for_gateway(self) -> None:
        """Learn from Discord how many shards the bot needs, and how they may begin."""
        if self._shards == ONE_SHARD and not self._asks_for_gateway:
            return
        advised, gateway, limits = await self.http.get_bot_gateway()
        self._turns.allow(limits["max_concurrency"])
        if self._asks_for_gateway:
            # Like the API's address, discord.py keeps this one on a class.
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        if self._shards is None:
            self._shards = Shards(tuple(range(advised)), advised)
            self.shard_count = advised
        elif self._shards.count < advised:
            self._log.warning("fewer_shards_than_advised", advised=advised, set=self._shards.count)
        self._log.info("shards", here=len(self._shards.ids), all=self._shards.count)

    def _get_state(self, **options: Any) -> FootnoteState:  # noqa: ANN401 - discord.py's own
        return FootnoteState(
            dispatch=self.dispatch,
            handlers=self._handlers,
            hooks=self._hooks,
            http=self.http,
            **options,
        )

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002
        """Wait for this shard's turn among those of all processes."""
        await self._turns.identify(shard_id or 0)

    def has_guild(self, guild_id: int) -> bool:
        """Whether a server's events come to this process, be the bot in it or not."""
        return self._shards is None or self._shards.has_guild(guild_id)

    async def find_guild(self, guild_id: int) -> discord.Guild | None:
        """A server that the bot is in, also one whose events go to another process.

        Raises:
            discord.HTTPException: Discord did not say.
        """
        if self.has_guild(guild_id):
            return self.get_guild(guild_id)
        return await self._elsewhere.find(guild_id)

    async def _add_cogs(self) -> None:
        work = self._work
        retractor = Retractor(self, work.stores)
        records = Records(stores=work.stores, gaps=work.service, now=work.now)
        answers = AnswerDesk(
            service=work.service,
            records=records,
            retractor=retractor,
            intake=work.intake,
            servers=work.stores.servers,
            config=work.config,
            name_server=self._name_server,
            observer=self._observer,
        )
        await self.add_cog(AskCog(work, answers, self._direct))
        await self.add_cog(AutoCog(work, answers, self._members))
        if self._homes is not None:
            await self.add_cog(DirectCog(work, self._homes, self._direct, answers))
        await self.add_cog(AnswerMenu(work, answers))
        await self.add_cog(CheckMenu(work))
        await self.add_cog(retractor)
        FollowUps(work, answers)
        Votes(work)
        Sharing(work, records)
        await self._add_moderation()
        await self.add_cog(FormListener(actions=work.actions, intake=work.intake))

    def _name_server(self, guild_id: int) -> str:
        guild = self.get_guild(guild_id) or self._elsewhere.recall(guild_id)
        return guild.name if guild is not None else ""

    async def _add_moderation(self) -> None:
        work = self._work
        await self.add_cog(FeedbackCog(work))
        await self.add_cog(StatsCog(work))
        await self.add_cog(PrivacyCog(work, (self._direct.forget, self._members.forget)))
        await self.add_cog(ConfigCog(work))
        await self.add_cog(HelpCog(work))
        await self.add_cog(
            LibraryCog(
                service=work.service,
                desk=work.moderators,
                runner=work.runner,
                people=work.people,
                config=work.config,
                actions=work.actions,
            )
        )
        await self.add_cog(
            GoldenCog(
                self,
                service=work.service,
                stores=work.stores,
                desk=work.moderators,
                runner=work.runner,
                people=work.people,
                actions=work.actions,
            )
        )
        await self._add_curation()

    async def _add_curation(self) -> None:
        work = self._work
        posts = DeskPosts(work)
        marker = Marker(work, posts)
        await self.add_cog(GapsCog(work, posts))
        await self.add_cog(ArticlesCog(work))
        await self.add_cog(NotesCog(work, posts, marker))
        NoteCare(work, marker)
        await self.add_cog(WatchCog(work, posts, marker))
        await self.add_cog(AuditCog(work))

    async def add_commands(self) -> None:
        """Add every command and what listens; ``setup_hook`` does it after login."""
        await asyncio.to_thread(learn_languages)
        await self.tree.set_translator(CatalogTranslator())
        await self._add_cogs()

    async def on_ready(self) -> None:
        """Log the connection; this comes again with every new session."""
        self.knows_servers.set()
        self._log.info("ready", bot=str(self.user), guilds=len(self.guilds))
        await self._note_servers()

    async def on_guild_remove(self, guild: discord.Guild, /) -> None:
        """The bot left a server; what is kept of its people is forgotten after a while."""
        self._log.info("server_left", guild=guild.id)
        await self._note_servers()

    async def on_guild_join(self, guild: discord.Guild, /) -> None:
        """The bot came to a server, perhaps back to it."""
        self._log.info("server_joined", guild=guild.id)
        await self._note_servers()

    async def on_message(self, message: discord.Message, /) -> None:
        """Nothing here: there are no prefix commands, and the cogs listen for themselves."""

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """Log what went wrong in an event that nobody waits for."""
        self.errors.report_event(event_method)

    async def finish_work(self) -> None:
        """Take nothing more in, and let running answers finish for a while.

        What cannot finish is told so. Calling it again does nothing.
        """
        if not self._is_stopping:
            self._is_stopping = True
            self._forget_old_answers.cancel()
            if self._telling is not None:
                self._telling.cancel()
            await self.intake.close(self.config.stop_grace)

    async def stop(self) -> None:
        """Finish the work, then disconnect."""
        await self.finish_work()
        await self.close()

    async def close(self) -> None:
        """Disconnect."""
        await self._turns.close()
        await super().close()

    async def _sync_commands(self) -> None:
        """Tell Discord about the commands if they are not what it was told last.

        Of several processes that start at once, one does.
        """
        application_id = self.application_id or 0
        try:
            current = await hash_commands(self.tree)
            async with self._turns.alone("commands", patience=_COMMANDS_PATIENCE) as is_alone:
                if await self._stores.command_hashes.read(application_id) == current:
                    return
                if not is_alone:
                    self._log.warning("commands_left_to_another_process")
                    return
                await self.tree.sync()
                await self._stores.command_hashes.write(application_id, current)
        except (*SEND_FAILURES, FootnoteIndexError) as error:
            # The bot works without: Discord keeps the commands it has.
            self._log.error("commands_not_synced", cause=repr(error))
        else:
            self._log.info("commands_synced", hash=current[:12])

    @tasks.loop(hours=24)
    async def _forget_old_answers(self) -> None:
        try:
            if self.is_ready():
                await self._note_servers()
            async with self._turns.alone("forgetting", patience=0.0) as is_alone:
                if not is_alone:
                    return
                forgotten = await self._stores.retention.prune(self.config.answer_retention)
                gaps = forgotten.gaps + await self._service.prune_gaps()
        except FootnoteIndexError as error:
            self._log.warning("old_answers_not_forgotten", cause=repr(error))
        else:
            self._log.info(
                "old_answers_forgotten",
                count=forgotten.replies,
                gaps=gaps,
                servers=forgotten.servers,
            )

    async def _note_servers(self) -> None:
        """Tell those who forget in time which servers the bot is in, also those that are down."""
        try:
            here = [guild.id for guild in self.guilds]
            await self._stores.retention.note_here(here, concerns=self.has_guild)
        except FootnoteIndexError as error:
            self._log.warning("servers_not_noted", cause=repr(error))


async def hash_commands(tree: app_commands.CommandTree[Any]) -> str:
    """A hash of all that Discord would be told about the commands, in every language."""
    payload = await describe_commands(tree, tree.translator or CatalogTranslator())
    encoded = json.dumps(payload, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(encoded.encode()).hexdigest()
