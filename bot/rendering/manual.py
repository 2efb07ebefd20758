"""The manual: every command and button, who may use it, what it does and what it looks like.

``/help`` shows it in Discord; ``python -m bot.rendering.manual`` prints the table of README.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bot.rendering.manual_members import MEMBER_ENTRIES
from bot.rendering.manual_moderators import MODERATOR_ENTRIES
from bot.rendering.manual_parts import example

ENTRIES = (*MEMBER_ENTRIES, *MODERATOR_ENTRIES)
TABLE_BEGIN, TABLE_END = "<!-- commands -->", "<!-- /commands -->"
"""Between these marks README holds the table."""


def write_table() -> str:
    """The manual as a table in Markdown, in English."""
    return "\n".join(_rows())


def _rows() -> Iterator[str]:
    yield TABLE_BEGIN
    yield "| command or button | who may | what it does | what it looks like |"
    yield "| --- | --- | --- | --- |"
    for entry in ENTRIES:
        names = ", ".join(f"**{example(n)}**" if entry.is_button else f"`{n}`" for n in entry.names)
        yield f"| {names} | {entry.who.value} | {entry.what} | {entry.looks} |"
    yield TABLE_END


if __name__ == "__main__":
    sys.stdout.write(write_table() + "\n")
