"""The values of a check: which claims of a message the articles bear out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.answering.models import Citation
from index.models import Passage


class Verdict(StrEnum):
    """What the articles say of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim, where it stands in the message, and what the articles say of it.

    Attributes:
        text: The claim without markdown; it is ``message[start:end]`` but for that.
        start: Where it begins in the message; ``end`` is behind its last character.
        verdict: What the articles say.
        citations: The numbers of the quotes that bear it out or, where it is contradicted,
            of those that say otherwise; empty only where nothing was found.
        otherwise: The numbers of quotes that say the opposite of ``citations``: where it is
            supported, of other articles that differ; where it is contradicted, of older ones
            that said so.
        nearest: What comes nearest where nothing was found, if anything does.
    """

    text: str
    start: int
    end: int
    verdict: Verdict
    citations: tuple[int, ...] = ()
    otherwise: tuple[int, ...] = ()
    nearest: Passage | None = None


@dataclass(frozen=True, slots=True)
class CheckedMessage:
    """A message held against a library's articles.

    ``left_out`` is how many claims were not looked at because there are too many, or they are
    too long. ``notice`` says in a sentence what was not available, if anything.

    Raises:
        ValueError: a verdict without a quote, a quote that no claim uses, or a number without
            a quote. Such a check must not exist.
    """

    id: str
    edition: int
    claims: tuple[CheckedClaim, ...]
    citations: tuple[Citation, ...] = ()
    left_out: int = 0
    notice: str | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for claim in self.claims:
            if (claim.verdict is Verdict.NOT_FOUND) != (not claim.citations):
                raise ValueError(f"{claim.verdict} with the quotes {claim.citations}")
        used = list(dict.fromkeys(n for c in self.claims for n in (*c.citations, *c.otherwise)))
        numbers = [citation.number for citation in self.citations]
        if sorted(used) != numbers or numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(f"citations {numbers} do not match the marks {used}")

    def quotes_of(self, numbers: tuple[int, ...]) -> tuple[Citation, ...]:
        """The citations of those numbers, in their order."""
        return tuple(self.citations[number - 1] for number in numbers)
