"""Everything that is remembered of people and servers, over one database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot.state.answers import AnswerLog, Database
from bot.state.changed import ChangedLog
from bot.state.cited import CitedLog
from bot.state.command_hash import CommandHashes
from bot.state.conversations import Conversations
from bot.state.corrections import CorrectionLog
from bot.state.feedback import FeedbackLog
from bot.state.homes import HomeBook
from bot.state.pending import PendingBook
from bot.state.personal import PersonalRecords
from bot.state.replies import ReplyLog
from bot.state.retention import Retention
from bot.state.server_changes import ChangeBook
from bot.state.servers import ServerBook
from bot.state.shares import ShareLog
from bot.state.stats import StatsDesk


class Stores:
    """The stores of one data folder.

    Args:
        database: Where they are kept.
        is_shared: Whether other processes write there too.
        now: The time, in UTC.
    """

    def __init__(
        self,
        database: Database,
        *,
        is_shared: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.answers = AnswerLog(database, now=now)
        self.command_hashes = CommandHashes(database)
        self.conversations = Conversations()
        self.replies = ReplyLog(database, now=now)
        self.feedback = FeedbackLog(database, now=now)
        self.changed = ChangedLog(database, self.replies, now=now)
        self.cited = CitedLog(database, self.replies)
        self.corrections = CorrectionLog(database, now=now)
        self.servers = ServerBook(database, is_shared=is_shared)
        self.shares = ShareLog(database, now=now)
        self.homes = HomeBook(database)
        self.changes = ChangeBook(database, now=now)
        self.stats = StatsDesk(database, now=now)
        self.retention = Retention(database, self.servers, now=now)
        self.pending = PendingBook(database, now=now)
        self.personal = PersonalRecords(database, self.conversations)

    async def open(self) -> None:
        """Make the tables. Call it once, before anything else.

        Raises:
            StoreError: the database cannot be used.
        """
        for store in (self.answers, self.command_hashes, self.replies, self.servers):
            await store.open()
        await self.changes.open()
        await self.pending.open()
        await self.homes.open()
        # Its rows go with those of the replies.
        await self.feedback.open()
        await self.retention.open()
        await self.shares.open()
        await self.changed.open()
        await self.corrections.open()
