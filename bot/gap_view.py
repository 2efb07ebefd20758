"""How gaps look on a terminal and on a pipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.rendering.dates import readable_date
from bot.rendering.gaps import CAUSES
from bot.state.gaps import Cause
from bot.terminal import clean

_Json = Mapping[str, Any]
_DAY = 10


def gaps_as_text(result: _Json) -> str:
    """The gaps, two or three lines each."""
    if not result["gaps"]:
        return "No question is open."
    return "\n".join(map(_write, result["gaps"]))


def closed_gap_as_text(gap: _Json) -> str:
    """The gap that was put away, or had been before."""
    said = f"{gap['key']} is closed already" if gap.get("was_closed") else f"Closed {gap['key']}"
    return f"{said}: {clean(gap['question'])}"


def _write(gap: _Json) -> str:
    times = "once" if gap["times"] == 1 else f"{gap['times']:,} times"
    last = readable_date(gap["last_asked"][:_DAY])
    closed = ", closed" if gap["closed_at"] else ""
    cause = CAUSES[Cause(gap["cause"])]
    lines = [
        f"{gap['key']:>3}  {clean(gap['question'])}",
        f"     {cause}; asked {times}, last on {last}{closed}",
    ]
    nearest = "; ".join(clean(near["title"] or near["article_id"]) for near in gap["nearest"])
    return "\n".join([*lines, *([f"     nearest: {nearest}"] if nearest else [])])
