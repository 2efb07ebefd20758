"""Which passages a question finds, through a real library."""

from __future__ import annotations

import pytest

from index.libraries import Libraries
from index.library import Library
from index.retrieval import Mode
from tests.fakes.libraries import article, read_from


async def shelve(libraries: Libraries, texts: dict[str, str]) -> Library:
    library = libraries.library("default")
    stories = [article(name, text, title="The port") for name, text in texts.items()]
    await library.add([read_from("/paper", stories)], actor="t", note="add")
    return library


async def test_words_in_one_sentence_beat_the_same_words_spread_over_a_passage(
    libraries: Libraries,
) -> None:
    library = await shelve(
        libraries,
        {
            "spread": "A storm. The captain. A lantern. It broke.",
            "near": "The storm broke the captain's lantern. It was late, the crew had eaten, "
            "the cook sang, the moon rose over the quay and somewhere a dog barked.",
        },
    )

    found = await library.search("Did the storm break the captain's lantern?", limit=2)

    first, second = found.passages
    assert first.article_id == "near"
    assert (first.bm25 or 0.0) < (second.bm25 or 0.0)


async def test_a_rare_code_is_among_the_first_eight_whatever_else_is_asked(
    libraries: Libraries,
) -> None:
    texts = {f"t{n}": f"In day {n} nothing happened anywhere." for n in range(100, 160)}
    texts |= {
        f"w{n}": f"The ferry sails in winter, the harbour pilot waits at pier {n}."
        for n in range(20, 32)
    }
    library = await shelve(libraries, texts | {"code": "Lamp E4031X, as delivered by hand."})

    found = await library.search(
        "when the ferry sails in winter does the harbour pilot waits at pier with E4031X", limit=8
    )

    assert "code" in [p.article_id for p in found.passages]


@pytest.mark.parametrize(
    "question",
    ["who is it", "lol", "?!", "ferry " * 170, "паром 渡轮 العبّارة", '"ferry" AND (pier*', "\x00"],
)
async def test_any_question_is_answered_in_order_with_scores_from_0_to_1(
    libraries: Libraries, question: str
) -> None:
    library = await shelve(libraries, {"a": "The ferry left pier 4.", "b": "Who is it? It is I."})

    found = await library.search(question, limit=5)

    scores = [p.score for p in found.passages]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)


async def test_a_library_of_one_chunk_and_one_of_none_are_searched(libraries: Libraries) -> None:
    library = await shelve(libraries, {"a": "The ferry left pier 4."})
    assert len((await library.search("ferry", limit=5)).passages) == 1

    await library.remove(["a"], actor="t", reason="empty")

    assert (await library.search("ferry", limit=5)).passages == ()


async def test_the_plain_modes_correct_and_rerank_nothing(libraries: Libraries) -> None:
    library = await shelve(libraries, {"a": "The lantern left pier 4.", "b": "A storm."})

    lexical = await library.search("lantren storm", limit=5, mode=Mode.LEXICAL)
    dense = await library.search("lantern", limit=5, mode=Mode.DENSE)

    assert [p.article_id for p in lexical.passages] == ["b"]
    assert lexical.term_weights["lantren"] == 1.0
    assert [p.score for p in dense.passages] == [max(p.cosine or 0.0, 0.0) for p in dense.passages]


async def test_what_was_read_before_is_not_found_once_it_left_the_edition(
    libraries: Libraries,
) -> None:
    library = await shelve(
        libraries,
        {"old": "The storm broke the lantern.", "other": "The ferry sails in winter."},
    )
    question = "Did the storm break the lantern?"
    before = await library.search(question, limit=5)
    assert "old" in [p.article_id for p in before.passages]

    await library.remove(["old"], actor="t")

    after = await library.search(question, limit=5)
    assert "old" not in [p.article_id for p in after.passages]
    earlier = await library.search(question, limit=5, edition=before.edition)
    assert [p.article_id for p in earlier.passages] == [p.article_id for p in before.passages]


async def test_a_second_search_gives_what_the_first_gave(libraries: Libraries) -> None:
    texts = {f"t{n}": f"The storm broke lantern {n}. The crew slept." for n in range(12)}
    library = await shelve(libraries, texts)

    first = await library.search("Which lantern broke in the storm?", limit=8)
    second = await library.search("Which lantern broke in the storm?", limit=8)

    assert second.passages == first.passages
