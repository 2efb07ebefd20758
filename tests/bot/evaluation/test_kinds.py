import json
from pathlib import Path

import pytest

from bot.evaluation.kinds import Kind, tell_kind
from bot.evaluation.lines import CasesError
from tests.fakes.shared import shared_path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("newshop_dev/questions.jsonl", Kind.QUESTIONS),
        ("squad_articles/questions.jsonl", Kind.QUESTIONS),
        ("clapnq/questions.jsonl", Kind.QUESTIONS),
        ("timeqa/questions.jsonl.gz", Kind.QUESTIONS),
        ("conversations/tasks.jsonl.gz", Kind.CONVERSATIONS),
        ("attribution/dev.jsonl.gz", Kind.ATTRIBUTION),
        ("injections/bipia_text_attacks.jsonl", Kind.ATTACKS),
        ("injections/cyberseceval_prompt_injection.jsonl", Kind.ATTACKS),
        ("injections/poisoned_facts.jsonl", Kind.CONTRADICTIONS),
    ],
)
def test_a_set_is_told_by_its_fields(name: str, kind: Kind) -> None:
    assert tell_kind(shared_path(f"eval/{name}")) is kind


def test_a_question_of_ours_with_any_field_beside_it_is_a_question(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps({"query": "Who?", "instruction": "x", "claim": "y"}))

    assert tell_kind(path) is Kind.QUESTIONS


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("q.jsonl", '{"colour": 1}', "line 1: no known set has these fields: colour"),
        ("q.jsonl", "", "no questions"),
        ("old.json", "{}", "no known set"),
        ("old.json", "[1]", "line 1"),
        ("old.json", "{", "line 1"),
    ],
)
def test_a_file_of_no_known_kind_is_told_in_a_line(
    tmp_path: Path, name: str, content: str, told: str
) -> None:
    path = tmp_path / name
    path.write_text(content)

    with pytest.raises(CasesError, match=told) as error:
        tell_kind(path)
    assert "\n" not in str(error.value)


def test_a_folder_is_no_set(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match="directory"):
        tell_kind(tmp_path)
