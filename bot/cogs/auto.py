"""Automatic answers: to new posts in channels that moderators chose, if no person answers first.

The bot waits a while, looks whether somebody is there, and answers only what it is sure of.
Without the message content intent it knows no more of a post than its title.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import discord
import structlog
from discord.ext import commands

from bot.cogs.answering import AnswerDesk, Asking
from bot.cogs.exchange import SEND_FAILURES, choose_language
from bot.cogs.members import Members
from bot.cogs.post_exchange import PostExchange, Room
from bot.cogs.post_text import looks_like_question, read_post
from bot.cogs.posts import Post, PostBook, see_all
from bot.cogs.workplace import Workplace
from bot.policy import Person
from bot.speech import speak

_NEW = timedelta(minutes=5)
_LOOK_SECONDS = 10.0
_MESSAGES = 50
_PUBLIC = frozenset({discord.ChannelType.public_thread, discord.ChannelType.news_thread})


class AutoCog(commands.Cog):
    """Watches new posts and has those answered that nobody answers.

    Args:
        work: What every cog is given.
        answers: Answers.
        members: Who belongs where.
    """

    def __init__(self, work: Workplace, answers: AnswerDesk, members: Members) -> None:
        self._work = work
        self._answers = answers
        self._members = members
        self._posts = PostBook(hourly=work.config.auto_limit, now=work.now)
        self._tasks: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger(__name__)

    async def cog_unload(self) -> None:
        """End what waits; nobody was promised anything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Watch a new thread; this comes for old ones too that the bot is added to."""
        is_new = self._work.now() - (thread.created_at or discord.utils.utcnow()) < _NEW
        if thread.type not in _PUBLIC or not is_new or thread.owner_id == self._bot_id:
            return
        if not await self._is_chosen(thread.guild.id, thread.parent_id):
            return
        self._watch(
            Post(
                id=thread.id,
                guild_id=thread.guild.id,
                channel_id=thread.id,
                parent_id=thread.parent_id,
                poster_id=thread.owner_id,
                title=thread.name,
                is_forum=isinstance(thread.parent, discord.ForumChannel),
            )
        )

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """See who writes where something waits, and watch questions in chosen channels."""
        for post in self._posts.waiting_in(message.channel.id):
            post.see(message, self._bot_id)
        if self._work.config.reads_content and self._is_plain_question(message):
            guild_id, channel_id = message.guild.id if message.guild else 0, message.channel.id
            if await self._is_chosen(guild_id, channel_id):
                self._watch(
                    Post(
                        id=message.id,
                        guild_id=guild_id,
                        channel_id=channel_id,
                        parent_id=channel_id,
                        poster_id=message.author.id,
                        body=message.content,
                        message_id=message.id,
                    )
                )

    @commands.Cog.listener()
    async def on_raw_message_delete(self, deleted: discord.RawMessageDeleteEvent) -> None:
        """Leave a post alone that was taken back."""
        for post in self._posts.waiting_for(deleted.message_id):
            post.close("it was deleted")

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, deleted: discord.RawThreadDeleteEvent) -> None:
        """The same for a whole thread."""
        for post in self._posts.waiting_in(deleted.thread_id):
            post.close("it was deleted")

    @property
    def _bot_id(self) -> int:
        user = self._work.bot.user
        return user.id if user else 0

    async def _is_chosen(self, guild_id: int, channel_id: int) -> bool:
        rules = await self._work.stores.servers.of(guild_id)
        return channel_id in rules.auto_channels

    def _is_plain_question(self, message: discord.Message) -> bool:
        """Whether somebody asks a channel as a whole something, and no one in particular."""
        author = message.author
        if author.bot or message.webhook_id or message.type is not discord.MessageType.default:
            return False
        if not isinstance(message.channel, discord.TextChannel) or message.reference is not None:
            return False
        if message.mentions or message.role_mentions or message.mention_everyone:
            return False
        return looks_like_question(message.content)

    def _watch(self, post: Post) -> None:
        if self._work.intake.is_closing or not self._posts.take(post):
            return
        task = asyncio.create_task(self._attend(post))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attend(self, post: Post) -> None:
        """Give people time, and answer if nobody did."""
        try:
            await asyncio.sleep(self._work.config.auto_wait)
            exchange = await self._look(post)
            if exchange is None or post.why_not:
                self._log.info("left_to_people", post=post.id, why=post.why_not)
                return
            async with self._work.errors.guard(exchange):
                await self._answer(post, exchange)
        except Exception:  # noqa: BLE001 - the outer edge: nobody waits for this task
            self._work.errors.report_event("automatic_answer")
        finally:
            self._posts.let_go(post)

    async def _answer(self, post: Post, exchange: PostExchange) -> None:
        guild = self._work.bot.get_guild(post.guild_id)
        rules = await self._work.stores.servers.of(post.guild_id)
        locale = guild.preferred_locale if guild else None
        speak(choose_language(rules, private=False, locale=None, guild_locale=locale))
        asking = Asking(
            read_post(post.title, post.body),
            self._work.new_id(),
            show_question=False,
            asked_message_id=post.message_id,
            still_wanted=lambda: not post.why_not and self._find_room(post) is not None,
        )
        await self._answers.answer(exchange, asking)

    async def _look(self, post: Post) -> PostExchange | None:
        """Whether it may still be answered, and where; else the post is closed."""
        room = self._find_room(post)
        if post.why_not or room is None or self._work.intake.is_closing:
            return None
        if not await self._is_chosen(post.guild_id, post.parent_id):
            post.close("the channel was taken off")
            return None
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                see_all(post, await _read(room, post), self._bot_id)
                member = await self._members.find(room.guild, post.poster_id)
        except SEND_FAILURES as error:
            post.close(f"Discord would not say: {error!r}")
            return None
        if member is None or member.bot:
            post.close("no member asks")
            return None
        person = Person(post.poster_id, role_ids=frozenset(role.id for role in member.roles))
        return PostExchange(post, room, person)

    def _find_room(self, post: Post) -> Room | None:
        """Where it would be answered, if it is there, open, and the bot may read and write."""
        guild = self._work.bot.get_guild(post.guild_id)
        room = guild.get_channel_or_thread(post.channel_id) if guild else None
        if guild is None or guild.me is None or not isinstance(room, Room):
            post.close("it is gone, or closed")
            return None
        if isinstance(room, discord.Thread):
            post.title = room.name
            if room.archived or room.locked or room.parent is None:
                post.close("it is closed")
                return None
        granted = room.permissions_for(guild.me)
        is_thread = isinstance(room, discord.Thread)
        may_write = granted.send_messages_in_threads if is_thread else granted.send_messages
        if not (granted.view_channel and granted.read_message_history and may_write):
            post.close("the bot may not read or write there")
            return None
        return room


async def _read(room: Room, post: Post) -> list[discord.Message]:
    """What stands there: the newest in a thread, what came after a message in a channel."""
    if post.is_thread:
        return [message async for message in room.history(limit=_MESSAGES)]
    after = discord.Object(post.id)
    return [message async for message in room.history(limit=_MESSAGES, after=after)]
