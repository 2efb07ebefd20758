"""Offers the sentences of passages as evidence, under opaque ids."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from bot.answering.models import Evidence
from bot.answering.planted import find_planted
from index.models import Passage, Span

_HEX_DIGITS = 4
# A sentence that only takes back the one before it, of which half would be told without it.
_TAKES_BACK = re.compile(
    r"\W{0,3}(?:(?:they|it|he|she|that|this|these|those|we|i)\s+(?:(?:is|was|are|were|do|does|did|"
    r"has|have|had|can|could|will|would)(?:\s+not|n['’]t)|cannot|never (?:is|was|did|has|had))"
    r"(?:\s+(?:so|true|right|correct|the case))?"
    r"|(?:that|this|it|both|all of (?:that|this|it))\s+(?:is|was|were|are)\s+"
    r"(?:wrong|false|untrue|incorrect|a mistake|an error|a hoax)"
    r"|not so|wrong|nothing of the sort)\W{0,3}",
    re.IGNORECASE,
)


def offer_evidence(passages: Sequence[Passage], *, salt: str) -> tuple[Evidence, ...]:
    """Each sentence once, in the order of the passages, under an id such as ``e7f3a``.

    Sentences without words, orders to a language model and what is planted with them are left
    out. A sentence that only takes back the one before it ("They do not.") is part of that. The
    ids depend on ``salt``: an article cannot carry one in its text to be cited by it.
    """
    offered: dict[str, Evidence] = {}
    seen: set[tuple[str, int]] = set()
    for passage in passages:
        for span in _statements(passage):
            if (passage.version_id, span.start) in seen:
                continue
            seen.add((passage.version_id, span.start))
            name = f"{salt}\0{passage.version_id}\0{span.start}\0{span.end}"
            evidence_id = _free_id(name, offered)
            offered[evidence_id] = Evidence(evidence_id, passage, span)
    return tuple(offered.values())


def _statements(passage: Passage) -> list[Span]:
    statements: list[Span] = []
    may_take_back = False
    for span, is_planted in zip(passage.sentences, find_planted(passage), strict=True):
        text = passage.slice(span)
        if is_planted or not any(character.isalnum() for character in text):
            may_take_back = False
        elif may_take_back and _TAKES_BACK.fullmatch(text):
            statements[-1] = Span(statements[-1].start, span.end)
        else:
            statements.append(span)
            may_take_back = True
    return statements


def _free_id(name: str, taken: dict[str, Evidence]) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    for start in range(len(digest) - _HEX_DIGITS):
        evidence_id = f"e{digest[start : start + _HEX_DIGITS]}"
        if evidence_id not in taken:
            return evidence_id
    return _free_id(f"{name}\0", taken)
