"""The queue of answers that did not help, worked through by moderators."""

from __future__ import annotations

from dataclasses import replace

import pytest
import simcord

from bot.answering.models import Reason, Reply
from bot.cogs.feedback import GONE
from bot.rendering.feedback import PAGE_SIZE, Filter
from bot.rendering.feedback_story import Story, render_story
from bot.rendering.parts import CARD_LIMIT
from bot.rendering.text import measure
from bot.state.feedback import Complaint, Vote
from bot.state.replies import Sending, SentReply, State
from tests.fakes.discord_plans import HOSTILE
from tests.fakes.discord_samples import (
    BRIDGE,
    LIBRARY,
    Claim,
    as_passage,
    bridge_answer,
    make_answer,
    refusal,
)
from tests.fakes.discord_world import World, post_fake, text_of, use_as_outsider
from tests.fakes.kept_replies import START, sending


async def complain(
    world: World,
    *,
    asked: str = "When did the bridge open?",
    reason: Complaint | None = Complaint.WRONG,
    text: str = "It was Monday.",
    private: bool = False,
    reply: Reply | None = None,
) -> str:
    """An answer of which the asker says that it did not help."""
    answer = reply or replace(bridge_answer(), passages=(as_passage(BRIDGE), as_passage(LIBRARY)))
    asking = replace(answer.question, text=asked)
    guild = world.guild.id
    sending = Sending(guild, world.channel.id, world.asker.id, private, guild)
    reply_id = await world.stores.replies.record(replace(answer, question=asking), sending)
    await world.stores.feedback.vote(
        reply_id,
        guild_id=guild,
        member_id=world.asker.id,
        helpful=False,
        reason=reason,
        text=text,
    )
    return reply_id


async def look(world: World, **options: object) -> simcord.ResponseMessage:
    result = await world.moderator.slash(world.channel, "feedback", **options)
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def open_story(world: World, reply_id: str) -> simcord.ResponseMessage:
    card = await look(world)
    await world.moderator.select(card, [reply_id], custom_id="footnote:complaint:open:all")
    return card


async def test_an_empty_queue_says_what_comes_into_it(world: World) -> None:
    card = await look(world)
    assert "**0 answers that did not help**" in text_of(card)
    assert "“Not helpful”" in text_of(card)


async def test_the_queue_is_newest_first_and_filtered_by_reason(world: World) -> None:
    await complain(world, asked="Which ferry?", reason=Complaint.MISSING)
    await complain(world, asked="Which bridge?", reason=Complaint.OUT_OF_DATE)
    await complain(world, asked="Which boat?", reason=None)
    text = text_of(await look(world))
    assert text.index("Which boat?") < text.index("Which bridge?") < text.index("Which ferry?")
    assert "1 reader · Out of date" in text

    card = await look(world, reason="missing")
    assert "Which ferry?" in text_of(card)
    assert "Which bridge?" not in text_of(card)
    await world.moderator.select(card, ["out_of_date"], custom_id="footnote:complaint:filter")
    assert "Which bridge?" in text_of(card)
    assert "Which ferry?" not in text_of(card)


async def test_a_long_queue_has_pages(world: World) -> None:
    for number in range(PAGE_SIZE + 1):
        await complain(world, asked=f"Question {number} of many?")
    card = await look(world)
    assert "Page 1 of 2" in text_of(card)
    assert "Question 0 of" not in text_of(card)
    await world.moderator.click(card, label="Older")
    assert "Page 2 of 2" in text_of(card)
    assert "Question 0 of" in text_of(card)


async def test_a_story_tells_everything(world: World) -> None:
    card = await open_story(world, await complain(world))
    text = text_of(card)

    assert "**When did the bridge open?**" in text
    assert "Asked by ann" in text
    assert "ann: Wrong – “It was Monday.”" in text
    assert "The Tern Bridge opened again on Tuesday. \\[1\\] The repair" in text
    assert "[1] Tern Bridge opens again" in text.replace("［", "[").replace("］", "]")
    assert "What was found" in text
    assert "10 June 2031 · quoted" in text
    assert "Written by extractive" in text


async def test_a_story_of_a_private_answer_names_nobody(world: World) -> None:
    card = await open_story(world, await complain(world, private=True))
    assert "Asked in private" in text_of(card)
    assert "A member: Wrong" in text_of(card)
    assert "ann" not in text_of(card).replace("wanted", "")
    assert "discord.com/channels" not in text_of(card)


async def test_done_goes_on_to_the_next_one_and_can_be_taken_up_again(world: World) -> None:
    older = await complain(world, asked="Which ferry?")
    newer = await complain(world, asked="Which boat?")
    card = await open_story(world, newer)
    await world.moderator.click(card, label="Done")
    assert "Done: Which boat?" in text_of(card)
    assert "**Which ferry?**" in text_of(card)
    await world.moderator.click(card, label="Done")
    assert "**0 answers that did not help**" in text_of(card)

    await world.moderator.select(card, ["done"], custom_id="footnote:complaint:filter")
    assert "**2 answers dealt with**" in text_of(card)
    assert "Done by mo" in text_of(card)
    await world.moderator.select(card, [older], custom_id="footnote:complaint:open:done")
    await world.moderator.click(card, label="Take it up again")
    (left,) = await world.stores.feedback.queue(world.guild.id)
    assert left.reply_id == older


async def test_one_leafs_through_the_stories(world: World) -> None:
    first = await complain(world, asked="Which ferry?")
    await complain(world, asked="Which boat?")
    card = await open_story(world, first)
    await world.moderator.click(card, label="Previous")
    assert "**Which boat?**" in text_of(card)
    await world.moderator.click(card, label="Next")
    assert "**Which ferry?**" in text_of(card)
    await world.moderator.click(card, label="Back to the list")
    assert "**2 answers that did not help**" in text_of(card)


async def test_an_answer_can_become_a_gap(world: World) -> None:
    card = await open_story(world, await complain(world))
    await world.moderator.click(card, label="Make it a gap")

    ((library, reply),) = world.service.recorded
    assert library == world.library
    assert getattr(reply, "reason", None) is Reason.NOT_SUPPORTED
    assert reply.question.text == "When did the bridge open?"
    assert "Added to the open questions" in text_of(card)


async def test_an_answer_can_become_a_golden_question(world: World) -> None:
    card = await open_story(world, await complain(world))
    form = await world.moderator.click(card, label="Keep as golden question")
    await world.moderator.submit_modal(
        form, {"question": "When did the bridge open?", "article": ["1"]}
    )
    assert world.service.calls[-1].given == ("When did the bridge open?", LIBRARY.id)


async def test_the_whole_answer_is_shown_beside_the_story(world: World) -> None:
    card = await open_story(world, await complain(world))
    shown = await world.moderator.click(card, label="Show the whole answer")
    assert "On Saturdays it closes at noon." in text_of(shown.response)
    assert "It was Monday." in text_of(card)


async def test_a_refusal_that_did_not_help_has_its_story_too(world: World) -> None:
    reply = refusal(Reason.NOTHING_FOUND, BRIDGE)
    card = await open_story(world, await complain(world, reply=reply))
    assert "I found nothing about that" in text_of(card)
    assert "Keep as golden" not in text_of(card)


async def test_buttons_work_after_a_restart_and_for_answers_that_are_gone(world: World) -> None:
    card = await open_story(world, await complain(world))
    await world.env.restart_bot(world.make_bot())
    await world.moderator.click(card, label="Make it a gap")
    assert "Added to the open questions" in text_of(card)

    await world.stores.replies.prune(world.guild.id, world.bot._now())
    shown = await world.moderator.click(card, label="Done")
    assert text_of(shown.followups[-1]) == GONE


async def test_the_answers_of_another_server_are_not_opened(world: World) -> None:
    sending = Sending(world.guild.id + 1, 1, world.asker.id, False, world.guild.id + 1)
    elsewhere = await world.stores.replies.record(bridge_answer(), sending)
    fake = await post_fake(world, f"footnote:complaint:open:all:{elsewhere}")
    shown = await world.moderator.click(fake, label="Press")
    assert text_of(shown.response) == GONE


async def test_only_moderators_look_at_it(world: World) -> None:
    await complain(world)
    assert "may manage this server" in text_of(await use_as_outsider(world, "feedback"))
    fake = await post_fake(world, "footnote:complaint:page:all:0")
    shown = await world.asker.click(fake, label="Press")
    assert "may manage this server" in text_of(shown.response)


@pytest.mark.parametrize(
    "long", [HOSTILE * 40, "@everyone " * 300, "\U0001f469\u200d\U0001f680" * 400]
)
async def test_long_and_hostile_texts_stay_within_the_card(world: World, long: str) -> None:
    article = replace(BRIDGE, title=long, text=BRIDGE.text + long)
    reply = replace(refusal(Reason.NOTHING_FOUND), passages=(as_passage(article),) * 4)
    card = await open_story(world, await complain(world, asked=long, text=long, reply=reply))
    assert not card.message.mention_everyone
    assert measure(text_of(card)) <= CARD_LIMIT + 200


@pytest.mark.parametrize("long", ["word " * 300, HOSTILE * 40])
def test_the_fullest_story_fits_one_card(long: str) -> None:
    article = replace(BRIDGE, title=long, text=long + "z" * 500)
    answer = make_answer(
        [Claim(long + str(n), ((article, article.text[n : n + 40]),)) for n in range(9)], asked=long
    )
    reply = replace(answer, asked_as=long, passages=(as_passage(article),) * 4)
    sent = SentReply("0" * 16, sending(), START, State.CORRECTED, reply, message_id=2**63)
    votes = tuple(
        Vote(sent.id, member, False, Complaint.NOT_MY_QUESTION, long, START) for member in range(9)
    )
    names = {f"discord:{number}": long for number in range(20)}
    card = render_story(Story(sent, votes, Filter()), names, word="Done: " + "x" * 200)

    assert card.length <= CARD_LIMIT
    assert card.length > CARD_LIMIT / 3
    assert "and 6 more" in card.text or "and 5 more" in card.text or "and 4 more" in card.text


async def test_it_speaks_the_language_of_the_moderator(world: World) -> None:
    await world.stores.servers.change(world.guild.id, language="de")
    assert text_of(await look(world))
