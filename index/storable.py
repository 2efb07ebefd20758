"""Whether a text can be kept at all."""

from __future__ import annotations


def can_be_stored(text: str) -> bool:
    """Half a surrogate pair can be written in JSON and in file names, but not in a database."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
