"""Scenes of moderators: settings, corrections, feedback, gaps, articles, figures."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import picture_samples as samples
import reply_samples as replies
from picture_stage import NOW, Scene, Stage, asked_as

from bot.cogs.watch import WatchCog
from bot.rendering.actions import action_id
from bot.state.feedback import Complaint
from bot.state.replies import Sending
from tests.fakes.discord_samples import BRIDGE, LIBRARY, as_passage
from tests.fakes.discord_service import ScriptedService

RIGHT = "The Tern Bridge opened again on Wednesday, 11 June. Tuesday's opening was put off."
SOURCE = "I was there, and so says the notice at the toll house."


async def show_config(stage: Stage, service: ScriptedService) -> None:
    """The panel of all settings."""
    await _set_some(stage, service)
    await stage.use("config")


async def show_config_one(stage: Stage, service: ScriptedService) -> None:
    """One setting."""
    await _set_some(stage, service)
    shown = await stage.use("config")
    await stage.choose(shown, "ask_channels", action_id("config", "open"))


async def show_config_confirm(stage: Stage, service: ScriptedService) -> None:
    """What a change would make of a setting, before it is made."""
    await _set_some(stage, service)
    shown = await stage.use("config")
    await stage.choose(shown, "ask_channels", action_id("config", "open"))
    other = stage.guild.create_text_channel("harbour-talk")
    if shown.response is not None:
        menu = action_id("config", "pick", "ask_channels")
        await stage.moderator.select(shown.response, [stage.channel, other], custom_id=menu)


async def show_proposal(stage: Stage, service: ScriptedService) -> None:
    """A correction that waits for a moderator."""
    await _propose(stage, service)


async def show_correct_form(stage: Stage, service: ScriptedService) -> None:
    """The form for a correction."""
    asked = await stage.ask(service, replies.opened())
    stage.form = await stage.press(asked, "Correct this")


async def show_corrected(stage: Stage, service: ScriptedService) -> None:
    """An old answer that a moderator corrected."""
    await _propose(stage, service)
    await stage.moderator.click(await stage.last_message(), label="Approve")
    # Who asked saw the thanks for the correction too.
    stage.viewer, stage.place = stage.moderator, stage.channel


async def show_approved(stage: Stage, service: ScriptedService) -> None:
    """The card of a correction that was approved."""
    await _propose(stage, service)
    await stage.moderator.click(await stage.last_message(), label="Approve")


async def show_changed(stage: Stage, service: ScriptedService) -> None:
    """Answers whose article has changed since, as moderators hear of them."""
    await _change(stage, service)


async def show_outdated(stage: Stage, service: ScriptedService) -> None:
    """An old answer that is marked because its article has changed."""
    await _change(stage, service)
    await stage.moderator.click(await stage.last_message(), label="Mark those answers")
    stage.viewer, stage.place = stage.member, stage.channel


async def show_articles(stage: Stage, service: ScriptedService) -> None:
    """The articles of a library."""
    service.held = replies.ARTICLES
    await stage.use("articles")


async def show_article(stage: Stage, service: ScriptedService) -> None:
    """One article's card."""
    service.held = replies.ARTICLES
    for question in (replies.OPENED, "What did the repair cost?"):
        stage.clock.advance(hours=-7)
        await stage.ask(service, asked_as(replies.opened(), question))
    stage.clock.now = NOW
    stage.viewer, stage.place = stage.moderator, stage.guild.create_text_channel("desk")
    shown = await stage.moderator.slash(stage.place, "articles")
    if shown.response is not None:
        await stage.moderator.select(shown.response, [BRIDGE.id])


async def show_gaps(stage: Stage, service: ScriptedService) -> None:
    """What was asked and left open."""
    service.kept_gaps = replies.gaps()
    service.together = (frozenset({14, 15, 16}),)
    await stage.use("gaps")


async def show_gap(stage: Stage, service: ScriptedService) -> None:
    """One gap with the questions that ask the same."""
    service.kept_gaps = replies.gaps()
    service.together = (frozenset({14, 15, 16}),)
    await stage.choose(await stage.use("gaps"), "14", "footnote:gaps:card")


async def show_feedback(stage: Stage, service: ScriptedService) -> None:  # noqa: ARG001
    """The queue of answers that did not help."""
    await _complain(stage)
    await stage.use("feedback")


async def show_story(stage: Stage, service: ScriptedService) -> None:  # noqa: ARG001
    """All about one of them."""
    reply_id = await _complain(stage)
    shown = await stage.use("feedback")
    await stage.choose(shown, reply_id, "footnote:complaint:open:all")


async def show_stats(stage: Stage, service: ScriptedService) -> None:  # noqa: ARG001
    """A month in figures."""
    await _ask_for_a_month(stage)
    await stage.use("stats")


async def show_audit(stage: Stage, service: ScriptedService) -> None:
    """Who did what."""
    service.page_entries = samples.audit(f"discord:{stage.moderator.id}")
    await stage.use("audit")


async def show_moderator_help(stage: Stage, service: ScriptedService) -> None:  # noqa: ARG001
    """The first page of help for a moderator."""
    await stage.use("help")


async def _set_some(stage: Stage, service: ScriptedService) -> None:
    forum = stage.guild.create_forum_channel("help")
    desk = stage.guild.create_text_channel("desk")
    service.model_budget = samples.BUDGET
    await stage.stores.servers.change(
        stage.guild.id,
        ask_channels=(stage.channel.id,),
        auto_channels=(forum.id,),
        desk_channel=desk.id,
    )


async def _propose(stage: Stage, service: ScriptedService) -> None:
    desk = stage.guild.create_text_channel("desk")
    await stage.stores.servers.change(stage.guild.id, desk_channel=desk.id)
    asked = await stage.ask(service, replies.opened())
    form = await stage.press(asked, "Correct this")
    await stage.member.submit_modal(form, {"right": RIGHT, "source": SOURCE})
    stage.viewer, stage.place = stage.moderator, desk


async def _change(stage: Stage, service: ScriptedService) -> None:
    desk = stage.guild.create_text_channel("desk")
    await stage.stores.servers.change(stage.guild.id, desk_channel=desk.id)
    cog = stage.bot.get_cog("WatchCog")
    if not isinstance(cog, WatchCog):
        raise TypeError("nobody watches")
    cog._between = 0.0  # noqa: SLF001 - the pictures shall not take a minute
    for question in (replies.OPENED, "What did the repair of the Tern Bridge cost?"):
        await stage.ask(service, asked_as(replies.opened(), question))
    rewritten = replace(BRIDGE, text=BRIDGE.text.replace("Tuesday", "Wednesday"))
    service.held = (rewritten, LIBRARY)
    service.texts[rewritten.version_id] = rewritten.text
    service.publications.tell(f"discord-{stage.guild.id}")
    if cog._looking is not None:  # noqa: SLF001
        await cog._looking  # noqa: SLF001
    await stage.env.settle()
    stage.viewer, stage.place = stage.moderator, desk


async def _complain(stage: Stage) -> str:
    answer = replace(replies.opened(), passages=(as_passage(BRIDGE), as_passage(LIBRARY)))
    told = (
        ("Is the ferry still free?", Complaint.MISSING, ""),
        ("What does the reading room cost?", Complaint.NOT_MY_QUESTION, ""),
        (replies.OPENED, Complaint.WRONG, "It was Wednesday: Tuesday's opening was put off."),
    )
    where = Sending(
        stage.guild.id, stage.channel.id, stage.member.id, is_private=False, asked_in=stage.guild.id
    )
    for number, (question, reason, text) in enumerate(told):
        stage.clock.now = NOW - timedelta(hours=26 - 12 * number)
        timed = replace(asked_as(answer, question), timings_ms={"total": 840.0})
        reply_id = await stage.stores.replies.record(timed, where)
        await stage.stores.feedback.vote(
            reply_id,
            guild_id=stage.guild.id,
            member_id=stage.member.id,
            helpful=False,
            reason=reason,
            text=text,
        )
    stage.clock.now = NOW
    return reply_id


async def _ask_for_a_month(stage: Stage) -> None:
    chance = random.Random(4)  # noqa: S311 - a picture needs no secrets
    where = Sending(
        stage.guild.id, stage.channel.id, stage.member.id, is_private=False, asked_in=stage.guild.id
    )
    for days in range(30):
        stage.clock.now = NOW - timedelta(days=days)
        for _ in range(chance.randint(2, 9)):
            reply = replies.any_reply(chance)
            reply_id = await stage.stores.replies.record(reply, where)
            if chance.random() < 0.4:  # noqa: PLR2004
                await stage.stores.feedback.vote(
                    reply_id,
                    guild_id=stage.guild.id,
                    member_id=stage.member.id,
                    helpful=chance.random() < 0.8,  # noqa: PLR2004
                )
    stage.clock.now = NOW


SCENES: dict[str, Scene] = {
    "config": show_config,
    "config-one": show_config_one,
    "config-confirm": show_config_confirm,
    "proposal": show_proposal,
    "correct-form": show_correct_form,
    "corrected": show_corrected,
    "approved": show_approved,
    "changed": show_changed,
    "outdated": show_outdated,
    "articles": show_articles,
    "article": show_article,
    "gaps": show_gaps,
    "gap": show_gap,
    "feedback": show_feedback,
    "story": show_story,
    "stats": show_stats,
    "audit": show_audit,
    "help-moderator": show_moderator_help,
}
