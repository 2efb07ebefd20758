"""What the service does about questions that the articles left open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from bot.answering.models import Reply
from bot.gap_groups import GapGroup, group_gaps
from bot.services.parts import Parts
from bot.state.gaps import Cause, Gap, Nearest, Order
from index.errors import EmbeddingError

_EMBEDDED_AT_ONCE = 200


class Gaps(Parts):
    """Remembers gaps, lists them and puts them away."""

    async def record_gap(self, library: str, reply: Reply) -> bool:
        """Keep the question of a reply that shows a gap; whether it does.

        What one article leaves open is no gap: another one may say it.
        """
        if reply.question.article_id is not None:
            return False
        return await self._gaps.record(library, reply)

    async def tell_gap(
        self, library: str, reply: Reply, *, reply_id: str, guild_id: int, member_id: int, text: str
    ) -> tuple[Gap, bool] | None:
        """Keep that a member told the moderators of a reply; the gap, and whether it is news.

        None where the reply shows no gap.
        """
        return await self._gaps.tell(
            library, reply, reply_id=reply_id, guild_id=guild_id, member_id=member_id, text=text
        )

    async def gaps(
        self,
        library: str,
        *,
        closed_too: bool = False,
        order: Order = Order.NEWEST,
        cause: Cause | None = None,
    ) -> tuple[Gap, ...]:
        """The questions that were left open, all or those of a cause."""
        return await self._gaps.gaps(library, closed_too=closed_too, order=order, cause=cause)

    async def gap_groups(
        self, library: str, *, order: Order = Order.MOST_ASKED, cause: Cause | None = None
    ) -> tuple[GapGroup, ...]:
        """The open gaps, those together that ask nearly the same.

        The vectors of questions are kept; where a question has none yet and none can be made,
        it stands alone.
        """
        gaps = await self._gaps.gaps(library, order=order, cause=cause)
        made_by = self._libraries.fingerprint
        kept = await self._gaps.vectors(library, made_by)
        missing = [gap for gap in gaps if gap.key not in kept][:_EMBEDDED_AT_ONCE]
        if missing:
            try:
                made = await self._libraries.embed([gap.question for gap in missing])
            except EmbeddingError:
                missing = []
            else:
                fresh = [
                    (gap, vector.astype("<f4").tobytes())
                    for gap, vector in zip(missing, made, strict=True)
                ]
                await self._gaps.keep_vectors(made_by, fresh)
                kept |= {gap.key: vector for gap, vector in fresh}

        def group() -> tuple[GapGroup, ...]:
            vectors = {key: np.frombuffer(vector, "<f4") for key, vector in kept.items()}
            return group_gaps(gaps, vectors, order=order)

        return await asyncio.to_thread(group)

    async def find_gap(self, library: str, key: int) -> Gap | None:
        """The gap of that number, open or closed; None where there is none."""
        return await self._gaps.find(library, key)

    async def told_texts(self, keys: Sequence[int]) -> tuple[str, ...]:
        """What members wrote when they told the moderators of these gaps."""
        return await self._gaps.told_texts(keys)

    async def assign_gaps(self, library: str, keys: Sequence[int], member_id: int | None) -> None:
        """Say who looks after these gaps; None: nobody does."""
        await self._gaps.assign(library, keys, member_id)

    async def close_gap(
        self, library: str, key: int, *, answered_by: Nearest | None = None
    ) -> Gap | None:
        """Put a gap away; None where there is none of that number."""
        return await self._gaps.close(library, key, answered_by=answered_by)

    async def prune_gaps(self) -> int:
        """Forget what nobody asked about for too long; how many they were."""
        return await self._gaps.prune()
