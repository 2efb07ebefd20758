"""``/config``: one panel of all that a server's moderators can set."""

from __future__ import annotations

import re

import structlog
from discord import app_commands
from discord.ext import commands

from bot.cogs.actions import FORGOTTEN, Press
from bot.cogs.config_facts import look_around, takes
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.refusals import NotDone
from bot.cogs.workplace import Workplace
from bot.rendering.actions import Form
from bot.rendering.config import (
    MANAGERS_ONLY,
    NUMBER_FIELD,
    make_number_form,
    render_change,
    render_panel,
    render_setting,
    say_done,
)
from bot.rendering.config_settings import (
    PUBLIC,
    RECENCY,
    Configuration,
    Kind,
    Setting,
    find_setting,
)
from bot.rendering.config_values import (
    RECENCY_WORDS,
    Surroundings,
    gone_of,
    ids_of,
    write_value,
)
from bot.speech import LANGUAGES, mark, speaking, tr
from bot.state.server_changes import Change, Value
from bot.state.servers import AUTO_LANGUAGE

EXPIRED = mark(
    "This change can no longer be confirmed: it was made or cancelled, or it waited for over "
    "an hour. Choose it again with `/config`."
)
CHANGED_MEANWHILE = mark("**This was changed meanwhile.** Please look again.")
SAME = mark("**It is set like that already.**")
CANCELLED = mark("**Nothing was changed.**")
NOT_TAKEN = mark("I cannot take one of these here: it is gone, or of another kind.")
EVERYBODY = mark("Not everybody can be a moderator: choose roles that only some people have.")
NO_NUMBER = mark("That is no number that I can take. Give one from {least} to {most}.")
SUBJECT = "config"
_NUMBER = re.compile(r"[0-9]{1,10}|[0-9]{1,3}(?:[,.' ][0-9]{3}){1,3}")


class ConfigCog(commands.Cog):
    """Shows the settings, and changes one after its moderator has confirmed it."""

    def __init__(self, workplace: Workplace) -> None:
        self._work = workplace
        self._service = workplace.service
        self._servers = workplace.stores.servers
        self._changes = workplace.stores.changes
        self._log = structlog.get_logger(__name__)
        actions = workplace.actions
        actions.on(SUBJECT, "panel", self._press_panel)
        actions.on(SUBJECT, "open", self._press_open)
        actions.on(SUBJECT, "pick", self._press_pick)
        actions.on(SUBJECT, "clear", self._press_clear)
        actions.on(SUBJECT, "tidy", self._press_tidy)
        actions.on(SUBJECT, "turn", self._press_turn)
        actions.on(SUBJECT, "choose", self._press_choose)
        actions.on_form(SUBJECT, "number", _ask_for_number)
        actions.on(SUBJECT, "sent", self._press_sent)
        actions.on(SUBJECT, "confirm", self._press_confirm)
        actions.on(SUBJECT, "cancel", self._press_cancel)

    @app_commands.command(name="config", description="How I behave in this server")
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.default_permissions(manage_guild=True)
    async def config(self, interaction: Interaction) -> None:
        """Show the panel."""
        await self._work.moderators.serve(interaction, self._show_panel)

    async def _press_panel(self, exchange: InteractionExchange, _: Press) -> None:
        await self._show_panel(exchange)

    async def _press_open(self, exchange: InteractionExchange, press: Press) -> None:
        await self._show_setting(exchange, _find(press.value))

    async def _press_pick(self, exchange: InteractionExchange, press: Press) -> None:
        setting = _find(press.argument)
        await self._propose(exchange, setting, _read_ids(exchange, setting, press.values))

    async def _press_clear(self, exchange: InteractionExchange, press: Press) -> None:
        setting = _find(press.argument)
        await self._propose(exchange, setting, None if setting.kind is Kind.CHANNEL else ())

    async def _press_tidy(self, exchange: InteractionExchange, press: Press) -> None:
        setting = _find(press.argument)
        now, around = await self._look(exchange)
        value = now.value_of(setting)
        gone = gone_of(setting, value, around)
        left = tuple(each for each in ids_of(value) if each not in gone)
        wanted = (left or (None,))[0] if setting.kind is Kind.CHANNEL else left
        await self._propose(exchange, setting, wanted)

    async def _press_turn(self, exchange: InteractionExchange, press: Press) -> None:
        key, wanted = press.split(2)
        await self._propose(exchange, _find(key, Kind.SWITCH), wanted == "on")

    async def _press_choose(self, exchange: InteractionExchange, press: Press) -> None:
        setting = _find(press.argument, Kind.WORD)
        known = RECENCY_WORDS if setting.key == RECENCY else {AUTO_LANGUAGE: "", **LANGUAGES}
        if press.value not in known:
            raise NotDone(tr(FORGOTTEN))
        await self._propose(exchange, setting, press.value)

    async def _press_sent(self, exchange: InteractionExchange, press: Press) -> None:
        setting = _find(press.argument)
        number = _read_number(setting, press.fields.get(NUMBER_FIELD, ""))
        await self._propose(exchange, setting, str(number) if setting.key == RECENCY else number)

    async def _press_confirm(self, exchange: InteractionExchange, press: Press) -> None:
        change = await self._changes.take(press.argument, exchange.home or 0, exchange.person.id)
        if change is None:
            raise NotDone(tr(EXPIRED))
        setting = _find(change.setting)
        _check_right(exchange, setting)
        now, around = await self._look(exchange)
        if now.value_of(setting) not in {change.was, change.wanted}:
            await self._propose(exchange, setting, change.wanted, tr(CHANGED_MEANWHILE))
            return
        if now.value_of(setting) != change.wanted:
            await self._make(exchange, setting, change, around)
        await self._show_panel(exchange, say_done(setting, change.wanted, around))

    async def _press_cancel(self, exchange: InteractionExchange, press: Press) -> None:
        change = await self._changes.take(press.argument, exchange.home or 0, exchange.person.id)
        setting = _find(change.setting) if change else None
        if setting is None:
            await self._show_panel(exchange)
        else:
            await self._show_setting(exchange, setting, tr(CANCELLED))

    async def _propose(
        self, exchange: InteractionExchange, setting: Setting, wanted: Value, word: str = ""
    ) -> None:
        """Show what a change would do; nothing is changed yet."""
        _check_right(exchange, setting)
        now, around = await self._look(exchange)
        was = now.value_of(setting)
        if setting.key == "ask_roles" and around.everyone in ids_of(wanted):
            wanted = ()
        if setting.key == "moderator_roles" and around.everyone in ids_of(wanted):
            raise NotDone(tr(EVERYBODY))
        if was == wanted:
            await self._show_setting(exchange, setting, tr(SAME))
            return
        change = Change(setting.key, was, wanted)
        token = await self._changes.keep(exchange.home or 0, exchange.person.id, change)
        await exchange.show([render_change(setting, was, wanted, around, token, word)])

    async def _make(
        self, exchange: InteractionExchange, setting: Setting, change: Change, around: Surroundings
    ) -> None:
        library, actor = exchange.library, exchange.actor
        if setting.key == RECENCY:
            await self._service.set_recency(library, str(change.wanted), actor=actor)
        elif setting.key == PUBLIC:
            await self._service.set_public(library, bool(change.wanted), actor=actor)
        else:
            await self._servers.change(exchange.home or 0, **{setting.key: change.wanted})
            await self._service.note_setting(library, _write_change(change, around), actor=actor)
        self._log.info("setting_changed", guild=exchange.home, setting=setting.key)

    async def _show_panel(self, exchange: InteractionExchange, word: str = "") -> None:
        await exchange.show([render_panel(*await self._look(exchange), word)])

    async def _show_setting(
        self, exchange: InteractionExchange, setting: Setting, word: str = ""
    ) -> None:
        await exchange.show([render_setting(setting, *await self._look(exchange), word)])

    async def _look(self, exchange: InteractionExchange) -> tuple[Configuration, Surroundings]:
        guild = exchange.interaction.guild
        if guild is None or exchange.home is None:
            raise NotDone(tr(FORGOTTEN))
        now = Configuration(
            await self._servers.of(exchange.home),
            await self._service.recency(exchange.library),
            await self._service.is_public(exchange.library),
        )
        around = look_around(
            guild,
            self._work.config,
            await self._service.budget(exchange.library),
            manages=exchange.person.manages_server,
        )
        return now, around


def _ask_for_number(press: Press) -> Form:
    key, current = press.split(2)
    return make_number_form(_find(key), current)


def _find(key: str, kind: Kind | None = None) -> Setting:
    setting = find_setting(key)
    if setting is None or kind not in {None, setting.kind}:
        raise NotDone(tr(FORGOTTEN))
    return setting


def _check_right(exchange: InteractionExchange, setting: Setting) -> None:
    """Who moderates by a role must not raise others, nor publish or wipe what is the server's."""
    if setting.managers_only and not exchange.person.manages_server:
        raise NotDone(tr(MANAGERS_ONLY))


def _read_ids(exchange: InteractionExchange, setting: Setting, given: tuple[str, ...]) -> Value:
    """The channels or roles that were chosen, each of a kind that the setting takes."""
    guild = exchange.interaction.guild
    ids = tuple(int(each) for each in dict.fromkeys(given) if each.isdecimal())
    if guild is None or len(ids) > setting.most or not all(takes(setting, guild, i) for i in ids):
        raise NotDone(tr(NOT_TAKEN))
    if setting.kind is Kind.CHANNEL:
        return ids[0] if ids else None
    return ids


def _read_number(setting: Setting, given: str) -> int | None:
    """The number that was written; separators of thousands may stand in it."""
    written = " ".join(given.split())
    if not written and setting.unset:
        return None
    digits = re.sub(r"[,.' ]", "", written) if _NUMBER.fullmatch(written) else ""
    number = int(digits) if digits else -1
    if not setting.least <= number <= setting.most:
        least, most = f"{setting.least:,}", f"{setting.most:,}"
        raise NotDone(tr(NO_NUMBER, least=least, most=most))
    return number


def _write_change(change: Change, around: Surroundings) -> str:
    """The change as the audit keeps it, in the language of all its entries."""
    setting = _find(change.setting)
    with speaking("en"):
        was, wanted = (write_value(setting, v, around) for v in (change.was, change.wanted))
        return f"{tr(setting.title)}: {was} -> {wanted}"
