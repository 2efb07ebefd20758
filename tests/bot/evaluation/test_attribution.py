from pathlib import Path

import pytest

from bot.errors import CommandError
from bot.evaluation.attribution import (
    SignWeights,
    load_claims,
    supports,
)
from bot.evaluation.claims import run
from tests.fakes.shared import shared_path

TEXT = "The council of Gull Bay approved the harbour budget in May. Spending on lamps rose."
CLAIM = (
    '{"id": "c", "question": "What happened?", "claim": "The council approved the budget.", '
    f'"references": ["{TEXT}"], "label": "attributable", "src": "ours"}}\n'
)


def test_a_claim_that_stands_in_a_text_is_likelier_than_one_that_does_not() -> None:
    right = supports("Gull Bay's council approved the harbour budget.", [TEXT])
    other = supports("Heron Bay's ferry company sank 40 boats.", [TEXT])

    assert right > 0.5 > other


def test_words_that_only_the_question_says_prove_nothing() -> None:
    question = "Who praised the lamps of the ferry in Port Ellery?"
    claim = "The lamps of the ferry in Port Ellery were praised."

    assert supports(claim, [TEXT], question) < 0.5


def test_nothing_supports_a_claim_without_references() -> None:
    assert supports("The council approved the budget.", []) < 0.5


def test_the_weights_can_be_replaced() -> None:
    assert supports("Anything.", [TEXT], weights=SignWeights(bias=-100.0)) < 1e-9


def test_claims_are_read_with_their_sources(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text(CLAIM + CLAIM.replace('"c"', '"d"').replace("ours", "theirs"))

    claims = load_claims(path)

    assert [c.is_supported for c in claims] == [True, True]
    assert [c.source for c in claims] == ["ours", "theirs"]


@pytest.mark.parametrize("content", ["{}", "[1", '{"claim": 1}'])
def test_a_file_of_another_shape_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text(content)

    with pytest.raises(CommandError, match="claims"):
        load_claims(path)


async def test_the_checker_is_better_than_chance_on_real_claims() -> None:
    claims = load_claims(shared_path("eval/attribution/dev.jsonl.gz"))

    report = await run(claims[::9], supports)

    assert (report.groups[0].figures["macro_f1"].value or 0) > 0.6
