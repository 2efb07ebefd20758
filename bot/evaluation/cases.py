"""Question sets with what is known of their answers, read from JSON lines.

The shape of a line is told by its fields: ours (``query``), SQuAD (``gold_passage_id`` and
``article_id``, with ``passages.jsonl`` beside it), CLAPnq (``gold_sentences``) and TimeQA
(``gold_paragraphs``, with ``articles.jsonl`` beside it). ``docs/evaluating.md`` shows ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.evaluation.gold import Gold, PassageMap
from bot.evaluation.lines import CasesError, find_beside, read_lines
from index.records import GoldenQuestion
from index.sentences import split_sentences

__all__ = ["Case", "CasesError", "Fact", "golden_cases", "load_cases"]

GOLDEN = "golden"
_PROOFS = ("answers", "evidence_list", "expected_article")


@dataclass(frozen=True, slots=True)
class Fact:
    """Words that prove an answer, as they stand in an article."""

    article_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is known of its answer.

    Any of ``answers`` is right; ``facts`` are the places that prove it, and all of them are
    needed where ``needs_all`` is set. Both are empty when the articles do not answer.
    ``articles`` must be cited, where only that is known. ``gold`` is the passage that the
    question was written from. ``differs`` says whether the articles contradict each other.
    ``style`` and ``type`` name its groups.
    """

    id: str
    question: str
    answerable: bool
    answers: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    style: str = ""
    type: str = ""
    needs_all: bool = False
    articles: tuple[str, ...] = ()
    gold: Gold | None = None
    differs: bool = False


def load_cases(path: Path) -> list[Case]:
    """Read a question set, ``.jsonl`` or ``.jsonl.gz``.

    Raises:
        CasesError: the file is missing, is not JSON lines, or has another shape.
    """
    beside = _Beside(path)
    cases = []
    for number, row in read_lines(path):
        try:
            cases.append(_read_case(row, beside, str(number)))
        except KeyError as error:
            raise CasesError(f"{path}, line {number}: {error} is missing or unknown.") from error
        except (TypeError, AttributeError, ValueError, IndexError) as error:
            raise CasesError(
                f"{path}, line {number}: not a question of a known shape ({error})."
            ) from error
    if not cases:
        raise CasesError(f"{path} holds no questions.")
    _refuse_same_ids(path, cases)
    return cases


def golden_cases(golden: Iterable[GoldenQuestion]) -> list[Case]:
    """A library's golden questions; each must cite its article."""
    return [
        Case(
            f"golden-{one.key}",
            one.question,
            answerable=True,
            articles=(one.article_id,),
            type=GOLDEN,
        )
        for one in golden
    ]


def _read_case(row: Mapping[str, Any], beside: _Beside, number: str) -> Case:
    if "query" in row or "question" not in row:
        return _read_ours(row, number)
    case: dict[str, Any] = {
        "id": str(row["id"]),
        "question": _text(row, "question"),
        "answerable": bool(row["answerable"]),
        "answers": _texts(row, "answers"),
    }
    if "gold_sentences" in row:
        case["facts"] = _facts(row["gold_passage_id"], _texts(row, "gold_sentences"))
        return Case(**case)
    article = row["article_id"]
    if "gold_paragraphs" in row:
        if case["answerable"]:
            paragraphs = beside.paragraphs[article]
            text = "\n\n".join(paragraphs[number] for number in row["gold_paragraphs"])
            case["facts"] = _facts(article, _sentences_with(case["answers"], text))
        return Case(**case)
    case["style"] = row.get("source_set", "")
    if case["answerable"]:
        text = beside.passages[row["gold_passage_id"]]
        case["facts"] = _facts(article, _sentences_with(case["answers"], text))
        case["gold"] = Gold(row["gold_passage_id"], beside.passage_map)
    return Case(**case)


def _read_ours(row: Mapping[str, Any], number: str) -> Case:
    """Only ``query`` must be there; alone, or with ``answerable`` false, it is unanswerable."""
    question = _text(row, "query")
    answers = _texts(row, "answers") if "answers" in row else ()
    facts = tuple(
        Fact(str(e["article_id"]), _text(e, "fact")) for e in row.get("evidence_list") or ()
    )
    article = row.get("expected_article")
    known = bool(any(answer.strip() for answer in answers) or facts or article)
    answerable = row.get("answerable", known)
    if not isinstance(answerable, bool):
        raise TypeError("'answerable' must be true or false")
    left_empty = [f"'{field}'" for field in _PROOFS if field in row]
    if "answerable" not in row and left_empty and not known:
        raise ValueError(
            f"{' and '.join(left_empty)} left empty; where the articles do not answer, "
            'say so: "answerable": false'
        )
    if answerable and not known:
        raise ValueError(
            "'answerable' is true, but neither 'answers', 'evidence_list' nor "
            "'expected_article' says how the answer is known"
        )
    return Case(
        id=str(row.get("id", number)),
        question=question,
        answerable=answerable,
        answers=answers,
        facts=facts,
        style=str(row.get("style") or ""),
        type=str(row.get("question_type") or ""),
        needs_all=len(set(facts)) > 1,
        articles=(str(article),) if article and not facts else (),
        differs=bool(row.get("differs", False)),
    )


def _facts(article_id: str, texts: Iterable[str]) -> tuple[Fact, ...]:
    return tuple(Fact(article_id, text) for text in texts)


def _sentences_with(answers: Sequence[str], text: str) -> list[str]:
    """The sentences that hold an answer; the whole text when an answer spans several."""
    sentences = [text[s.start : s.end] for s in split_sentences(text, 0, len(text))]
    found = [s for s in sentences if any(answer in s for answer in answers)]
    return found or ([text] if text else [])


def _text(row: Mapping[str, Any], key: str) -> str:
    if not isinstance(row[key], str) or not row[key].strip():
        raise TypeError(f"{key!r} must be a text")
    return str(row[key])


def _texts(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    if not isinstance(row[key], list):
        raise TypeError(f"{key!r} must be a list")
    return tuple(map(str, row[key]))


def _refuse_same_ids(path: Path, cases: Sequence[Case]) -> None:
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise CasesError(f"{path}: two questions have the id {case.id!r}.")
        seen.add(case.id)


class _Beside:
    """What lies beside a question set, read when the first question asks for it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def passages(self) -> Mapping[str, str]:
        return {row["passage_id"]: row["text"] for row in self._passage_rows}

    @cached_property
    def passage_map(self) -> PassageMap:
        return PassageMap(self._passage_rows)

    @cached_property
    def paragraphs(self) -> Mapping[str, list[str]]:
        path = find_beside(self._path, "articles.jsonl", "articles.jsonl.gz")
        return {row["id"]: row["paragraphs"] for _, row in read_lines(path)}

    @cached_property
    def _passage_rows(self) -> list[dict[str, Any]]:
        path = find_beside(self._path, "passages.jsonl", "passages.jsonl.gz")
        return [row for _, row in read_lines(path)]
