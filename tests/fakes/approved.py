"""The approved wording of everything that is rendered, each in a file of its own.

``python -m tests.fakes.approved`` writes the files anew: look at what changed before you keep it.
"""

from __future__ import annotations

from pathlib import Path

from tests.fakes import cards_of_library, cards_of_members, cards_of_moderators
from tests.fakes.shown import Sample, show

FOLDER = Path(__file__).parents[1] / "bot" / "rendering" / "approved"
CARDS: dict[str, Sample] = (
    cards_of_members.CARDS | cards_of_moderators.CARDS | cards_of_library.CARDS
)


def read_approved(name: str) -> str:
    """What was approved; "" where nothing was yet."""
    path = FOLDER / f"{name}.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def write_approved() -> None:
    """Approve everything as it is now, and nothing that is not rendered any more."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.txt"):
        if path.stem not in CARDS:
            path.unlink()
    for name, sample in CARDS.items():
        (FOLDER / f"{name}.txt").write_text(show(sample()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_approved()
