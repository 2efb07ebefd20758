"""What was answered to one person alone is nobody else's, whoever knows its id."""

from __future__ import annotations

from typing import Any

import pytest

from bot.answering.models import Reason
from bot.cogs import follow_ups, gaps, notes, quotes, sharing, votes
from bot.rendering.reply_actions import QUOTES_ID
from bot.state.replies import Sending
from tests.fakes.discord_samples import BRIDGE, bridge_answer, refusal
from tests.fakes.discord_world import World, post_fake, text_of

PRESSES = {
    "quotes": (QUOTES_ID, quotes.FORGOTTEN),
    "share": ("footnote:share:post:", sharing.FORGOTTEN),
    "helpful": ("footnote:vote:helpful:", votes.FORGOTTEN),
    "correct": ("footnote:note:write:", notes.FORGOTTEN),
    "tell": ("footnote:gap:tell:", gaps.FORGOTTEN),
}


async def keep_private(world: World, reply: Any = None) -> str:
    place = Sending(world.guild.id, world.channel.id, world.asker.id, True, world.guild.id)
    return await world.stores.replies.record(reply or bridge_answer(), place)


@pytest.mark.parametrize(("prefix", "said"), PRESSES.values(), ids=PRESSES)
@pytest.mark.parametrize("who", ["member", "moderator"])
async def test_nobody_else_can_press_on_it(world: World, prefix: str, said: str, who: str) -> None:
    other = world.guild.add_member(world.env.create_user("ben"))
    presser = world.moderator if who == "moderator" else other
    card = await post_fake(world, prefix + await keep_private(world))

    result = await presser.click(card, label="Press")

    assert text_of(result.response) == said
    assert BRIDGE.title not in text_of(result.response)


FORMS = {
    "not helpful": ("vote:unhelpful", {"reason": ["wrong"], "text": "No."}, votes.FORGOTTEN),
    "follow-up": ("follow:ask", {"question": "And then?"}, follow_ups.FORGOTTEN),
}


@pytest.mark.parametrize(("what", "written", "said"), FORMS.values(), ids=FORMS)
async def test_nor_send_a_form_about_it(
    world: World, what: str, written: dict[str, Any], said: str
) -> None:
    other = world.guild.add_member(world.env.create_user("ben"))
    reply_id = await keep_private(world)
    card = await post_fake(world, f"footnote:{what}:{reply_id}")

    result = await other.click(card, label="Press")
    if result.response is None:
        result = await other.submit_modal(result, written)

    assert text_of(result.response) == said
    counts = await world.stores.feedback.counts(reply_id, guild_id=world.guild.id)
    assert (counts.helpful, counts.not_helpful) == (0, 0)


async def test_the_asker_may_tell_the_moderators_of_a_private_refusal(world: World) -> None:
    reply_id = await keep_private(world, refusal(Reason.NOTHING_FOUND, BRIDGE))
    card = await post_fake(world, f"footnote:gap:tell:{reply_id}")

    form = await world.asker.click(card, label="Press")
    told = await world.asker.submit_modal(form, {"text": "Please write about it."})

    assert text_of(told.response) == gaps.TOLD
