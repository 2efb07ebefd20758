"""Which words of a question carry it, and how much each weighs."""

from __future__ import annotations

import pytest

from index import lexical, library_rows
from index.libraries import Libraries
from tests.fakes.libraries import article, read_from


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who won the 2031 Cup?", ["won", "2031", "cup"]),
        ("what's Ada’s plan", ["ada", "plan"]),
        ("How much is $4,000 of U.S. steel?", ["much", "4,000", "u.s", "steel"]),
        ("who is he", ["who", "is", "he"]),
        ("Zoë zoë ZOË", ["zoë"]),
        ("?!", []),
    ],
)
def test_content_words_leave_function_words_out(question: str, words: list[str]) -> None:
    assert lexical.content_words(question) == words


async def test_a_rare_word_weighs_more_than_a_common_one_and_an_unknown_one_most(
    libraries: Libraries,
) -> None:
    library = libraries.library("default")
    stories = [article(f"s{n}", f"The harbour pilot met number{n}.") for n in range(30)]
    await library.add([read_from("/paper", stories)], actor="t", note="add")

    found = await library.search("harbour number7 xylophone", limit=3)

    weights = found.term_weights
    assert weights["harbour"] < weights["number7"] < weights["xylophone"] == 1.0


async def test_words_are_found_in_other_forms_and_without_accents(libraries: Libraries) -> None:
    library = libraries.library("default")
    await library.add(
        [read_from("/paper", [article("cafe", "The cafés were painted in spring.")])],
        actor="t",
        note="add",
    )

    rows = await libraries.database.read(
        lambda c: lexical.search_rows(c, 1, ["cafe", "painting"], 1, 5, lexical.ColumnWeights())
    )

    assert len(rows) == 1


async def test_rows_taken_out_are_found_no_more(libraries: Libraries) -> None:
    library = libraries.library("default")
    old = article("ferry", "The ferry sails at nine.")
    await library.add([read_from("/paper", [old])], actor="t", note="add")
    row = lexical.LexicalRow(1, old.title, "", old.text)

    await libraries.database.write(lambda c: lexical.remove_rows(c, 1, [row]))

    assert await libraries.database.read(lambda c: lexical.count_strays(c, 1)) == (1, 0)
    assert await libraries.database.read(library_rows.list_libraries)
