"""Golden questions, by command and from an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
import simcord

from bot.cogs.golden import FORGOTTEN, KEEP, NOT_MINE
from bot.cogs.shown import read_answer_id
from index.connections import Connection
from index.errors import SourceError
from index.records import GoldenCheck, JobInfo, JobState
from tests.fakes.discord_plans import HOSTILE, make_golden
from tests.fakes.discord_samples import BRIDGE, LIBRARY, bridge_answer, quoting
from tests.fakes.discord_service import NOW
from tests.fakes.discord_world import World, text_of

ASKED = "When did *the* bridge `open`, @everyone?"


async def _show(world: World, name: str, **options: object) -> simcord.ResponseMessage:
    result = await world.moderator.slash(world.channel, name, **options)
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def _answer(world: World, asked: str = ASKED) -> simcord.ResponseMessage:
    world.service.reply = quoting(
        (BRIDGE, "The Tern Bridge opened again on Tuesday."),
        (LIBRARY, "On Saturdays it closes at noon."),
        asked=asked,
    )
    result = await world.asker.slash(world.channel, "ask", question=asked)
    assert result.response is not None
    return result.response


async def test_a_question_is_kept_by_command(world: World) -> None:
    card = await _show(world, "golden add", question=" When? ", article=BRIDGE.id)

    assert world.service.calls[0].given == ("When?", BRIDGE.id)
    assert "**Kept as a golden question**" in text_of(card)
    assert BRIDGE.title in text_of(card)


async def test_a_question_that_does_not_cite_its_article_is_not_kept(world: World) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise SourceError("Its answer does not cite that article.")

    world.service.add_golden = refuse  # type: ignore[method-assign, assignment]
    card = await _show(world, "golden add", question="When?", article=BRIDGE.id)

    assert "does not cite that article" in text_of(card)


async def test_golden_questions_are_listed_in_pages(world: World) -> None:
    assert "no golden question yet" in text_of(await _show(world, "golden list"))

    world.service.kept = tuple(make_golden(n, title=HOSTILE) for n in range(1, 12))
    card = await _show(world, "golden list")
    assert "**11 golden questions**" in text_of(card)
    await world.moderator.click(card, label="Older")
    assert "asked 9 times" in text_of(card)
    assert not card.message.mention_everyone


async def test_they_are_checked_on_demand_the_failing_ones_named(world: World) -> None:
    world.service.kept = (make_golden(1), make_golden(2))
    card = await _show(world, "golden list")
    world.service.checks = (GoldenCheck(make_golden(1), passes=True, cited=("x",)),)
    await world.moderator.click(card, label="Check now")
    assert "1 golden question asked, all answered well" in text_of(card)

    world.service.checks = (
        GoldenCheck(make_golden(1), passes=True),
        GoldenCheck(make_golden(2), passes=False, cited=("other",)),
    )
    card = await _show(world, "golden list")
    await world.moderator.click(card, label="Check now")
    assert "**1 of 2 golden questions lost**" in text_of(card)
    assert "cites other instead" in text_of(card)


async def test_checking_them_offers_no_button_that_would_cancel_another_job(world: World) -> None:
    world.service.kept = (make_golden(1),)
    card = await _show(world, "golden list")
    actor = f"discord:{world.moderator.id}"
    sync = JobInfo("9", world.library, "sync", "Reading", actor, JobState.RUNNING, NOW)
    world.service.past_jobs = (sync,)
    released = world.hold()
    await world.moderator.click(card, label="Check now")
    assert "Asking the golden questions" in text_of(card)
    assert "Cancel" not in text_of(card)

    released.set()
    await world.env.settle()


async def test_one_is_forgotten_by_its_number(world: World) -> None:
    world.service.kept = (make_golden(1), make_golden(2))
    offered = await world.moderator.autocomplete(world.channel, "golden remove", "question", "2 t")
    assert [choice["value"] for choice in offered] == ["2"]
    card = await _show(world, "golden remove", question="2")
    assert "No longer a golden question" in text_of(card)
    assert "no such golden question" in text_of(await _show(world, "golden remove", question="7"))


async def test_an_answer_is_kept_with_its_question_and_one_of_its_articles(world: World) -> None:
    answer = await _answer(world)
    shown = await world.moderator.context_menu(world.channel, KEEP, answer)
    assert shown.modal is not None
    question, article = (label["component"] for label in shown.modal["components"])
    assert question["value"] == ASKED
    assert [option["label"] for option in article["options"]] == [BRIDGE.title, LIBRARY.title]

    await world.env.restart_bot(world.make_bot())
    result = await world.moderator.submit_modal(
        shown, {"question": "When does it close?", "article": ["1"]}
    )

    assert result.ephemeral
    assert world.service.calls[0].given == ("When does it close?", LIBRARY.id)
    assert world.service.calls[0].actor == f"discord:{world.moderator.id}"


async def test_where_the_answer_shows_no_question_the_moderator_writes_it(world: World) -> None:
    await world.asker.send(world.channel, f"<@{world.bot_id}> When did it open?")
    answer = world.channel.last_message
    assert answer is not None
    shown = await world.moderator.context_menu(world.channel, KEEP, answer)

    assert shown.modal is not None
    assert not shown.modal["components"][0]["component"].get("value")


async def test_a_long_question_is_offered_as_far_as_it_is_shown(world: World) -> None:
    answer = await _answer(world, "When did the bridge open " * 30 + "?")
    shown = await world.moderator.context_menu(world.channel, KEEP, answer)

    assert shown.modal is not None
    value = shown.modal["components"][0]["component"]["value"]
    assert value.startswith("When did the bridge open")
    assert "…" not in value
    assert len(value) > 200


@pytest.mark.parametrize("is_command", [True, False])
async def test_a_question_of_a_conversation_is_offered_as_it_was_understood(
    world: World, *, is_command: bool
) -> None:
    world.service.reply = replace(bridge_answer(), asked_as="What did the *Tern Bridge* cost?")
    if is_command:
        await world.asker.slash(world.channel, "ask", question="And the cost?")
    else:
        await world.asker.send(world.channel, f"<@{world.bot_id}> And the cost?")
    answer = world.channel.last_message
    assert answer is not None
    shown = await world.moderator.context_menu(world.channel, KEEP, answer)

    assert shown.modal is not None
    offered = shown.modal["components"][0]["component"]["value"]
    assert offered == "What did the *Tern Bridge* cost?"


async def test_a_question_cannot_pass_for_one_that_was_understood(world: World) -> None:
    answer = await _answer(world, "When?\n-# Understood as: Who?")
    shown = await world.moderator.context_menu(world.channel, KEEP, answer)

    assert shown.modal is not None
    offered = shown.modal["components"][0]["component"]["value"]
    assert offered == "When? -# Understood as: Who?"


async def test_what_is_no_answer_of_the_bot_is_not_kept(world: World) -> None:
    said = await world.asker.send(world.channel, "hello")
    result = await world.moderator.context_menu(world.channel, KEEP, said)

    assert result.modal is None
    assert text_of(result.response) == NOT_MINE


async def test_what_another_bot_made_to_look_like_an_answer_is_not_kept(world: World) -> None:
    answer = await _answer(world)
    other = world.guild.add_member(world.env.create_user("imitator", bot=True))
    backend = world.env.backend
    original = backend.get_message(world.channel.id, answer.id)
    backend.create_message(
        world.channel.id, other.id, "", components=original.components, flags=original.flags
    )
    copy = world.channel.last_message
    assert copy is not None
    assert read_answer_id(copy) == _id_of(answer)
    result = await world.moderator.context_menu(world.channel, KEEP, copy)

    assert result.modal is None
    assert text_of(result.response) == NOT_MINE


async def test_an_answer_of_another_server_is_not_kept(world: World) -> None:
    answer = await _answer(world)
    await _move_elsewhere(world, _id_of(answer))
    result = await world.moderator.context_menu(world.channel, KEEP, answer)

    assert text_of(result.response) == FORGOTTEN


async def test_others_may_not_keep_answers(world: World) -> None:
    answer = await _answer(world)
    root = world.env.backend.find_command(KEEP, None, type=3)
    assert root is not None
    world.guild.set_command_permissions(int(root["id"]), {world.asker: True})
    result = await world.asker.context_menu(world.channel, KEEP, answer)

    assert result.modal is None
    assert "may manage this server" in text_of(result.response)


@pytest.mark.parametrize("text", ["?", " "])
async def test_what_is_no_question_is_not_kept(world: World, text: str) -> None:
    answer = await _answer(world)
    shown = await world.moderator.context_menu(world.channel, KEEP, answer)
    result = await world.moderator.submit_modal(shown, {"question": text, "article": ["0"]})

    assert "at least 2" in text_of(result.response)
    assert world.service.calls == []


def _id_of(answer: simcord.ResponseMessage) -> str:
    answer_id = read_answer_id(answer.message)
    assert answer_id is not None
    return answer_id


async def _move_elsewhere(world: World, answer_id: str) -> None:
    """Make the answer's id name an answer of another server."""
    row = (str(world.guild.id + 1), answer_id)

    def work(connection: Connection) -> None:
        moved = connection.execute("UPDATE reply SET guild_id = ? WHERE id = ?", row)
        assert moved.rowcount == 1

    await world.stores.replies._database.write(work)
