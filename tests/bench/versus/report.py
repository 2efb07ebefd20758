"""Makes docs/benchmarks.md and its chart of build/bench/results.json and load.json.

``python -m tests.bench.versus.report``. Aims are judged here, beside the figures.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.versus.chart import draw_chart
from tests.bench.versus.load_report import tell_load

ROOT = Path(__file__).resolve().parents[3]
OURS = "footnote"
_NAMES = {
    OURS: "Footnote",
    "chroma": "bare Chroma",
    "llamaindex": "LlamaIndex",
    "llamaindex-pipeline": "LlamaIndex, IngestionPipeline",
    "langchain": "LangChain",
}
Results = Mapping[str, Any]


class Figures:
    """The rounds of each row and system."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def values(self, row: str, system: str, name: str) -> list[float]:
        """One value a round; a list within a round counts by its median."""
        rounds = self._results.get(row, {}).get(system, [])
        found = [round_[name] for round_ in rounds if name in round_]
        return [median(v) if isinstance(v, list) else float(v) for v in found]

    def middle(self, row: str, system: str, name: str) -> float | None:
        """The median of the rounds; None where it was not measured."""
        values = self.values(row, system, name)
        return median(values) if values else None

    def show(self, row: str, system: str, name: str, form: Callable[[float], str]) -> str:
        """The median, and the spread where there were several rounds."""
        values = self.values(row, system, name)
        if not values:
            return "-"
        told = form(median(values))
        if len(values) > 1 and form(min(values)) != form(max(values)):
            told += f" ({form(min(values))} to {form(max(values))})"
        return told

    def sizes(self, row: str) -> list[int]:
        """The sizes that a row was measured at."""
        return sorted(int(key.split()[1]) for key in self._results if key.startswith(f"{row} "))


@dataclass(frozen=True, slots=True)
class Aim:
    """What was aimed at, what was measured, and whether that is enough; None: not measured."""

    what: str
    aim: str
    measured: str
    met: bool | None


def judge(figures: Figures) -> Iterator[Aim]:
    """The aims, in the order of the table."""
    whole = "whole" if figures.values("whole", OURS, "full_s") else "index"
    ours = figures.middle(whole, OURS, "full_s")
    yield _most(
        "full index against bare `collection.add` of the same texts and vectors",
        _ratio(ours, figures.middle("add", "chroma", "full_s")),
        1.0,
    )
    stock = figures.middle("index", "llamaindex", "full_s")

    def own(system: str) -> float | None:
        return figures.middle("own", system, "full_s")

    mine = figures.middle("index", OURS, "full_s")
    yield _least("index rate against LlamaIndex, embedding excluded", _ratio(stock, mine), 1.5)
    yield _least(
        "index rate against LlamaIndex, each with its own MiniLM",
        _ratio(own("llamaindex"), own(OURS)),
        2.0,
    )
    one = figures.middle("index", OURS, "one_changed_s")
    changed = figures.middle("index", "llamaindex", "restarted_s")
    restarted = figures.middle("index", OURS, "restarted_s")
    yield _least(
        "re-index after a restart, one article changed, against LlamaIndex",
        _ratio(changed, restarted),
        50,
    )
    yield _least("re-index of one changed article against a full index", _ratio(mine, one), 50)
    for size in figures.sizes("query"):
        if size == 10_000:
            row = f"query {size}"
            yield _most(
                "hybrid retrieval against a plain Chroma query, 10,000 chunks, median",
                _ratio(*(figures.middle(row, system, "p50_ms") for system in (OURS, "chroma"))),
                2.0,
            )
    for size in figures.sizes("recall"):
        recall = figures.middle(f"recall {size}", OURS, "recall")
        met = None if recall is None else recall >= 0.99
        yield Aim(f"recall@10 against exact, {size:,} chunks", ">= .99", f"{recall}", met)
    busy = _part(figures, "busy", OURS, "beside"), _part(figures, "busy", OURS, "idle")
    yield _most("query p99 during a re-index against idle", _ratio(*busy), 5.0)
    imports = figures.middle("imports", "python", "seconds")
    for size in figures.sizes("ready"):
        ready = figures.middle(f"ready {size}", OURS, "seconds")
        what = f"ready, {size:,} chunks, against the imports alone"
        yield _most(what, _ratio(ready, imports), 1.5)
        memory = figures.middle(f"ready {size}", OURS, "memory_after_questions_mb")
        limit = 300 + 2.2 * size / 1_000
        met = None if memory is None else memory <= limit
        yield Aim(f"memory, {size:,} chunks", f"<= {limit:,.0f} MB", f"{memory:,.0f} MB", met)


def _part(figures: Figures, row: str, system: str, part: str) -> float | None:
    rounds = figures._results.get(row, {}).get(system, [])
    return median(r[part]["p99_ms"] for r in rounds) if rounds else None


def _ratio(one: float | None, other: float | None) -> float | None:
    return None if one is None or not other else one / other


def _most(what: str, ratio: float | None, most: float) -> Aim:
    met = None if ratio is None else ratio <= most
    return Aim(what, f"<= {most:g}x", "-" if ratio is None else f"{ratio:.2f}x", met)


def _least(what: str, ratio: float | None, least: float) -> Aim:
    met = None if ratio is None else ratio >= least
    return Aim(what, f">= {least:g}x", "-" if ratio is None else f"{ratio:.2f}x", met)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] * len(head)) + " |"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def tell_aims(figures: Figures) -> str:
    """The table of the aims, and the misses in words."""
    aims = list(judge(figures))
    marks = {True: "met", False: "**missed**", None: "not measured"}
    table = _table(
        ("what", "aim", "measured", ""), [(a.what, a.aim, a.measured, marks[a.met]) for a in aims]
    )
    missed = [a for a in aims if a.met is False]
    if not missed:
        return table
    told = "; ".join(f"{a.what}: {a.measured} instead of {a.aim}" for a in missed)
    return f"{table}\n\nMissed: {told}.\n\n{_tell_why(figures)}"


def _tell_why(figures: Figures) -> str:
    """What the figures that were missed stand beside."""

    def show(ratio: float | None) -> str:
        return "-" if ratio is None else f"{ratio:.1f}"

    mine = figures.middle("index", OURS, "full_s")
    given = _ratio(figures.middle("add", "llamaindex", "full_s"), mine)
    own = _ratio(
        figures.middle("own given", "llamaindex", "full_s"), figures.middle("own", OURS, "full_s")
    )
    return _WHY.format(
        ours=figures.show("index", OURS, "chunks", "{:,.0f}".format),
        theirs=figures.show("index", "llamaindex", "chunks", "{:,.0f}".format),
        given=show(given),
        own=show(own),
    )


def tell_index(figures: Figures) -> str:
    """Indexing, with vectors given and with each system's own model."""
    rows = []
    for system in ("footnote", "llamaindex", "llamaindex-pipeline", "langchain"):
        name = _NAMES[system]
        rows.append(
            [
                name,
                figures.show("index", system, "chunks", lambda n: f"{n:,.0f}"),
                figures.show("index", system, "full_s", _seconds),
                figures.show("index", system, "unchanged_s", _seconds),
                figures.show("index", system, "one_changed_s", _seconds),
                figures.show("index", system, "restarted_s", _seconds),
                figures.show("own", system, "full_s", _seconds),
                figures.show("index", system, "hits_at_10", lambda n: f"{n:.3f}"),
                figures.show("index", system, "mrr_at_10", lambda n: f"{n:.3f}"),
            ]
        )
    count = figures.show("add", "chroma", "chunks", lambda n: f"{n:,.0f}")
    for system in ("chroma", "llamaindex", "langchain"):
        given = figures.show("add", system, "full_s", _seconds)
        own = figures.show("own given", system, "full_s", _seconds)
        name = f"{_NAMES[system]}, given Footnote's chunks"
        rows.append([name, count, given, "-", "-", "-", own, "-", "-"])
    whole = figures.show("whole", OURS, "full_s", _seconds)
    if whole != "-":
        rows.append(["Footnote, all articles", count, whole, "-", "-", "-", "-", "-", "-"])
    timed = ("all", "again", "one changed", "after a restart", "own model")
    head = ("", "chunks", *timed, "Hits@10", "MRR@10")
    return _table(head, rows)


def tell_queries(figures: Figures) -> str:
    """Latency, memory and recall by size."""
    rows = []
    for size in figures.sizes("query"):
        for system in (OURS, "chroma", "llamaindex", "langchain"):
            row = f"query {size}"
            rows.append(
                [
                    f"{size:,}",
                    _NAMES[system],
                    figures.show(row, system, "p50_ms", lambda n: f"{n:.1f}"),
                    figures.show(row, system, "p99_ms", lambda n: f"{n:.1f}"),
                    figures.show(row, system, "memory_mb", lambda n: f"{n:.0f}"),
                    figures.show(f"recall {size}", system, "recall", lambda n: f"{n:.4f}"),
                ]
            )
    return _table(("chunks", "", "median ms", "p99 ms", "MB", "recall@10"), rows)


def tell_start(figures: Figures) -> str:
    """From start to ready, and memory with all models loaded."""
    imports = figures.show("imports", "python", "seconds", _seconds)
    rows = [["importing chromadb, llama_index.core and discord alone", imports, "-", "-"]]
    rows += [
        [
            f"Footnote, {size:,} chunks",
            figures.show(f"ready {size}", OURS, "seconds", _seconds),
            figures.show(f"ready {size}", OURS, "memory_mb", lambda n: f"{n:.0f}"),
            figures.show(f"ready {size}", OURS, "memory_after_questions_mb", lambda n: f"{n:.0f}"),
        ]
        for size in figures.sizes("ready")
    ]
    return _table(("", "ready after", "MB then", "MB after 100 questions"), rows)


def tell_busy(results: Results) -> str:
    """Queries beside indexing."""
    rows = []
    for system in (OURS, "chroma"):
        for round_ in results.get("busy", {}).get(system, []):
            idle, beside = round_["idle"], round_["beside"]
            ratio = beside["p99_ms"] / idle["p99_ms"]
            rows.append(
                [
                    _NAMES[system],
                    f"{idle['p50_ms']:.1f} / {idle['p99_ms']:.1f}",
                    f"{beside['p50_ms']:.1f} / {beside['p99_ms']:.1f}",
                    f"{ratio:.1f}x",
                ]
            )
    return _table(("", "idle p50 / p99 ms", "beside p50 / p99 ms", "p99"), rows)


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def write_page(results: Results, load: Results | None) -> str:
    """The whole page."""
    run, figures = results["run"], Figures(results)
    versions = ", ".join(f"{name} {v}" for name, v in sorted(run["versions"].items()))
    quick = "\n\n**A quick run: one round, small sizes; not to be quoted.**" if run["quick"] else ""
    return _PAGE.format(
        date=run["date"],
        processors=run["processors"],
        memory=run["memory_gb"],
        python=run["python"],
        load=f"{run['load_at_start']} at its start, {run.get('load_at_end', '-')} at its end",
        rounds=run["rounds"],
        indexed=min((len(found) for found in results.get("index", {}).values()), default=0),
        own=run["own_articles"],
        read_llamaindex=figures.show("own", "llamaindex", "share_read", "{:.0%}".format),
        read_langchain=figures.show("own", "langchain", "share_read", "{:.0%}".format),
        busy_articles=run["busy_articles"],
        versions=versions,
        quick=quick,
        aims=tell_aims(figures),
        index=tell_index(figures),
        queries=tell_queries(figures),
        start=tell_start(figures),
        busy=tell_busy(results),
        played=tell_load(load) if load else "Not played in this run.",
    )


_WHY = """What holds it back: LlamaIndex writes {theirs} chunks where Footnote writes {ours}, as a
quote is found best in a passage about one thing. Given the same chunks it takes {given} times as
long as Footnote, and {own} times with its own model, which leaves most of its larger chunks unread.
A hybrid search does what a plain query does, and more: it compares words, for which SQLite's FTS5
scores every row that holds one of them, loads the passages of both halves, ranks them by what they
say, and looks for notes of moderators."""

_PAGE = """# Benchmarks

Written by `make bench` and `make load`; do not edit. All figures of a table come from one run
on one machine, with every system given the same articles and vectors. Absolute times are that
machine's; ratios are what to look at.{quick}

{date}: {processors} processors, {memory} GB memory, Python {python}; load average {load}.
Medians of {rounds} rounds in which the systems took turns ({indexed} of indexing), spread in
brackets, each measurement in a process of its own. {versions}.

![Footnote beside the stock](benchmarks.png)

## Aims

{aims}

## Indexing

{index}

- *All*: 1,434 news articles, read by Footnote from a file, which is written before the time is
  taken, and handed over in memory to the others; vectors are looked up, so embedding costs
  nothing. Each splits as it does by default: LlamaIndex's and LangChain's chunks are four times as
  large, so they write far fewer; the rows *given Footnote's chunks* only store passages that are
  split already, with their vectors.
- *Again*: the same articles once more, in the same process; *one changed*: median of three. Then
  once more with one changed *after a restart*. `VectorStoreIndex.refresh_ref_docs` knows what it
  inserted by a list in memory, so after a restart it inserts everything anew, beside what is
  there; `IngestionPipeline` keeps its list in a file. LangChain's indexing API is measured with its
  record manager in memory. Footnote reads its file again, compares, and publishes an edition that
  can be taken back; it lays that out on disk before anybody sees it.
- *Own model*: {own} articles with the model that each brings
  along: Footnote its packaged int8 MiniLM, the others all-MiniLM-L6-v2 by sentence-transformers.
  That model reads 256 word pieces of a passage and leaves out the rest: of all of LlamaIndex's
  text it reads {read_llamaindex}, of LangChain's {read_langchain}, of Footnote's all. The rows
  *given Footnote's chunks* embed as much text as Footnote does.
- *Hits@10, MRR@10*: 55 news questions with known evidence, by article, the same vectors for all.

## Queries, without embedding them

{queries}

300 different questions and titles, 100 others before them for warming up. Footnote's column is its
whole hybrid search: both halves, time, reranking of thirty passages, notes; without the scorer
model, which is a model like the embedder and is asked in one question of three. The others
compare vectors and nothing else. The corpora of 10,000 and 100,000 are recombined sentences of
the real ones under real vectors with jitter. *MB* is the process without an embedding model.
*recall@10* is the vector index's own, ties counted as equal.

## Start and memory

{start}

The bot's own parts with embedder, scorer and index warm, from the start of the process.

## Queries beside indexing

{busy}

Footnote takes in {busy_articles} articles with its own embedder at the pace of the bot; into bare
Chroma a thread adds batches of 250 ready vectors. Questions come every 30 ms. One line a round.

## Load

{played}
"""


def main() -> None:
    """Write the page and the chart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    arguments = parser.parse_args()
    file = arguments.results / "results.json"
    if not file.exists():
        raise SystemExit(f"{file} is not there yet: make bench writes it.")
    results = json.loads(file.read_text())
    load_file = arguments.results / "load.json"
    load = json.loads(load_file.read_text()) if load_file.exists() else None
    (arguments.out / "benchmarks.md").write_text(write_page(results, load), encoding="utf-8")
    draw_chart(Figures(results), arguments.out / "benchmarks.png")


if __name__ == "__main__":
    main()
