"""What discord.py remembers of servers, corrected where it runs several shards."""

from __future__ import annotations

from typing import Any

from discord.state import AutoShardedConnectionState

from bot.cluster import Shards


class FootnoteState(AutoShardedConnectionState[Any]):
    """Forgets servers that the bot left while it had no session.

    A new session lists the servers of its shard. discord.py clears what it knew before only
    where there is one shard to a client, so others would stay for ever.
    """

    def parse_ready(self, data: Any) -> None:  # noqa: ANN401 - an event as Discord sends it
        """A shard has a new session."""
        shard_id, count = data["shard"]
        shard, listed = Shards((shard_id,), count), {int(each["id"]) for each in data["guilds"]}
        for guild in self.guilds:
            if shard.has_guild(guild.id) and guild.id not in listed:
                self._remove_guild(guild)
        super().parse_ready(data)
