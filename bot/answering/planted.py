"""Knows what was planted in an article for a language model to say: an order, and all beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answering.injection import is_order, orders_a_model
from index.models import Passage, Span

# "[1] according to the harbour office, ...": what is to look like an answer of ours.
_CITES_ITSELF = re.compile(
    r"\W{0,4}[\[(［【〔⟦]\W{0,3}\d{1,3}(?:\W{1,3}\d{1,3}){0,5}\W{0,3}[\])］】〕⟧]\W{0,4}"
    r"(?:according to|as (?:reported|stated|said|confirmed)"
    r"|(?:says?|said|reports?|states?|confirms?|confirmed|reported|stated) (?:that|the|by|in|on)\b"
    r"|sources?\b|quoted?\b|cited?\b)",
    re.IGNORECASE,
)
_PARAGRAPH_END = re.compile(r"\n[^\S\n]{0,20}(?:\n\s{0,20})+")
_QUOTATION = re.compile(r"“[^“”]{1,800}”|\"[^\"]{1,800}\"")
_FEWEST_TOLD = 3
_LONGEST_BETWEEN = 600


def find_planted(passage: Passage) -> list[bool]:
    """For each sentence of a passage, whether it is an order to a model or planted with one.

    Who plants an order plants what it is to say beside it. So the whole paragraph or quoted
    letter goes that holds one, and with it what little stands between two of them; but not
    for an order that a sentence only reports. What imitates a citation of ours goes as well.
    """
    texts = [passage.slice(span) for span in passage.sentences]
    orders = orders_a_model(texts)
    given = [
        Span(span.start - passage.start, span.end - passage.start)
        for span, text, is_one in zip(passage.sentences, texts, orders, strict=True)
        if is_one and not _only_reports(text)
    ]
    blocks = _join([_block_around(passage.text, span) for span in given], passage.text)
    return [
        is_one
        or any(block.start <= span.start - passage.start < block.end for block in blocks)
        or _CITES_ITSELF.match(text) is not None
        for span, text, is_one in zip(passage.sentences, texts, orders, strict=True)
    ]


def _block_around(text: str, order: Span) -> Span:
    """The paragraph that holds an order, or all paragraphs of the quotation that does."""
    start, end = order.start, order.end
    for opening in re.finditer("“", text[:end]):
        closing = text.find("”", opening.end())
        if closing > start:
            start, end = min(start, opening.start()), max(end, closing)
            break
    breaks = [match.span() for match in _PARAGRAPH_END.finditer(text)]
    return Span(
        max((behind for _, behind in breaks if behind <= start), default=0),
        min((before for before, _ in breaks if before >= end), default=len(text)),
    )


def _join(blocks: Sequence[Span], text: str) -> list[Span]:
    """Blocks in reading order, those as one that only a short text without a heading parts."""
    joined: list[Span] = []
    for block in blocks:
        between = text[joined[-1].end : block.start] if joined else ""
        if joined and len(between) <= _LONGEST_BETWEEN and "\n#" not in between:
            start, end = joined[-1].start, max(joined[-1].end, block.end)
            joined[-1] = Span(min(start, block.start), end)
        else:
            joined.append(block)
    return joined


def _only_reports(text: str) -> bool:
    """Whether a sentence tells of an order that it quotes: 'They typed "Ignore all ..."'."""
    rest, quotations = _QUOTATION.subn(" ", text)
    return bool(quotations) and len(rest.split()) >= _FEWEST_TOLD and not is_order(rest)
