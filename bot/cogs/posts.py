"""New posts that may be answered by themselves, and what is seen of them meanwhile."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import discord

TALK = frozenset({discord.MessageType.default, discord.MessageType.reply})
_WINDOW = timedelta(hours=1)
_SEEN_KEPT = 2_000
_SERVERS_KEPT = 5_000


@dataclass(slots=True)
class Post:
    """A new forum post, thread, or message in a channel.

    Attributes:
        id: The thread's or the message's own id.
        guild_id: Its server.
        channel_id: Where it is answered: the thread, or the channel of the message.
        parent_id: The channel that moderators chose for automatic answers.
        poster_id: Who asks.
        title: The thread's name, "" of a message.
        body: What was written, as far as the bot may read it.
        is_forum: Whether a post without its first message is no post any more.
        message_id: The message that is answered, where it is known.
        why_not: Why it is not answered, once that is so.
    """

    id: int
    guild_id: int
    channel_id: int
    parent_id: int
    poster_id: int
    title: str = ""
    body: str = ""
    is_forum: bool = False
    message_id: int | None = None
    why_not: str = ""

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread of its own."""
        return self.id == self.channel_id

    def close(self, why: str) -> None:
        """Note that it is not to be answered; the first reason stays."""
        self.why_not = self.why_not or why

    def see(self, message: discord.Message, bot_id: int) -> None:
        """Take notice of what is written where it would be answered."""
        author = message.author
        if author.id == bot_id:
            self.close("answered already")
        elif any(user.id == bot_id for user in message.mentions):
            self.close("the bot was asked by name")
        elif message.type is discord.MessageType.thread_starter_message:
            self._see_start(message)
        elif message.id == self.id:
            self._see_first(message)
        elif author.bot or message.webhook_id or message.type not in TALK:
            return
        elif author.id != self.poster_id:
            self.close("a person is there")
        elif self.is_thread and not self.body:
            # A thread of its own has no first message but what its maker writes into it.
            self.body, self.message_id = message.content, message.id

    def _see_start(self, message: discord.Message) -> None:
        """The message that a thread was made from: who wrote it asks."""
        start = message.reference.resolved if message.reference else None
        if not isinstance(start, discord.Message):
            self.close("its first message is gone")
        elif start.author.id != self.poster_id:
            self.close("somebody else made a thread of it")
        else:
            self._see_first(start, is_here=False)

    def _see_first(self, message: discord.Message, *, is_here: bool = True) -> None:
        if message.author.bot or message.webhook_id:
            self.close("no person asks")
        if message.author.id != self.poster_id:
            self.close("it is somebody else's")
        self.body = message.content or self.body
        # Only a message of the same channel can be replied to.
        self.message_id = message.id if is_here else None


def see_all(post: Post, messages: Iterable[discord.Message], bot_id: int) -> None:
    """Take notice of what stands there, the oldest first."""
    found = sorted(messages, key=lambda message: message.id)
    for message in found:
        post.see(message, bot_id)
    if post.is_forum and all(message.id != post.id for message in found):
        post.close("its first message is gone")


class PostBook:
    """Which posts wait, which were looked at before, and how many of a server lately.

    Args:
        hourly: How many posts of one server are looked at in an hour.
        waiting: How many may wait in all.
        now: The time, in UTC.
    """

    def __init__(self, *, hourly: int, now: Callable[[], datetime], waiting: int = 500) -> None:
        self._hourly = hourly
        self._now = now
        self._limit = waiting
        self._waiting: dict[int, Post] = {}
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._taken: OrderedDict[int, deque[datetime]] = OrderedDict()

    def take(self, post: Post) -> bool:
        """Have a post wait; whether it may, which each may once."""
        if post.id in self._seen or len(self._waiting) >= self._limit:
            return False
        if not self._has_room(post.guild_id):
            return False
        self._seen[post.id] = None
        if len(self._seen) > _SEEN_KEPT:
            self._seen.popitem(last=False)
        self._waiting[post.id] = post
        return True

    def let_go(self, post: Post) -> None:
        """Have it wait no longer."""
        self._waiting.pop(post.id, None)

    def waiting_in(self, channel_id: int) -> list[Post]:
        """The posts that would be answered in a channel or thread."""
        return [post for post in self._waiting.values() if post.channel_id == channel_id]

    def waiting_for(self, message_id: int) -> list[Post]:
        """The posts that are no more without this message."""
        own = (post for post in self._waiting.values() if message_id in {post.id, post.message_id})
        return list(own)

    def _has_room(self, guild_id: int) -> bool:
        now = self._now()
        taken = self._taken.setdefault(guild_id, deque())
        self._taken.move_to_end(guild_id)
        if len(self._taken) > _SERVERS_KEPT:
            self._taken.popitem(last=False)
        # What lies ahead was noted before the clock was set back.
        while taken and not now - _WINDOW < taken[0] <= now:
            taken.popleft()
        if len(taken) >= self._hourly:
            return False
        taken.append(now)
        return True
