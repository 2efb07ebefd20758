"""Plans: look first, publish exactly that, be stopped by guards, and go on with consent."""

from __future__ import annotations

from dataclasses import replace

import pytest
import simcord

from bot.cogs.actions import FORGOTTEN
from bot.cogs.targets import NOT_A_PAGE
from bot.rendering.actions import action_id
from index.errors import PlanBlocked, PlanOutdated, StoreError
from index.models import Problem, SyncReport
from index.plans import Consent, PlanKind, PlanState
from tests.fakes.discord_plans import DIFF, HOSTILE, all_kinds, make_item, make_plan
from tests.fakes.discord_world import World, post_fake, text_of, use_as_outsider

PAGE = "https://gullmarrow.example/feed.xml"
BLOCKED = PlanBlocked(
    "This would take 12 of 40 articles out of the answers.", plan_id="p1", drop=True
)


@pytest.fixture
def world(world: World) -> World:
    world.service.open_plans = {"p1": all_kinds(world.library)}
    return world


async def _plan(world: World) -> simcord.ResponseMessage:
    result = await world.moderator.slash(world.channel, "index plan")
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def _press(
    world: World, message: simcord.ResponseMessage, label: str
) -> simcord.ResponseMessage:
    """Press a button of a private card; the same card, changed."""
    await world.moderator.click(message, label=label)
    return message


async def test_a_plan_lists_what_would_change_by_title(world: World) -> None:
    text = text_of(await _plan(world))

    assert world.service.called == ["plan"]
    assert "**Plan `p1`** against edition 3" in text
    assert "1 added · 2 changed · 1 gone · 1 moved · 1 duplicate · 1 suspicious · 37" in text
    for number in range(1, 7):
        assert f"The town in June {number}" in text
    assert "It shrank by 92 %. The town in June It looks like a login page." in text
    assert "Could not be read" in text
    assert "m0 → m1" in text
    assert "Nothing is changed until it is published." in text


async def test_a_plan_of_an_address_and_of_files_asks_for_exactly_that(world: World) -> None:
    await world.moderator.slash(world.channel, "index plan", url=PAGE)
    await world.moderator.slash(world.channel, "index plan", file=("a.md", b"x"))
    wrong = await world.moderator.slash(world.channel, "index plan", url="/etc/passwd")

    assert [call.given for call in world.service.calls] == [(PAGE,), (("a.md", b"x"),)]
    assert text_of(wrong.response) == NOT_A_PAGE


async def test_publishing_takes_a_second_click_on_a_card_that_says_what_will_happen(
    world: World,
) -> None:
    card = await _plan(world)
    await _press(world, card, "Publish …")
    assert "**Publish this plan?**" in text_of(card)
    assert "1 added · 2 changed" in text_of(card)
    assert world.service.called == ["plan"]

    await _press(world, card, "Publish now")

    assert "**Edition 4 is published**" in text_of(card)
    call = world.service.calls[-1]
    assert (call.name, call.given, call.consent) == ("publish", ("p1",), Consent())
    assert call.actor == f"discord:{world.moderator.id}"


async def test_one_can_go_back_from_the_question_to_the_plan(world: World) -> None:
    card = await _plan(world)
    await _press(world, card, "Publish …")
    await _press(world, card, "Back to the plan")

    assert "**Plan `p1`**" in text_of(card)


async def test_the_changes_are_shown_one_by_one(world: World) -> None:
    card = await _plan(world)
    await _press(world, card, "Show changes")
    assert "\n".join(["```diff", *DIFF, "```"]) in text_of(card)
    assert "Change 1 of 2" in text_of(card)

    await _press(world, card, "Next")
    assert "```diff\n-All of it.\n+Please log in.\n```" in text_of(card)
    assert "It looks like a login page." in text_of(card)

    await world.moderator.select(card, ["0"])
    assert "Change 1 of 2" in text_of(card)
    await _press(world, card, "Back to the plan")
    assert "**Plan `p1`**" in text_of(card)


async def test_a_plan_can_be_discarded(world: World) -> None:
    card = await _plan(world)
    await _press(world, card, "Discard")

    assert "discarded" in text_of(card)
    assert world.service.called == ["plan", "discard"]
    assert "p1" not in world.service.open_plans


async def test_an_empty_plan_offers_nothing_to_publish(world: World) -> None:
    world.service.open_plans["p1"] = make_plan(library=world.library)
    text = text_of(await _plan(world))

    assert "Nothing to publish" in text
    assert "Publish …" not in text


async def test_a_guard_says_what_would_go_and_publishes_with_consent_and_a_reason(
    world: World,
) -> None:
    gone = tuple(make_item(PlanKind.REMOVED, f"r{n}", f"Gone {n}") for n in range(15))
    world.service.open_plans["p1"] = make_plan(
        *gone, library=world.library, drops=15, drops_too_much=True
    )
    card = await _plan(world)
    assert "**15 of 40 articles (38%) would leave the answers.**" in text_of(card)
    await _press(world, card, "Publish …")
    world.service.error = BLOCKED
    await _press(world, card, "Publish now")
    assert "**Not published" in text_of(card)
    assert "Gone 11" in text_of(card)
    assert "and 3 more" in text_of(card)

    world.service.error = None
    shown = await world.moderator.click(card, label="Publish anyway …")
    assert world.service.called == ["plan", "publish"]
    await world.moderator.submit_modal(shown, {"reason": "The old site closed."})

    assert "**Edition 4 is published**" in text_of(card)
    call = world.service.calls[-1]
    assert call.consent == Consent(drop=True)
    assert call.reason == "The old site closed."


async def test_the_reason_may_be_left_out(world: World) -> None:
    card = await _blocked(world, BLOCKED)
    shown = await world.moderator.click(card, label="Publish anyway …")
    await world.moderator.submit_modal(shown, {})

    assert world.service.calls[-1].reason == ""
    assert world.service.calls[-1].consent.drop


async def test_a_second_guard_asks_for_what_the_first_had_and_more(world: World) -> None:
    card = await _blocked(world, BLOCKED)
    world.service.error = PlanBlocked(
        "1 golden question fails: When did it open?", plan_id="p1", golden=True
    )
    shown = await world.moderator.click(card, label="Publish anyway …")
    await world.moderator.submit_modal(shown, {})
    assert "1 golden question fails: When did it open?" in text_of(card)

    world.service.error = None
    shown = await world.moderator.click(card, label="Publish anyway …")
    await world.moderator.submit_modal(shown, {})
    assert world.service.calls[-1].consent == Consent(drop=True, golden=True)


async def test_a_plan_that_no_longer_fits_says_why_instead(world: World) -> None:
    card = await _plan(world)
    await _press(world, card, "Publish …")
    world.service.error = PlanOutdated("Edition 5 came in between.")
    await _press(world, card, "Publish now")

    assert "**Not published.** Edition 5 came in between." in text_of(card)
    assert "Publish now" not in text_of(card)


async def test_a_plan_that_is_not_known_any_more_says_so(world: World) -> None:
    card = await _plan(world)
    world.service.open_plans.clear()
    await _press(world, card, "Publish …")

    assert "There is no plan p1." in text_of(card)


async def test_a_plan_that_was_published_meanwhile_has_no_buttons(world: World) -> None:
    card = await _plan(world)
    plan = world.service.open_plans["p1"]
    world.service.open_plans["p1"] = replace(plan, state=PlanState.PUBLISHED)
    await _press(world, card, "Publish …")

    assert "This plan was published." in text_of(card)
    assert "Publish …" not in text_of(card)


async def test_a_plan_that_is_published_twice_is_not_called_a_failure(world: World) -> None:
    card = await _plan(world)
    await _press(world, card, "Publish …")
    plan = world.service.open_plans["p1"]
    world.service.open_plans["p1"] = replace(plan, state=PlanState.PUBLISHED)
    await _press(world, card, "Publish now")

    assert "This plan was published." in text_of(card)
    assert "Not published" not in text_of(card)
    assert world.service.called == ["plan"]


async def test_what_a_sync_holds_back_comes_on_a_card_of_its_own(world: World) -> None:
    world.service.report = SyncReport(
        edition=4, published=True, added=("a",), held="p1", suspicious=(Problem("c2", "It shrank"),)
    )
    result = await world.moderator.slash(world.channel, "index sync")

    assert "1 held back" in text_of(result.response)
    (guard,) = result.followups
    assert guard.ephemeral
    assert "It looks like a login page." in text_of(guard)
    shown = await world.moderator.click(guard, label="Publish anyway …")
    await world.moderator.submit_modal(shown, {"reason": "It is a short page now."})
    assert world.service.calls[-1].consent == Consent(suspicious=True)


async def test_a_guard_that_stops_a_sync_leads_to_its_plan(world: World) -> None:
    world.service.error = BLOCKED
    result = await world.moderator.slash(world.channel, "index sync")

    assert "**Not published" in text_of(result.response)
    assert "Publish anyway …" in text_of(result.response)


async def test_a_plan_can_be_published_by_its_name(world: World) -> None:
    offered = await world.moderator.autocomplete(world.channel, "index publish", "plan", "p")
    result = await world.moderator.slash(world.channel, "index publish", plan="p1")

    assert [choice["value"] for choice in offered] == ["p1"]
    assert "1 added" in offered[0]["name"]
    assert "**Publish this plan?**" in text_of(result.response)


async def test_every_button_works_after_a_restart(world: World) -> None:
    card = await _plan(world)
    await world.env.restart_bot(world.make_bot())
    await _press(world, card, "Publish …")
    world.service.error = BLOCKED
    await world.env.restart_bot(world.make_bot())
    await _press(world, card, "Publish now")
    world.service.error = None
    shown = await world.moderator.click(card, label="Publish anyway …")
    await world.env.restart_bot(world.make_bot())
    await world.moderator.submit_modal(shown, {"reason": "Yes."})

    assert "**Edition 4 is published**" in text_of(card)
    assert world.service.calls[-1].consent == Consent(drop=True)


@pytest.mark.parametrize(
    "custom_id",
    [
        action_id("plan", "show", "p1"),
        action_id("plan", "changes", "p1", 0),
        action_id("plan", "publish", "p1"),
        action_id("plan", "confirm", "p1"),
        action_id("plan", "force", "p1", "dsg"),
        action_id("plan", "forced", "p1", "dsg"),
        action_id("plan", "discard", "p1"),
        action_id("job", "cancel", "0123abcd"),
        action_id("job", "list", 0),
        action_id("edition", "rollback", 2),
        action_id("article", "remove", "bridge-reopens"),
        action_id("article", "unmark", "bridge-reopens"),
        action_id("source", "remove", 1),
        action_id("source", "list", 0),
        action_id("history", "page", 0),
        action_id("audit", "page", 0),
        action_id("golden", "check"),
        action_id("golden", "page", 0),
        action_id("golden", "keep", "0" * 16),
        action_id("card", "leave"),
    ],
)
async def test_a_button_that_others_can_see_does_nothing_for_them(
    world: World, custom_id: str
) -> None:
    leaked = await post_fake(world, custom_id)
    result = await world.asker.click(leaked, label="Press")

    assert result.ephemeral
    assert result.modal is None
    assert "may manage this server" in text_of(result.response)
    assert world.service.calls == []


async def test_a_button_in_a_channel_answers_privately(world: World) -> None:
    posted = await post_fake(world, action_id("plan", "publish", "p1"))
    result = await world.moderator.click(posted, label="Press")

    assert result.ephemeral
    assert "**Publish this plan?**" in text_of(result.response)
    assert world.channel.last_message is not None
    assert world.channel.last_message.content == "fake"


@pytest.mark.parametrize("custom_id", ["footnote:plan:explode:p1", "footnote:moon:show"])
async def test_a_button_of_another_version_is_explained(world: World, custom_id: str) -> None:
    posted = await post_fake(world, custom_id)
    result = await world.moderator.click(posted, label="Press")

    assert text_of(result.response) == FORGOTTEN


async def test_a_plan_of_another_server_is_not_shown(world: World) -> None:
    world.service.open_plans["p1"] = all_kinds("discord-77")
    result = await world.moderator.slash(world.channel, "index publish", plan="p1")

    assert "There is no plan p1." in text_of(result.response)


async def test_hostile_titles_do_nothing_on_any_card_of_a_plan(world: World) -> None:
    world.service.open_plans["p1"] = all_kinds(world.library, title=HOSTILE)
    world.service.error = None
    card = await _plan(world)
    await _press(world, card, "Show changes")
    await _press(world, card, "Back to the plan")
    await _press(world, card, "Publish …")
    world.service.error = replace_message(BLOCKED, HOSTILE)
    await _press(world, card, "Publish now")

    assert "@\u200beveryone" in text_of(card)
    assert card.message.mentions == []
    assert not card.message.mention_everyone


def replace_message(blocked: PlanBlocked, message: str) -> PlanBlocked:
    return PlanBlocked(message, plan_id=blocked.plan_id, drop=True, suspicious=True, golden=True)


@pytest.mark.parametrize("name", ["index plan", "index publish"])
async def test_others_may_not_plan_or_publish(world: World, name: str) -> None:
    options = {"plan": "p1"} if name == "index publish" else {}
    result = await use_as_outsider(world, name, **options)

    assert "may manage this server" in text_of(result)
    assert world.service.calls == []


async def test_choices_are_for_moderators_and_never_fail(world: World) -> None:
    root = world.env.backend.find_command("index", None, type=1)
    assert root is not None
    world.guild.set_command_permissions(int(root["id"]), {world.asker: True})
    assert await world.asker.autocomplete(world.channel, "index publish", "plan", "") == []

    world.service.error = StoreError("disk full")
    assert await world.moderator.autocomplete(world.channel, "index publish", "plan", "") == []
    world.service.error = None
    world.service.open_plans = {
        f"p{n}": replace(all_kinds(world.library), id=f"p{n}", note="x" * 300) for n in range(40)
    }
    offered = await world.moderator.autocomplete(world.channel, "index publish", "plan", "")
    assert len(offered) == 25
    assert all(len(choice["name"]) <= 100 for choice in offered)


async def _blocked(world: World, blocked: PlanBlocked) -> simcord.ResponseMessage:
    card = await _plan(world)
    await _press(world, card, "Publish …")
    world.service.error = blocked
    await _press(world, card, "Publish now")
    world.service.error = None
    return card
