"""What can be wrong with a prompt, in a sentence for the operator who edits it."""

from __future__ import annotations


class PromptError(Exception):
    """A prompt cannot be used: ``file`` says which, ``variable`` which variable, if one.

    ``str(error)`` names both and says what to do.
    """

    def __init__(self, file: str, message: str, *, variable: str | None = None) -> None:
        super().__init__(f"{file}: {message}")
        self.file = file
        self.variable = variable
