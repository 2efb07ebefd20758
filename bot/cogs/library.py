"""What moderators do with their server's library: ``/index``, put together from its parts."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.cogs.actions import ActionDesk
from bot.cogs.jobs import JobRunner
from bot.cogs.library_content import ContentCommands
from bot.cogs.library_jobs import JobCommands
from bot.cogs.library_past import PastCommands
from bot.cogs.library_plans import PlanCommands
from bot.cogs.library_reading import ReadingCommands
from bot.cogs.library_settings import SettingCommands
from bot.cogs.library_sources import SourceCommands
from bot.cogs.moderation import ModeratorDesk
from bot.cogs.people import People
from bot.cogs.ports import BotConfig, Service


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.default_permissions(manage_guild=True)
class LibraryCog(
    ReadingCommands,
    PlanCommands,
    PastCommands,
    ContentCommands,
    SourceCommands,
    SettingCommands,
    JobCommands,
    commands.GroupCog,
    group_name="index",
    group_description="This server's articles",
):
    """Receives the commands and presses of moderators, and lets the service work."""

    def __init__(
        self,
        *,
        service: Service,
        desk: ModeratorDesk,
        runner: JobRunner,
        people: People,
        config: BotConfig,
        actions: ActionDesk,
    ) -> None:
        self.service = service
        self.desk = desk
        self.runner = runner
        self.people = people
        self.config = config
        self.register_plans(actions)
        self.register_past(actions)
        self.register_content(actions)
        self.register_sources(actions)
        self.register_jobs(actions)
