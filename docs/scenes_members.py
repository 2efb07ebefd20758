"""Scenes of people who ask, and of what they can do with an answer."""

from __future__ import annotations

from dataclasses import replace

import discord
import reply_samples as replies
from picture_stage import CONFIG, Scene, Stage

from bot.answering.errors import ModelUnavailable, Outage
from bot.answering.notices import say_from_articles, say_words_only
from bot.cogs.check import CHECK
from bot.cogs.intake import CUT_OFF
from bot.cogs.layout import build_view
from bot.rendering.waiting import render_waiting
from bot.speech import tr
from bot.state.replies import Sending
from tests.fakes.discord_posts import post_in_forum
from tests.fakes.discord_service import ScriptedService
from tests.fakes.discord_world import PATIENCE, World


async def show_differences(stage: Stage, service: ScriptedService) -> None:
    """An answer from articles that disagree, in a conversation."""
    await stage.ask(service, replies.differing())


async def show_too_old(stage: Stage, service: ScriptedService) -> None:
    """A refusal: only older articles say something."""
    await stage.ask(service, replies.too_old())


async def show_asking_back(stage: Stage, service: ScriptedService) -> None:
    """A question that has to be asked back."""
    await stage.ask(service, replies.asking_back())


async def show_unfinished(stage: Stage, service: ScriptedService) -> None:
    """An answer that a model is still writing."""
    underway = replies.unfinished()

    async def work() -> None:
        service.on_underway(underway)
        await stage.env.external_wait(stage.go_on.wait(), reason="the picture is taken")

    service.before = work
    if underway.partial is not None:
        await stage.ask(service, underway.partial)
    await stage.env.advance_time(PATIENCE + 0.1)


async def show_degraded(stage: Stage, service: ScriptedService) -> None:
    """An answer without the language model, for which words alone were compared."""
    why = ModelUnavailable(kind=Outage.DOWN).why
    notice = f"{say_words_only()} {why} {say_from_articles()}"
    await stage.ask(service, replace(replies.opened(), notice=notice))


async def show_cut_off(stage: Stage, service: ScriptedService) -> None:
    """What somebody finds who waited when the bot was killed."""
    stage.viewer = stage.member
    channel = stage.bot.get_channel(stage.channel.id)
    if not isinstance(channel, discord.TextChannel):
        raise TypeError("no text channel")
    await stage.ask(service, replies.opened())
    await channel.send(tr(CUT_OFF))


async def show_private(stage: Stage, service: ScriptedService) -> None:
    """An answer that only its asker sees, with Share."""
    await stage.ask(service, replies.opened(), private=True)


async def show_shared(stage: Stage, service: ScriptedService) -> None:
    """What others see after Share, below it what the asker has."""
    asked = await stage.ask(service, replies.opened(), private=True)
    await stage.press(asked, "Share")


async def show_voted(stage: Stage, service: ScriptedService) -> None:
    """The thanks for a vote."""
    asked = await stage.ask(service, replies.opened())
    await stage.press(asked, "Helpful")


async def show_not_helpful(stage: Stage, service: ScriptedService) -> None:
    """The form that asks what was wrong."""
    asked = await stage.ask(service, replies.opened())
    stage.form = await stage.press(asked, "Not helpful")


async def show_follow_form(stage: Stage, service: ScriptedService) -> None:
    """The form for a follow-up."""
    asked = await stage.ask(service, replies.opened())
    stage.form = await stage.press(asked, "Follow-up")


async def show_followed(stage: Stage, service: ScriptedService) -> None:
    """The answer to a follow-up, below the first one."""
    asked = await stage.ask(service, replies.opened())
    form = await stage.press(asked, "Follow-up")
    service.reply = replies.carts()
    await stage.member.submit_modal(form, {"question": service.reply.question.text})


async def show_tell_form(stage: Stage, service: ScriptedService) -> None:
    """The form that tells the moderators of a gap."""
    asked = await stage.ask(service, replies.not_supported())
    stage.form = await stage.press(asked, "Tell the moderators")


async def show_told(stage: Stage, service: ScriptedService) -> None:
    """After the moderators were told."""
    asked = await stage.ask(service, replies.not_supported())
    form = await stage.press(asked, "Tell the moderators")
    if form.modal is not None:
        await stage.member.submit_modal(form, {})


async def show_check(stage: Stage, service: ScriptedService) -> None:
    """A message that was held against the articles."""
    service.checked = replies.checked()
    said = await stage.moderator.send(stage.channel, replies.SAID)
    stage.viewer = stage.member
    await stage.member.context_menu(stage.channel, CHECK, said)


async def show_automatic(stage: Stage, service: ScriptedService) -> None:
    """A post in a forum that the bot answered by itself."""
    forum = stage.guild.create_forum_channel("help")
    await stage.stores.servers.change(stage.guild.id, auto_channels=(forum.id,))
    service.reply = replies.opened()
    world = World(
        stage.env,
        service,
        stage.stores,
        lambda: stage.bot,
        stage.guild,
        stage.channel,
        stage.member,
        stage.moderator,
    )
    body = "I have a cart to bring over."
    stage.place = await post_in_forum(world, forum, stage.member, replies.OPENED, body)
    await stage.env.advance_time(40)


async def show_note_cited(stage: Stage, service: ScriptedService) -> None:
    """An answer that stands on a moderator's note and on a superseded article."""
    await stage.ask(service, replies.citing_note())


async def show_waiting(stage: Stage, service: ScriptedService) -> None:  # noqa: ARG001
    """A question in line behind others; sent as it is, since the stage never stands still so."""
    channel = stage.bot.get_channel(stage.channel.id)
    if not isinstance(channel, discord.TextChannel):
        raise TypeError("no text channel")
    stage.viewer = stage.member
    await channel.send(view=build_view(render_waiting(2, replies.OPENED)))


async def show_direct(stage: Stage, service: ScriptedService) -> None:
    """A private message of somebody who shares several servers with the bot."""
    mill = stage.env.create_guild("The Mill")
    mill.create_text_channel("news")
    mill.add_member(stage.member.user)
    await stage.member.send_dm(replies.OPENED)
    service.reply = replies.opened()
    stage.viewer, stage.place = stage.member.user, stage.member.user.dm_channel


async def show_direct_answer(stage: Stage, service: ScriptedService) -> None:
    """An answer in a private message."""
    service.reply = replies.opened()
    await stage.member.send_dm(replies.OPENED)
    stage.viewer, stage.place = stage.member.user, stage.member.user.dm_channel


async def show_privacy(stage: Stage, service: ScriptedService) -> None:  # noqa: ARG001
    """What is kept about somebody."""
    for _ in range(3):
        where = Sending(
            stage.guild.id,
            stage.channel.id,
            stage.member.id,
            is_private=False,
            asked_in=stage.guild.id,
        )
        reply_id = await stage.stores.replies.record(replies.opened(), where)
    await stage.stores.feedback.vote(
        reply_id, guild_id=stage.guild.id, member_id=stage.member.id, helpful=True
    )
    stage.viewer = stage.member
    await stage.member.slash(stage.channel, "privacy")


async def show_forget(stage: Stage, service: ScriptedService) -> None:
    """The question before all is forgotten."""
    await show_privacy(stage, service)
    asked = await stage.member.slash(stage.channel, "privacy")
    await stage.press(asked, "Forget me …")


async def show_help(stage: Stage, service: ScriptedService) -> None:  # noqa: ARG001
    """The first page of help for a member."""
    stage.viewer = stage.member
    await stage.member.slash(stage.channel, "help")


async def show_help_page(stage: Stage, service: ScriptedService) -> None:  # noqa: ARG001
    """Help on one command."""
    stage.viewer = stage.member
    shown = await stage.member.slash(stage.channel, "help")
    await stage.choose(shown, "ask", "footnote:help:page")


async def show_mention(stage: Stage, service: ScriptedService) -> None:
    """A mention in a channel, and its answer."""
    user = stage.bot.user
    service.reply = replies.opened()
    stage.viewer = stage.member
    await stage.member.send(stage.channel, f"<@{user.id if user else 0}> {replies.OPENED}")


CONFIGS = {
    "direct": replace(CONFIG, direct_messages=True),
    "direct-answer": replace(CONFIG, direct_messages=True),
    "automatic": replace(CONFIG, reads_content=True),
}
SCENES: dict[str, Scene] = {
    "differences": show_differences,
    "too-old": show_too_old,
    "asking-back": show_asking_back,
    "unfinished": show_unfinished,
    "degraded": show_degraded,
    "cut-off": show_cut_off,
    "private": show_private,
    "shared": show_shared,
    "voted": show_voted,
    "not-helpful": show_not_helpful,
    "follow-form": show_follow_form,
    "followed": show_followed,
    "tell-form": show_tell_form,
    "told": show_told,
    "check": show_check,
    "automatic": show_automatic,
    "note-cited": show_note_cited,
    "waiting": show_waiting,
    "direct": show_direct,
    "direct-answer": show_direct_answer,
    "privacy": show_privacy,
    "forget": show_forget,
    "help": show_help,
    "help-page": show_help_page,
    "mention": show_mention,
}
