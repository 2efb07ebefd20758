"""The catalogs: complete, of the same values, and short enough for where they are shown."""

from __future__ import annotations

import asyncio
import io
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

import bot.locales
from bot.cogs.translator import (
    CHOICE,
    COMMAND,
    DESCRIPTION,
    MENU,
    OPTION,
    CatalogTranslator,
    describe_commands,
    fits,
)
from bot.locales.extract import (
    collect_commands,
    find_marked,
    make_bot,
    make_template,
    missing,
    update,
)
from bot.speech import LANGUAGES, SOURCE
from tests.fakes.labels import find_short_texts

OTHERS = [code for code in LANGUAGES if code != SOURCE]
_FOLDER = Path(bot.locales.__file__).parent
_MEND = "run `python -m bot.locales.extract`, then translate what is new"
_KINDS = {COMMAND, MENU, DESCRIPTION, OPTION, CHOICE}


@pytest.fixture(scope="module")
def template() -> Catalog:
    return make_template()


def _load(language: str) -> Catalog:
    written = (_FOLDER / f"{language}.po").read_text(encoding="utf-8")
    return read_po(io.StringIO(written), locale=language, abort_invalid=True)


def _key(message: Message) -> tuple[str, str]:
    one = message.id if isinstance(message.id, str) else message.id[0]
    return message.context or "", one


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _forms(told: object) -> list[str]:
    return [told] if isinstance(told, str) else [str(form) for form in told or ()]  # type: ignore[attr-defined]


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_the_code_is_in_the_catalog_and_no_other(
    template: Catalog, language: str
) -> None:
    wanted = {_key(message) for message in _messages(template)}
    kept = {_key(message) for message in _messages(_load(language))}

    assert sorted(wanted - kept) == [], _MEND
    assert sorted(kept - wanted) == [], _MEND


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_looked_at(language: str) -> None:
    left = [_key(message) for message in missing(_load(language))]
    assert left == [], f"{len(left)} texts of {language}.po are to translate"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_values_and_the_forms_of_its_text(language: str) -> None:
    catalog = _load(language)
    for message in _messages(catalog):
        forms = _forms(message.string)
        if not any(forms):
            continue
        wanted = {name for form in _forms(message.id) for name in _fields(form)}
        assert all(forms), f"{message.id!r} lacks a plural form"
        if not isinstance(message.id, str):
            assert len(forms) == catalog.num_plurals
        for form in forms:
            # A form for one or none may leave the number out.
            assert wanted - {"count"} <= _fields(form) <= wanted, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_what_discord_acts_on(language: str) -> None:
    for message in _messages(_load(language)):
        for form in filter(None, _forms(message.string)):
            source = _forms(message.id)[-1]
            for sign in ("**", "`", "###", "-# ", "<#", "<@"):
                assert form.count(sign) == source.count(sign), (message.id, form)
            assert form[:1].isspace() == source[:1].isspace(), message.id
            assert form[-1:].isspace() == source[-1:].isspace(), message.id


@pytest.mark.parametrize("language", OTHERS)
def test_names_and_descriptions_are_such_that_discord_takes_them(language: str) -> None:
    for message in _messages(_load(language)):
        if message.context in _KINDS and isinstance(message.string, str) and message.string:
            assert fits(message.string, message.context), message.string


@pytest.mark.parametrize("language", OTHERS)
def test_labels_and_forms_stay_short_enough(language: str) -> None:
    catalog = _load(language)
    for text, limit in find_short_texts():
        said = catalog.get(text)
        told = said.string if said is not None and isinstance(said.string, str) else ""
        assert len(told or text) <= limit, told or text


def test_a_number_that_bends_its_sentence_has_both_forms(template: Catalog) -> None:
    single = [
        message.id
        for message in _messages(template)
        if isinstance(message.id, str) and "{count}" in message.id
    ]

    assert single == [], "say these with tr_n, and mark constants with mark_n"


def test_bringing_a_catalog_up_to_date_keeps_translations_and_offers_similar_ones() -> None:
    template = Catalog()
    template.add("Kept", context=COMMAND)
    template.add("Changed a little bit now")
    template.add(("{count} new", "{count} new ones"))
    old = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgctxt "command"\nmsgid "Kept"\nmsgstr "Behalten"\n\n'
        'msgid "Changed a little bit"\nmsgstr "Ein wenig anders"\n\n'
        'msgid "Gone for ever and ever"\nmsgstr "Weg"\n'
    )
    made = read_po(io.StringIO(update(old, "de", template)), locale="de")

    assert made.get("Kept", COMMAND).string == "Behalten"  # type: ignore[union-attr]
    assert made.get("Changed a little bit now").fuzzy  # type: ignore[union-attr]
    assert "Gone for ever and ever" not in made
    assert len(missing(made)) == 2
    assert update(update(old, "de", template), "de", template) == update(old, "de", template)


async def _payloads() -> list[dict[str, Any]]:
    async with make_bot() as made:
        await made.add_commands()
        return await describe_commands(made.tree, CatalogTranslator())


@pytest.fixture(scope="module")
def payloads() -> list[dict[str, Any]]:
    return asyncio.run(_payloads())


def test_no_command_tells_discord_more_than_8000_characters(
    payloads: list[dict[str, Any]],
) -> None:
    for payload in payloads:
        assert _weigh(payload) <= 8000, payload["name"]


@pytest.mark.parametrize("locale", ["en-US", "fr", "de", "es-ES", "es-419"])
def test_names_beside_each_other_differ_in_every_language(
    payloads: list[dict[str, Any]], locale: str
) -> None:
    for siblings in _levels(payloads):
        names = [
            (each.get("type"), each.get("name_localizations", {}).get(locale, each["name"]))
            for each in siblings
        ]
        assert len(set(names)) == len(names), names


def test_the_commands_are_read_from_the_bot_itself() -> None:
    found = asyncio.run(collect_commands())

    assert (COMMAND, "ask") in found
    assert (DESCRIPTION, "What would you like to know?") in found
    assert (OPTION, "question") in found
    assert (MENU, "Keep as golden question") in found


def _weigh(payload: dict[str, Any]) -> int:
    """Names, descriptions and values, each in the language in which it is longest."""
    total = 0
    for field in ("name", "description"):
        told = [payload.get(field) or "", *(payload.get(f"{field}_localizations") or {}).values()]
        total += max(map(len, told))
    if isinstance(payload.get("value"), str):
        total += len(payload["value"])
    inner = [*payload.get("options", []), *payload.get("choices", [])]
    return total + sum(map(_weigh, inner))


def _levels(entries: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    roots = [entry for entry in entries if entry]
    if roots and "options" in roots[0]:
        yield [{**entry, "type": entry.get("type", 1)} for entry in roots]
    for entry in roots:
        options = entry.get("options") or []
        if options:
            # Names of options share one space, whatever their types.
            yield [{**option, "type": 0} for option in options]
            yield from _levels_below(options)


def _levels_below(options: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for option in options:
        inner = option.get("options") or []
        if inner:
            yield [{**each, "type": 0} for each in inner]
            yield from _levels_below(inner)


def test_texts_are_found_wherever_the_code_says_them() -> None:
    source = """
HEAD = mark("Head")
def write(count, name):
    return f"**{tr('In braces')}** {tr_n('{count} one', '{count} many', count)} {tr(HEAD)}"
"""

    assert list(find_marked(source)) == [("Head",), ("In braces",), ("{count} one", "{count} many")]
