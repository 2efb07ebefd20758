"""A thousand people in some servers who ask, and what becomes of each question."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.cogs.layout import _UNFINISHED_ID
from tests.fakes.discord_payloads import LOADING, Guild, visible_text, walk_components
from tests.fakes.discord_server import DiscordServer
from tests.fakes.discord_store import Interaction

PEOPLE = 1_000
_LOOK = 0.05
_BUSY = ("Please try again in a minute", "Please ask again in a minute")
_WORDS = ("please", "in short", "exactly", "again", "briefly", "today", "so far", "and why")


@dataclass
class Asked:
    """One question on its way. ``outcome`` is empty while nobody knows."""

    interaction: Interaction
    at: float
    outcome: str = ""
    seconds: float | None = None


@dataclass
class Crowd:
    """Asks, and looks at what the loopback Discord was told.

    A person asks once in fifty seconds at most, so that limits on one person stay out of it.
    """

    server: DiscordServer
    guilds: Sequence[Guild]
    questions: Sequence[str]
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(1)
        self._next_person = 0

    async def ask(self) -> None:
        """Somebody asks something somewhere."""
        person = self.server.world.visitor(self._next_person % PEOPLE)
        self._next_person += 1
        # Half of all questions are asked in the large server.
        guild = self._chance.choice([*self.guilds, *[self.guilds[0]] * (len(self.guilds) - 2)])
        question = self._chance.choice(self.questions)
        if self._chance.random() < 0.7:
            question = f"{question} {self._chance.choice(_WORDS)}?"
        interaction = await self.server.slash(
            "ask", by=person, channel_id=guild.channel_id, question=question
        )
        self.asked.append(Asked(interaction, time.monotonic()))

    async def ask_at_once(self, count: int) -> None:
        """So many questions, as fast as the socket takes them."""
        for _ in range(count):
            await self.ask()

    async def ask_steadily(self, rate: float, seconds: float) -> None:
        """So many questions a second, for so many seconds."""
        began = time.monotonic()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            await self.ask()

    async def settle(self, asked: Sequence[Asked], *, within: float) -> None:
        """Wait until each of these has its final message, or the time is over."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline and any(not a.outcome for a in asked):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK)

    async def look(self, until: asyncio.Event) -> None:
        """Note what came of each question, until the event is set."""
        open_ = 0
        while not until.is_set():
            for asked in self.asked[open_:]:
                if not asked.outcome:
                    self._judge(asked)
            while open_ < len(self.asked) and self.asked[open_].outcome:
                open_ += 1
            await asyncio.sleep(_LOOK)

    def _judge(self, asked: Asked) -> None:
        interaction = asked.interaction
        message = self.server.store.messages.get(interaction.original_id or "")
        if message is None or message["flags"] & LOADING:
            return
        text = visible_text(message)
        if is_progress(message):
            return
        asked.outcome = "told to wait" if any(line in text for line in _BUSY) else "answered"
        asked.seconds = time.monotonic() - interaction.sent_at


def is_progress(message: dict[str, Any]) -> bool:
    """Whether the message only tells that the bot is at work or how many come first."""
    return any(part.get("id") == _UNFINISHED_ID for part in walk_components(message["components"]))


def tell(asked: Sequence[Asked]) -> dict[str, Any]:
    """Counts and percentiles of one phase."""
    acks = sorted(
        a.interaction.answered_after for a in asked if a.interaction.answered_after is not None
    )
    finals = sorted(a.seconds for a in asked if a.seconds is not None and a.outcome == "answered")
    outcomes = Counter(a.outcome or "nothing" for a in asked)
    return {
        "questions": len(asked),
        "acknowledged": len(acks),
        "acks_s": _spread(acks),
        "final_s": _spread(finals),
        "outcomes": dict(outcomes),
    }


def _spread(ordered: Sequence[float]) -> dict[str, float]:
    if not ordered:
        return {}
    return {
        "p50": round(ordered[len(ordered) // 2], 3),
        "p99": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 3),
        "worst": round(ordered[-1], 3),
    }
