"""How the words of a question stand in a passage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.matching import Matcher, Signs, read_words
from index.stems import stem_of, stems_of

QUESTION = "When did the Harbour Master close pier 9?"
WEIGHTS = {"harbour": 0.5, "master": 0.5, "close": 0.25, "pier": 0.25, "9": 0.5}


def measured(text: str, *, title: str = "", spelled: dict[str, str] | None = None) -> Signs:
    return Matcher(read_words(QUESTION, WEIGHTS, spelled or {})).measure(title, "", text)


def test_a_passage_with_every_word_in_one_sentence_is_covered_in_full() -> None:
    signs = measured("The harbour master closed pier 9 in May.")

    assert (signs.coverage, signs.sentence, signs.window) == (1.0, 1.0, 1.0)


def test_words_spread_over_sentences_cover_the_passage_but_no_sentence() -> None:
    signs = measured("The harbour froze. A master came.\nThey closed it. Was it pier 9?")

    assert signs.coverage == 1.0
    assert signs.sentence < signs.window < 1.0


def test_words_in_the_questions_order_count_as_pairs() -> None:
    together = measured("The harbour master left.")
    apart = measured("The master left the harbour.")

    assert together.pairs > apart.pairs
    assert together.sentence == apart.sentence


def test_names_and_figures_are_told_apart_from_other_words() -> None:
    signs = measured("The harbour master.")

    assert signs.names == pytest.approx(0.5)
    assert signs.figures == 0.0
    assert measured("Number 9").figures == pytest.approx(0.25)


def test_title_words_count_for_the_passage() -> None:
    signs = measured("It was closed.", title="Pier 9")

    assert signs.title == pytest.approx(0.375)
    assert signs.coverage == pytest.approx(0.5)


def test_other_forms_of_a_word_and_accents_are_the_same_word() -> None:
    assert measured("The hárbours' masters are closing piers.").coverage == pytest.approx(0.75)


def test_a_figure_is_met_by_nothing_but_itself() -> None:
    words = read_words("the 2025 report 10234", {"10234": 1.0}, {})

    assert Matcher(words).measure("", "", "Report 10235, 102345 and 1023.").figures == 0.0
    assert Matcher(words).measure("", "", "Report 10234.").figures == 1.0


def test_a_word_is_met_as_the_library_spells_it() -> None:
    words = read_words("harbuor fees", {"harbuor": 1.0, "fees": 0.5}, {"harbuor": "harbour"})

    assert Matcher(words).measure("", "", "The harbour fee.").coverage == 1.0


@given(st.text(max_size=60), st.dictionaries(st.text(max_size=8), st.floats(0.01, 1)), st.text())
def test_every_sign_is_a_share_whatever_the_texts(
    question: str, weights: dict[str, float], text: str
) -> None:
    signs = Matcher(read_words(question, weights, {})).measure(text, question, text)

    shares = [getattr(signs, name) for name in Signs.__dataclass_fields__]
    assert all(0.0 <= share <= 1.0 + 1e-9 for share in shares)


@pytest.mark.parametrize(
    "forms",
    [
        ("speak", "speaks", "speaking"),
        ("stop", "stopped", "stopping"),
        ("country", "countries"),
        ("accessible", "accessibles"),
        ("relate", "related", "relational"),
        ("elect", "elected", "election", "elections"),
    ],
)
def test_forms_of_a_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem_of(form) for form in forms}) == 1


def test_figures_and_other_scripts_are_words_too() -> None:
    assert stems_of("2025 версия 版本") == ["2025", "версия", "版本"]
