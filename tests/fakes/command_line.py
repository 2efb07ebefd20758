"""Runs commands of the command line in this process, as a shell would see them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


class Input(io.TextIOWrapper):
    """Standard input that a test wrote beforehand, with a real file behind it."""

    def __init__(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        super().__init__(path.open("rb"), encoding="utf-8")


Footnote = Callable[..., Ended]
