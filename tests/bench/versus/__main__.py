"""Footnote beside the stock, as ``make bench`` does it: same articles, same vectors, one run.

Every measurement has a process of its own; systems take turns, and a round is repeated.
Needs build/peers, which the Makefile makes. Figures go to build/bench/results.json, from
which docs/benchmarks.md and its chart are written.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.versus.corpus import VectorCache, load_articles, load_questions

ROOT = Path(__file__).resolve().parents[3]
OURS = "footnote"
STOCK = ("chroma", "llamaindex", "llamaindex-pipeline", "langchain")
QUERIED = (OURS, "chroma", "llamaindex", "langchain")
_PEERS = ROOT / "build" / "peers" / "bin" / "python"
_IMPORTS = "import chromadb, llama_index.core, discord"
_LIMIT = 3_600


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    rounds: int
    articles: int
    own_articles: int
    busy_articles: int
    sizes: tuple[int, ...]
    busy_size: int = 10_000


FULL = Scale(
    rounds=3, articles=0, own_articles=300, busy_articles=200, sizes=(1_000, 10_000, 100_000)
)
QUICK = Scale(rounds=1, articles=400, own_articles=40, busy_articles=40, sizes=(1_000, 10_000))
# Whether all parts run, with a few dozen articles; its figures mean nothing.
SMOKE = Scale(rounds=1, articles=0, own_articles=5, busy_articles=5, sizes=(300,), busy_size=300)


@dataclass
class Bench:
    """Runs workers and collects what they print."""

    out: Path
    articles: Path
    questions: Path
    scale: Scale
    results: dict[str, Any] = field(default_factory=dict)

    @property
    def cache(self) -> Path:
        """The vectors that all are given."""
        return self.out / "vectors.db"

    def run(self, system: str, task: str, folder: Path, *, size: int = 0) -> dict[str, Any]:
        """One measurement; says so on standard error."""
        order = {
            "system": system,
            "task": task,
            "folder": str(folder),
            "articles": str(self.articles),
            "questions": str(self.questions),
            "cache": str(self.cache),
            "size": size,
        }
        python = sys.executable if system == OURS else str(_PEERS)
        command = [python, "-m", "tests.bench.versus.worker", json.dumps(order)]
        _say(f"{task} {size or ''} {system} (load {os.getloadavg()[0]:.1f}) ...")
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=_LIMIT, check=False
        )
        if done.returncode:
            raise SystemExit(f"{task} of {system} failed:\n{done.stderr[-4_000:]}")
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return {**found, "load": round(os.getloadavg()[0], 1)}

    def keep(self, row: str, system: str, result: dict[str, Any]) -> None:
        """Add a round's figures, and save all."""
        self.results.setdefault(row, {}).setdefault(system, []).append(result)
        (self.out / "results.json").write_text(json.dumps(self.results, indent=1) + "\n")

    def fresh(self, name: str) -> Path:
        """An empty folder, in the place of the one before."""
        folder = self.out / "work" / name
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    # The parts, in order

    def warm_cache(self) -> None:
        """Embed every text that any system will ask for."""
        texts = [asked.text for asked in load_questions(self.questions)]
        texts += [article.title for article in load_articles(self.articles)[:331]]
        for system in (OURS, "llamaindex", "langchain"):
            kept = self.out / f"texts-{system}.json"
            if not kept.exists():
                folder = self.fresh("texts")
                self.run(system, "texts", folder)
                shutil.copy(folder / "texts.json", kept)
            texts += json.loads(kept.read_text())
        embed_missing(self.cache, texts)

    def index(self) -> None:
        """Index all, the same again, one changed; and bare ``add`` of the same chunks."""
        for _ in range(self.scale.rounds):
            for system in (OURS, *STOCK[1:]):
                found = self.run(system, "index", self.fresh("index"), size=self.scale.articles)
                self.keep("index", system, found)
            for system in ("chroma", "llamaindex", "langchain"):
                self.keep("add", system, self.run(system, "add", self.fresh("index")))
            if self.scale.articles:
                # The bare add always takes all chunks, so it is compared with all articles.
                self.keep("whole", OURS, self.run(OURS, "index", self.fresh("index")))

    def own(self) -> None:
        """Each with the embedding model that it brings along."""
        for _ in range(self.scale.rounds):
            for system in (OURS, "llamaindex", "langchain"):
                folder = self.fresh("own")
                size = self.scale.own_articles
                found = self.run(system, "own", folder, size=size)
                self.keep("own", system, found)
                if system == OURS:
                    chunks = found["chunks"]
                else:
                    folder = self.fresh("own")
                    given = self.run(system, "own given", folder, size=chunks)
                    self.keep("own given", system, given)

    def query(self) -> None:
        """Queries and memory at each size, and recall."""
        for size in self.scale.sizes:
            for system in QUERIED:
                self._grow(system, size)
            for _ in range(self.scale.rounds):
                for system in QUERIED:
                    found = self.run(system, "query", self._grown(system, size), size=size)
                    self.keep(f"query {size}", system, found)
            for system in (OURS, "chroma"):
                found = self.run(system, "recall", self._grown(system, size), size=size)
                self.keep(f"recall {size}", system, found)

    def ready(self) -> None:
        """From start to ready at each size, against importing the three libraries alone."""
        for _ in range(self.scale.rounds):
            self.keep("imports", "python", {"seconds": _time_imports()})
            for size in self.scale.sizes:
                found = self.run(OURS, "ready", self._grown(OURS, size), size=size)
                self.keep(f"ready {size}", OURS, found)

    def busy(self) -> None:
        """Queries while articles are taken in beside."""
        for _ in range(self.scale.rounds):
            for system in (OURS, "chroma"):
                folder = self.fresh("busy")
                shutil.copytree(self._grown(system, self.scale.busy_size), folder)
                found = self.run(system, "busy", folder, size=self.scale.busy_articles)
                self.keep("busy", system, found)

    def _grown(self, system: str, size: int) -> Path:
        return self.out / "grown" / f"{system}-{size}"

    def _grow(self, system: str, size: int) -> None:
        folder = self._grown(system, size)
        if (folder / "done").exists():
            return
        shutil.rmtree(folder, ignore_errors=True)
        self.run(system, "grow", folder, size=size)
        (folder / "done").touch()


def embed_missing(cache: Path, texts: Sequence[str]) -> None:
    """Embed what the cache does not have, with the packaged model, on all processors."""
    from index.onnx_encoder import load_encoder  # noqa: PLC0415 - the worker's module has no need of it

    vectors = VectorCache(cache)
    missing = vectors.missing(texts)
    if not missing:
        return
    import numpy as np  # noqa: PLC0415

    _say(f"embedding {len(missing):,} texts, once ...")
    model = load_encoder()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for at in range(0, len(missing), 256):
            part = missing[at : at + 256]
            for text, values in zip(part, pool.map(model.get_text_embedding, part), strict=True):
                vectors.put(text, np.asarray(values, np.float32))
            vectors.commit()


def _time_imports() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", _IMPORTS], check=True, cwd=ROOT)
    return round(time.perf_counter() - started, 2)


def describe_run(scale: Scale, *, quick: bool) -> dict[str, Any]:
    """The machine and the versions, in words."""
    listed = subprocess.run(
        [str(_PEERS), "-m", "pip", "list", "--format=json", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=True,
    )
    names = (
        "chromadb",
        "llama-index-core",
        "llama-index-vector-stores-chroma",
        "langchain-core",
        "langchain-chroma",
        "sentence-transformers",
        "torch",
    )
    versions = {p["name"]: p["version"] for p in json.loads(listed.stdout) if p["name"] in names}
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "load_at_start": round(os.getloadavg()[0], 1),
        "versions": versions,
        "quick": quick,
        "rounds": scale.rounds,
        "own_articles": scale.own_articles,
        "busy_articles": scale.busy_articles,
    }


def _parts(bench: Bench) -> Iterator[tuple[str, Any]]:
    yield from (
        ("index", bench.index),
        ("own", bench.own),
        ("query", bench.query),
        ("ready", bench.ready),
        ("busy", bench.busy),
    )


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main() -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument("--quick", action="store_true", help="one round, small sizes")
    parser.add_argument("--smoke", action="store_true", help="whether all parts run at all")
    parser.add_argument("--only", nargs="*", help="some parts only; the figures of others stay")
    arguments = parser.parse_args()
    scale = SMOKE if arguments.smoke else QUICK if arguments.quick else FULL
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    bench = Bench(out.resolve(), arguments.articles.resolve(), arguments.questions.resolve(), scale)
    kept = out / "results.json"
    if arguments.only and kept.exists():
        bench.results = json.loads(kept.read_text())
    bench.results["run"] = describe_run(scale, quick=scale is not FULL)
    bench.warm_cache()
    for name, part in _parts(bench):
        if not arguments.only or name in arguments.only:
            for row in [row for row in bench.results if row.split()[0] in _ROWS[name]]:
                del bench.results[row]
            part()
    bench.results["run"]["load_at_end"] = round(os.getloadavg()[0], 1)
    kept.write_text(json.dumps(bench.results, indent=1) + "\n")
    _say(f"{kept} is written; python -m tests.bench.versus.report makes docs/benchmarks.md of it.")


_ROWS = {
    "index": {"index", "add", "whole"},
    "own": {"own"},
    "query": {"query", "recall"},
    "ready": {"ready", "imports"},
    "busy": {"busy"},
}


if __name__ == "__main__":
    main()
