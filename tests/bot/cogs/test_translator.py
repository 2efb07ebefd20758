"""What Discord is told of commands in other languages."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.cogs import translator
from bot.cogs.translator import CHOICE, COMMAND, DESCRIPTION, MENU, OPTION, fits
from tests.fakes.discord_world import World

GERMAN = {
    ("command", "ask"): "fragen",
    ("command", "config"): "Nicht Gültig",
    ("option", "question"): "frage",
    ("description", "What would you like to know?"): "Was möchtest du wissen?",
    ("menu", "Keep as golden question"): "Als goldene Frage behalten",
}


def _speak_german(
    monkeypatch: pytest.MonkeyPatch, texts: Mapping[tuple[str, str], str] = GERMAN
) -> None:
    def translate(message: str, language: str, context: str) -> str | None:
        return texts.get((context, message)) if language == "de" else None

    monkeypatch.setattr(translator, "translate", translate)


async def test_discord_is_told_names_options_and_menus_in_each_language(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _speak_german(monkeypatch)
    await world.env.restart_bot(world.make_bot())

    told = {each["name"]: each for each in world.sent("PUT", "/commands")[-1]}
    ask = told["ask"]
    question = next(option for option in ask["options"] if option["name"] == "question")
    assert ask["name_localizations"] == {"de": "fragen"}
    assert question["name_localizations"] == {"de": "frage"}
    assert question["description_localizations"] == {"de": "Was möchtest du wissen?"}
    menu = told["Keep as golden question"]
    assert menu["name_localizations"] == {"de": "Als goldene Frage behalten"}


async def test_a_name_that_discord_would_not_take_stays_english(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _speak_german(monkeypatch)
    await world.env.restart_bot(world.make_bot())

    told = {each["name"]: each for each in world.sent("PUT", "/commands")[-1]}
    assert not told["config"]["name_localizations"]


async def test_a_changed_translation_alone_makes_discord_hear_of_the_commands_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _speak_german(monkeypatch)
    await world.env.restart_bot(world.make_bot())
    before = len(world.sent("PUT", "/commands"))
    await world.env.restart_bot(world.make_bot())
    assert len(world.sent("PUT", "/commands")) == before

    _speak_german(monkeypatch, {**GERMAN, ("command", "ask"): "frag"})
    await world.env.restart_bot(world.make_bot())

    assert len(world.sent("PUT", "/commands")) == before + 1


@pytest.mark.parametrize(
    ("text", "kind", "good"),
    [
        ("demander", COMMAND, True),
        ("préférence", OPTION, True),
        ("Demander", COMMAND, False),
        ("deux mots", COMMAND, False),
        ("a" * 33, COMMAND, False),
        ("", OPTION, False),
        ("Répondre d'après les articles", MENU, True),
        ("m" * 33, MENU, False),
        ("d" * 100, DESCRIPTION, True),
        ("d" * 101, DESCRIPTION, False),
        ("  ", CHOICE, False),
    ],
)
def test_only_what_discord_takes_fits(text: str, kind: str, good: bool) -> None:
    assert fits(text, kind) is good
