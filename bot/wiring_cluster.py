"""What several processes over one store need, built from settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cluster import Shards, concern_of
from bot.cluster_editions import EditionWatch
from bot.cluster_turns import Turns

if TYPE_CHECKING:
    from bot.services.watching import Publications
    from bot.settings import Settings
    from index.database import Database


def is_shared(settings: Settings) -> bool:
    """Whether other processes may write into the same store: only a server has several."""
    return settings.store is not None


def read_shards(settings: Settings) -> Shards | None:
    """The shards that this process runs; None: all."""
    if settings.shard_ids is None or settings.shard_count is None:
        return None
    return Shards(settings.shard_ids, settings.shard_count)


def make_turns(database: Database) -> Turns:
    """The turns among all processes over this store."""
    return Turns(database)


def make_edition_watch(
    settings: Settings, database: Database, publications: Publications
) -> EditionWatch | None:
    """Hears of what other processes publish; None where there are none."""
    if not is_shared(settings):
        return None
    return EditionWatch(
        database, tell=publications.tell, concerns=concern_of(read_shards(settings))
    )
