from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reader.markup import lay_out, write_blocks
from bot.reader.parts import cut_parts, find_part
from index.models import Span

ROOM = 4_000
SENTENCE = "The crew numbered each stone & laid it back where it had been. "


def size_of(text: str, part: Span) -> int:
    return len(write_blocks(lay_out(text, part, None, ()), begins="", ends="").encode())


def check(text: str, quote: Span | None = None) -> list[Span]:
    parts = cut_parts(text, quote, (), room=ROOM)
    assert "".join(text[part.start : part.end] for part in parts) == text
    assert all(size_of(text, part) <= ROOM for part in parts)
    return parts


def test_a_short_article_is_one_part() -> None:
    assert check(SENTENCE) == [Span(0, len(SENTENCE))]
    assert check("") == [Span(0, 0)]


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE * 400,
        (SENTENCE * 3 + "\n\n") * 200,
        (SENTENCE * 3 + "\n") * 200,
        "x" * 30_000,
        "&" * 30_000,
        "漢字。" * 5_000,
        "\U0001f469\u200d\U0001f680" * 4_000,
        "a\n\n" * 5_000,
        "- a\n" * 5_000,
        " " * 30_000,
        "\n" * 30_000,
    ],
    ids=range(11),
)
def test_every_part_of_any_text_is_a_small_page(text: str) -> None:
    check(text, Span(len(text) // 2, len(text) // 2 + 30))


@pytest.mark.parametrize("between", [" ", "\n", "\n\n"])
def test_no_part_ends_inside_a_sentence(between: str) -> None:
    text = between.join(f"Sentence number {n} ends with a stop." for n in range(2_000))
    parts = check(text)

    assert len(parts) > 10
    assert all(text[: part.end].rstrip().endswith("stop.") for part in parts)


def test_no_part_ends_inside_the_quote_wherever_it_is() -> None:
    text = (SENTENCE * 3 + "\n\n") * 100
    borders = [part.end for part in cut_parts(text, None, (), room=ROOM)][:-1]

    for border in borders:
        quote = Span(border - 300, border + 300)
        parts = check(text, quote)
        holder = parts[find_part(parts, quote.start)]
        assert holder.start <= quote.start < quote.end <= holder.end


def test_a_quote_that_fills_pages_is_cut_like_other_text() -> None:
    text = (SENTENCE * 3 + "\n\n") * 100

    assert check(text, Span(0, len(text))) == check(text)


def test_a_heading_given_by_the_source_is_no_obstacle() -> None:
    text = (SENTENCE * 3 + "\n\n") * 100
    parts = cut_parts(text, None, (), room=ROOM)

    assert find_part(parts, 0) == 0
    assert find_part(parts, len(text) + 5) == len(parts) - 1


@given(st.integers(0, 10_000), st.lists(st.sampled_from([SENTENCE, "\n", "\n\n", "- ", "& "])))
def test_the_same_article_and_quote_give_the_same_parts(seed: int, words: list[str]) -> None:
    pick = random.Random(seed)
    text = "".join(pick.choices([*words, SENTENCE], k=150))
    start = pick.randrange(len(text))
    quote = Span(start, min(len(text), start + pick.randrange(1, 500)))
    parts = check(text, quote)

    assert parts == cut_parts(text, quote, (), room=ROOM)
    holder = parts[find_part(parts, quote.start)]
    assert holder.start <= quote.start
    assert quote.end <= holder.end
