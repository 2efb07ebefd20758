"""Looks into a Chroma folder from a process of its own: ``python -m index.probe``.

A damaged HNSW file can crash the process that opens it, or lose rows without an
error. So a folder that was not closed cleanly is first opened here, where a crash
costs nothing, and chunks are asked to find themselves.

Reads one JSON object on standard input: ``{"folder", "collections": [{"name",
"samples": [[chunk id, vector], ...]}]}``; prints ``{"problems": [...]}``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from index.chroma_client import ChromaCollections, open_folder
from index.verifying import DEPTHS, Sample, finds_itself


def look_into(folder: Path, collections: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the folder; empty when every sample finds itself."""
    chroma = open_folder(folder)
    problems = []
    for collection in collections:
        name = collection["name"]
        samples = [Sample(id_, np.asarray(v, np.float32)) for id_, v in collection["samples"]]
        lost = sum(_is_lost(chroma, name, sample) for sample in samples)
        # Approximate search may miss one in a hundred, and of a few samples none.
        if lost > len(samples) // 100:
            problems.append(f"{lost} of {len(samples)} sampled chunks of {name} are lost")
    chroma.close()
    return problems


def _is_lost(chroma: ChromaCollections, name: str, sample: Sample) -> bool:
    return not any(finds_itself(sample, chroma.query(name, sample.vector, n)) for n in DEPTHS)


def main() -> None:
    """Answer one request."""
    request = json.load(sys.stdin)
    try:
        problems = look_into(Path(request["folder"]), request["collections"])
    except Exception as error:  # noqa: BLE001 - whatever a damaged folder does is the finding
        problems = [f"{type(error).__name__}: {error}"]
    json.dump({"problems": problems}, sys.stdout)


if __name__ == "__main__":
    main()
