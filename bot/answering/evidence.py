"""Offers the sentences of passages as evidence, under opaque ids."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bot.answering.injection import orders_a_model
from bot.answering.models import Evidence
from index.models import Passage, Span

_HEX_DIGITS = 4


def offer_evidence(passages: Sequence[Passage], *, salt: str) -> tuple[Evidence, ...]:
    """Each sentence once, in the order of the passages, under an id such as ``e7f3a``.

    Sentences without words and orders to a language model are left out. The ids
    depend on ``salt``: an article cannot carry one in its text to be cited by it.
    """
    offered: dict[str, Evidence] = {}
    seen: set[tuple[str, Span]] = set()
    for passage in passages:
        for span in _statements(passage):
            if (passage.version_id, span) in seen:
                continue
            seen.add((passage.version_id, span))
            name = f"{salt}\0{passage.version_id}\0{span.start}\0{span.end}"
            evidence_id = _free_id(name, offered)
            offered[evidence_id] = Evidence(evidence_id, passage, span)
    return tuple(offered.values())


def _statements(passage: Passage) -> list[Span]:
    texts = [passage.slice(span) for span in passage.sentences]
    return [
        span
        for span, text, is_order in zip(
            passage.sentences, texts, orders_a_model(texts), strict=True
        )
        if not is_order and any(character.isalnum() for character in text)
    ]


def _free_id(name: str, taken: dict[str, Evidence]) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    for start in range(len(digest) - _HEX_DIGITS):
        evidence_id = f"e{digest[start : start + _HEX_DIGITS]}"
        if evidence_id not in taken:
            return evidence_id
    return _free_id(f"{name}\0", taken)
