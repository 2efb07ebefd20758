"""What ``/config`` needs from the libraries."""

from __future__ import annotations

from typing import Protocol

from bot.state.spending import Budget
from index.recency import Recency


class Configures(Protocol):
    """Settings that belong to a library, and the record of every change."""

    async def recency(self, library: str) -> Recency:
        """How much newer articles are preferred."""
        ...

    async def set_recency(self, library: str, setting: str, *, actor: str) -> Recency:
        """Set it to what was written; ``RecencyError`` if that is no setting."""
        ...

    async def budget(self, library: str) -> Budget | None:
        """What the language model may use for it a day; None without such a model."""
        ...

    async def note_setting(self, library: str, change: str, *, actor: str) -> None:
        """Write into the audit what somebody set, as "what: old -> new"."""
        ...

    async def is_public(self, library: str) -> bool:
        """Whether anybody may read its articles in the web reader."""
        ...

    async def set_public(self, library: str, public: bool, *, actor: str) -> None:  # noqa: FBT001 - it is the value
        """Let anybody read them there, or only who was given a link."""
        ...
