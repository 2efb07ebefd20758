"""The part of the scripted service that keeps what was left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.models import Reply
from bot.gap_groups import GapGroup, group_gaps
from bot.state.gaps import Cause, Gap, Nearest, Order, cause_of

CLOSED_AT = "2031-06-10T12:00:00+00:00"


class ScriptedGaps:
    """Holds ``kept_gaps``; ``together`` are the numbers of those that ask the same."""

    def __init__(self) -> None:
        self.recorded: list[tuple[str, Reply]] = []
        self.gap_error: Exception | None = None
        self.kept_gaps: tuple[Gap, ...] = ()
        self.together: tuple[frozenset[int], ...] = ()
        self.orders: list[Order] = []
        self.causes: list[Cause | None] = []
        self.told: dict[tuple[str, int], str] = {}
        self.closed: list[tuple[str, int, Nearest | None]] = []
        self.pruned = 0

    async def record_gap(self, library: str, reply: Reply) -> bool:
        self.recorded.append((library, reply))
        if self.gap_error is not None:
            raise self.gap_error
        return cause_of(reply) is not None

    async def tell_gap(
        self, library: str, reply: Reply, *, reply_id: str, guild_id: int, member_id: int, text: str
    ) -> tuple[Gap, bool] | None:
        cause = cause_of(reply)
        if cause is None:
            return None
        is_new = (reply_id, member_id) not in self.told
        self.told.setdefault((reply_id, member_id), text)
        question = reply.question.text
        return Gap(7, question, cause, (), 3, CLOSED_AT, CLOSED_AT, 1, told=1), is_new

    async def gap_groups(
        self, library: str, *, order: Order = Order.MOST_ASKED, cause: Cause | None = None
    ) -> tuple[GapGroup, ...]:
        self.orders.append(order)
        self.causes.append(cause)
        left = [g for g in self.kept_gaps if g.closed_at is None and cause in {None, g.cause}]
        groups = []
        for keys in self.together:
            same = [gap for gap in left if gap.key in keys]
            left = [gap for gap in left if gap.key not in keys]
            groups += [GapGroup(tuple(same))] if same else []
        return (*groups, *group_gaps(left, {}, order=order))

    async def find_gap(self, library: str, key: int) -> Gap | None:
        return next((gap for gap in self.kept_gaps if gap.key == key), None)

    async def told_texts(self, keys: Sequence[int]) -> tuple[str, ...]:
        return tuple(text for text in self.told.values() if text)

    async def assign_gaps(self, library: str, keys: Sequence[int], member_id: int | None) -> None:
        self.kept_gaps = tuple(
            replace(gap, assigned_to=member_id) if gap.key in keys else gap
            for gap in self.kept_gaps
        )

    async def close_gap(
        self, library: str, key: int, *, answered_by: Nearest | None = None
    ) -> Gap | None:
        self.closed.append((library, key, answered_by))
        found = await self.find_gap(library, key)
        if found is None:
            return None
        if found.closed_at is not None:
            return replace(found, was_closed=True)
        closed = replace(found, closed_at=CLOSED_AT, answered_by=answered_by)
        self.kept_gaps = tuple(closed if gap is found else gap for gap in self.kept_gaps)
        return closed

    async def prune_gaps(self) -> int:
        self.pruned += 1
        return 0
