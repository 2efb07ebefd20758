# ruff: noqa: T201 - its output is what it prints
"""Asks questions and notes what the composer sees of them, one line of JSON a question.

    python tests/bench/note_signals.py TABLE [--only FILE] [--most N] [--bit N] FOLDER QUESTIONS ...

Each FOLDER is a data folder with one indexed library, each QUESTIONS a set that
``footnote eval`` reads. To note questions on other subjects, give a folder the questions of
another with ``other:`` in front: then none of them counts as answerable. ``--only`` names a file
with the ids of the questions to ask, one a line: those that the sentence scorer was not
trained on. ``--most`` is how many are asked of each set, those with the smallest hash.
``--bit`` is the bit of the hash that parts what is fitted on from what is reported on: 0, or
1 where bit 0 already told what the scorer was trained on (CLAPnq). Tables of several runs
are put together with ``cat``.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bot.answering.compose import BY_MEANING, BY_READING, MOST_READ, ExtractiveComposer
from bot.answering.evidence import offer_evidence
from bot.answering.features import Candidate, measure
from bot.answering.likeness import SentenceLikeness
from bot.answering.ports import SentenceEncoder
from bot.answering.ranking import Ranked
from bot.answering.support import read_signals
from bot.evaluation.cases import Case, load_cases
from bot.evaluation.metrics import holds_answer, proves
from bot.settings import Settings
from bot.wiring import make_embedder
from index.libraries import Libraries
from index.library import Library
from index.models import SearchResult
from index.sentence_scorer import SentenceScorer
from index.word_pieces import load_word_pieces

_SHORTLIST = 14
_ASSUMED = 0.35


def hash_of(name: str) -> int:
    """A number of a question's id that has nothing to do with the question."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16)


class Noting:
    """Looks at questions as the composer does, with every sentence encoded and read."""

    def __init__(self, encoder: SentenceEncoder, scorer: SentenceScorer) -> None:
        self._encoder = encoder
        self._likeness = SentenceLikeness(encoder)
        self._composer = ExtractiveComposer(
            encoder, scorer=scorer, shortlist=_SHORTLIST, read=_SHORTLIST
        )

    async def note(self, case: Case, found: SearchResult) -> dict[str, Any] | None:
        """The features of each candidate and the signals of the best; None without any.

        The candidates are in the order that the composer ranks them in by meaning.
        """
        evidence = offer_evidence(found.passages, salt=case.id)
        considered = await self._composer.consider(case.question, found, evidence)
        if considered is None:
            return None
        meaning = BY_MEANING.weights
        ranked = sorted(
            considered.ranked, key=lambda r: -meaning.score(replace(r.features, reader=0.0))
        )
        query = await self._encoder.embed_query(case.question)
        wanted = considered.wanted

        async def signals_of(best: Ranked) -> dict[str, Any]:
            alone = await self._likeness.alone(query, best.candidate.evidence)
            return asdict(read_signals(wanted, best.candidate, best.features, alone, found))

        def by_words(candidate: Candidate) -> Ranked:
            features = replace(measure(wanted, candidate, _ASSUMED), passage_cosine=_ASSUMED)
            return Ranked(candidate, features, meaning.score(features))

        read = ranked[:MOST_READ]
        best_read = max(read, key=lambda r: BY_READING.weights.score(r.features))
        worded = max((by_words(r.candidate) for r in ranked), key=lambda r: r.score)
        return {
            "candidates": [
                asdict(r.features) | {"right": is_right(case, r.candidate)} for r in ranked
            ],
            "by_reading": await signals_of(best_read),
            "by_meaning": await signals_of(ranked[0]),
            "by_words": asdict(
                read_signals(wanted, worded.candidate, worded.features, _ASSUMED, found)
            ),
        }


def is_right(case: Case, candidate: Candidate) -> bool:
    """Whether a sentence is a known fact or holds an expected answer."""
    text, article_id = candidate.evidence.text, candidate.passage.article_id
    proven = any(proves(article_id, text, fact) for fact in case.facts)
    return proven or holds_answer(text, case.answers)


@asynccontextmanager
async def open_library(folder: Path) -> AsyncIterator[tuple[Library, SentenceEncoder]]:
    """The one library of a data folder, and its embedder."""
    embedder = make_embedder(Settings(data=folder))
    libraries = Libraries(folder, embedder=embedder, count=load_word_pieces().count)
    try:
        await libraries.open(on_notice=print)
        yield libraries.library("default"), embedder
    finally:
        await libraries.close()


async def note_set(
    folder: Path, questions: str, only: frozenset[str], most: int, bit: int
) -> list[str]:
    """The lines of one set."""
    path, is_other = Path(questions.removeprefix("other:")), questions.startswith("other:")
    cases = [c for c in load_cases(path) if not only or c.id in only]
    scorer, lines = SentenceScorer(), []
    async with open_library(folder) as (library, embedder):
        noting = Noting(embedder, scorer)
        for case in sorted(cases, key=lambda c: hash_of(c.id))[:most]:
            found = await library.search(case.question, limit=8)
            noted = await noting.note(case, found)
            about = {"set": f"{folder.name} {questions}", "id": case.id, "other": is_other}
            about["answerable"] = case.answerable and not is_other
            about["fits"] = (hash_of(case.id) >> bit) % 2 == 0
            lines += [json.dumps(about | noted)] if noted else []
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--only", type=Path)
    parser.add_argument("--most", type=int, default=10_000)
    parser.add_argument("--bit", type=int, default=0)
    parser.add_argument("sets", nargs="+", metavar="FOLDER QUESTIONS")
    given = parser.parse_intermixed_args(arguments)
    only = frozenset(given.only.read_text().split()) if given.only else frozenset()
    with given.table.open("w") as table:
        for folder, questions in zip(given.sets[::2], given.sets[1::2], strict=True):
            lines = asyncio.run(note_set(Path(folder), questions, only, given.most, given.bit))
            print(f"{len(lines)} questions of {questions} asked of {folder}")
            table.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
