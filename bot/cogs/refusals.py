"""What moderators asked for and cannot have."""

from __future__ import annotations


class NotDone(Exception):
    """It was not done; ``str(error)`` is a sentence of ours, ready to be said."""
