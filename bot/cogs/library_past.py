"""``/index history``, ``audit``, ``rollback``, ``status`` and ``verify``."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs.actions import ActionDesk, Press
from bot.cogs.choices import Pairs, offer
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.part import LibraryPart
from bot.cogs.refusals import NotDone
from bot.cogs.shown import read_reason
from bot.rendering.history import render_audit, render_history, render_rollback
from bot.rendering.lists import count, page_of
from bot.rendering.plans import render_note
from bot.rendering.reports import render_status, render_verified
from bot.speech import mark, tr
from index.models import EditionInfo, OnProgress, SyncReport

REASON_LIMIT = 300
_AUDIT_LIMIT = 200
LEFT = mark("Left as it is: nothing was changed.")


class PastCommands(LibraryPart):
    """What was published, by whom, and the way back."""

    def register_past(self, actions: ActionDesk) -> None:
        """Answer the buttons of histories."""
        actions.on("history", "page", self._press_history)
        actions.on("audit", "page", self._press_audit)
        actions.on("edition", "rollback", self._press_rollback)
        actions.on("card", "leave", self._press_leave)

    @app_commands.command(name="history", description="The editions that were published")
    async def history(self, interaction: Interaction) -> None:
        """Show the newest editions."""
        await self.desk.serve(interaction, lambda exchange: self._history(exchange, 0))

    @app_commands.command(name="audit", description="Who did what, when and why")
    async def audit(self, interaction: Interaction) -> None:
        """Show what was done."""
        await self.desk.serve(interaction, lambda exchange: self._audit(exchange, 0))

    @app_commands.command(name="rollback", description="Publish an earlier edition again")
    @app_commands.describe(edition="The edition to go back to", reason="Why; goes into the audit")
    async def rollback(
        self,
        interaction: Interaction,
        edition: app_commands.Range[int, 1],
        reason: app_commands.Range[str, 1, REASON_LIMIT] | None = None,
    ) -> None:
        """Ask whether to go back to an edition."""
        await self.desk.serve(
            interaction, lambda exchange: self._ask_rollback(exchange, edition, reason or "")
        )

    @rollback.autocomplete("edition")
    async def offer_editions(
        self, interaction: discord.Interaction[Any], typed: int | str
    ) -> list[app_commands.Choice[int]]:
        """The editions before the current one."""

        async def find(library: str) -> Pairs:
            editions = (await self.service.history(library))[1:]
            return [(_name_edition(each), str(each.number)) for each in editions]

        offered = await offer(self.desk, interaction, str(typed), find)
        return [app_commands.Choice(name=each.name, value=int(each.value)) for each in offered]

    @app_commands.command(name="status", description="What this server's library holds")
    async def status(self, interaction: Interaction) -> None:
        """Say what the library holds, and whether a job runs."""
        await self.desk.serve(interaction, self._status)

    @app_commands.command(name="verify", description="Check that the library is whole")
    async def verify(self, interaction: Interaction) -> None:
        """Say whether the parts of the library agree."""
        await self.desk.serve(interaction, self._verify)

    async def _history(self, exchange: InteractionExchange, page: int) -> None:
        editions = await self.service.history(exchange.library)
        names = await self.names(exchange, (each.actor for each in page_of(editions, page)))
        await exchange.show([render_history(editions, names, page)])

    async def _audit(self, exchange: InteractionExchange, page: int) -> None:
        entries = await self.service.audit(exchange.library, _AUDIT_LIMIT)
        names = await self.names(exchange, (each.actor for each in page_of(entries, page)))
        await exchange.show([render_audit(entries, names, page)])

    async def _ask_rollback(self, exchange: InteractionExchange, number: int, reason: str) -> None:
        editions = await self.service.history(exchange.library)
        target = next((each for each in editions if each.number == number), None)
        if target is None:
            raise NotDone(
                tr("There is no edition {edition}. `/index history` lists them.", edition=number)
            )
        later = [each for each in editions if each.number > number]
        if not later:
            raise NotDone(tr("Edition {edition} is the current one already.", edition=number))
        await exchange.show([render_rollback(target, later, reason)])

    async def _press_rollback(self, exchange: InteractionExchange, press: Press) -> None:
        target, seen = press.split(2)
        number, reason = int(target or 0), read_reason(press.message)
        editions = await self.service.history(exchange.library)
        if seen and editions and editions[0].number != int(seen):
            # More would be undone than the card said.
            await self._ask_rollback(exchange, number, reason)
            return

        async def rollback(on_progress: OnProgress) -> SyncReport:
            return await self.service.rollback(
                exchange.library,
                number,
                actor=exchange.actor,
                reason=reason,
                on_progress=on_progress,
            )

        title = tr("Going back to edition {edition}", edition=number)
        # At once, whatever job runs; so it is none, and there is nothing to cancel.
        await self.publish_shown(exchange, title, rollback, is_job=False)

    async def _press_history(self, exchange: InteractionExchange, press: Press) -> None:
        await self._history(exchange, press.page)

    async def _press_audit(self, exchange: InteractionExchange, press: Press) -> None:
        await self._audit(exchange, press.page)

    async def _press_leave(self, exchange: InteractionExchange, _: Press) -> None:
        await exchange.show([render_note(tr(LEFT))])

    async def _status(self, exchange: InteractionExchange) -> None:
        status = await self.service.status(exchange.library)
        jobs = await self.service.jobs(exchange.library, 5)
        running = next((job for job in jobs if not job.state.is_over), None)
        await exchange.show([render_status(status, running)])

    async def _verify(self, exchange: InteractionExchange) -> None:
        await exchange.show([render_verified(await self.service.verify(exchange.library))])


def _name_edition(edition: EditionInfo) -> str:
    counted = ", ".join(
        [
            count(edition.added, "added"),
            count(edition.changed, "changed"),
            count(edition.removed, "removed"),
        ]
    )
    return f"{edition.number} · {edition.published_at[:16].replace('T', ' ')} UTC · {counted}"
