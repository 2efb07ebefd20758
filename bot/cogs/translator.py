"""Names and descriptions of commands in the languages of Discord, from the catalogs."""

from __future__ import annotations

import re
from typing import Any

from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation as Location

from bot.rendering.dates import readable_date
from bot.rendering.text import measure
from bot.speech import LANGUAGES, read_locale, speaking, translate

COMMAND, MENU, DESCRIPTION, OPTION, CHOICE = "command", "menu", "description", "option", "choice"
"""The contexts under which the catalogs keep what Discord is told of commands."""
_CONTEXTS = {
    Location.command_name: COMMAND,
    Location.group_name: COMMAND,
    Location.command_description: DESCRIPTION,
    Location.group_description: DESCRIPTION,
    Location.parameter_name: OPTION,
    Location.parameter_description: DESCRIPTION,
    Location.choice_name: CHOICE,
}
# Discord's own rule, with lower case for scripts that have it.
_NAME = re.compile(r"[-_'\w]{1,32}")
_LIMITS = {MENU: 32, DESCRIPTION: 100, CHOICE: 100}


class CatalogTranslator(app_commands.Translator):
    """Translates by the catalogs. What Discord would not take stays English."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The text in that language; None where there is none, or none that fits."""
        kind = context_of(context)
        said = translate(string.message, read_locale(locale.value), kind)
        return said if said is not None and fits(said, kind) else None


def context_of(context: app_commands.TranslationContextTypes) -> str:
    """Under which context the catalogs keep a text."""
    if isinstance(context.data, app_commands.ContextMenu):
        return MENU
    return _CONTEXTS.get(context.location, DESCRIPTION)


def fits(text: str, kind: str) -> bool:
    """Whether Discord takes a text as what it is."""
    if kind in {COMMAND, OPTION}:
        return _NAME.fullmatch(text) is not None and text == text.lower()
    return bool(text.strip()) and measure(text) <= _LIMITS[kind]


async def describe_commands(
    tree: app_commands.CommandTree[Any], translator: app_commands.Translator
) -> list[dict[str, Any]]:
    """All that Discord is told about the commands, in every language."""
    return [
        await command.get_translated_payload(tree, translator) for command in tree.get_commands()
    ]


def learn_languages() -> None:
    """Read every catalog and the words of calendars, so that nobody waits for them later."""
    for language in LANGUAGES:
        translate("", language, COMMAND)
        with speaking(language):
            readable_date("2031-06-10")
            readable_date("2031-06")
