"""What an embedded Chroma finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import pytest
from numpy.typing import NDArray

from index.chroma_client import open_folder

_FEW = 200


def unit_vectors(count: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(7).normal(size=(count, 32)).astype(np.float32)
    rows: NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return rows


@pytest.mark.parametrize("count", [1, 30, _FEW, _FEW + 1], ids=str)
def test_a_small_collection_is_compared_whole_and_a_larger_one_by_its_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    asked = 0
    query = chromadb.Collection.query

    def counted(*args: Any, **named: Any) -> Any:
        nonlocal asked
        asked += 1
        return query(*args, **named)

    monkeypatch.setattr(chromadb.Collection, "query", counted)
    rows = unit_vectors(count)
    chroma = open_folder(tmp_path / "chroma")
    chroma.upsert("some", [str(n) for n in range(count)], rows)

    found = [chroma.query("some", row, 3) for row in rows[:20]]
    chroma.close()

    for row, hits in zip(rows, found, strict=False):
        cosines = rows @ row
        best = np.argsort(-cosines)[:3]
        assert [int(id_) for id_, _ in hits] == best.tolist()
        assert [cosine for _, cosine in hits] == pytest.approx(cosines[best], abs=1e-5)
    assert asked == (0 if count <= _FEW else 20)


def test_a_collection_that_grows_is_asked_as_what_it_has_become(tmp_path: Path) -> None:
    rows = unit_vectors(_FEW * 2)
    chroma = open_folder(tmp_path / "chroma")
    chroma.upsert("some", [str(n) for n in range(5)], rows[:5])
    assert len(chroma.query("some", rows[0], 10)) == 5

    chroma.upsert("some", [str(n) for n in range(5, len(rows))], rows[5:])

    assert [chroma.query("some", row, 1)[0][0] for row in rows[-3:]] == ["397", "398", "399"]
    assert len(chroma.query("some", rows[0], 300)) == 300
    chroma.close()
