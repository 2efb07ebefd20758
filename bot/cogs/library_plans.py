"""``/index plan`` and ``publish``: look first, then publish exactly what was looked at."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs.actions import ActionDesk, Press
from bot.cogs.choices import Pairs, offer
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.jobs import Outcome
from bot.cogs.part import LibraryPart
from bot.cogs.refusals import NotDone
from bot.cogs.targets import URL_LIMIT, Target, read_target, what_is_wrong
from bot.rendering.actions import Form, TextField, action_id
from bot.rendering.changes import render_changes
from bot.rendering.parts import Tone
from bot.rendering.plans import (
    count_changes,
    read_consent,
    render_confirm,
    render_note,
    render_plan,
    render_unfit,
)
from bot.speech import tr
from index.errors import PlanOutdated
from index.models import OnProgress, SyncReport
from index.plans import Consent, Plan, PlanState

REASON = "reason"
_ID_LIMIT = 60


class PlanCommands(LibraryPart):
    """Plans, and the buttons of their cards."""

    def register_plans(self, actions: ActionDesk) -> None:
        """Answer the buttons of plans."""
        actions.on("plan", "show", self._press_show)
        actions.on("plan", "changes", self._press_changes)
        actions.on("plan", "jump", self._press_changes)
        actions.on("plan", "publish", self._press_publish)
        actions.on("plan", "confirm", self._press_confirm)
        actions.on_form("plan", "force", _ask_for_reason)
        actions.on("plan", "forced", self._press_forced)
        actions.on("plan", "discard", self._press_discard)

    @app_commands.command(name="plan", description="See what would change, without changing it")
    @app_commands.describe(
        url="A page, feed or sitemap; with nothing given, what a sync would change",
        file="A file with articles",
        file2="Another file",
        file3="Another file",
        file4="Another file",
        file5="Another file",
    )
    async def plan(
        self,
        interaction: Interaction,
        *,
        url: app_commands.Range[str, 1, URL_LIMIT] | None = None,
        file: discord.Attachment | None = None,
        file2: discord.Attachment | None = None,
        file3: discord.Attachment | None = None,
        file4: discord.Attachment | None = None,
        file5: discord.Attachment | None = None,
    ) -> None:
        """Make a plan and show it."""
        target = read_target(url, (file, file2, file3, file4, file5))
        await self.desk.serve(interaction, lambda exchange: self._plan(exchange, target))

    @app_commands.command(name="publish", description="Publish a plan")
    @app_commands.describe(plan="The plan")
    async def publish(
        self, interaction: Interaction, plan: app_commands.Range[str, 1, _ID_LIMIT]
    ) -> None:
        """Ask whether to publish a plan."""
        await self.desk.serve(interaction, lambda exchange: self._confirm(exchange, plan.strip()))

    @publish.autocomplete("plan")
    async def offer_plans(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """The open plans."""

        async def find(library: str) -> Pairs:
            plans = await self.service.plans(library)
            return [(f"{plan.id} · {count_changes(plan)} · {plan.note}", plan.id) for plan in plans]

        return await offer(self.desk, interaction, typed, find)

    async def _plan(self, exchange: InteractionExchange, target: Target) -> None:
        wrong = what_is_wrong(target, self.config.upload_limit, needed=False)
        if wrong:
            raise NotDone(wrong)

        async def work(on_progress: OnProgress) -> Outcome:
            plan = await self.service.plan(
                exchange.library,
                actor=exchange.actor,
                targets=target.pages,
                uploads=await target.download(self.config),
                on_progress=on_progress,
            )
            card = render_plan(plan, await self.names(exchange, [plan.actor]))
            ready = tr("Plan `{id}` is ready: `/index publish` shows it.", id=plan.id)
            return Outcome((card,), ready)

        await self.runner.run(exchange, tr("Looking at what would change"), work)

    async def _press_show(self, exchange: InteractionExchange, press: Press) -> None:
        plan = await self._find_plan(exchange, press.argument)
        if plan is not None:
            names = await self.names(exchange, [plan.actor])
            await exchange.show([render_plan(plan, names)])

    async def _press_changes(self, exchange: InteractionExchange, press: Press) -> None:
        plan_id, page = press.split(2)
        plan = await self._find_plan(exchange, plan_id)
        if plan is not None:
            await exchange.show([render_changes(plan, _number(press.value or page))])

    async def _press_publish(self, exchange: InteractionExchange, press: Press) -> None:
        await self._confirm(exchange, press.argument)

    async def _confirm(self, exchange: InteractionExchange, plan_id: str) -> None:
        plan = await self._find_plan(exchange, plan_id)
        if plan is None:
            return
        if plan.state is PlanState.OPEN and not plan.is_empty:
            await exchange.show([render_confirm(plan)])
        else:
            names = await self.names(exchange, [plan.actor])
            await exchange.show([render_plan(plan, names)])

    async def _press_confirm(self, exchange: InteractionExchange, press: Press) -> None:
        await self._publish_plan(exchange, press.argument, Consent(), "")

    async def _press_forced(self, exchange: InteractionExchange, press: Press) -> None:
        plan_id, letters = press.split(2)
        reason = press.fields.get(REASON, "")
        await self._publish_plan(exchange, plan_id, read_consent(letters), reason)

    async def _press_discard(self, exchange: InteractionExchange, press: Press) -> None:
        if await self._find_plan(exchange, press.argument) is None:
            return
        await self.service.discard(exchange.library, press.argument, actor=exchange.actor)
        note = render_note(tr("**The plan was discarded.** Nothing was changed."), Tone.DONE)
        await exchange.show([note])

    async def _publish_plan(
        self, exchange: InteractionExchange, plan_id: str, consent: Consent, reason: str
    ) -> None:
        plan = await self._find_plan(exchange, plan_id)
        if plan is None:
            return
        if plan.state is not PlanState.OPEN:
            # Pressed twice, or another moderator was faster: that is no failure.
            await exchange.show([render_plan(plan, await self.names(exchange, [plan.actor]))])
            return

        async def publish(on_progress: OnProgress) -> SyncReport:
            return await self.service.publish(
                exchange.library,
                plan_id,
                actor=exchange.actor,
                reason=reason,
                consent=consent,
                on_progress=on_progress,
            )

        await self.publish_shown(exchange, tr("Publishing the plan"), publish, consent)

    async def _find_plan(self, exchange: InteractionExchange, plan_id: str) -> Plan | None:
        """The plan; where it is unknown, that is shown and None given."""
        try:
            return await self.service.show_plan(exchange.library, plan_id)
        except PlanOutdated as outdated:
            await exchange.show([render_unfit(str(outdated))])
            return None


def _ask_for_reason(press: Press) -> Form:
    field = TextField(REASON, tr("Why? (goes into the audit)"), several_lines=True, limit=300)
    return Form(action_id("plan", "forced", press.argument), tr("Publish anyway"), (field,))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
