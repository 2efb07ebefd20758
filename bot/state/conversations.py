"""What was said before, for questions that lean on it.

Only in memory: what people asked is kept no longer than a conversation lasts, and a
restart forgets it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.answering.models import Answer, Reply, Turn
from bot.contract import ANSWER_CHARACTERS, HISTORY_TURNS


@dataclass(frozen=True, slots=True)
class Talk:
    """Where something is said: a thread as a whole, or the one message that is replied to.

    All three ids count, so that nothing crosses from one server or channel to another.
    """

    guild_id: int
    channel_id: int
    message_id: int | None = None


class Conversations:
    """The last turns of each talk.

    Args:
        limit: How many talks are remembered; the one that was quiet longest is forgotten.
        lifetime: Seconds after which a quiet talk is over.
        clock: Seconds, steadily rising.
    """

    def __init__(
        self,
        *,
        limit: int = 500,
        lifetime: float = 3600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._lifetime = lifetime
        self._clock = clock
        self._talks: OrderedDict[Talk, tuple[float, tuple[Turn, ...]]] = OrderedDict()

    @property
    def lifetime(self) -> float:
        """Seconds after which a quiet talk is over."""
        return self._lifetime

    def turns(self, talk: Talk) -> tuple[Turn, ...]:
        """What was said there before, oldest first."""
        self._forget_old()
        _, turns = self._talks.get(talk, (0.0, ()))
        return turns

    def remember(self, talk: Talk, turns: tuple[Turn, ...]) -> None:
        """The turns of a talk as they are now; the last few are kept."""
        self._talks[talk] = (self._clock(), turns[-HISTORY_TURNS:])
        self._talks.move_to_end(talk)
        self._forget_old()
        while len(self._talks) > self._limit:
            self._talks.popitem(last=False)

    def forget(self, questions: Collection[str], *, guild_id: int | None = None) -> None:
        """Take questions and their answers out of the talks of a server, or of all."""
        for talk, (spoken, turns) in list(self._talks.items()):
            if guild_id in {None, talk.guild_id}:
                left = tuple(turn for turn in turns if turn.question not in questions)
                self._talks[talk] = (spoken, left)

    def drop(self, *talks: Talk) -> None:
        """Forget what was said there."""
        for talk in talks:
            self._talks.pop(talk, None)

    def _forget_old(self) -> None:
        # They stand in the order in which they were last spoken in.
        over = self._clock() - self._lifetime
        while self._talks and next(iter(self._talks.values()))[0] < over:
            self._talks.popitem(last=False)


def turn_of(reply: Reply) -> Turn:
    """The turn that a reply ends: the question as it was understood, and what was answered."""
    answer = reply.text[:ANSWER_CHARACTERS] if isinstance(reply, Answer) else ""
    return Turn(reply.asked_as or reply.question.text, answer)
