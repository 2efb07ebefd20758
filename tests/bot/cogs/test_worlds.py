"""Worlds of people: each walks through several screens, over the real library."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
import simcord
from simcord.backend.errors import SetupError

from bot.rendering.actions import action_id
from tests.fakes.discord_articles import WALL_QUESTION, WALL_TITLE
from tests.fakes.discord_town import CHANGED_WALL, FERRY, UNKNOWN, WALL, Town, open_town
from tests.fakes.discord_world import text_of

NOT_MODERATOR = "Only people who may manage this server"
NOT_ASKER = "only people with certain roles may ask me"
RIGHT = "The wall will cost six million crowns, not four."
MODERATORS_COMMANDS: tuple[tuple[str, dict[str, object]], ...] = (
    ("config", {}),
    ("articles", {}),
    ("gaps", {}),
    ("feedback", {}),
    ("stats", {}),
    ("audit", {}),
    ("golden list", {}),
    ("index status", {}),
    ("index sync", {}),
    ("index history", {}),
)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as it:
        await it.configure(desk_channel=it.office.id)
        await it.add(WALL, FERRY)
        yield it


async def test_a_member_asks_goes_on_judges_shares_and_is_forgotten(town: Town) -> None:
    answer = await town.ask(private=True)
    assert "four million crowns. [1]" in text_of(answer)
    quotes = await town.press(answer, "Show quotes")
    assert "**The work on the harbour wall begins in September" in text_of(quotes.response)
    thanks = await town.press(answer, "Helpful")
    assert "helped you" in text_of(thanks.response)

    on = await town.press(
        answer, "Follow-up", form={"question": "Is the lighthouse open meanwhile?"}
    )
    assert on.ephemeral
    assert "The old lighthouse stays open" in text_of(on.response)
    assert town.news.history() == []

    await town.press(answer, "Share")
    shared = town.news.last_message
    assert shared is not None
    assert "Asked by ann" in text_of(shared)
    assert WALL_TITLE in text_of(shared)
    why = {"reason": ["out_of_date"], "text": "It went up last week."}
    noted = await town.press(shared, "Not helpful", by=town.other, form=why)
    assert "moderators of this server can look at it" in text_of(noted.response)

    gap = await town.ask(UNKNOWN)
    told = await town.press(gap, "Tell the moderators", form={"text": "I was there!"})
    assert told.ephemeral
    desk = text_of(town.office.last_message)
    assert UNKNOWN in desk
    assert "I was there!" in desk
    assert "ann" not in desk.replace("I was there!", "")

    kept = await town.use("privacy", by=town.member)
    assert "4 questions with their answers" in text_of(kept)
    await town.press(kept, "Forget me …")
    await town.press(kept, "Yes, forget me")
    assert "4 questions" not in text_of(await town.use("privacy", by=town.member))
    gone = await town.press(shared, "Show quotes", by=town.other)
    assert "four million" not in text_of(gone.response)


async def test_a_moderator_puts_the_library_right_without_leaving_discord(town: Town) -> None:
    wrong = await town.ask()
    await town.press(wrong, "Not helpful", form={"reason": ["wrong"], "text": "Six, I hear."})
    queue = await town.use("feedback")
    (sent,) = await town.stores.replies.select("guild_id = ?", str(town.guild.id))
    await town.moderator.select(queue, [sent.id], custom_id="footnote:complaint:open:all")
    story = text_of(queue)
    assert all(told in story for told in (WALL_QUESTION, "Six, I hear.", "four million", "ann"))

    form = {"right": RIGHT, "source": "The minutes"}
    await town.press(queue, "Correct this", by=town.moderator, form=form)
    card = town.office.last_message
    assert card is not None
    await town.press(card, "Approve", by=town.moderator)
    assert (await town.fetch(wrong)).startswith("**Corrected by a moderator**")
    assert "six million crowns, not four. [1]" in text_of(await town.ask())

    await town.ask(UNKNOWN)
    gaps = await town.use("gaps")
    assert UNKNOWN in text_of(gaps)
    articles = await town.use("articles", search="ferry")
    assert "The night ferry sails again" in text_of(articles)

    ferry = await town.ask("What does a return ticket for the night ferry cost?")
    await town.add(CHANGED_WALL, (FERRY[0], FERRY[1].replace(b"nineteen", b"twenty")))
    changed = town.office.last_message
    assert changed is not None
    assert "1 answer quotes an article that has changed since" in text_of(changed)
    await town.press(changed, "Mark those answers", by=town.moderator)
    assert (await town.fetch(ferry)).startswith("**An article behind this answer has changed")
    audit = text_of(await town.use("audit"))
    assert all(done in audit for done in ("mark answers", "**note**", "**add**", "mo"))
    assert "4 answered" not in text_of(await town.use("stats"))
    assert "**4** questions" in text_of(await town.use("stats"))


async def test_a_stranger_of_another_server_sees_nothing_of_this_one(town: Town) -> None:
    answer = await town.ask()
    await town.ask(UNKNOWN)
    replies = await town.stores.replies.select("guild_id = ?", str(town.guild.id))
    by_title = {reply.reply.question.text: reply for reply in replies}
    reply, refused = by_title[WALL_QUESTION], by_title[UNKNOWN]
    before = len(town.env.http_requests)

    said = [text_of(await town.ask(by=town.stranger, channel=town.square))]
    said += [
        await town.use_anyhow(town.stranger, name, **given) for name, given in MODERATORS_COMMANDS
    ]
    for name in ("articles", "gaps", "feedback", "stats", "audit", "golden list"):
        shown = await town.strangers_chief.slash(town.square, name)
        said.append(text_of(shown.response))
    for name, option in (("ask", "article"), ("articles", "search"), ("golden add", "article")):
        who = town.stranger if name == "ask" else town.strangers_chief
        given = {} if name == "ask" else {"question": "Who?"}
        given = {} if name == "articles" else given
        offered = await who.autocomplete(town.square, name, option, "harbour", **given)
        assert offered == []
    forged = [
        f"footnote:quotes:{reply.id}",
        action_id("note", "write", reply.id),
        action_id("gap", "tell", refused.id),
        action_id("complaint", "open", reply.id),
        action_id("gaps", "card", "1"),
        action_id("watch", "mark", "x"),
    ]
    said += [await _press_forged(town, each) for each in forged]

    assert not [text for text in said if "million" in text or WALL_TITLE in text]
    sent = [str(request.json) for request in town.env.http_requests[before:]]
    assert not [body for body in sent if "million" in body or WALL_TITLE in body]
    assert (await town.fetch(answer)) == text_of(answer)


async def test_a_role_that_is_lost_counts_at_the_next_press(town: Town) -> None:
    await town.configure(ask_roles=(town.readers.id,))
    answer = await town.ask()
    refusal = await town.ask(UNKNOWN)
    private = await town.ask(private=True)
    forms: dict[str, dict[str, object]] = {
        "Follow-up": {"question": "And when?"},
        "Not helpful": {"reason": ["wrong"], "text": ""},
        "Correct this": {"right": RIGHT, "source": ""},
    }
    opened = {label: await town.press(answer, label) for label in forms}
    tell = await town.press(refusal, "Tell the moderators")
    desk = len(town.office.history())
    await town.lose_role(town.member, town.readers)

    for label, form in forms.items():
        sent = await town.member.submit_modal(opened[label], form)
        assert NOT_ASKER in text_of(sent.response), label
        assert sent.ephemeral
        assert NOT_ASKER in text_of((await town.press(answer, label)).response), label
    assert NOT_ASKER in text_of((await town.member.submit_modal(tell, {"text": ""})).response)
    assert NOT_ASKER in text_of((await town.press(answer, "Helpful")).response)
    assert NOT_ASKER in text_of((await town.press(private, "Share")).response)
    assert NOT_ASKER in text_of(await town.ask())
    assert await town.member.autocomplete(town.news, "ask", "article", "harbour") == []
    assert len(town.office.history()) == desk
    assert len(town.news.history()) == 2


async def test_a_moderator_who_is_none_any_more_decides_nothing(town: Town) -> None:
    answer = await town.ask()
    await town.press(answer, "Correct this", form={"right": RIGHT, "source": ""})
    proposal = town.office.last_message
    assert proposal is not None
    edit = await town.press(proposal, "Edit and approve …", by=town.moderator)
    decline = await town.press(proposal, "Decline …", by=town.moderator)
    gap = await town.ask(UNKNOWN)
    await town.press(gap, "Tell the moderators", form={"text": ""})
    told = town.office.last_message
    assert told is not None
    config, gaps, articles = [await town.use(name) for name in ("config", "gaps", "articles")]
    await town.lose_role(town.moderator, town.keepers)

    for form, filled in ((edit, {"right": RIGHT}), (decline, {"reason": "No."})):
        sent = await town.moderator.submit_modal(form, filled)
        assert NOT_MODERATOR in text_of(sent.response)
    pressed = await town.press(proposal, "Approve", by=town.moderator)
    assert NOT_MODERATOR in text_of(pressed.response)
    pressed = await town.press(told, "Look at it", by=town.moderator)
    assert NOT_MODERATOR in text_of(pressed.response)
    chosen = await town.moderator.select(config, ["retract"], custom_id=action_id("config", "open"))
    assert NOT_MODERATOR in text_of(chosen.response)
    pressed = await town.press(gaps, "Newest first", by=town.moderator)
    assert NOT_MODERATOR in text_of(pressed.response)
    pressed = await town.press(articles, "Moderator notes", by=town.moderator)
    assert NOT_MODERATOR in text_of(pressed.response)
    for name, given in MODERATORS_COMMANDS:
        assert NOT_MODERATOR in await town.use_anyhow(town.moderator, name, **given), name
    assert await town.service.notes(town.library) == ()
    assert "four million" in text_of(await town.ask())


async def _press_forged(town: Town, custom_id: str) -> str:
    """Press a button of that id that somebody got the bot to show in the other server."""
    square = town.env.bot.get_channel(town.square.id)
    assert isinstance(square, discord.TextChannel)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Press", custom_id=custom_id))
    view.stop()
    fake = await square.send("fake", view=view, allowed_mentions=discord.AllowedMentions.none())
    result = await town.strangers_chief.click(fake, custom_id=custom_id)
    assert isinstance(result, simcord.InteractionResult)
    return str(result.modal or "") + (text_of(result.response) if result.response else "")


async def test_a_command_for_moderators_is_not_offered_to_members(town: Town) -> None:
    offered = town.member.available_commands(town.news)
    assert {"ask", "help", "privacy"} <= set(offered)
    for name, given in MODERATORS_COMMANDS:
        assert name not in offered
        with pytest.raises(SetupError):
            await town.member.slash(town.news, name, **given)
