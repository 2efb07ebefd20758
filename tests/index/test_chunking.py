"""Chunks are verbatim slices of whole sentences, within what the embedder reads."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from index.chunking import chunk_article, sentence_spans
from index.models import Article, Chunk, Heading, Span
from index.sentence_ends import LONGEST
from index.sentences import LONGEST_HEADING, BlockKind, sentences_of, split_blocks
from index.word_pieces import load_word_pieces
from tests.fakes.shared import shared_path
from tests.fakes.texts import texts

READ_BY_MODEL = 254  # and two special tokens
SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
Count = Callable[[str], int]


@pytest.fixture(scope="module")
def count() -> Count:
    return load_word_pieces().count


def words(text: str) -> int:
    return len(text.split())


def eighths(text: str) -> int:
    """No sentence is over budget by this count, so none is cut."""
    return len(text) // 8


def article(text: str, *, headings: tuple[Heading, ...] = (), title: str = "Harbour") -> Article:
    return Article("a1", title, text, published_at="2025-04-29", headings=headings)


def sentences_in(text: str, headings: tuple[Heading, ...] = ()) -> list[Span]:
    return [s for block in split_blocks(text, headings) for s in sentences_of(text, block)]


def sentences_of_chunks(chunks: list[Chunk], headings: tuple[Heading, ...] = ()) -> list[Span]:
    return [s for c in chunks for s in sentence_spans(c.text, c.start, headings)]


LINE = "The pier stays closed until the divers have looked at pile number {}."


def test_a_chunk_is_filled_with_whole_sentences_up_to_the_budget() -> None:
    text = " ".join(LINE.format(n) for n in range(10))

    chunks = chunk_article(article(text), words, budget=40)

    assert [words(c.text) for c in chunks] == [39, 39, 39, 13]
    assert all(c.text.endswith(".") for c in chunks)
    assert [c.ordinal for c in chunks] == [0, 1, 2, 3]


def test_a_section_begins_a_chunk_with_its_heading_in_front() -> None:
    text = f"# Pier\n{LINE.format(1)}\n\n## Divers\n{LINE.format(2)}\n\n## Boats\n{LINE.format(3)}"

    chunks = chunk_article(article(text), words, budget=60)

    assert [c.text.split("\n")[0] for c in chunks] == ["# Pier", "## Divers", "## Boats"]
    assert [c.heading for c in chunks] == ["Pier", "Pier › Divers", "Pier › Boats"]


def test_a_section_of_few_words_shares_the_chunk_of_the_next() -> None:
    text = f"# Pier\nClosed.\n\n# Divers\n{LINE.format(2)}"

    chunks = chunk_article(article(text), words, budget=60)

    assert len(chunks) == 1
    assert chunks[0].heading == "Pier"


def test_a_paragraph_begins_a_new_chunk_when_the_last_is_nearly_full() -> None:
    first = " ".join(LINE.format(n) for n in range(4))
    second = " ".join(LINE.format(n) for n in range(4, 7))

    chunks = chunk_article(article(f"{first}\n\n{second}"), words, budget=68)

    assert [c.text for c in chunks] == [first, second]


def test_the_embedder_reads_title_date_and_the_headings_above_first() -> None:
    paragraphs = "\n\n".join(LINE.format(n) for n in range(6))
    text = f"# Harbour\n\n## The pier ##\n\n{paragraphs}"

    first, second = chunk_article(article(text), words, budget=60)

    assert first.embedded_text == f"Harbour (2025-04-29)\n{first.text}"
    assert second.embedded_text == f"Harbour (2025-04-29)\nThe pier\n{second.text}"
    assert second.heading == "Harbour › The pier"


def test_headings_without_end_leave_room_and_the_nearest_stays(count: Count) -> None:
    path = "\n".join(f"{'#' * n} {f'level {n} ' * 18}" for n in (1, 2, 3))
    text = f"{path}\n### Ferry\n\n" + "\n\n".join(LINE.format(n) for n in range(40))

    last = chunk_article(article(text), count)[-1]

    assert count(last.embedded_text) <= count(last.text) + 50
    assert last.embedded_text.split("\n")[1].endswith("Ferry")


def test_a_list_item_keeps_its_marker_in_the_chunk_and_not_in_its_sentence() -> None:
    chunks = chunk_article(article("\n".join(f"* {LINE.format(n)}" for n in range(4))), words, 30)

    assert [c.text[:6] for c in chunks] == ["* The ", "* The "]
    assert chunks[1].text.startswith(f"* {LINE.format(2)}")
    assert sentence_spans(chunks[1].text, 0)[0] == Span(2, 2 + len(LINE.format(2)))


def test_headings_given_as_spans_make_the_path_and_are_no_sentences() -> None:
    text = f"Pier\n{LINE.format(1)}\n\nDivers\n{LINE.format(2)}"
    at = text.index("Divers")
    headings = (Heading(0, 4, 1), Heading(at, at + 6, 2))

    chunks = chunk_article(article(text, headings=headings), words, budget=60)

    assert [c.heading for c in chunks] == ["Pier", "Pier › Divers"]
    assert [text[s.start : s.end] for s in sentences_of_chunks(chunks, headings)] == [
        LINE.format(1),
        LINE.format(2),
    ]


def test_headings_with_nothing_under_them_stay_with_what_is_above() -> None:
    (chunk,) = chunk_article(article(f"{LINE.format(1)}\n\n# See also\n\n## Links"), words, 60)

    assert chunk.text.endswith("## Links")


def test_an_article_of_headings_only_has_one_chunk() -> None:
    (chunk,) = chunk_article(article("# Pier\n\n## Divers"), words)

    assert chunk.text == "# Pier\n\n## Divers"
    assert sentence_spans(chunk.text, chunk.start) == ()


@pytest.mark.parametrize(("text", "chunks"), [("", 0), (" \n\t ", 0), ("---", 1), ("🎉🎉", 1)])
def test_a_text_without_words_has_at_most_one_chunk(text: str, chunks: int, count: Count) -> None:
    assert len(chunk_article(article(text), count)) == chunks


def test_ids_follow_from_version_and_place() -> None:
    text = " ".join(LINE.format(n) for n in range(30))
    first = chunk_article(article(text), words)
    again = chunk_article(article(text), words)
    other = chunk_article(article(text, title="Pier"), words)

    assert [c.id for c in first] == [c.id for c in again]
    assert len({c.id for c in first + other}) == len(first) + len(other)
    assert all(len(c.id) == 32 for c in first)


def test_an_endless_title_leaves_room_for_the_text(count: Count) -> None:
    for title in ("pier " * 5000, "x1" * 40_000, "海" * 5000):
        (chunk,) = chunk_article(article(LINE.format(1), title=title), count)

        assert count(chunk.embedded_text) <= READ_BY_MODEL
        assert chunk.embedded_text.endswith(chunk.text)


@pytest.mark.parametrize(
    "text",
    [
        "the pier and the boats " * 2000,
        "x" * 200_000,
        "你好我们走吧" * 5000,
        "안녕하세요여러분" * 3000,
        "🎉 " * 20_000,
        "a,b;" * 10_000,
        "3.14159 2.71828 " * 3000,
        "# Roads\n" * 5000,
        "# Roads\n" + "-" * 100_000 + "\nThe pier.",
        "The pier.\n" + "=" * 100_000 + "\nThe boats.",
        "The pier.\n" + "=" * 400 + "\nThe boats.",
        "The pier. " + "! " * 50_000 + "The boats.",
        "| a | b |\n" * 10_000,
        "| " + "word " * 20_000 + " | b |",
    ],
    ids=lambda text: repr(text[:8]),
)
@pytest.mark.timeout(30)
def test_no_text_gives_more_than_the_embedder_reads(text: str, count: Count) -> None:
    for chunk in chunk_article(article(text), count):
        assert count(chunk.embedded_text) <= READ_BY_MODEL
        assert len(chunk.text) <= 2400
        assert text[chunk.start : chunk.end] == chunk.text


@SLOW
@given(text=texts(), budget=st.sampled_from([20, 60, 200]))
def test_chunks_are_slices_in_order_that_hold_every_word(
    text: str, budget: int, count: Count
) -> None:
    position = 0
    for chunk in chunk_article(article(text), count, budget):
        assert position <= chunk.start < chunk.end
        assert chunk.text == text[chunk.start : chunk.end] == chunk.text.strip()
        assert not any(letter.isalpha() for letter in text[position : chunk.start])
        assert count(chunk.text) <= budget
        assert count(chunk.embedded_text) <= budget + 50
        position = chunk.end
    assert not any(letter.isalpha() for letter in text[position:])


@given(texts(endless=False))
def test_a_chunk_has_the_sentences_that_the_article_has_there(text: str) -> None:
    assume(no_endless_line(text))
    chunks = chunk_article(article(text), eighths, budget=100)

    assert sentences_of_chunks(chunks) == sentences_in(text)


@given(texts(endless=False), st.sets(st.integers(0, 20)))
def test_given_headings_are_in_front_and_never_sentences(text: str, lines: set[int]) -> None:
    assume(no_endless_line(text))
    headings = lines_as_headings(text, lines)

    chunks = chunk_article(article(text, headings=headings), eighths, budget=100)

    assert sentences_of_chunks(chunks, headings) == sentences_in(text, headings)
    for heading in headings:
        within = [c for c in chunks if c.start <= heading.start and heading.end <= c.end]
        assert len(within) == 1


def test_a_sentence_without_an_end_is_cut_alike_in_article_and_chunks() -> None:
    text = "the pier is closed, and the boats are late " * 400

    chunks = chunk_article(article(text), eighths, budget=100)

    assert len(chunks) > 20
    assert sentences_of_chunks(chunks) == sentences_in(text)


def no_endless_line(text: str) -> bool:
    """A table row or heading of pages may be cut, and its parts are text like any other."""
    rows = [b for b in split_blocks(text) if b.kind is BlockKind.ROW]
    hashes = [line.strip() for line in text.splitlines() if line.strip().startswith("#")]
    return all(b.end - b.start <= LONGEST for b in rows) and all(
        len(line) <= LONGEST_HEADING for line in hashes
    )


def lines_as_headings(text: str, numbers: set[int]) -> tuple[Heading, ...]:
    headings: list[Heading] = []
    for block in split_blocks(text):
        if block.kind is BlockKind.PARAGRAPH and len(headings) in numbers:
            end = text.find("\n", block.start, block.end)
            end = block.end if end < 0 else end
            if end - block.start <= 200:
                headings.append(Heading(block.start, end, 1 + block.start % 3))
    return tuple(headings)


@pytest.mark.timeout(60)
def test_sentences_of_development_articles_are_the_same_in_chunks(count: Count) -> None:
    with gzip.open(shared_path("eval/newshop_dev/articles.jsonl.gz"), "rt", encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]

    for row in rows[::10]:
        given_article = Article(row["id"], row["title"], row["text"], row["published_at"])
        chunks = chunk_article(given_article, count)
        assert sentences_of_chunks(chunks) == sentences_in(row["text"])
        assert all(sentence_spans(c.text, c.start) for c in chunks)
        assert all(count(c.embedded_text) <= READ_BY_MODEL for c in chunks)
        moved = replace(given_article, title=row["title"] + "!")
        assert not {c.id for c in chunks} & {c.id for c in chunk_article(moved, count)}
