"""The JSON of gaps on the command line. Add to it; change nothing."""

from __future__ import annotations

from typing import TypedDict

from bot.state.gaps import Gap


class NearestJson(TypedDict):
    """An article that came near."""

    article_id: str
    title: str


class GapJson(TypedDict):
    """A question that was left open; times are UTC, ISO 8601.

    ``was_closed`` is true of one that was to be closed and was so already.
    """

    key: int
    question: str
    cause: str
    nearest: list[NearestJson]
    edition: int
    first_asked: str
    last_asked: str
    times: int
    closed_at: str | None
    was_closed: bool


def gap_to_json(gap: Gap) -> GapJson:
    """A gap, as ``gaps --json`` prints it."""
    return {
        "key": gap.key,
        "question": gap.question,
        "cause": str(gap.cause),
        "nearest": [{"article_id": n.article_id, "title": n.title} for n in gap.nearest],
        "edition": gap.edition,
        "first_asked": gap.first_asked,
        "last_asked": gap.last_asked,
        "times": gap.times,
        "closed_at": gap.closed_at,
        "was_closed": gap.was_closed,
    }
