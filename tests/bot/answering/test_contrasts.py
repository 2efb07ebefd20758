import pytest

from bot.answering.contrasts import Contrast, contrast_of
from bot.answering.words import words_of

SAME = Contrast(lost_denial=False, other_denial=False, turned_round=False)


def contrast(question: str, text: str) -> Contrast:
    return contrast_of(words_of(question), text, words_of(text))


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who built the pier?", "Ada Quill built the pier."),
        ("Which boat did not sink?", "The Heron did not sink."),
        ("When did the price rise?", "The price rose in May."),
        ("who built the pier", "Nobody thanked Ada Quill, who built the pier."),
    ],
)
def test_a_sentence_that_says_what_is_asked_is_no_contrast(question: str, text: str) -> None:
    assert contrast(question, text) == SAME


def test_a_question_that_denies_wants_a_sentence_that_denies() -> None:
    for question in ("Which boat didn't sink?", "which boat never sank"):
        assert contrast(question, "The Heron sank.").lost_denial


def test_a_sentence_that_denies_what_is_asked_is_told() -> None:
    assert contrast("Who built the pier?", "The pier was not built.").other_denial


def test_the_opposite_in_the_same_place_is_told() -> None:
    found = contrast("Why did the price of bread fall?", "The price of bread rose in May.")

    assert found.turned_round
