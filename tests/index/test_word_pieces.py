"""Counting by parts gives what the tokenizer gives for the whole."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index import word_pieces
from index.word_pieces import WordPieces, load_word_pieces

_ODD = [
    *"abcZ09 .,;:!?'’“\"-_/@#[](){}\t\n\r\x0b\x1c\x1f\x85\xa0\u2003\u2028\u200b\u200d\u0301",
    *"\u0327éßİ中文かなカ한\u3000😀\ufe0f\ufffd\x00\x7f\ud800\udc00",
    *("[SEP]", "[CLS]", "[MASK]", "[PAD]", "[UNK]", "##ing", "don't", "harbourmasters", "x" * 101),
]


@pytest.fixture(scope="module")
def pieces() -> WordPieces:
    return load_word_pieces()


def whole(pieces: WordPieces, text: str) -> int:
    safe = "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    return len(pieces._counting.encode(safe, add_special_tokens=False))


@example(text="see [SEP] [CLS], and [MASK].")
@example(text="a\x1cb c\u2003d, \u0301e")
@given(text=st.lists(st.sampled_from(_ODD), max_size=30).map("".join))
def test_a_count_is_that_of_the_whole_text(pieces: WordPieces, text: str) -> None:
    assert pieces.count(text) == whole(pieces, text)
    assert pieces.count(text) == whole(pieces, text)


def test_marks_behind_a_word_count_each(pieces: WordPieces) -> None:
    assert pieces.count("Ferry!?..") == pieces.count("Ferry") + 4


def test_what_is_remembered_is_bounded(pieces: WordPieces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_pieces, "_PARTS_KEPT", 10)
    for number in range(50):
        assert pieces.count(f"pier{number} {'long' * 20}{number}") > 2

    assert len(pieces._known) <= 10
    assert not [part for part in pieces._known if len(part) > word_pieces._LONGEST_KEPT]
