"""``/index jobs`` and ``cancel``."""

from __future__ import annotations

from discord import app_commands

from bot.cogs.actions import ActionDesk, Press
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.part import LibraryPart
from bot.rendering.jobs import render_ended, render_jobs
from bot.rendering.lists import page_of

_LISTED = 50


class JobCommands(LibraryPart):
    """What runs, what ran, and how to end it. Ending finds room however busy the bot is."""

    def register_jobs(self, actions: ActionDesk) -> None:
        """Answer the buttons of jobs."""
        actions.on("job", "list", self._press_jobs)
        actions.on("job", "cancel", self._press_cancel, urgent=True)

    @app_commands.command(name="jobs", description="What is being done, and what was done lately")
    async def jobs(self, interaction: Interaction) -> None:
        """List the newest jobs."""
        await self.desk.serve(interaction, lambda exchange: self._list_jobs(exchange, 0))

    @app_commands.command(name="cancel", description="Cancel the job that is running")
    async def cancel(self, interaction: Interaction) -> None:
        """Cancel the running job."""
        await self.desk.serve(
            interaction, lambda exchange: self._cancel(exchange, None), urgent=True
        )

    async def _list_jobs(self, exchange: InteractionExchange, page: int) -> None:
        jobs = await self.service.jobs(exchange.library, _LISTED)
        names = await self.names(exchange, (job.actor for job in page_of(jobs, page)))
        await exchange.show([render_jobs(jobs, names, page)])

    async def _press_jobs(self, exchange: InteractionExchange, press: Press) -> None:
        await self._list_jobs(exchange, press.page)

    async def _press_cancel(self, exchange: InteractionExchange, press: Press) -> None:
        await self._cancel(exchange, press.argument)

    async def _cancel(self, exchange: InteractionExchange, job_id: str | None) -> None:
        job = await self.service.cancel(exchange.library, job_id, actor=exchange.actor)
        names = await self.names(exchange, [job.actor])
        await exchange.show([render_ended(job, names)])
