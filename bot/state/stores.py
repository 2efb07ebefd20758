"""Everything that is remembered of people and servers, over one database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot.state.answers import AnswerLog, Database
from bot.state.command_hash import CommandHashes
from bot.state.conversations import Conversations
from bot.state.replies import ReplyLog
from bot.state.servers import ServerBook


class Stores:
    """The stores of one data folder.

    Args:
        database: Where they are kept.
        now: The time, in UTC.
    """

    def __init__(
        self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.answers = AnswerLog(database, now=now)
        self.command_hashes = CommandHashes(database)
        self.conversations = Conversations()
        self.replies = ReplyLog(database, now=now)
        self.servers = ServerBook(database)

    async def open(self) -> None:
        """Make the tables. Call it once, before anything else.

        Raises:
            StoreError: the database cannot be used.
        """
        for store in (self.answers, self.command_hashes, self.replies, self.servers):
            await store.open()
