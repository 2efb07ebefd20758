"""What is known about an article beside its text, already cleaned."""

from __future__ import annotations

from dataclasses import dataclass

from index.errors import SourceError
from index.reading.cleaning import MAX_ID, clean_line


@dataclass(frozen=True, slots=True)
class Metadata:
    """Fields of an article as its source names them; None or empty where it does not."""

    id: str | None = None
    title: str = ""
    published_at: str | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    publisher: str | None = None


def clean_id(value: object) -> str | None:
    """A given id as one line, or None where there is none.

    Raises:
        SourceError: it is longer than 300 characters.
    """
    if not isinstance(value, str):
        return None
    line = clean_line(value, MAX_ID + 1)
    if len(line) > MAX_ID:
        raise SourceError(f"The id is longer than {MAX_ID} characters.")
    return line or None
