"""What a fuzz target is."""

from __future__ import annotations

import traceback
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parents[2]
_OURS = ("bot", "index", "tests")


@dataclass(frozen=True, slots=True)
class Target:
    """A claim about any bytes.

    Attributes:
        check: Raises where the claim does not hold.
        words: What such inputs are made of, so that a fuzzer gets further than noise.
        samples: Whole inputs to begin with.
        longest: How many bytes are worth trying.
    """

    check: Callable[[bytes], None]
    words: tuple[bytes, ...] = ()
    samples: tuple[bytes, ...] = ()
    longest: int = 4_096


def is_library_fault(error: BaseException) -> bool:
    """Whether a library that we call gave up, rather than code of ours.

    The reading process turns that into a sentence; it is no fault that could be mended here.
    """
    last = traceback.extract_tb(error.__traceback__)[-1]
    path = Path(last.filename)
    return not any(path.is_relative_to(_HERE / package) for package in _OURS)


def check_sentence(text: str) -> None:
    """Fails where a text is nothing that could be told to a person on one line."""
    assert text.strip()
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in text), text
