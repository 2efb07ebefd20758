"""The panel of ``/config``: all settings, one of them, and a change before it is made."""

from __future__ import annotations

from bot.rendering.actions import (
    CHOICE_LIMIT,
    Action,
    Button,
    ChannelMenu,
    Choice,
    Form,
    Menu,
    RoleMenu,
    Style,
    TextField,
    action_id,
)
from bot.rendering.config_settings import (
    GROUPS,
    LANGUAGE,
    RECENCY,
    SETTINGS,
    Configuration,
    Kind,
    Setting,
)
from bot.rendering.config_values import (
    AS_DISCORD,
    RECENCY_WORDS,
    Surroundings,
    gone_of,
    ids_of,
    list_faults,
    show_value,
)
from bot.rendering.parts import Card, Tone
from bot.rendering.text import plain_line
from bot.speech import LANGUAGES, mark, tr
from bot.state.server_changes import Value
from bot.state.servers import AUTO_LANGUAGE

NUMBER_FIELD = "number"
MANAGERS_ONLY = mark("Only people who may manage the server can change this.")
_SUBJECT = "config"
_ON_PANEL, _ON_PAGE = 4, 25
_NUMBER_LIMIT = 13
_UNIT = mark("A whole number from {least} to {most}")
_UNIT_UNSET = mark("From {least} to {most}; empty: as whoever runs me set it")


def render_panel(now: Configuration, around: Surroundings, word: str = "") -> Card:
    """Every setting with its value and what it does; ``word`` says what was just done."""
    blocks = [word] if word else []
    for group in GROUPS:
        lines = [f"### {tr(group)}"]
        lines += [_write_line(each, now, around) for each in SETTINGS if each.group == group]
        blocks.append("\n".join(lines))
    blocks.append("-# " + tr("I show every change before I make it, and write it into the audit."))
    choices = tuple(
        Choice(plain_line(tr(setting.title), CHOICE_LIMIT), setting.key) for setting in SETTINGS
    )
    menu = Menu(action_id(_SUBJECT, "open"), tr("Change a setting …"), choices)
    return Card(tuple(blocks), Tone.DONE if word else Tone.PLAN, actions=(menu,))


def render_setting(
    setting: Setting, now: Configuration, around: Surroundings, word: str = ""
) -> Card:
    """One setting with what it is now, and the ways to change it."""
    value = now.value_of(setting)
    is_open = around.manages or not setting.managers_only
    told = [
        f"### {tr(setting.title)}",
        tr(setting.meaning),
        tr("Now: {value}", value=show_value(setting, value, around, shown=_ON_PAGE)),
        "" if is_open else tr(MANAGERS_ONLY),
    ]
    faults = "\n".join(f"- {fault}" for fault in list_faults(setting, value, around))
    blocks = (word, "\n".join(filter(None, told)), faults)
    ways = _offer_ways(setting, value, around) if is_open else ()
    back = Button(tr("All settings"), action_id(_SUBJECT, "panel"))
    return Card(
        tuple(filter(None, blocks)),
        Tone.WARNING if faults else Tone.PLAN,
        actions=(*ways, back),
    )


def render_change(
    setting: Setting, was: Value, wanted: Value, around: Surroundings, token: str, word: str = ""
) -> Card:
    """What a change will do, before it is done."""
    told = [
        f"### {tr(setting.title)}",
        tr(setting.meaning),
        tr("Now: {value}", value=show_value(setting, was, around, shown=_ON_PAGE)),
        tr("Then: {value}", value=show_value(setting, wanted, around, shown=_ON_PAGE)),
    ]
    means_something = wanted not in (False, None, ())
    warning = tr(setting.warning) if setting.warning and means_something else ""
    faults = [f"- {fault}" for fault in list_faults(setting, wanted, around)]
    notes = "\n".join(filter(None, [warning, *faults]))
    actions = (
        Button(tr("Confirm"), action_id(_SUBJECT, "confirm", token), Style.MAIN),
        Button(tr("Cancel"), action_id(_SUBJECT, "cancel", token)),
    )
    return Card(
        tuple(filter(None, [word, "\n".join(told), notes])),
        Tone.WARNING if notes else Tone.PLAN,
        actions=actions,
    )


def say_done(setting: Setting, value: Value, around: Surroundings) -> str:
    """That a change was made."""
    shown = show_value(setting, value, around, shown=_ON_PANEL)
    return tr("**{setting}** is set: {value}", setting=tr(setting.title), value=shown)


def make_number_form(setting: Setting, current: str) -> Form:
    """Where a number is written."""
    unit = _UNIT_UNSET if setting.unset else _UNIT
    field = TextField(
        NUMBER_FIELD,
        plain_line(tr(setting.title), 45),
        hint=plain_line(tr(unit, least=f"{setting.least:,}", most=f"{setting.most:,}"), 100),
        value=current if current.isdecimal() else "",
        limit=_NUMBER_LIMIT,
        required=not setting.unset,
    )
    title = plain_line(tr(setting.title), 45)
    return Form(action_id(_SUBJECT, "sent", setting.key), title, (field,))


def _write_line(setting: Setting, now: Configuration, around: Surroundings) -> str:
    value = now.value_of(setting)
    line = f"**{tr(setting.title)}**: {show_value(setting, value, around, shown=_ON_PANEL)}"
    faults = list_faults(setting, value, around)
    if faults:
        line += "\n-# " + tr("Something is wrong here: choose it below to see what.")
    return f"{line}\n-# {tr(setting.meaning)}"


def _offer_ways(setting: Setting, value: Value, around: Surroundings) -> tuple[Action, ...]:
    if setting.kind in {Kind.CHANNELS, Kind.CHANNEL, Kind.ROLES}:
        return _offer_list(setting, value, around)
    if setting.kind is Kind.SWITCH:
        wanted = "off" if value else "on"
        label = tr("Turn off …") if value else tr("Turn on …")
        return (Button(label, action_id(_SUBJECT, "turn", setting.key, wanted), Style.MAIN),)
    if setting.key == LANGUAGE:
        names = {AUTO_LANGUAGE: tr(AS_DISCORD), **LANGUAGES}
        return (_offer_words(setting, names, str(value)),)
    number = str(value) if value is not None else ""
    write = Button(
        tr("Give a number of days …") if setting.key == RECENCY else tr("Give a number …"),
        action_id(_SUBJECT, "number", setting.key, number),
        Style.MAIN,
    )
    if setting.key == RECENCY:
        names = {word: tr(name) for word, name in RECENCY_WORDS.items()}
        return (_offer_words(setting, names, str(value)), write)
    return (write,)


def _offer_list(setting: Setting, value: Value, around: Surroundings) -> tuple[Action, ...]:
    gone = set(gone_of(setting, value, around))
    chosen = tuple(each for each in ids_of(value) if each not in gone)[: setting.most]
    pick = action_id(_SUBJECT, "pick", setting.key)
    menu: Action
    if setting.kind is Kind.ROLES:
        menu = RoleMenu(pick, tr("Choose roles …"), chosen, setting.most)
    else:
        hint = tr("Choose channels …") if setting.most > 1 else tr("Choose a channel …")
        menu = ChannelMenu(pick, hint, setting.sorts, chosen, setting.most)
    clear = Button(tr("Clear the list …"), action_id(_SUBJECT, "clear", setting.key))
    tidy = Button(tr("Take out the deleted …"), action_id(_SUBJECT, "tidy", setting.key))
    buttons = [clear] if ids_of(value) else []
    return (menu, *([tidy] if gone else []), *buttons)


def _offer_words(setting: Setting, names: dict[str, str], value: str) -> Menu:
    choices = tuple(
        Choice(plain_line(name, CHOICE_LIMIT), word, chosen=word == value)
        for word, name in names.items()
    )
    return Menu(action_id(_SUBJECT, "choose", setting.key), tr("Choose …"), choices)
