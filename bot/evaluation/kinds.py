"""Which kind of set a file is, told by the fields of its first line."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.evaluation.figures import FORMAT, Report
from bot.evaluation.lines import CasesError, read_lines


class Kind(StrEnum):
    """What can be measured."""

    QUESTIONS = "questions"
    CONVERSATIONS = "conversations"
    ATTRIBUTION = "attribution"
    ATTACKS = "attacks"
    CONTRADICTIONS = "contradictions"
    REPORT = "report"


_FIELDS = {
    Kind.CONVERSATIONS: {"history", "question", "contexts"},
    Kind.ATTRIBUTION: {"claim", "references", "label"},
    Kind.CONTRADICTIONS: {"adversarial_texts", "correct_answer", "incorrect_answer"},
    Kind.QUESTIONS: {"query"},
}
_OTHERS = (
    (Kind.ATTACKS, {"instruction"}),
    (Kind.ATTACKS, {"test_case_prompt", "user_input"}),
    (Kind.QUESTIONS, {"question", "answerable"}),
)
_KNOWN = (
    "Known are questions (query), SQuAD, CLAPnq, TimeQA, conversations (history), attribution "
    "(claim), attacks (instruction or test_case_prompt) and poisoned facts (adversarial_texts)."
)


def tell_kind(path: Path) -> Kind:
    """The kind of set that ``path`` holds.

    Raises:
        CasesError: it cannot be read, is empty, or has fields that no known set has.
    """
    if path.suffix == ".json" and _is_report(path):
        return Kind.REPORT
    number, first = next(read_lines(path), (0, {}))
    if not number:
        raise CasesError(f"{path} holds no questions.")
    if first.get("format") == FORMAT:
        return Kind.REPORT
    for kind, fields in (*_FIELDS.items(), *_OTHERS):
        if fields <= first.keys():
            return kind
    found = ", ".join(sorted(map(str, first))[:12])
    raise CasesError(f"{path}, line {number}: no known set has these fields: {found}. {_KNOWN}")


def load_report(path: Path) -> Report:
    """A report that an earlier run saved.

    Raises:
        CasesError: the file cannot be read.
        ReportError: it holds something else.
    """
    return Report.from_json(_read_json(path), str(path))


def _is_report(path: Path) -> bool:
    try:
        return bool(_read_json(path).get("format") == FORMAT)
    except CasesError:
        return False


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CasesError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise CasesError(f"{path} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise CasesError(f"{path} is not a report: it holds no object.")
    return value
