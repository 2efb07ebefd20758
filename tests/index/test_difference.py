"""A difference tells a person what changed, whatever the texts, in few lines."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.difference import LONGEST_LINE, MORE, MOVED, ONLY_LAYOUT, OUT_OF_ORDER, diff_text
from tests.fakes.texts import texts

SENTENCES = [f"Boat number {number} came into the harbour." for number in range(30)]


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_equal_texts_have_no_difference() -> None:
    assert diff_text("", "") == ()
    assert diff_text("The pier is open. Boats may come.", "The pier is open. Boats may come.") == ()


def test_a_changed_sentence_is_shown_with_one_on_each_side_and_the_rest_counted() -> None:
    old = " ".join(SENTENCES[:10])
    new = old.replace("number 5 came into", "number 5 left")

    assert diff_text(old, new) == (
        "@ … 4 sentences unchanged",
        "  Boat number 4 came into the harbour.",
        "- Boat number 5 came into the harbour.",
        "+ Boat number 5 left the harbour.",
        "  Boat number 6 came into the harbour.",
        "@ … 3 sentences unchanged",
    )


def test_sentences_that_came_and_went_are_told_across_paragraphs() -> None:
    old = "Harbour news\n\nIt rained. The pier is closed.\n\n- Boats\n- Nets"
    new = "Harbour news\n\nThe pier is closed. Nobody knows why.\n\n- Boats\n- Ropes\n- Nets"

    assert diff_text(old, new) == (
        "  Harbour news",
        "- It rained.",
        "  The pier is closed.",
        "+ Nobody knows why.",
        "  Boats",
        "+ Ropes",
        "  Nets",
    )


def test_everything_is_new_or_gone_beside_an_empty_text() -> None:
    assert diff_text("", "It is open. Come in.") == ("+ It is open.", "+ Come in.")
    assert diff_text("It is open. Come in.", "") == ("- It is open.", "- Come in.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("One came.\nTwo went.", "One came. Two went."),
        ("One came.\n\nTwo went.", "One came.\n\n\nTwo went."),
        ("- One came.", "* One came."),
        ("", " "),
    ],
)
def test_a_change_of_layout_alone_is_said_in_words(old: str, new: str) -> None:
    assert diff_text(old, new) == (ONLY_LAYOUT,)


def test_a_long_sentence_is_cut_to_where_it_changed() -> None:
    words = [f"word{number}" for number in range(70)]
    old = " ".join(words)
    words[30] = "CHANGED"
    minus, plus = diff_text(old, " ".join(words))

    assert minus.startswith("- … ")
    assert minus.endswith(" …")
    assert " word30 " in minus
    assert " CHANGED " in plus
    assert max(len(minus), len(plus)) <= LONGEST_LINE + 6


def test_a_long_replacement_shows_both_sides_from_the_start_and_says_that_there_is_more() -> None:
    old = " ".join(SENTENCES)
    new = " ".join(f"Lorry number {number} left the town." for number in range(30))
    lines = diff_text(old, new, limit_lines=10)

    assert [line[0] for line in lines] == [*"---+++---", "@"]
    assert lines[-1] == MORE


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_there_are_never_more_lines_than_allowed(limit: int) -> None:
    lines = diff_text(" ".join(SENTENCES), " ".join(SENTENCES[::-1]), limit_lines=limit)

    assert len(lines) == limit


def test_many_small_changes_far_apart_are_all_found_in_a_long_text() -> None:
    paragraphs = [f"Paragraph {number} speaks of the harbour. " * 5 for number in range(5_000)]
    old = "\n\n".join(paragraphs)
    for number in (0, 2_500, 4_999):
        paragraphs[number] += f"Boat {number} has sunk."
    lines = diff_text(old, "\n\n".join(paragraphs))

    assert [line for line in lines if line[0] in "+-"] == [
        "+ Boat 0 has sunk.",
        "+ Boat 2500 has sunk.",
        "+ Boat 4999 has sunk.",
    ]
    assert sum("characters unchanged" in line for line in lines) == 2


def test_a_paragraph_that_moved_is_told_as_gone_here_and_come_there() -> None:
    first, second, third, fourth = (f"Paragraph {n} speaks of boats." for n in range(4))
    old, new = (first, second, third, fourth), (fourth, first, second, third)

    assert diff_text("\n\n".join(old), "\n\n".join(new)) == (
        f"+ {fourth}",
        f"  {first}",
        "@ … 1 sentence unchanged",
        f"  {third}",
        f"- {fourth}",
    )


def test_what_repeats_thousands_of_times_is_compared_by_count() -> None:
    same = "It is the same. "
    old = same * 50_000
    lines = diff_text(old, f"First. {same * 25_000}Middle. {same * 25_000}Last.")

    assert lines == (OUT_OF_ORDER, "+ First.", "+ Middle.", "+ Last.")


def test_sentences_that_only_changed_places_by_the_thousand_are_told_so() -> None:
    kinds = [f"It is kind {number % 2}. " for number in range(1_000)]
    text = "".join(kinds)

    assert diff_text(text, "".join(sorted(kinds))) == (
        "  It is kind 0.",
        MOVED,
        "  It is kind 1.",
    )


def _shuffled() -> tuple[str, str]:
    choose = random.Random(7)
    kinds = [f"Sentence of kind {number}." for number in range(100)]
    return " ".join(choose.choices(kinds, k=50_000)), "\n\n".join(choose.choices(kinds, k=50_000))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x" * 2_000_000, "x" * 1_000_000 + "y" + "x" * 999_999),
        ("word " * 400_000, "word " * 200_000 + "new " + "word " * 199_000),
        ("." * 2_000_000, ". " * 1_000_000),
        ("- a\n" * 500_000, "- b\n" * 500_000),
        ("| a | b |\n" * 200_000, "\n | a | c |\n" * 180_000),
        ("# a\n" * 500_000, "\n\n" * 1_000_000),
        _shuffled(),
    ],
    ids=["letters", "words", "dots", "items", "rows", "headings", "shuffled"],
)
def test_texts_made_to_be_slow_still_give_few_short_lines(old: str, new: str) -> None:
    lines = diff_text(old, new)

    assert 0 < len(lines) <= 40
    assert all(len(line) <= LONGEST_LINE + 6 for line in lines)


@given(texts(), texts())
def test_what_came_stands_in_the_new_text_and_what_went_in_the_old(old: str, new: str) -> None:
    lines = diff_text(old, new, limit_lines=1_000)

    assert (lines == ()) == (old == new)
    for line in lines:
        mark, space, words = line[0], line[1], line[2:]
        assert mark in "+- @"
        assert space == " "
        assert line.splitlines() == [line]
        if mark != "@":
            words = words.removeprefix("… ").removesuffix(" …")
            assert mark == "+" or words in one_line(old)
            assert mark == "-" or words in one_line(new)


@given(st.text(), st.text(), st.integers(1, 10))
def test_no_text_is_too_odd(old: str, new: str, limit: int) -> None:
    lines = diff_text(old, new, limit_lines=limit)

    assert (lines == ()) == (old == new)
    assert len(lines) <= limit


@given(texts(most=8, endless=False), st.integers(0, 8))
def test_a_sentence_put_in_is_the_only_thing_that_came(text: str, place: int) -> None:
    paragraphs = text.split("\n\n")
    place = min(place, len(paragraphs))
    new = "\n\n".join([*paragraphs[:place], "A whale was seen off the pier.", *paragraphs[place:]])
    came = [line for line in diff_text(text, new) if line[0] in "+-"]

    assert came == ["+ A whale was seen off the pier."]
