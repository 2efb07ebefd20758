"""What somebody is told of an answer for which a part was not available.

The cause is for the operator, in the log: it may name files and addresses.
"""

from __future__ import annotations

from bot.speech import tr


def say_words_only() -> str:
    """Meanings could not be compared."""
    return tr("Only words were compared, not meanings, so I may have missed something.")


def say_from_articles() -> str:
    """No language model wrote it."""
    return tr("This answer is put together from the articles' own sentences.")


def say_unproven() -> str:
    """What the language model wrote was thrown away."""
    return tr("What my language model wrote could not be proven from the articles.")


def say_read_without_model() -> str:
    """A follow-up was made a whole question by rules."""
    return tr("I understood this question without my language model.")
