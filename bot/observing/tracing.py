"""What traces are told; by default nobody traces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

Attributes = Mapping[str, str | int | float | bool]


class Span(Protocol):
    """One question or job. It never raises or waits."""

    def note_stage(self, name: str, seconds: float, attributes: Attributes) -> None:
        """A stage ended just now that took so long."""
        ...

    def end(self, attributes: Attributes, *, failed: bool) -> None:
        """It is over."""
        ...


class Tracer(Protocol):
    """Begins spans."""

    def begin(self, name: str, attributes: Attributes) -> Span:
        """A span of its own that begins now."""
        ...


class NoSpan:
    """Nobody looks."""

    def note_stage(self, name: str, seconds: float, attributes: Attributes) -> None:
        """Forget it."""

    def end(self, attributes: Attributes, *, failed: bool) -> None:
        """Forget it."""


class NoTracer:
    """Nobody traces."""

    def begin(self, name: str, attributes: Attributes) -> Span:  # noqa: ARG002
        """A span that nobody looks at."""
        return NoSpan()


NO_TRACER = NoTracer()
