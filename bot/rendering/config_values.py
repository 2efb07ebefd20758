"""What a setting says, in words, and what is wrong with it where something is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.rendering.config_settings import (
    COOLDOWN,
    DAY_TOKENS,
    DIRECT,
    LANGUAGE,
    Kind,
    Right,
    Setting,
)
from bot.speech import LANGUAGES, mark, tr, tr_n
from bot.state.server_changes import Value
from bot.state.servers import AUTO_LANGUAGE
from bot.state.spending import Budget
from index.recency import Recency, parse_recency

ALIKE = mark("new and old articles count alike")
AS_DISCORD = mark("as Discord is set")
RECENCY_WORDS = {"off": mark("off"), "mild": mark("mild"), "strong": mark("strong")}
_SHOWN_TOGETHER = 5
_GROUPS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The server as the settings meet it.

    Attributes:
        everyone: The id of the role that everybody has.
        channels: The channels there are, with what the bot may not do in each.
        roles: The roles there are.
        names: What channels and roles are called.
        manages: Whether who looks may manage the server.
        retention_days: How long things are kept where nothing is set.
        allows_direct: Whether whoever runs the bot lets anybody ask in private messages.
        budget: What the language model may use; None without one.
    """

    everyone: int
    channels: Mapping[int, frozenset[Right]]
    roles: frozenset[int]
    names: Mapping[int, str]
    manages: bool
    retention_days: int
    allows_direct: bool
    budget: Budget | None = None


def show_value(setting: Setting, value: Value, around: Surroundings, *, shown: int) -> str:
    """The value in words, of a list at most ``shown`` entries."""
    if setting.kind is Kind.SWITCH:
        return _show_switch(setting, around, is_on=bool(value))
    if setting.kind is Kind.WORD:
        return _show_word(setting, str(value))
    if setting.kind is Kind.NUMBER:
        return _show_number(setting, value if isinstance(value, int) else None, around)
    return _show_list(setting, ids_of(value), around, shown)


def write_value(setting: Setting, value: Value, around: Surroundings) -> str:
    """The value for the audit: plain text, with names in place of mentions."""
    if setting.kind is Kind.NUMBER:
        return tr("not set") if value is None else f"{value:,}"
    if setting.kind in {Kind.SWITCH, Kind.WORD}:
        return show_value(setting, value, around, shown=0)
    ids = ids_of(value)
    return ", ".join(f"{around.names.get(i, '?')} ({i})" for i in ids) or tr(setting.empty)


def list_faults(setting: Setting, value: Value, around: Surroundings) -> list[str]:
    """What is wrong with the channels or roles of a value, a sentence each."""
    if setting.kind not in {Kind.CHANNELS, Kind.CHANNEL, Kind.ROLES}:
        return []
    ids = ids_of(value)
    gone = gone_of(setting, value, around)
    told = []
    if gone:
        told.append(
            tr_n(
                "{count} of these no longer exists.", "{count} of these no longer exist.", len(gone)
            )
        )
    by_rights: dict[tuple[Right, ...], list[int]] = {}
    for each in ids:
        lacking = around.channels.get(each, frozenset())
        rights = tuple(right for right in setting.needs if right in lacking)
        if rights:
            by_rights.setdefault(rights, []).append(each)
    for rights, channels in list(by_rights.items())[:_GROUPS_SHOWN]:
        told.append(
            tr(
                "I lack a permission in {channels}: {permissions}.",
                channels=_join([f"<#{i}>" for i in channels], _SHOWN_TOGETHER),
                permissions=", ".join(f"**{tr(right.value)}**" for right in rights),
            )
        )
    return told


def gone_of(setting: Setting, value: Value, around: Surroundings) -> tuple[int, ...]:
    """The ids of a value that belong to nothing in the server any more."""
    known = around.roles if setting.kind is Kind.ROLES else around.channels.keys()
    return tuple(each for each in ids_of(value) if each not in known)


def ids_of(value: Value) -> tuple[int, ...]:
    """The ids that a value holds; a single one alone."""
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, int) and not isinstance(value, bool) else ()


def _show_list(setting: Setting, ids: Sequence[int], around: Surroundings, shown: int) -> str:
    if not ids:
        return tr(setting.empty)
    is_role = setting.kind is Kind.ROLES
    gone = set(gone_of(setting, tuple(ids), around))
    deleted = tr("a deleted role") if is_role else tr("a deleted channel")
    sign = "@&" if is_role else "#"
    written = [
        f"{deleted} (`{each}`)"
        if each in gone
        # As a mention it would read "@@everyone".
        else tr("everybody")
        if each == around.everyone
        else f"<{sign}{each}>"
        for each in ids
    ]
    return _join(written, shown)


def _show_switch(setting: Setting, around: Surroundings, *, is_on: bool) -> str:
    if is_on and setting.key == DIRECT and not around.allows_direct:
        return tr("on, but whoever runs me does not allow it")
    return tr("on") if is_on else tr("off")


def _show_word(setting: Setting, word: str) -> str:
    if setting.key != LANGUAGE:
        return _show_recency(parse_recency(word))
    return tr(AS_DISCORD) if word == AUTO_LANGUAGE else LANGUAGES.get(word, word)


def _show_number(setting: Setting, number: int | None, around: Surroundings) -> str:
    if setting.key == COOLDOWN:
        return tr_n("{count} second", "{count} seconds", number) if number else tr("none")
    if setting.key == DAY_TOKENS:
        return _show_tokens(number, around.budget)
    if number is not None:
        return tr_n("{count} day", "{count} days", number)
    return tr_n(
        "{count} day, as whoever runs me set it",
        "{count} days, as whoever runs me set it",
        around.retention_days,
    )


def _join(entries: Sequence[str], shown: int) -> str:
    rest = len(entries) - shown
    listed = " ".join(entries[:shown]) if rest > 0 else " ".join(entries)
    if rest <= 0:
        return listed
    return tr_n("{entries} and {count} more", "{entries} and {count} more", rest, entries=listed)


def _show_recency(recency: Recency) -> str:
    if recency.is_off or recency.half_life_days is None:
        return tr(ALIKE)
    halves = tr_n(
        "what an article gains by being new halves every day",
        "what an article gains by being new halves every {count} days",
        recency.half_life_days,
    )
    word = RECENCY_WORDS.get(str(recency))
    return f"{tr(word)}: {halves}" if word else halves


def _show_tokens(number: int | None, budget: Budget | None) -> str:
    if budget is None:
        return tr("there is none here, so nothing is used")
    allowed = budget.allowed.tokens
    if number is not None and (allowed is None or number <= allowed):
        limit = tr_n("{count} token a day", "{count} tokens a day", number)
    elif allowed is None:
        limit = tr("no limit")
    else:
        limit = tr_n(
            "{count} token a day, as whoever runs me set it",
            "{count} tokens a day, as whoever runs me set it",
            allowed,
        )
    return tr("{limit}; used today: {used}", limit=limit, used=f"{budget.spent.tokens:,}")
