"""Question sets with what is known of their answers, read from JSON lines.

One of three shapes is told by its fields: news and seed questions (``query``,
``evidence_list``), SQuAD (``question``, ``gold_passage_id``, with ``passages.jsonl``
beside it) and CLAPnq (``question``, ``gold_sentences``).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import CommandError
from index.sentences import split_sentences


class CasesError(CommandError):
    """A question set cannot be read; the line says where."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Words that prove an answer, as they stand in an article."""

    article_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is known of its answer.

    Any of ``answers`` is right; ``facts`` are the places that prove it. Both are
    empty when the articles do not answer. ``style`` and ``type`` name its groups.
    """

    id: str
    question: str
    answerable: bool
    answers: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    style: str = ""
    type: str = ""


def load_cases(path: Path) -> list[Case]:
    """Read a question set, ``.jsonl`` or ``.jsonl.gz``.

    Raises:
        CasesError: the file is missing, is not JSON lines, or has another shape.
    """
    passages = _LazyPassages(path.parent / "passages.jsonl")
    cases = []
    for number, row in _rows(path):
        try:
            cases.append(_read_case(row, passages))
        except (KeyError, TypeError, AttributeError) as error:
            raise CasesError(
                f"{path}, line {number}: not a question of a known shape ({error!r})."
            ) from error
    if not cases:
        raise CasesError(f"{path} holds no questions.")
    return cases


def _read_case(row: Mapping[str, Any], passages: _LazyPassages) -> Case:
    common: dict[str, Any] = {
        "id": str(row["id"]),
        "answerable": bool(row["answerable"]),
        "answers": tuple(map(str, row["answers"])),
    }
    if "query" in row:
        return Case(
            question=row["query"],
            facts=tuple(Fact(e["article_id"], e["fact"]) for e in row["evidence_list"]),
            style=row.get("style", ""),
            type=row.get("question_type", ""),
            **common,
        )
    if "gold_sentences" in row:
        facts = tuple(Fact(row["gold_passage_id"], text) for text in row["gold_sentences"])
        return Case(question=row["question"], facts=facts, **common)
    text = passages.text_of(row["gold_passage_id"]) if row["answerable"] else ""
    facts = tuple(Fact(row["article_id"], s) for s in _sentences_with(common["answers"], text))
    return Case(question=row["question"], facts=facts, style=row.get("source_set", ""), **common)


def _sentences_with(answers: tuple[str, ...], text: str) -> list[str]:
    """The sentences that hold an answer; the whole text when an answer spans several."""
    sentences = [text[s.start : s.end] for s in split_sentences(text, 0, len(text))]
    found = [s for s in sentences if any(answer in s for answer in answers)]
    return found or ([text] if text else [])


class _LazyPassages:
    """Texts of passages by id, read when the first is asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._texts: dict[str, str] | None = None

    def text_of(self, passage_id: str) -> str:
        if self._texts is None:
            self._texts = {row["passage_id"]: row["text"] for _, row in _rows(self._path)}
        return self._texts[passage_id]


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file of JSON lines, with their line numbers."""
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    number = 1
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield number, json.loads(line)
                number += 1
    except OSError as error:
        raise CasesError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise CasesError(f"{path}, line {number}: not valid JSON lines ({error}).") from error
