"""What the service does about questions that the articles left open."""

from __future__ import annotations

from bot.answering.models import Reply
from bot.services.parts import Parts
from bot.state.gaps import Gap, Order


class Gaps(Parts):
    """Remembers gaps, lists them and puts them away."""

    async def record_gap(self, library: str, reply: Reply) -> bool:
        """Keep the question of a reply that shows a gap; whether it does."""
        return await self._gaps.record(library, reply)

    async def gaps(
        self, library: str, *, closed_too: bool = False, order: Order = Order.NEWEST
    ) -> tuple[Gap, ...]:
        """The questions that were left open."""
        return await self._gaps.gaps(library, closed_too=closed_too, order=order)

    async def close_gap(self, library: str, key: int) -> Gap | None:
        """Put a gap away; None where there is none of that number."""
        return await self._gaps.close(library, key)

    async def prune_gaps(self) -> int:
        """Forget what nobody asked about for too long; how many they were."""
        return await self._gaps.prune()
