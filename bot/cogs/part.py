"""What the commands of ``/index`` share; each part of them is a class of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from discord.ext import commands

from bot.cogs.exchange import InteractionExchange
from bot.cogs.jobs import JobRunner, Outcome
from bot.cogs.moderation import ModeratorDesk
from bot.cogs.people import People
from bot.cogs.ports import NO_CONSENT, BotConfig, Service
from bot.rendering.lists import Names
from bot.rendering.parts import Card
from bot.rendering.plans import Stop, render_guard, render_unfit
from bot.rendering.reports import render_report, summarise_report
from bot.speech import tr
from index.errors import PlanBlocked, PlanOutdated
from index.models import OnProgress, SyncReport
from index.plans import Consent

Publication = Callable[[OnProgress], Awaitable[SyncReport]]


class LibraryPart(commands.Cog):
    """What every part is given, and how all of them have something published."""

    service: Service
    desk: ModeratorDesk
    runner: JobRunner
    people: People
    config: BotConfig

    async def publish_shown(
        self,
        exchange: InteractionExchange,
        title: str,
        publication: Publication,
        consent: Consent = NO_CONSENT,
        *,
        is_job: bool = True,
    ) -> None:
        """Have something published; show its report, or what stops it.

        ``consent`` is what was said yes to already; a guard asks for the rest as well.
        ``is_job`` says whether the service does it as a job.
        """
        work = partial(self._publish, exchange, publication, consent)
        await self.runner.run(exchange, title, work, is_job=is_job)

    async def names(self, exchange: InteractionExchange, actors: Iterable[str]) -> Names:
        """What these actors are called."""
        return await self.people.names(exchange.interaction, actors)

    async def _publish(
        self,
        exchange: InteractionExchange,
        publication: Publication,
        consent: Consent,
        on_progress: OnProgress,
    ) -> Outcome:
        try:
            report = await publication(on_progress)
        except PlanBlocked as blocked:
            card = await self._show_guard(exchange.library, blocked, consent)
            return Outcome((card,), tr("Nothing was published: a moderator has to look first."))
        except PlanOutdated as outdated:
            return Outcome((render_unfit(str(outdated)),), tr("Nothing was published."))
        return Outcome(await self._show_report(exchange.library, report), summarise_report(report))

    async def _show_guard(self, library: str, blocked: PlanBlocked, given: Consent) -> Card:
        plan = await self.service.show_plan(library, blocked.plan_id)
        needs = Consent(
            drop=blocked.drop or given.drop,
            suspicious=blocked.suspicious or given.suspicious,
            golden=blocked.golden or given.golden,
        )
        return render_guard(plan, Stop(str(blocked), needs, blocked.failing))

    async def _show_report(self, library: str, report: SyncReport) -> tuple[Card, ...]:
        if report.held is None:
            return (render_report(report),)
        try:
            plan = await self.service.show_plan(library, report.held)
        except PlanOutdated:
            return (render_report(report),)
        stop = Stop("", Consent(suspicious=True, drop=plan.drops_too_much))
        return (render_report(report, guard_follows=True), render_guard(plan, stop))
