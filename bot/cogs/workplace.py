"""What the parts of the Discord bot are given to work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from discord.ext import commands

from bot.cogs.actions import ActionDesk
from bot.cogs.errors import ErrorDesk
from bot.cogs.intake import Intake
from bot.cogs.jobs import JobRunner
from bot.cogs.moderation import Homes, MemberDesk, ModeratorDesk
from bot.cogs.people import People
from bot.cogs.ports import BotConfig, Service
from bot.state.stores import Stores


@dataclass(frozen=True, slots=True)
class Workplace:
    """Ready objects, the same for every cog; each takes what it needs.

    Attributes:
        bot: The client.
        service: The libraries.
        stores: What is remembered.
        config: Limits.
        intake: How much is worked on at once.
        errors: Where errors end.
        members: Admits whoever may ask.
        moderators: Admits moderators.
        actions: Where presses go.
        people: What people are called.
        runner: Shows jobs while they run.
        homes: Which server is meant in private messages.
        now: The time, in UTC.
        new_id: Ids of questions.
    """

    bot: commands.AutoShardedBot
    service: Service
    stores: Stores
    config: BotConfig
    intake: Intake
    errors: ErrorDesk
    members: MemberDesk
    moderators: ModeratorDesk
    actions: ActionDesk
    people: People
    runner: JobRunner
    homes: Homes
    now: Callable[[], datetime]
    new_id: Callable[[], str]
