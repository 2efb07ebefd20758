"""Blocks and sentences are exact slices, found the same in a part as in the whole."""

from __future__ import annotations

import gzip
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models import Heading, Span
from index.sentence_ends import LONGEST
from index.sentences import BlockKind, sentences_of, split_blocks, split_sentences
from tests.fakes.shared import shared_path
from tests.fakes.texts import texts


def sentences(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split_sentences(text, 0, len(text))]


def all_sentences(text: str, headings: tuple[Heading, ...] = ()) -> list[Span]:
    return [s for block in split_blocks(text, headings) for s in sentences_of(text, block)]


def blocks(text: str, headings: tuple[Heading, ...] = ()) -> list[tuple[str, str]]:
    return [(b.kind.value, text[b.start : b.end]) for b in split_blocks(text, headings)]


@pytest.mark.parametrize(
    "expected",
    [
        ["Dr. Lund came to St. John's at 5 p.m. on Friday.", "He left soon."],
        ["The U.S. and the U.K. agreed.", "No. 5 Quay St. is sold for $3.50."],
        ["Mrs. J. R. Holm waited ... and then left.", "Well… yes."],
        ["Read https://example.org/a.b?c=d.", "It is long."],
        ["He wrote to a.b@example.org about it.", "Nobody answered."],
        ["It rose by 2.5 per cent.", "In 1990 it fell.", "7 more came."],
        ["“We won. We are happy,” said Lund.", "He left."],
        ['"Really?" he asked.', '"It is over."', "The mayor sat down."],
        ["It was ‘good.’", "It’s St. John’s day."],
        ["She said “No.”", "Then she left."],
        ["The bridge (built in 1904. Or so) fell.", "It was rebuilt."],
        ["The ferry sank.[1]", "It was raised.[2][3]"],
        ["See Vol. 3, pp. 4-5 and ch. 7 of it.", "That is all."],
        ["It opens at 9 a.m. ET, or at 3 p.m. (CET).", "It is free."],
        ["The show Live! begins at nine.", "cloud.example is down."],
        ["The reports, ed. by Holm, are out.", "https://example.org has them."],
        ["Hi there!!!", "What?!", "Fine."],
        [
            "The ferry sails from the first of May.",
            "Dogs pay nothing.",
            "They said no.",
            "Holm left.",
        ],
        ["On May. 5 he spoke of no. 7 and fell ill.", "London waited."],
        ["They put it on Harbour.Gov last week.", "It runs on Node.js now."],
        ["Er ging z.B. nach Hause.", "Dr. Müller kam."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "你好。我们走吧！他说：“好的。”然后走了。",
            ["你好。", "我们走吧！", "他说：“好的。”", "然后走了。"],
        ),
        ("هل هذا جيد؟ نعم. شكرا.", ["هل هذا جيد؟", "نعم.", "شكرا."]),
        ("यह अच्छा है। वह गया।", ["यह अच्छा है।", "वह गया।"]),
    ],
)
def test_other_scripts_are_split(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_names_of_sources_stay_with_what_they_report() -> None:
    text = "A ship sank off the coast. (Morning Post) (Radio Nine)"

    assert sentences(text) == [text]


def test_a_sentence_in_brackets_stands_alone() -> None:
    assert sentences("The ship sank. (Nobody was hurt.)") == [
        "The ship sank.",
        "(Nobody was hurt.)",
    ]


def test_a_quotation_of_several_lines_is_split_inside() -> None:
    inside = ["“The pier is closed until the storm has passed and the divers have been down."] + [
        f"We shall look at pile number {n} then and decide what to do." for n in "abc"
    ]

    assert sentences(" ".join(inside) + "” He left.")[:3] == inside[:3]


def test_one_unpaired_quotation_mark_does_not_swallow_the_rest() -> None:
    assert sentences('The 5" pipe broke. It was old. "Sad. He left.') == [
        'The 5" pipe broke.',
        "It was old.",
        '"Sad.',
        "He left.",
    ]


def test_a_letter_or_number_alone_is_no_sentence() -> None:
    assert sentences("They voted. B. Then they left. A.") == [
        "They voted.",
        "B. Then they left. A.",
    ]
    assert sentences("It has two. 1. The hull. 2. The mast.") == [
        "It has two.",
        "The hull.",
        "The mast.",
    ]


def test_no_sentence_begins_like_a_heading_or_a_table_row() -> None:
    text = "The pier is closed. # of boats is five. | and so on"

    assert sentences(text) == [text]


def test_closing_marks_are_not_taken_for_opening_ones() -> None:
    assert sentences('It is "(old)", he said. "(New)", she said.') == [
        'It is "(old)", he said.',
        '"(New)", she said.',
    ]


def test_a_line_with_a_hash_that_is_as_long_as_a_paragraph_is_text() -> None:
    text = "# " + "The pier is closed until the divers come back. " * 6

    assert len(all_sentences(text)) == 6


def test_lines_of_one_paragraph_are_joined() -> None:
    assert sentences("The council\nmet. It was\r\nlate.") == [
        "The council\nmet.",
        "It was\r\nlate.",
    ]


def test_blocks_follow_the_layout() -> None:
    text = (
        "# Harbour\n\nThe pier\nis closed.\n* one\n  more\n- two\n1) three\n\n"
        "| Day | Time |\n|---|---|\nMon | 9 | 5\n----\n• four\n\n#hashtag first"
    )

    assert blocks(text) == [
        ("heading", "# Harbour"),
        ("paragraph", "The pier\nis closed."),
        ("item", "* one\n  more"),
        ("item", "- two"),
        ("item", "1) three"),
        ("row", "| Day | Time |"),
        ("mark", "|---|---|"),
        ("row", "Mon | 9 | 5"),
        ("mark", "----"),
        ("item", "• four"),
        ("paragraph", "#hashtag first"),
    ]


def test_given_headings_are_blocks_of_their_own_even_within_a_paragraph() -> None:
    text = "Council\nThe council met.\nRoads\nThey are bad."
    headings = (Heading(0, 7, 1), Heading(25, 30, 2))

    assert blocks(text, headings) == [
        ("heading", "Council"),
        ("paragraph", "The council met."),
        ("heading", "Roads"),
        ("paragraph", "They are bad."),
    ]
    assert [b.level for b in split_blocks(text, headings) if b.kind is BlockKind.HEADING] == [1, 2]


@pytest.mark.parametrize("bad", [Heading(3, 3, 1), Heading(-2, 4, 1), Heading(2, 999, 1)])
def test_headings_that_fit_no_text_are_passed_over(bad: Heading) -> None:
    assert blocks("The council met.", (bad,)) == [("paragraph", "The council met.")]


def test_headings_and_marks_have_no_sentences_and_a_row_has_one() -> None:
    text = "# Dr. Lund left. He did.\n\n---\n\n| Dr. Lund left. He did. | 5 |"

    assert [text[s.start : s.end] for s in all_sentences(text)] == [
        "| Dr. Lund left. He did. | 5 |"
    ]


def test_list_markers_are_not_part_of_a_sentence() -> None:
    text = "* 1. The pier is closed. It is\n> old, they said."

    assert [text[s.start : s.end] for s in all_sentences(text)] == [
        "The pier is closed.",
        "It is\n> old, they said.",
    ]


def test_a_sentence_without_an_end_is_cut_between_clauses() -> None:
    text = "the pier is closed, and the boats are late " * 1000

    found = sentences(text)

    assert max(len(s) for s in found) <= LONGEST
    assert all(s.endswith("closed,") for s in found[:-1])


@pytest.mark.parametrize(
    "text",
    [
        "x" * 200_000,
        "." * 200_000,
        "! ? " * 50_000,
        "。" * 200_000,
        "你好。" * 130_000,
        "((" * 100_000,
        '" “ ( ' * 30_000,
        "a (b. c) " * 20_000,
        "* " * 100_000,
        "-\n" * 100_000,
        "# " * 100_000,
        "1.\n" * 60_000,
        "a | b " * 30_000,
        " " * 200_000 + "x",
        "U.S. " * 40_000,
        "a.\u200b" * 60_000,
    ],
    ids=lambda text: repr(text[:6]),
)
@pytest.mark.timeout(20)
def test_hostile_texts_are_split_in_bounded_time(text: str) -> None:
    spans = all_sentences(text)

    assert all(span.end - span.start <= LONGEST for span in spans)


@given(texts())
def test_sentences_lie_in_order_in_their_blocks_and_have_words(text: str) -> None:
    position = 0
    for block in split_blocks(text):
        assert position <= block.start < block.end
        assert not text[position : block.start].strip()
        position = block.start
        for span in sentences_of(text, block):
            found = text[span.start : span.end]
            assert position <= span.start < span.end <= block.end
            assert found == found.strip()
            assert any(letter.isalnum() for letter in found)
            position = span.end
        position = block.end
    assert not text[position:].strip()


@given(texts())
def test_no_word_lies_outside_the_sentences(text: str) -> None:
    for block in split_blocks(text):
        if block.kind in (BlockKind.HEADING, BlockKind.MARK):
            continue
        position = block.start
        for span in [*sentences_of(text, block), Span(block.end, block.end)]:
            between = text[position : span.start]
            # Numbers of a list are left out, words never.
            assert not any(letter.isalpha() for letter in between), between
            position = span.end


def test_two_pieces_of_an_endless_sentence_are_never_taken_for_one() -> None:
    text = "sea " * 37 + "pier, " + "sea " * 118 + "pier, " + "sea " * 100

    spans = split_sentences(text, 0, len(text))

    for first, second in itertools.pairwise(spans):
        assert split_sentences(text, first.start, second.end) == [first, second]


@given(
    st.lists(st.sampled_from(["pier", "the boats", "and,", "so —", "x" * 90]), max_size=250),
    st.data(),
)
def test_a_slice_of_an_endless_sentence_is_cut_like_the_whole(
    parts: list[str], data: st.DataObject
) -> None:
    text = "we saw " + " ".join(parts)
    spans = split_sentences(text, 0, len(text))
    first = data.draw(st.integers(0, len(spans) - 1))
    last = data.draw(st.integers(first, len(spans) - 1))

    assert split_sentences(text, spans[first].start, spans[last].end) == spans[first : last + 1]


@given(st.text(max_size=300))
def test_any_text_can_be_split(text: str) -> None:
    for span in all_sentences(text):
        assert 0 <= span.start < span.end <= len(text)


def test_half_a_surrogate_pair_is_text_like_any_other() -> None:
    assert sentences("A \ud800 sign. Another one.") == ["A \ud800 sign.", "Another one."]


@pytest.mark.timeout(60)
def test_every_development_article_is_covered() -> None:
    with gzip.open(shared_path("eval/newshop_dev/articles.jsonl.gz"), "rt", encoding="utf-8") as f:
        articles = [json.loads(line)["text"] for line in f]

    for text in articles[::7]:
        for block in split_blocks(text):
            if block.kind not in (BlockKind.HEADING, BlockKind.MARK):
                spans = sentences_of(text, block)
                assert spans
                assert spans[-1].end == block.end
