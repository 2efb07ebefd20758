"""What every command of the command line takes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Options as they were given; None where the settings decide."""

    data: Path | None = None
    library: str | None = None
    as_json: bool = False
    quiet: bool = False

    def overlay(self, nearer: Options) -> Options:
        """These, with those that were given nearer to the command on top."""
        return Options(
            data=self.data if nearer.data is None else nearer.data,
            library=self.library if nearer.library is None else nearer.library,
            as_json=self.as_json or nearer.as_json,
            quiet=self.quiet or nearer.quiet,
        )

    def repeat(self) -> str:
        """The words that make another command use the same data folder and library."""
        words = [] if self.data is None else ["--data", str(self.data)]
        words += [] if self.library is None else ["--library", self.library]
        return shlex.join(words)
