from collections.abc import Sequence

import pytest

from bot.evaluation import claims
from bot.evaluation.attribution import Claim


def claim(id_: str, *, supported: bool, source: str = "a") -> Claim:
    return Claim(id_, f"claim {id_}", ("text",), "question", source, is_supported=supported)


def believes_all_but_the_last(text: str, references: Sequence[str], question: str | None) -> float:
    assert (list(references), question) == (["text"], "question")
    return 0.2 if text.endswith("4") else 0.9


async def test_a_checker_is_measured_by_macro_f1_and_by_source() -> None:
    told = [
        claim("1", supported=True),
        claim("2", supported=True, source="b"),
        claim("3", supported=False),
        claim("4", supported=False),
    ]

    report = await claims.run(told, believes_all_but_the_last)

    values = {key: figure.value for key, figure in report.groups[0].figures.items()}
    assert values["macro_f1"] == pytest.approx((2 * 2 / 5 + 2 * 1 / 3) / 2)
    assert values["accuracy"] == 0.75
    assert values["believed_wrongly"] == 0.5
    assert values["doubted_wrongly"] == 0.0
    assert [(g.name, g.questions) for g in report.groups] == [("all", 4), ("a", 3), ("b", 1)]
    assert [(row.id, row.right, row.shown) for row in report.rows][2:] == [
        ("3", False, "supported"),
        ("4", True, "not supported"),
    ]
