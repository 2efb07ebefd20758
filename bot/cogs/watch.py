"""After every publication: which answers of late quote what their articles no longer say."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog
from discord.ext import commands

from bot.answering.models import Answer, Quote
from bot.cogs.actions import Press
from bot.cogs.desk_posts import DeskPosts
from bot.cogs.exchange import SEND_FAILURES, InteractionExchange
from bot.cogs.marking import Marked, Marker
from bot.cogs.ports import guild_of, library_of
from bot.cogs.refusals import NotDone
from bot.cogs.workplace import Workplace
from bot.rendering.marks import render_outdated
from bot.rendering.notes import render_look_again
from bot.rendering.watch import (
    ChangedAnswer,
    render_changed,
    render_decided,
    render_marked,
    render_marking,
)
from bot.speech import mark, tr
from bot.state.replies import SentReply, State
from index.errors import FootnoteIndexError
from index.note_rows import NoteInfo

LATELY = timedelta(days=14)
"""How far back answers are looked at."""
NOTHING_LEFT = mark("Nothing is left to do: those answers are marked, left as they are, or gone.")
_BETWEEN = 1.0
_TEXTS_KEPT = 50


class WatchCog(commands.Cog):
    """Tells moderators which answers and notes a publication put in doubt.

    Args:
        work: What every part is given.
        posts: Where moderators are told.
        marker: Marks answers.
        between: Seconds between two edits of messages.
    """

    def __init__(
        self, work: Workplace, posts: DeskPosts, marker: Marker, *, between: float = _BETWEEN
    ) -> None:
        self._work = work
        self._posts = posts
        self._marker = marker
        self._between = between
        self._waiting: set[str] = set()
        self._looking: asyncio.Task[None] | None = None
        self._marking: set[str] = set()
        self._log = structlog.get_logger(__name__)
        work.actions.on("watch", "mark", self._press_mark)
        work.actions.on("watch", "leave", self._press_leave)

    async def cog_load(self) -> None:
        """Hear of publications from now on."""
        self._work.service.watch(self._hear)

    async def cog_unload(self) -> None:
        """Hear of them no more."""
        self._work.service.unwatch(self._hear)
        if self._looking is not None:
            self._looking.cancel()

    def _hear(self, library: str) -> None:
        """Have the library looked at; nobody who publishes waits for it."""
        guild_id = guild_of(library)
        if guild_id is None or self._work.bot.get_guild(guild_id) is None:
            return  # the process that knows its channels hears of it as well
        self._waiting.add(library)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look_at_all())

    async def _look_at_all(self) -> None:
        while self._waiting:
            library = self._waiting.pop()
            try:
                await self.look_at(library)
            except (*SEND_FAILURES, FootnoteIndexError, KeyError) as error:
                self._log.warning("changed_answers_not_told", library=library, cause=repr(error))

    async def look_at(self, library: str) -> None:
        """Tell a server's moderators what the newest edition put in doubt, once each."""
        guild_id = guild_of(library)
        if guild_id is None:
            return
        for note in await self._work.service.take_untold_notes(library):
            await self._tell_note(guild_id, note)
        changed = await self._find_changed(library, guild_id)
        if changed:
            log = self._work.stores.changed
            batch = await log.tell([each.sent for each in changed])
            await self._posts.post(guild_id, lambda: render_changed(changed, batch))

    async def _tell_note(self, guild_id: int, note: NoteInfo) -> None:
        await self._posts.post(guild_id, lambda: render_look_again(note))

    async def _find_changed(self, library: str, guild_id: int) -> list[ChangedAnswer]:
        log, since = self._work.stores.changed, self._work.now() - LATELY
        cited = await log.cited_since(guild_id, since)
        ids = list({each.article_id for each in cited})
        now = await self._work.service.versions_now(library, ids)
        old = {each.version_id for each in cited if now.get(each.article_id) != each.version_id}
        replies = await log.untold(guild_id, since, sorted(old))
        return await self._keep_broken(library, replies, now)

    async def _keep_broken(
        self, library: str, replies: Sequence[SentReply], now: dict[str, str]
    ) -> list[ChangedAnswer]:
        """Those with a quote that does not stand word for word in the article as it is now."""
        texts: dict[str, str] = {}
        found = []
        for sent in replies:
            for quote in _quotes_of(sent):
                version = now.get(quote.article_id)
                if version == quote.version_id:
                    continue
                if version is not None and version not in texts:
                    if len(texts) >= _TEXTS_KEPT:
                        texts.clear()
                    texts[version] = await self._work.service.text_of(library, version)
                if version is None or quote.text not in texts[version]:
                    found.append(ChangedAnswer(sent, quote.title, quote.text, version is None))
                    break
        return found

    async def _press_mark(self, exchange: InteractionExchange, press: Press) -> None:
        batch, guild_id = press.argument, exchange.home or 0
        if batch in self._marking:
            raise NotDone(tr("Those answers are being marked right now."))
        self._marking.add(batch)
        try:
            await self._mark(exchange, press, guild_id)
        finally:
            self._marking.discard(batch)

    async def _mark(self, exchange: InteractionExchange, press: Press, guild_id: int) -> None:
        library = library_of(guild_id)
        replies = await self._work.stores.changed.batch(press.argument, guild_id=guild_id)
        ids = list({quote.article_id for sent in replies for quote in _quotes_of(sent)})
        now = await self._work.service.versions_now(library, ids)
        # Somebody may have gone back to what the articles said before.
        broken = await self._keep_broken(library, replies, now)
        if not broken:
            raise NotDone(tr(NOTHING_LEFT))
        counts = dict.fromkeys(Marked, 0)
        for done, each in enumerate(broken):
            if done % 5 == 0:
                await exchange.update(render_marking(done, len(broken)))
            counts[await self._mark_one(each.sent)] += 1
            if done < len(broken) - 1:
                await asyncio.sleep(self._between)
        await self._work.service.note_in_audit(
            library, exchange.actor, "mark answers", f"{len(broken)} answers"
        )
        await exchange.show(
            [render_marked(counts[Marked.DONE], counts[Marked.UNSEEN], counts[Marked.FAILED])]
        )
        await self._finish(press, guild_id, counts[Marked.DONE], left=False)

    async def _mark_one(self, sent: SentReply) -> Marked:
        return await self._marker.mark(
            sent, State.OUTDATED, lambda answer: render_outdated(answer, sent.id)
        )

    async def _press_leave(self, exchange: InteractionExchange, press: Press) -> None:
        guild_id = exchange.home or 0
        left = await self._work.stores.changed.leave(press.argument, guild_id=guild_id)
        if not left:
            raise NotDone(tr(NOTHING_LEFT))
        await self._work.service.note_in_audit(
            library_of(guild_id), exchange.actor, "leave answers", f"{left} answers"
        )
        await exchange.show([render_decided(left, left=True)])
        await self._finish(press, guild_id, left, left=True)

    async def _finish(self, press: Press, guild_id: int, count: int, *, left: bool) -> None:
        """Say on the card in the moderators' channel that this is decided."""
        if press.message is not None and not press.message.flags.ephemeral:
            card = (press.message.channel.id, press.message.id)
            await self._posts.redo(guild_id, card, lambda: render_decided(count, left=left))


def _quotes_of(sent: SentReply) -> list[Quote]:
    return [c.quote for c in sent.reply.citations] if isinstance(sent.reply, Answer) else []
