"""Moderators' notes that answer already: looked at again, changed, and retired."""

from __future__ import annotations

from dataclasses import replace

from bot.cogs.actions import Press
from bot.cogs.exchange import Interaction, InteractionExchange
from bot.cogs.marking import Marker
from bot.cogs.question_text import has_words
from bot.cogs.refusals import NotDone
from bot.cogs.workplace import Workplace
from bot.rendering.actions import Form
from bot.rendering.notes import (
    LONGEST,
    RIGHT,
    SHORTEST,
    make_change_form,
    render_note,
    render_retired,
    render_retiring,
)
from bot.rendering.text import clean
from bot.speech import mark, tr
from index.note_rows import Corrected, NoteInfo
from index.notes import NoteDraft

NO_NOTE = mark("There is no such note any more. `/articles` lists those that answer.")


class NoteCare:
    """Answers the buttons of a note's card."""

    def __init__(self, work: Workplace, marker: Marker) -> None:
        self._work = work
        self._marker = marker
        on = work.actions.on
        on("note", "card", self._show_note)
        on("note", "keep", self._press_keep)
        work.actions.on_own("note", "change", self._open_change_form)
        on("note", "changed", self._press_change)
        on("note", "retire", self._ask_retiring)
        on("note", "retired", self._press_retire)

    async def _open_change_form(self, interaction: Interaction, press: Press) -> None:
        async def make_form() -> Form:
            library = InteractionExchange(interaction, private=True).library
            return make_change_form(await self._find_note(library, press.argument))

        await self._work.moderators.open_form(interaction, make_form)

    async def _show_note(self, exchange: InteractionExchange, press: Press) -> None:
        await self._show(exchange, await self._find_note(exchange.library, press.argument))

    async def _press_keep(self, exchange: InteractionExchange, press: Press) -> None:
        await self._find_note(exchange.library, press.argument)
        note = await self._work.service.keep_note(
            exchange.library, press.argument, actor=exchange.actor
        )
        await self._show(exchange, note, tr("Kept: it answers as before."))

    async def _press_change(self, exchange: InteractionExchange, press: Press) -> None:
        text = read_text(press)
        note = await self._find_note(exchange.library, press.argument)
        aim = await self._aim(exchange.library, note)
        draft = NoteDraft(text, note.title, aim, note.author, note.id)
        changed = await self._work.service.put_note(exchange.library, draft, actor=exchange.actor)
        for proposal in await self._work.stores.corrections.of_note(
            note.id, guild_id=exchange.home or 0
        ):
            await self._marker.mark_corrected(proposal, changed)
        await self._show(exchange, changed, tr("Changed: it answers so from now on."))

    async def _aim(self, library: str, note: NoteInfo) -> Corrected:
        """What a note corrects, in the article as it is now where the sentence stands there."""
        corrects = note.corrects
        now = await self._work.service.versions_now(library, [corrects.article_id])
        version = now.get(corrects.article_id)
        if version is None or version == corrects.version_id:
            return corrects
        text = await self._work.service.text_of(library, version)
        at = text.find(corrects.quote)
        if at < 0:
            return replace(corrects, version_id=version, start=0, end=0)
        return replace(corrects, version_id=version, start=at, end=at + len(corrects.quote))

    async def _ask_retiring(self, exchange: InteractionExchange, press: Press) -> None:
        note = await self._find_note(exchange.library, press.argument)
        await exchange.show([render_retiring(note)])

    async def _press_retire(self, exchange: InteractionExchange, press: Press) -> None:
        await self._find_note(exchange.library, press.argument)
        note = await self._work.service.retire_note(
            exchange.library, press.argument, actor=exchange.actor
        )
        await exchange.show([render_retired(note)])

    async def _show(self, exchange: InteractionExchange, note: NoteInfo, word: str = "") -> None:
        names = await self._work.people.names(exchange.interaction, [note.author, note.approved_by])
        await exchange.show([render_note(note, names, word=word)])

    async def _find_note(self, library: str, note_id: str) -> NoteInfo:
        note = await self._work.service.note(library, note_id)
        if note is None:
            raise NotDone(tr(NO_NOTE))
        return note


def read_text(press: Press) -> str:
    """What was written as right.

    Raises:
        NotDone: it is too short to be a note, or has no words.
    """
    text = clean(press.fields.get(RIGHT, ""))[:LONGEST]
    if len(text) < SHORTEST or not has_words(text):
        raise NotDone(tr("Please say in a whole sentence what is right."))
    return text
