"""The part of the scripted service that keeps a library's settings."""

from __future__ import annotations

from bot.state.spending import Budget


class ScriptedSettings:
    """Remembers what was set, and what was written into the audit."""

    model_budget: Budget | None = None
    public_libraries: frozenset[str] = frozenset()
    noted: tuple[tuple[str, str, str], ...] = ()
    """The library, the change and who made it."""

    async def budget(self, library: str) -> Budget | None:
        return self.model_budget

    async def note_setting(self, library: str, change: str, *, actor: str) -> None:
        self.noted = (*self.noted, (library, change, actor))

    async def is_public(self, library: str) -> bool:
        return library in self.public_libraries

    async def set_public(self, library: str, public: bool, *, actor: str) -> None:
        others = self.public_libraries - {library}
        self.public_libraries = others | {library} if public else others
