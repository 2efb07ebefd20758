"""How much newer articles are preferred; each library has its own setting. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.errors import FootnoteIndexError

WORDS = "off, mild, strong, or a number of days"
_MILD, _MIDDLE, _STRONG = 0.2, 0.4, 0.6
_MOST_DAYS = 36_500
_DAYS = re.compile(r"(?P<days>[0-9]{1,6})(?: ?d| ?days?)?\Z")


class RecencyError(FootnoteIndexError):
    """What was written is no setting of recency; the sentence says what would be."""


@dataclass(frozen=True, slots=True)
class Recency:
    """A prior for newer articles: it halves with every ``half_life_days`` of age.

    ``weight`` is how far apart it moves a new and a very old article, in log-odds of their
    scores: with 0.4, two that score .50 alike become .55 and .45. ``half_life_days`` None,
    or no weight: all ages are alike.
    """

    half_life_days: int | None = None
    weight: float = 0.0

    def __post_init__(self) -> None:
        if self.half_life_days is not None and self.half_life_days < 1:
            raise ValueError("a half-life is at least a day")
        if self.weight < 0:
            raise ValueError("older articles are never preferred")

    @property
    def is_off(self) -> bool:
        """Whether all ages are alike."""
        return self.half_life_days is None or self.weight <= 0

    def __str__(self) -> str:
        """As ``parse_recency`` reads it."""
        for name, preset in _PRESETS.items():
            if self == preset:
                return name
        return str(self.half_life_days)

    def describe(self) -> str:
        """What it does, for people."""
        if self.is_off:
            return "off: new and old articles count alike"
        return f"{self}: what an article gains by being new halves every {self.half_life_days} days"


OFF = Recency()
MILD = Recency(365, _MILD)
STRONG = Recency(90, _STRONG)
_PRESETS = {"off": OFF, "mild": MILD, "strong": STRONG}


def parse_recency(text: str) -> Recency:
    """A setting as a moderator writes it: "off", "mild", "strong", or "90" for a half-life.

    Raises:
        RecencyError: it is none of these.
    """
    word = " ".join(text.lower().split())
    if word in _PRESETS:
        return _PRESETS[word]
    found = _DAYS.match(word)
    days = int(found["days"]) if found is not None else 0
    if not 1 <= days <= _MOST_DAYS:
        raise RecencyError(f"That is no setting of recency. Write {WORDS}, such as 90.")
    return Recency(days, _MIDDLE)
