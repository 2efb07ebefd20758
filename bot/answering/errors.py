"""What can go wrong while answering: the asker gets a sentence, the log gets the cause.

AnsweringError
└── ModelUnavailable    what writes the answers could not be reached
"""

from __future__ import annotations


class AnsweringError(Exception):
    """Base of the errors of answering; ``user_message`` is for the person who asked."""

    user_message = "Something went wrong while I looked for an answer. Please try again."


class ModelUnavailable(AnsweringError):
    """The language model did not answer, or not in time."""

    user_message = "I can't reach my language model right now. Please try again in a minute."
