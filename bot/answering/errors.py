"""What can go wrong while answering: the asker gets a sentence, the log gets the cause.

AnsweringError
└── ModelUnavailable    what writes the answers could not be reached
"""

from __future__ import annotations

from enum import StrEnum

from bot.speech import mark, tr


class AnsweringError(Exception):
    """Base of the errors of answering; ``user_message`` is for the person who asked."""

    user_message = "Something went wrong while I looked for an answer. Please try again."


class Outage(StrEnum):
    """Why a language model gave no reply that can be used."""

    DOWN = "down"
    SLOW = "slow"
    BUSY = "busy"
    OVER_BUDGET = "over_budget"
    REFUSED = "refused"
    GARBLED = "garbled"


_WHY = {
    Outage.DOWN: mark("My language model can't be reached right now."),
    Outage.SLOW: mark("My language model took too long."),
    Outage.BUSY: mark("My language model is busy with other questions."),
    Outage.OVER_BUDGET: mark("My language model has used up its budget for today."),
    Outage.REFUSED: mark("My language model did not take the question."),
    Outage.GARBLED: mark("My language model gave no reply that could be read."),
}


class ModelUnavailable(AnsweringError):
    """The language model did not answer, or not in time.

    Args:
        cause: What happened, for the operator's log; never shown to members.
        kind: What it means for the person who asked.
    """

    user_message = "I can't reach my language model right now. Please try again in a minute."

    def __init__(self, cause: str = "", *, kind: Outage = Outage.DOWN) -> None:
        super().__init__(cause or _WHY[kind])
        self.kind = kind

    @property
    def why(self) -> str:
        """One sentence for members."""
        return tr(_WHY[self.kind])
