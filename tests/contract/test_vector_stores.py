"""What every vector index must do, real or fake, and how near Chroma comes to exact."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import chroma_client
from index.errors import VectorStoreError
from index.vector_store import VectorStore
from tests.fakes.exact_vectors import ExactVectors

Store = VectorStore | ExactVectors


def unit_vectors(count: int, seed: int = 7) -> NDArray[np.float32]:
    drawn = np.random.default_rng(seed).normal(size=(count, 32)).astype(np.float32)
    rows: NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return rows


@pytest.fixture(params=["chroma", "exact"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    store: Store = VectorStore(tmp_path) if request.param == "chroma" else ExactVectors()
    yield store
    await store.close()


async def test_a_vector_finds_itself_first_with_similarity_one(store: Store) -> None:
    vectors = unit_vectors(20)
    await store.upsert("one-1", [str(n) for n in range(20)], vectors)

    found = await store.query("one-1", vectors[4], 3)

    assert found[0][0] == "4"
    assert found[0][1] == pytest.approx(1.0, abs=1e-4)
    assert [score for _, score in found] == sorted((s for _, s in found), reverse=True)


async def test_similarity_is_the_cosine(store: Store) -> None:
    vectors = unit_vectors(5)
    await store.upsert("one-1", ["0", "1", "2", "3", "4"], vectors)

    found = dict(await store.query("one-1", vectors[0], 5))

    for n in range(5):
        assert found[str(n)] == pytest.approx(float(vectors[0] @ vectors[n]), abs=1e-4)


async def test_writing_a_known_id_replaces_it(store: Store) -> None:
    old, new = unit_vectors(2)
    await store.upsert("one-1", ["x"], old[None])
    await store.upsert("one-1", ["x"], new[None])

    assert (await store.query("one-1", new, 1))[0][1] == pytest.approx(1.0, abs=1e-4)
    assert await store.count("one-1") == 1


async def test_collections_do_not_see_each_other(store: Store) -> None:
    one, two = unit_vectors(2)
    await store.upsert("one-1", ["one"], one[None])
    await store.upsert("two-1", ["two"], two[None])

    assert [id_ for id_, _ in await store.query("one-1", two, 5)] == ["one"]
    await store.drop("one-1")
    assert await store.count("two-1") == 1
    assert await store.count("one-1") == 0


async def test_missing_names_the_absent_ids_in_order(store: Store) -> None:
    await store.upsert("one-1", ["1", "2"], unit_vectors(2))

    assert await store.missing("one-1", ["3", "1", "0"]) == ["3", "0"]


async def test_asking_an_empty_collection_finds_nothing(store: Store) -> None:
    assert await store.query("one-1", unit_vectors(1)[0], 5) == []


async def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    vectors = unit_vectors(300)
    ids = [str(n) for n in range(300)]
    first = VectorStore(tmp_path)
    await first.upsert("one-1", ids, vectors)
    await first.close()

    again = VectorStore(tmp_path)
    found = [(await again.query("one-1", v, 1))[0][0] for v in vectors[:50]]
    await again.close()

    assert found == ids[:50]


async def test_chroma_finds_nearly_all_that_an_exact_search_finds(tmp_path: Path) -> None:
    vectors = unit_vectors(1500)
    ids = [str(n) for n in range(1500)]
    chroma, exact = VectorStore(tmp_path), ExactVectors()
    for store in (chroma, exact):
        await store.upsert("one-1", ids, vectors)
    hits = 0
    for query in unit_vectors(40, seed=8):
        near = {id_ for id_, _ in await exact.query("one-1", query, 10)}
        hits += len(near & {id_ for id_, _ in await chroma.query("one-1", query, 10)})
    await chroma.close()

    # Random vectors are the worst case for any approximate index.
    assert hits / 400 >= 0.97


async def test_a_vector_of_another_size_is_an_error_that_names_the_way_out(
    tmp_path: Path,
) -> None:
    store = VectorStore(tmp_path)
    await store.upsert("one-1", ["1"], unit_vectors(1))

    with pytest.raises(VectorStoreError, match="index rebuild"):
        await store.query("one-1", np.ones(3, np.float32), 1)
    await store.close()


async def test_asked_for_all_there_is_chroma_loses_none_of_many_equal_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With so few neighbours the graph loses most of them; with ours, one in a great while.
    monkeypatch.setitem(chroma_client._HNSW, "max_neighbors", 2)
    store = VectorStore(tmp_path)
    alike = np.repeat(unit_vectors(2), 40, axis=0)
    rows = (alike + 1e-4 * unit_vectors(80, seed=8)).astype(np.float32)
    await store.upsert("one-1", [str(n) for n in range(80)], rows)

    found = await store.query("one-1", rows[0], 80)

    assert {id_ for id_, _ in found} == {str(n) for n in range(80)}
    await store.close()
