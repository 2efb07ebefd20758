"""Worlds of inputs: delivered twice, as long and as many as Discord takes, and in any script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import simcord

from bot.rendering.actions import action_id
from tests.fakes.discord_payloads import walk_components
from tests.fakes.discord_town import FERRY, UNKNOWN, WALL, Town, open_town
from tests.fakes.discord_world import text_of

RIGHT = "The wall will cost six million crowns, not four."
ARABIC = "كم تكلف تذكرة العبّارة؟"
HEBREW = "מתי נפתח הגשר מחדש?"
FISH = "🐟🐟🐟"
OVERRIDE = "How much will the wall \u202ecost\u202c in \u200ball?"
FSI, PDI = "\u2068", "\u2069"
_TITLE = "of the harbour commission *on* [quays](https://evil.example) and @everyone "
SHELF = tuple(
    (
        f"report-{number:02}.md",
        f"""---
title: Report {number:02} {_TITLE}{"مرسى 🐟 " * 12}
date: 2025-01-{number % 28 + 1:02}
url: https://example.org/r/{number:02}
---

The harbour commission counted {number + 200} boats at quay number {number}. Quay number {number}
was painted in the spring by the harbour commission.
""".encode(),
    )
    for number in range(1, 41)
)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as it:
        await it.configure(desk_channel=it.office.id)
        yield it


async def test_whatever_discord_delivers_twice_is_done_once(town: Town) -> None:
    await town.add(WALL, FERRY)
    answer = await town.ask()
    assert await town.deliver_again() == 0
    private = await town.ask(private=True)
    await town.press(answer, "Helpful")
    assert await town.deliver_again() == 0
    await town.press(private, "Share")
    assert await town.deliver_again() == 0
    await town.press(answer, "Not helpful", form={"reason": ["wrong"], "text": "no"})
    assert await town.deliver_again() == 0
    await town.press(answer, "Follow-up", form={"question": "And when does it begin?"})
    assert await town.deliver_again() == 0
    gap = await town.ask(UNKNOWN)
    await town.press(gap, "Tell the moderators")
    assert await town.deliver_again() == 0
    await town.press(gap, "Tell the moderators", form={"text": "please"})
    assert await town.deliver_again() == 0
    await town.press(answer, "Correct this", form={"right": RIGHT, "source": ""})
    assert await town.deliver_again() == 0
    card = town.office.last_message
    assert card is not None
    await town.press(card, "Approve", by=town.moderator)
    assert await town.deliver_again() == 0
    await town.member.context_menu(town.news, "Where does this come from?", answer)
    assert await town.deliver_again() == 0
    panel = await town.use("config")
    await town.moderator.select(panel, ["retract"], custom_id=action_id("config", "open"))
    assert await town.deliver_again() == 0
    await town.press(panel, "Turn off …", by=town.moderator)
    await town.press(panel, "Confirm", by=town.moderator)
    assert await town.deliver_again() == 0

    assert len(await town.stores.replies.select("guild_id = ?", str(town.guild.id))) == 5
    assert len(await town.service.notes(town.library)) == 1
    assert len([e for e in await town.service.audit(town.library) if e.action == "note"]) == 1


async def test_an_old_button_pressed_again_by_hand_does_nothing_twice(town: Town) -> None:
    await town.add(WALL, FERRY)
    answer = await town.ask()
    await town.press(answer, "Correct this", form={"right": RIGHT, "source": ""})
    card = town.office.last_message
    assert card is not None
    edit = await town.press(card, "Edit and approve …", by=town.moderator)
    await town.press(card, "Approve", by=town.moderator)
    late = await town.moderator.submit_modal(edit, {"right": "Seven million crowns."})
    assert "approved already" in text_of(late.response)
    assert [note.text for note in await town.service.notes(town.library)] == [RIGHT]

    ferry = await town.ask("What does a return ticket for the night ferry cost?")
    await town.add((FERRY[0], FERRY[1].replace(b"nineteen", b"twenty")))
    told = town.office.last_message
    assert told is not None
    leave = next(
        row["custom_id"]
        for row in walk_components([dict(c.to_dict()) for c in told.components])
        if row.get("label") == "Leave them"
    )
    await town.press(told, "Mark those answers", by=town.moderator)
    assert (await town.fetch(ferry)).startswith("**An article behind")
    await town.restart()
    assert leave not in str([c.to_dict() for c in (await _newest(town)).components])


async def test_forty_articles_with_long_titles_fit_every_list_and_menu(town: Town) -> None:
    await town.add(*SHELF)
    for name, option, given in (
        ("ask", "article", {}),
        ("articles", "search", {}),
        ("golden add", "article", {"question": "Who?"}),
        ("index remove", "article", {}),
        ("index supersede", "article", {}),
        ("index supersede", "by", {}),
    ):
        who = town.member if name == "ask" else town.moderator
        channel = town.news if name == "ask" else town.office
        offered = await who.autocomplete(channel, name, option, "report", **given)
        assert len(offered) == 25, name
        assert all(1 <= len(each["name"]) <= 100 >= len(str(each["value"])) for each in offered)
        assert len({each["value"] for each in offered}) == 25
    chosen = (await town.member.autocomplete(town.news, "ask", "article", "Report 37"))[0]
    answer = await town.ask("How many boats were counted?", article=chosen["value"])
    assert "237 boats" in text_of(answer)
    assert "@everyone" not in text_of(answer).replace("@\u200beveryone", "")

    for number in range(12):
        question = f"Who sang the song number {number} about the {chr(97 + number) * 5} whale?"
        gap = await town.ask(f"{question} {'And why, oh why? ' * 20}")
        assert "found nothing" in text_of(gap)
        said = await town.ask(f"Who painted quay number {number + 1} in the spring?")
        if "Not helpful" in text_of(said):
            long = {"reason": ["missing"], "text": "because " * 100}
            await town.press(said, "Not helpful", form=long)
        await town.add_golden(f"Who painted quay number {number + 1} in the spring?")
    for name in ("articles", "gaps", "feedback", "golden list", "index sources", "audit", "stats"):
        await _walk_pages(town, name)
    panel = await town.use("config")
    channels = [town.guild.create_text_channel("a" * 90 + str(n)) for n in range(25)]
    await town.moderator.select(panel, ["ask_channels"], custom_id=action_id("config", "open"))
    await town.moderator.select(
        panel, channels, custom_id=action_id("config", "pick", "ask_channels")
    )
    await town.press(panel, "Confirm", by=town.moderator)
    assert "is set" in text_of(panel)
    named = await town.ask()
    assert "I answer in other channels" in text_of(named)


@pytest.mark.parametrize("text", [ARABIC, HEBREW, OVERRIDE])
async def test_questions_from_right_to_left_pass_through_every_way_in(
    town: Town, text: str
) -> None:
    await town.add(WALL, FERRY)
    asked = await town.ask(text)
    assert "Something went wrong" not in text_of(asked)
    assert "\u202e" not in text_of(asked)
    if text != OVERRIDE:
        assert f"{FSI}{text}{PDI}" in text_of(asked)
    await town.member.send(town.news, f"{town.mention} {text}")
    assert "\u202e" not in text_of(town.news.last_message)
    written = await town.other.send(town.news, text)
    menu = await town.member.context_menu(town.news, "Answer from the articles", written)
    assert "\u202e" not in text_of(menu.response)
    checked = await town.member.context_menu(town.news, "Where does this come from?", written)
    assert checked.response is not None

    answer = await town.ask()
    on = await town.press(answer, "Follow-up", form={"question": text})
    assert "Something went wrong" not in text_of(on.response)
    await town.press(answer, "Not helpful", form={"reason": ["wrong"], "text": text})
    if "Tell the moderators" in text_of(asked):
        told = await town.press(asked, "Tell the moderators", form={"text": text})
        assert "Thank you" in text_of(told.response)
    await town.press(answer, "Correct this", form={"right": f"{text} {RIGHT}", "source": text})
    card = town.office.last_message
    assert card is not None
    assert "\u202e" not in text_of(card)
    await town.press(card, "Approve", by=town.moderator)
    shown = [text_of(await town.use(name)) for name in ("gaps", "feedback", "audit", "articles")]
    shown += [await town.fetch(answer), text_of(await town.ask())]
    assert not [card for card in shown if "\u202e" in card or "Something went wrong" in card]


async def test_emoji_alone_are_told_apart_from_words_at_every_way_in(town: Town) -> None:
    await town.add(WALL, FERRY)
    no_words = "I see no words in that"
    assert no_words in text_of(await town.ask(FISH))
    await town.member.send(town.news, f"{town.mention} {FISH}")
    assert no_words in text_of(town.news.last_message)
    written = await town.other.send(town.news, FISH)
    for menu in ("Answer from the articles", "Where does this come from?"):
        said = await town.member.context_menu(town.news, menu, written)
        assert said.ephemeral
        assert "words" in text_of(said.response), menu
    answer = await town.ask()
    on = await town.press(answer, "Follow-up", form={"question": FISH})
    assert no_words in text_of(on.response)

    why: dict[str, object] = {"reason": ["wrong"], "text": FISH}
    assert "Thank you" in text_of((await town.press(answer, "Not helpful", form=why)).response)
    corrected = await town.press(answer, "Correct this", form={"right": FISH * 4, "source": FISH})
    assert "A moderator reads it" not in text_of(corrected.response)
    gap = await town.ask(UNKNOWN)
    told = await town.press(gap, "Tell the moderators", form={"text": FISH})
    assert "Thank you" in text_of(told.response)
    assert FISH in text_of(town.office.last_message)
    assert "Report" not in text_of(await town.use("articles", search=FISH))


async def _newest(town: Town) -> Any:
    newest = town.office.last_message
    assert newest is not None
    return newest


async def _walk_pages(town: Town, name: str) -> None:
    """Open a list, turn its pages and open the last entry of its menu."""
    card = await town.use(name)
    assert "Something went wrong" not in text_of(card), name
    for _ in range(5):
        if "Next" not in text_of(card).splitlines():
            break
        await town.press(card, "Next", by=town.moderator)
    shown: list[dict[str, Any]] = list(walk_components(_components(card)))
    for menu in [part for part in shown if part.get("type") == 3]:
        last = menu["options"][-1]["value"]
        await town.moderator.select(card, [last], custom_id=menu["custom_id"])
        assert "Something went wrong" not in text_of(card), (name, menu["custom_id"])
        break


def _components(card: simcord.ResponseMessage) -> list[dict[str, Any]]:
    return [part if isinstance(part, dict) else part.to_dict() for part in card.components]
