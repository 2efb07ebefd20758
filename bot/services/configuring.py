"""What a server's moderators set for its library, beside how it is searched."""

from __future__ import annotations

from bot.services.parts import Parts
from bot.state.spending import Budget


class Configuring(Parts):
    """Settings that concern people, each change of them in the audit."""

    async def budget(self, library: str) -> Budget | None:
        """What the language model may use for a library a day; None without such a model."""
        return await self._spending.budget(library) if self._spending else None

    async def note_setting(self, library: str, change: str, *, actor: str) -> None:
        """Write into the audit what somebody set, as "what: old -> new"."""
        await self._libraries.settings(library).note_setting(change, actor=actor)

    async def is_public(self, library: str) -> bool:
        """Whether anybody may read the library's articles in the web reader."""
        return await self._libraries.settings(library).is_public()

    async def set_public(self, library: str, public: bool, *, actor: str) -> None:  # noqa: FBT001 - it is the value
        """Let anybody read them there, or only who was given a link."""
        await self._libraries.settings(library).set_public(public, actor=actor)
