"""Which answers cited an article."""

from __future__ import annotations

from dataclasses import dataclass

from bot.state.answers import Database
from bot.state.replies import ReplyLog, SentReply, State
from index.connections import Connection

_OF_ARTICLE = (
    "+guild_id = ? AND state NOT IN (?, ?) AND id IN"
    " (SELECT reply_id FROM reply_citation WHERE guild_id = ? AND article_id = ?)"
)


@dataclass(frozen=True, slots=True)
class Citing:
    """How many kept answers cite an article, how many of them privately, and the last public."""

    answers: int
    private: int
    latest: tuple[SentReply, ...]


class CitedLog:
    """Looks up answers by the articles that they cite; it keeps nothing of its own."""

    def __init__(self, database: Database, replies: ReplyLog) -> None:
        self._database = database
        self._replies = replies

    async def citing(self, guild_id: int, article_id: str, limit: int = 5) -> Citing:
        """What a server's answers make of an article."""
        unseen = (str(State.RETRACTED), str(State.UNSHOWN))
        given = (str(guild_id), *unseen, str(guild_id), article_id)

        def work(connection: Connection) -> tuple[int, int]:
            query = f"SELECT count(*), coalesce(sum(is_private), 0) FROM reply WHERE {_OF_ARTICLE}"  # noqa: S608 - ours
            count, private = connection.execute(query, given).fetchone()
            return int(count), int(private)

        answers, private = await self._database.read(work)
        latest = await self._replies.select(
            f"{_OF_ARTICLE} AND is_private = 0 ORDER BY +created_at DESC LIMIT ?", *given, limit
        )
        return Citing(answers, private, latest)
