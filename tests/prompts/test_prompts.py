"""Prompts are files, and a file that does not fit the code is refused when it is loaded."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import prompts
from prompts import MAX_CHARACTERS, NO_ANSWER, PROMPTS, PromptError, load, load_all, pick_fence

WHOLE = "$question $evidence $fence $form"
VALUES = {
    "question": "When does it open?",
    "evidence": "[s-1] (2031-03-17) At ten.",
    "fence": "data-1",
    "form": "Write lines.",
}


def put(folder: Path, content: str | bytes, name: str = "answer") -> Path:
    path = folder / f"{name}.md"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_every_declared_prompt_is_there_and_uses_exactly_its_variables() -> None:
    templates = load_all()

    assert set(templates) == set(PROMPTS)
    assert all(t.text and t.file == f"{name}.md (built in)" for name, t in templates.items())


def test_no_prompt_file_lies_in_the_package_undeclared() -> None:
    folder = Path(prompts.__file__).parent

    assert {path.stem for path in folder.glob("*.md")} == set(PROMPTS)


def test_the_answer_prompt_carries_its_values_between_fences_and_the_form_before_them() -> None:
    lines = load("answer").render(**VALUES).splitlines()

    marks = [number for number, line in enumerate(lines) if line == "data-1"]
    assert len(marks) == 4
    assert lines[marks[0] + 1 : marks[1]] == ["[s-1] (2031-03-17) At ten."]
    assert lines[marks[2] + 1 : marks[3]] == ["When does it open?"]
    assert "Write lines." in lines[: marks[0]]


def test_the_rewrite_prompt_carries_its_values_between_fences() -> None:
    values = {"history": "Question: Who?\nAnswer: She.", "question": "When?", "fence": "data-1"}

    lines = load("rewrite").render(**values).splitlines()

    marks = [number for number, line in enumerate(lines) if line == "data-1"]
    assert len(marks) == 4
    assert lines[marks[0] + 1 : marks[1]] == ["Question: Who?", "Answer: She."]
    assert lines[marks[2] + 1 : marks[3]] == ["When?"]


def test_both_forms_of_an_answer_say_how_to_refuse() -> None:
    assert f"`{NO_ANSWER}`" in load("answer_lines").render(no_answer=NO_ANSWER)
    assert '`{"sentences": []}`' in load("answer_json").render()


def test_no_prompt_shows_an_id_that_a_model_could_copy() -> None:
    for template in load_all().values():
        assert not re.search(r"\b[a-z]-?(?=[a-f]*\d)[0-9a-f]{4}\b", template.text)


def test_the_prompts_leave_a_small_model_room() -> None:
    sizes = {name: len(template.text) for name, template in load_all().items()}

    assert sizes["answer"] + max(sizes["answer_lines"], sizes["answer_json"]) < 3_000


def test_a_value_is_inserted_as_it_is_dollars_and_all() -> None:
    value = "costs $5, $question, ${fence}, $$ and \\1 %s {evidence}"

    text = load("answer").render(**VALUES | {"evidence": value})

    assert value in text


def test_a_value_left_out_is_an_error_that_names_it() -> None:
    values = {name: value for name, value in VALUES.items() if name != "evidence"}

    with pytest.raises(PromptError, match=r"answer\.md.*\$evidence") as caught:
        load("answer").render(**values)

    assert caught.value.variable == "evidence"


def test_a_value_nobody_asked_for_is_an_error_that_names_it() -> None:
    with pytest.raises(PromptError, match=r"answer\.md.*\$history") as caught:
        load("answer").render(**VALUES, history="...")

    assert caught.value.variable == "history"


def test_a_value_that_is_not_text_is_an_error_and_not_the_word_none() -> None:
    with pytest.raises(PromptError, match=r"\$question must be text, not NoneType"):
        load("answer").render(**VALUES | {"question": None})  # type: ignore[arg-type]


def test_a_file_of_the_operator_takes_the_place_of_ours(tmp_path: Path) -> None:
    path = put(tmp_path, f"Say it in verse. {WHOLE}\n")

    template = load("answer", folder=tmp_path)

    assert template.file == str(path)
    assert template.render(**VALUES).startswith("Say it in verse. When does it open?")


def test_a_prompt_the_operator_has_no_file_for_stays_ours(tmp_path: Path) -> None:
    assert load("answer", folder=tmp_path) == load("answer")


def test_a_byte_order_mark_and_two_dollars_are_read_as_editors_and_people_mean_them(
    tmp_path: Path,
) -> None:
    put(tmp_path, b"\xef\xbb\xbfFor $$5: " + WHOLE.encode())

    assert load("answer", folder=tmp_path).render(**VALUES).startswith("For $5: When")


@pytest.mark.parametrize(
    ("content", "message", "variable"),
    [
        (WHOLE + " $history", "history is not a variable of this prompt", "history"),
        (WHOLE + " $Question", "Question is not a variable of this prompt", "Question"),
        ("$question ${fence} $form", "evidence is missing", "evidence"),
        ("$$question $evidence $fence $form", "question is missing", "question"),
        (WHOLE + " for $5", r"write \$\$ for a dollar sign", None),
        ("", "the file is empty", None),
        (" \n\t\n", "the file is empty", None),
        (b"caf\xe9 " + WHOLE.encode(), "not UTF-8 at byte 3", None),
        (WHOLE + "x" * MAX_CHARACTERS, "longer than 20,000 characters", None),
        (WHOLE + "\N{OWL}" * MAX_CHARACTERS, "longer than 20,000 characters", None),
        (WHOLE.encode() + b"\xff" * 5 * MAX_CHARACTERS, "longer than 20,000 characters", None),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_name(
    tmp_path: Path, content: str | bytes, message: str, variable: str | None
) -> None:
    path = put(tmp_path, content)

    with pytest.raises(PromptError, match=message) as caught:
        load("answer", folder=tmp_path)

    assert caught.value.file == str(path)
    assert str(caught.value).startswith(str(path))
    assert caught.value.variable == variable


def test_a_template_of_the_greatest_length_is_taken(tmp_path: Path) -> None:
    put(tmp_path, WHOLE.ljust(MAX_CHARACTERS, "\N{OWL}"))

    assert len(load("answer", folder=tmp_path).text) == MAX_CHARACTERS


def test_something_that_is_no_file_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "answer.md").symlink_to(tmp_path / "gone.md")

    with pytest.raises(PromptError, match="cannot be read"):
        load("answer", folder=tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="does not exist"):
        load("answer", folder=tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["verse", "../answer", "answer.md", ""])
def test_a_name_that_is_not_declared_never_reaches_the_disk(tmp_path: Path, name: str) -> None:
    put(tmp_path, WHOLE, name="verse")

    with pytest.raises(PromptError, match="there is no such prompt"):
        load(name, folder=tmp_path)


def test_a_misspelt_file_of_the_operator_is_reported_at_start(tmp_path: Path) -> None:
    path = put(tmp_path, WHOLE, name="anwser")

    with pytest.raises(PromptError, match="no prompt has this name") as caught:
        load_all(folder=tmp_path)

    assert caught.value.file == str(path)


def test_a_fence_is_the_same_for_the_same_texts_and_stands_in_none_of_them() -> None:
    texts = ("When does it open?", "[s-1] At ten. data-0000000000000000")

    fence = pick_fence(*texts)

    assert fence == pick_fence(*texts)
    assert fence != pick_fence("".join(texts))
    assert fence != pick_fence(texts[0] + texts[1][0], texts[1][1:])
    assert not any(fence in text for text in texts)


def test_importing_prompts_imports_nothing_of_ours() -> None:
    code = (
        "import sys, prompts; "
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'bot', 'index', 'chromadb'}))"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"
