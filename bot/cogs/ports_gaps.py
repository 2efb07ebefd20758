"""What looking after open questions needs from the libraries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.answering.models import Reply
from bot.gap_groups import GapGroup
from bot.state.gaps import Cause, Gap, Nearest, Order


class Gaps(Protocol):
    """What was asked and left open."""

    async def record_gap(self, library: str, reply: Reply) -> bool:
        """Keep the question of a reply that shows a gap; whether it does."""
        ...

    async def tell_gap(
        self, library: str, reply: Reply, *, reply_id: str, guild_id: int, member_id: int, text: str
    ) -> tuple[Gap, bool] | None:
        """Keep that a member told the moderators of a reply; None where it shows no gap."""
        ...

    async def gap_groups(
        self, library: str, *, order: Order = Order.MOST_ASKED, cause: Cause | None = None
    ) -> tuple[GapGroup, ...]:
        """The open gaps, those together that ask nearly the same."""
        ...

    async def find_gap(self, library: str, key: int) -> Gap | None:
        """The gap of that number, open or closed; None where there is none."""
        ...

    async def told_texts(self, keys: Sequence[int]) -> tuple[str, ...]:
        """What members wrote when they told the moderators of these gaps."""
        ...

    async def assign_gaps(self, library: str, keys: Sequence[int], member_id: int | None) -> None:
        """Say who looks after these gaps; None: nobody does."""
        ...

    async def close_gap(
        self, library: str, key: int, *, answered_by: Nearest | None = None
    ) -> Gap | None:
        """Put a gap away; None where there is none of that number."""
        ...

    async def prune_gaps(self) -> int:
        """Forget what nobody asked about for too long; how many they were."""
        ...
