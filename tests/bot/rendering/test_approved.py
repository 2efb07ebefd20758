"""What people read is what somebody approved: every card, form and button, to the letter.

Where a change is meant, ``python -m tests.fakes.approved`` writes the texts anew, and the
difference shows what people will see.
"""

from __future__ import annotations

import pytest

from bot.speech import LANGUAGES, SOURCE, speaking
from tests.fakes.approved import CARDS, FOLDER, read_approved
from tests.fakes.shown import show


@pytest.mark.parametrize("name", CARDS)
def test_a_card_reads_as_it_was_approved(name: str) -> None:
    assert show(CARDS[name]()) + "\n" == read_approved(name)


def test_nothing_is_approved_that_is_not_rendered() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(CARDS)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != SOURCE])
def test_every_card_can_be_made_in_every_language(language: str) -> None:
    with speaking(language):
        for name, sample in CARDS.items():
            assert show(sample()), name
