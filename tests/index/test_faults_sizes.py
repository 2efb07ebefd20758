"""Sizes that nobody planned for: an endless line, a manifest of very many articles."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

from index.planning import Comparison, compare, drops_too_much
from tests.fakes.libraries import Opened, article, read_from
from tests.fakes.manifests import KEY, list_new, list_unchanged, make_current, make_state

LINE = " ".join(f"word{number}" for number in range(40_000))[:40_000]


async def test_forty_thousand_characters_in_one_line_are_indexed_whole_and_found(
    opened: Opened,
) -> None:
    library = opened.libraries.library("default")
    one = article("endless", LINE)
    unbroken = article("unbroken", "x" * 40_000)

    await library.add([read_from("/articles", [one, unbroken])], actor="tester", note="add")
    report = await library.verify()
    last = LINE.split()[-2]
    found = await library.search(last, limit=3)

    assert report.problems == ()
    assert found.passages[0].article_id == "endless"
    assert last in found.passages[0].text
    # Every passage is a slice that the embedder reads whole, so nothing of the line is lost.
    everything = await library.search("word0", limit=1_000)
    assert max(len(passage.text) for passage in everything.passages) < 4_000


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_manifest_of_very_many_articles_takes_memory_in_proportion() -> None:
    def first(count: int) -> Callable[[], Comparison]:
        result = list_new(count)
        return lambda: compare({}, [(KEY, result)], drop_missing=True)

    few, many = peak_of(first(2_000)), peak_of(first(20_000))

    assert many < 13 * few


def test_nothing_changed_among_very_many_articles_is_seen_without_reading_any() -> None:
    states = [make_state(number) for number in range(50_000)]
    known = {KEY: {state.key: state for state in states}}

    same = compare(make_current(states), [(KEY, list_unchanged(states))], known, drop_missing=True)

    assert (same.added, same.changed, dict(same.removed), same.unchanged) == ((), (), {}, 50_000)


def test_a_manifest_that_lost_nearly_all_is_stopped_whatever_its_size() -> None:
    states = [make_state(number) for number in range(50_000)]
    known = {KEY: {state.key: state for state in states}}

    lost = compare(
        make_current(states), [(KEY, list_unchanged(states[:9]))], known, drop_missing=True
    )

    assert len(lost.removed) == 50_000 - 9
    assert drops_too_much(len(lost.removed), 50_000)
