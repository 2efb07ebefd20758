"""Scenes of the work on a library: plans, jobs, editions, sources."""

from __future__ import annotations

import asyncio

import picture_samples as samples
from picture_stage import Scene, Stage

from bot.cogs.ports import library_of
from index.errors import PlanBlocked
from tests.fakes.discord_service import ScriptedService


async def show_plan(stage: Stage, service: ScriptedService) -> None:
    """A plan with something of each kind."""
    service.open_plans = {"7f3a": samples.plan(library_of(stage.guild.id))}
    await stage.use("index plan")


async def show_changes(stage: Stage, service: ScriptedService) -> None:
    """A changed article."""
    service.open_plans = {"7f3a": samples.plan(library_of(stage.guild.id))}
    await stage.press(await stage.use("index plan"), "Show changes")


async def show_guard(stage: Stage, service: ScriptedService) -> None:
    """A publication that a guard stopped."""
    plan = samples.dropping_plan(library_of(stage.guild.id))
    service.open_plans = {plan.id: plan}
    service.error = PlanBlocked(samples.DROP, plan_id=plan.id, drop=True, suspicious=True)
    await stage.use("index sync")


async def show_job(stage: Stage, service: ScriptedService) -> None:
    """A job in the middle of its work, with its pace."""

    async def work() -> None:
        for progress in samples.PROGRESS:
            service.tell(progress)
            await asyncio.sleep(1.2)
        await stage.env.external_wait(stage.go_on.wait(), reason="the picture is taken")

    service.before = work
    await stage.use("index sync")
    await stage.env.advance_time(8.1)


async def show_report(stage: Stage, service: ScriptedService) -> None:
    """What an add came to."""
    service.report = samples.REPORT
    await stage.use("index add", url="https://gullmarrow.example/feed.xml")


async def show_history(stage: Stage, service: ScriptedService) -> None:
    """The editions of a library."""
    service.editions = samples.editions(f"discord:{stage.moderator.id}")
    await stage.use("index history")


async def show_status(stage: Stage, service: ScriptedService) -> None:
    """What a library holds."""
    service.state = samples.STATUS
    await stage.use("index status")


async def show_sources(stage: Stage, service: ScriptedService) -> None:
    """The sources and their schedules."""
    service.remembered = samples.sources(f"discord:{stage.moderator.id}")
    await stage.use("index sources")


async def show_schedule_report(stage: Stage, service: ScriptedService) -> None:
    """What moderators hear of a scheduled run."""
    service.channel = stage.channel.id
    await stage.bot.poster.post_report(library_of(stage.guild.id), samples.SCHEDULED)


async def show_golden(stage: Stage, service: ScriptedService) -> None:
    """The golden questions."""
    service.kept = samples.golden(f"discord:{stage.moderator.id}")
    await stage.use("golden list")


SCENES: dict[str, Scene] = {
    "plan": show_plan,
    "changes": show_changes,
    "guard": show_guard,
    "job": show_job,
    "report": show_report,
    "history": show_history,
    "status": show_status,
    "sources": show_sources,
    "scheduled": show_schedule_report,
    "golden": show_golden,
}
