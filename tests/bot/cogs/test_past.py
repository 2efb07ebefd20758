"""Editions, the audit, going back, and what is taken out or labelled."""

from __future__ import annotations

import pytest
import simcord

from bot.cogs.choices import article_key, find_article
from bot.cogs.library_content import ITSELF, ONE_TO_REMOVE
from bot.rendering.content import render_removal
from index.errors import SourceError, StoreError
from index.models import SyncReport, VerifyReport
from index.records import AuditEntry
from tests.fakes.discord_plans import HOSTILE, make_edition, make_source
from tests.fakes.discord_samples import BRIDGE, LIBRARY
from tests.fakes.discord_service import NOW, ScriptedService
from tests.fakes.discord_world import World, text_of, use_as_outsider

REASON = "It was `wrong` @everyone * [1]"
LONG_ID = "https://gullmarrow.example/" + "a-very-long-name/" * 20 + "end?x=1&y=~z"


async def _show(world: World, name: str, **options: object) -> simcord.ResponseMessage:
    result = await world.moderator.slash(world.channel, name, **options)
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def test_the_history_names_who_published_what_and_pings_nobody(world: World) -> None:
    actor = f"discord:{world.asker.id}"
    world.service.editions = (make_edition(3, actor=actor, note=HOSTILE), make_edition(2))
    card = await _show(world, "index history")

    text = text_of(card)
    assert "**3** · 2 added · 1 changed · answers come from this one" in text
    assert "· ann" in text
    assert "· command line" in text
    assert f"<@{world.asker.id}>" not in text
    assert card.message.mentions == []


async def test_somebody_who_left_is_still_told_apart(world: World) -> None:
    world.service.editions = (make_edition(3, actor="discord:42"),)

    assert "member 42" in text_of(await _show(world, "index history"))


async def test_a_name_is_asked_for_once(world: World) -> None:
    actor = f"discord:{world.asker.id}"
    world.service.editions = tuple(make_edition(n, actor=actor) for n in range(8, 0, -1))
    await _show(world, "index history")
    await _show(world, "index history")

    assert len(world.sent("GET", f"/members/{world.asker.id}")) == 1


async def test_a_long_history_has_pages_also_after_a_restart(world: World) -> None:
    world.service.editions = tuple(make_edition(n) for n in range(30, 0, -1))
    card = await _show(world, "index history")
    assert "Page 1 of 4" in text_of(card)
    assert "sync 23" in text_of(card)
    assert "sync 22" not in text_of(card)

    await world.env.restart_bot(world.make_bot())
    await world.moderator.click(card, label="Older")
    assert "Page 2 of 4" in text_of(card)
    assert "sync 22" in text_of(card)
    await world.moderator.click(card, label="Newer")
    assert "Page 1 of 4" in text_of(card)


async def test_the_audit_says_who_did_what_and_why(world: World) -> None:
    entry = AuditEntry(NOW, "schedule", "publish", HOSTILE, reason=REASON, edition=7)
    world.service.entries = (entry,) * 20
    card = await _show(world, "index audit")

    text = text_of(card)
    assert "**publish** · edition 7" in text
    assert "Reason: It was \\`wrong\\`" in text
    assert "schedule" in text
    assert not card.message.mention_everyone
    await world.moderator.click(card, label="Older")
    assert "Page 2 of 3" in text_of(card)


async def test_going_back_says_what_it_undoes_and_takes_a_second_click(world: World) -> None:
    world.service.editions = tuple(make_edition(n) for n in (5, 4, 3, 2))
    card = await _show(world, "index rollback", edition=3, reason=REASON)
    text = text_of(card)
    assert "**Go back to edition 3?**" in text
    assert "2 editions since then, with 4 additions, 2 changes" in text
    assert "Schedules are paused" in text
    assert world.service.calls == []

    await world.env.restart_bot(world.make_bot())
    await world.moderator.click(card, label="Go back to edition 3")

    (call,) = world.service.calls
    assert (call.name, call.given, call.reason) == ("rollback", (3,), REASON)
    assert "**Edition 4 is published**" in text_of(card)


async def test_going_back_asks_again_where_more_would_be_undone_than_was_said(
    world: World,
) -> None:
    world.service.editions = tuple(make_edition(n) for n in (5, 4, 3))
    card = await _show(world, "index rollback", edition=3, reason=REASON)
    world.service.editions = (make_edition(6), *world.service.editions)
    await world.moderator.click(card, label="Go back to edition 3")
    assert "3 editions since then" in text_of(card)
    assert world.service.calls == []

    await world.moderator.click(card, label="Go back to edition 3")
    (call,) = world.service.calls
    assert (call.name, call.given, call.reason) == ("rollback", (3,), REASON)


async def test_going_back_to_where_one_is_counts_no_articles(world: World) -> None:
    world.service.editions = (make_edition(5), make_edition(4))
    world.service.report = SyncReport(edition=5, published=False)
    card = await _show(world, "index rollback", edition=4)
    await world.moderator.click(card, label="Go back to edition 4")

    assert text_of(card) == "**Nothing changed**: edition 5."


async def test_one_may_leave_it_as_it_is(world: World) -> None:
    world.service.editions = (make_edition(5), make_edition(4))
    card = await _show(world, "index rollback", edition=4)
    await world.moderator.click(card, label="Leave it")

    assert "nothing was changed" in text_of(card)
    assert world.service.calls == []


@pytest.mark.parametrize(("edition", "said"), [(9, "no edition 9"), (5, "the current one")])
async def test_there_is_no_way_to_what_is_not_there_or_is_there_already(
    world: World, edition: int, said: str
) -> None:
    world.service.editions = (make_edition(5), make_edition(4))

    assert said in text_of(await _show(world, "index rollback", edition=edition))


async def test_the_earlier_editions_are_offered(world: World) -> None:
    world.service.editions = tuple(make_edition(n) for n in range(40, 0, -1))
    offered = await world.moderator.autocomplete(world.channel, "index rollback", "edition", "3")

    assert len(offered) == 25
    assert offered[0]["value"] == 39
    assert "2 added" in offered[0]["name"]


async def test_an_article_is_taken_out_after_a_question_that_names_it(world: World) -> None:
    card = await _show(world, "index remove", article=BRIDGE.id, reason=REASON)
    assert f"- {BRIDGE.title}" in text_of(card)
    assert "Take 1 article out" in text_of(card)
    assert world.service.calls == []

    await world.env.restart_bot(world.make_bot())
    await world.moderator.click(card, label="Take it out")

    (call,) = world.service.calls
    assert (call.name, call.given, call.reason) == ("remove", (BRIDGE.id,), REASON)


async def test_an_article_with_a_very_long_id_is_offered_and_taken_out(world: World) -> None:
    world.service.articles |= {LONG_ID: "Long", LONG_ID + "0": "Longer"}
    offered = await world.moderator.autocomplete(world.channel, "index remove", "article", "Long")
    value = next(choice["value"] for choice in offered if choice["name"] == "Long")
    assert len(value) <= 100
    card = await _show(world, "index remove", article=value)
    await world.moderator.click(card, label="Take it out")

    assert world.service.calls[0].given == (LONG_ID,)


async def test_an_article_may_be_named_by_its_title_if_only_one_has_it(world: World) -> None:
    card = await _show(world, "index remove", article="new hours at the reading ROOM")
    assert LIBRARY.title in text_of(card)

    world.service.articles["b2"] = LIBRARY.title
    card = await _show(world, "index remove", article=LIBRARY.title)
    assert "Several articles fit" in text_of(card)
    assert "no such article" in text_of(await _show(world, "index remove", article="moon"))


async def test_what_is_no_job_offers_no_button_that_would_cancel_another(world: World) -> None:
    card = await _show(world, "index remove", article=BRIDGE.id)
    released = world.hold()
    hold = world.service.before

    async def hold_work() -> None:
        if world.service.running is not None and hold is not None:
            await hold()

    world.service.before = hold_work
    await world.moderator.click(card, label="Take it out")
    assert "Taking the article out" in text_of(card)
    assert "Cancel" not in text_of(card)

    released.set()
    await world.env.settle()
    assert "Edition 4 is published" in text_of(card)


async def test_articles_of_one_title_are_told_apart(world: World) -> None:
    world.service.articles = {"one": "News", "two": "News"}
    offered = await world.moderator.autocomplete(world.channel, "index remove", "article", "")

    assert [choice["name"] for choice in offered] == ["News · one", "News · two"]


async def test_a_source_is_forgotten_after_a_question_that_says_how_many_go(world: World) -> None:
    world.service.remembered = (make_source(1), make_source(2, articles=31))
    offered = await world.moderator.autocomplete(world.channel, "index remove", "source", "feed-2")
    assert [choice["value"] for choice in offered] == ["2"]
    card = await _show(world, "index remove", source="2")
    assert "take its 31 articles out" in text_of(card)
    await world.moderator.click(card, label="Take 31 articles out")

    (call,) = world.service.calls
    assert (call.name, call.given) == ("remove_source", (2,))


async def test_removing_takes_exactly_one_of_article_and_source(world: World) -> None:
    assert text_of(await _show(world, "index remove")) == ONE_TO_REMOVE
    both = await _show(world, "index remove", article=BRIDGE.id, source="1")
    assert text_of(both) == ONE_TO_REMOVE


async def test_an_article_is_labelled_as_superseded_and_the_label_taken_off(world: World) -> None:
    card = await _show(
        world, "index supersede", article=BRIDGE.id, by=LIBRARY.id, reason="Newer hours."
    )
    assert f"**{BRIDGE.title}** is now labelled as superseded by **{LIBRARY.title}**" in text_of(
        card
    )

    await world.moderator.click(card, label="Take the label off")
    assert "not labelled" in text_of(card)
    await _show(world, "index supersede", article=BRIDGE.id)
    given = [call.given for call in world.service.calls]
    assert given == [(BRIDGE.id, LIBRARY.id), (BRIDGE.id, None), (BRIDGE.id, None)]


async def test_an_article_does_not_supersede_itself(world: World) -> None:
    card = await _show(world, "index supersede", article=BRIDGE.id, by=BRIDGE.id)

    assert text_of(card) == ITSELF
    assert world.service.calls == []


async def test_what_the_service_refuses_is_said_and_the_card_stays(world: World) -> None:
    world.service.editions = (make_edition(5), make_edition(4))
    card = await _show(world, "index rollback", edition=4)
    world.service.error = SourceError("Edition 4 was collected.")
    result = await world.moderator.click(card, label="Go back to edition 4")

    shown = text_of(card) + "".join(map(text_of, result.followups))
    assert "Edition 4 was collected." in shown


async def test_the_library_is_checked_on_demand(world: World) -> None:
    assert "**The library is whole**" in text_of(await _show(world, "index verify"))
    world.service.whole = VerifyReport(4, 40, (), ("3 vectors are missing",))
    text = text_of(await _show(world, "index verify"))
    assert "not whole" in text
    assert "3 vectors are missing" in text


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("index history", {}),
        ("index audit", {}),
        ("index rollback", {"edition": 4}),
        ("index remove", {"article": BRIDGE.id}),
        ("index supersede", {"article": BRIDGE.id}),
        ("index verify", {}),
        ("index sources", {}),
        ("index schedule", {"source": "1", "when": "hourly"}),
        ("index reports", {}),
        ("index recency", {"setting": "mild"}),
        ("index jobs", {}),
        ("index cancel", {}),
        ("golden add", {"question": "When?", "article": BRIDGE.id}),
        ("golden list", {}),
        ("golden remove", {"question": "1"}),
    ],
)
async def test_others_are_refused_even_where_discord_lets_them_through(
    world: World, name: str, options: dict[str, object]
) -> None:
    result = await use_as_outsider(world, name, **options)

    assert "may manage this server" in text_of(result)
    assert world.service.calls == []


async def test_others_are_offered_no_articles_and_a_failing_search_offers_none(
    world: World,
) -> None:
    root = world.env.backend.find_command("index", None, type=1)
    assert root is not None
    world.guild.set_command_permissions(int(root["id"]), {world.asker: True})
    assert await world.asker.autocomplete(world.channel, "index remove", "article", "") == []

    world.service.error = StoreError("locked")
    assert await world.moderator.autocomplete(world.channel, "index remove", "article", "") == []


@pytest.mark.parametrize(
    "article_id",
    [LONG_ID, "𝒳" * 200, "a b\nc", "x" * 61, "~0123456789abcdef~x", "\u202e" * 5, "ü" * 60, " "],
)
async def test_every_id_fits_a_button_and_is_found_again(article_id: str) -> None:
    service = ScriptedService()
    service.articles = {article_id + "0": "No", article_id: "Yes", "0" + article_id: "No"}
    key = article_key(article_id)
    render_removal("Title", key, "x" * 300)

    assert await find_article(service, "discord-1", key) == (article_id, "Yes")
