"""Makes the pictures of docs/: what Discord shows of answers and of a moderator's work.

Needs the test tools, chromium, and simcord's preview (``pip install linkify-it-py``):

    python docs/make_pictures.py [NAME ...]

With ``LOOKS=FOLDER`` each is also taken in the light theme and at the width of a phone, into
that folder, to be looked at.

Answers are real, from the seeds. The cards of moderators are shown around a service that
replies as told, with invented articles.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import discord
import picture_samples as samples
import reply_samples as replies
import simcord
from picture_browser import NARROW, Look, take

from bot.client import FootnoteBot
from bot.cogs.layout import QUOTES_LABEL
from bot.cogs.ports import BotConfig, Service, library_of
from bot.settings import Settings
from bot.state.stores import Stores
from bot.wiring import open_service
from index.database import Database
from index.errors import PlanBlocked
from index.models import SyncReport
from tests.fakes.discord_service import ScriptedService
from tests.fakes.discord_world import INTERVAL, PATIENCE

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "How many seats did the Liberals win, and when did Carney and Trump first speak?"
UNKNOWN = "How do I bake sourdough bread at home?"


@dataclass(frozen=True)
class Stage:
    """A server in a Discord in memory, and a moderator in it."""

    env: simcord.Env
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    moderator: simcord.MemberActor

    async def use(self, name: str, **options: object) -> simcord.InteractionResult:
        """Use a command as the moderator."""
        return await self.moderator.slash(self.channel, name, **options)

    async def press(self, shown: simcord.InteractionResult, label: str) -> None:
        """Press a button of the first card that was shown."""
        if shown.response is None:
            raise RuntimeError("the bot showed nothing")
        await self.moderator.click(shown.response, label=label)


Scene = Callable[[Stage, ScriptedService], Awaitable[None]]


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
    go_on = asyncio.Event()

    async def work() -> None:
        for progress in samples.PROGRESS:
            service.tell(progress)
            await asyncio.sleep(1.2)
        await stage.env.external_wait(go_on.wait(), reason="the picture is taken")

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
    bot = stage.env.bot
    if not isinstance(bot, FootnoteBot):
        raise TypeError("another bot runs")
    await bot.poster.post_report(library_of(stage.guild.id), samples.SCHEDULED)


async def show_differences(stage: Stage, service: ScriptedService) -> None:
    """An answer from articles that disagree, in a conversation."""
    service.reply = replies.differing()
    await stage.use("ask", question=service.reply.question.text)


async def show_too_old(stage: Stage, service: ScriptedService) -> None:
    """A refusal: only older articles say something."""
    service.reply = replies.too_old()
    await stage.use("ask", question=service.reply.question.text)


async def show_asking_back(stage: Stage, service: ScriptedService) -> None:
    """A question that has to be asked back."""
    service.reply = replies.asking_back()
    await stage.use("ask", question=service.reply.question.text)


async def show_unfinished(stage: Stage, service: ScriptedService) -> None:
    """An answer that a model is still writing."""
    go_on = asyncio.Event()
    underway = replies.unfinished()

    async def work() -> None:
        service.on_underway(underway)
        await stage.env.external_wait(go_on.wait(), reason="the picture is taken")

    service.before = work
    await stage.use("ask", question=underway.partial.question.text if underway.partial else "")
    await stage.env.advance_time(PATIENCE + 0.1)


async def show_gaps(stage: Stage, service: ScriptedService) -> None:
    """What was asked and left open."""
    service.kept_gaps = replies.gaps()
    await stage.use("gaps")


SCENES: dict[str, Scene] = {
    "differences": show_differences,
    "too-old": show_too_old,
    "asking-back": show_asking_back,
    "unfinished": show_unfinished,
    "gaps": show_gaps,
    "plan": show_plan,
    "changes": show_changes,
    "guard": show_guard,
    "job": show_job,
    "report": show_report,
    "history": show_history,
    "status": show_status,
    "sources": show_sources,
    "scheduled": show_schedule_report,
}


async def make(names: list[str], folder: Path) -> None:
    """Make the named pictures, all of them where none is named."""
    for name, scene in SCENES.items():
        if not names or name in names:
            service = ScriptedService()
            service.report = SyncReport(edition=13, published=True)
            async with open_stage(service, folder / name) as stage:
                await scene(stage, service)
                await take_picture(stage, name, folder / name)
                # What still runs is let go by the end of the stage.
                service.before = None
    for name, question in {"answer": QUESTION, "refusal": UNKNOWN}.items():
        if not names or name in names:
            await show_reply(name, question, folder / name)


async def show_reply(name: str, question: str, folder: Path) -> None:
    """Ask the real bot something about the seeds."""
    settings = Settings(data=folder / "data")
    settings.data.mkdir(parents=True)
    async with (
        open_service(settings, on_notice=sys.stderr.write) as service,
        open_stage(service, folder) as stage,
    ):
        library = library_of(stage.guild.id)
        await service.add(library, [str(ROOT / "seeds")], actor="picture")
        reply = await stage.use("ask", question=question)
        if name == "answer":
            await stage.press(reply, QUOTES_LABEL)
        await take_picture(stage, name, folder)


@asynccontextmanager
async def open_stage(service: Service, folder: Path) -> AsyncIterator[Stage]:
    """The real bot around a service, in a Discord in memory."""
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 - nobody waits
    database = Database(folder / "answers.db")
    stores = Stores(database)
    await stores.open()
    # The card of a job is drawn twice, then it stands still: the stage's clock runs ahead.
    config = BotConfig(
        progress_interval=8.0,
        token_lifetime=9.0,
        answer_patience=PATIENCE,
        answer_interval=INTERVAL,
        answer_timeout=3600.0,
    )
    bot = FootnoteBot(service=service, stores=stores, config=config)
    world = simcord.run(bot, settle_timeout=60.0)
    world._env.backend.bot_user.name = "Footnote"  # noqa: SLF001 - it has no other way
    async with world as env:
        guild = env.create_guild("The Quiet Harbour")
        keepers = guild.create_role("Keepers", permissions=discord.Permissions(manage_guild=True))
        channel = guild.create_text_channel("questions")
        moderator = guild.add_member(env.create_user("Ann"), roles=[keepers])
        yield Stage(env, guild, channel, moderator)
    await database.close()


async def take_picture(stage: Stage, name: str, folder: Path) -> None:
    """What the moderator sees now: in docs/, and in other looks beside where one was named."""
    viewers = [stage.moderator]
    async with stage.env.preview(stage.channel, viewers=viewers, layout="channel") as preview:
        await take(preview.url, ROOT / "docs" / f"{name}.png", folder / "dark", Look())
        if looks := os.environ.get("LOOKS"):
            for look in (Look(light=True), Look(NARROW), Look(NARROW, light=True)):
                shown = f"{name}-{look.width}-{'light' if look.light else 'dark'}"
                await take(preview.url, Path(looks) / f"{shown}.png", folder / shown, look)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(make(sys.argv[1:], Path(temporary)))
