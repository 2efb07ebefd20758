"""The names that may answer a who, which or where question, and how likely each is."""

from __future__ import annotations

import pytest

from bot.answering.named import find_names, is_denied
from bot.answering.question import read_question
from bot.answering.words import words_of


def named(question: str, text: str) -> list[tuple[str, int]]:
    found = find_names(read_question(question, {}), text, words_of(text))
    return [(text[name.start : name.end], name.rank) for name in found]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("It was signed by Ada Quill.", [("Ada Quill", 2)]),
        ("It was signed by Ada.", [("Ada", 1)]),
        ("Ada Quill signed it.", [("Ada Quill", 1)]),
        # The first word is capitalised whatever it is.
        ("Ada signed it.", []),
        ("It was signed by Mayor Quill.", [("Mayor Quill", 2)]),
        ("It was signed by the Bank of England.", [("Bank of England", 2)]),
        ("It was signed by the Bank of all towns.", [("Bank", 1)]),
        ("It was signed by the Bank of. England won.", [("Bank", 1), ("England", -2)]),
        ("It was signed by the Bank of", [("Bank", 1)]),
        ("It was signed by Ada. Bob stayed.", [("Ada", 1), ("Bob", -2)]),
        ("It was signed by Ada, Bob stayed.", [("Ada", 1), ("Bob", -2)]),
        ("A British actor signed it.", [("British", -2)]),
        ("They met Ada on Monday in May.", [("Ada", 1)]),
        ("It was signed by Ada Quill (Reuters)", [("Ada Quill", 2)]),
        ("It was signed by Ada Quill (Reuters) in Marrow", [
            ("Ada Quill", 2), ("Reuters", 0), ("Marrow", 0),
        ]),
        ("It was never signed by Ada Quill.", []),
        ("It was signed by Bob rather than Ada.", [("Bob", -1)]),
    ],
)  # fmt: skip
def test_a_run_of_capitals_is_a_name_where_nothing_speaks_against_it(
    text: str, names: list[tuple[str, int]]
) -> None:
    assert named("Who signed it?", text) == names


@pytest.mark.parametrize(
    ("question", "text", "names"),
    [
        ("Who is Ada Quill?", "Ada Quill is the mayor of Skerry.", [("Skerry", 0)]),
        ("Which ocean is it?", "It is the Pacific Ocean.", [("Pacific Ocean", 2)]),
        ("Which team won?", "The winner was called Blue Herons.", [("Blue Herons", 2)]),
        ("Where is it?", "It is in Gull Bay.", [("Gull Bay", 1)]),
        ("Where is it?", "The Gull team left.", []),
        ("Where is it?", "It lies near the Gull pier.", []),
        ("Where is it?", "Marrow has it.", []),
    ],
)
def test_what_the_question_names_or_asks_of_decides_what_may_answer(
    question: str, text: str, names: list[tuple[str, int]]
) -> None:
    assert named(question, text) == names


def test_the_kind_that_is_asked_for_is_no_part_of_the_name_that_answers() -> None:
    text = "It is the Pacific Ocean."
    (name,) = find_names(read_question("Which ocean is it?", {}), text, words_of(text))

    assert name.key == ("pacific",)


@pytest.mark.parametrize(
    ("before", "denied"),
    [
        ("It was not in ", True),
        ("It was never in ", True),
        ("It wasn't in ", True),
        ("It wasn’t in ", True),
        ("It was in Ellery instead of ", True),
        ("It was not late, it was in ", False),
        ("It was in ", False),
        ("It was not in any of the many old towns that stand by ", False),
    ],
)
def test_what_stands_close_behind_a_denial_is_denied(before: str, denied: bool) -> None:
    assert is_denied(f"{before}Marrow.", len(before)) is denied
