"""Offers the sentences of passages as evidence, under ids nobody can guess."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bot.answering.models import Evidence
from index.models import Passage, Span

_HEX_DIGITS = 4


def offer_evidence(passages: Sequence[Passage], *, salt: str) -> tuple[Evidence, ...]:
    """Each sentence once, in the order of the passages, under an id such as ``e7f3a``.

    The ids depend on ``salt``: an article cannot carry one in its text and so
    have itself cited.
    """
    offered: dict[str, Evidence] = {}
    seen: set[tuple[str, Span]] = set()
    for passage in passages:
        for span in passage.sentences:
            if (passage.version_id, span) in seen or not _has_words(passage.slice(span)):
                continue
            seen.add((passage.version_id, span))
            evidence_id = _free_id(
                f"{salt}\0{passage.version_id}\0{span.start}\0{span.end}", offered
            )
            offered[evidence_id] = Evidence(evidence_id, passage, span)
    return tuple(offered.values())


def _free_id(name: str, taken: dict[str, Evidence]) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    for start in range(len(digest) - _HEX_DIGITS):
        evidence_id = f"e{digest[start : start + _HEX_DIGITS]}"
        if evidence_id not in taken:
            return evidence_id
    return _free_id(f"{name}\0", taken)


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)
