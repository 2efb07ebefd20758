"""Turns the evidence a draft names into quotes, and numbers them.

The composer only ever names ids. The letters of a quote come from the passage,
so that nothing that writes a draft can invent one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from bot.answering.models import (
    AnswerSentence,
    Citation,
    Draft,
    DraftSentence,
    Evidence,
    LinkedSentence,
    Quote,
)

# Brackets of any script around a short number or several: what a reader takes for a citation.
# All repeats are bounded or cannot meet their own start again: a hostile text costs no more.
_MARK = re.compile(
    r"[\[［【〔⟦]([^\w\[\]]{0,60}\d{1,4}(?:[^\w\[\]]{1,20}\d{1,4}){0,20}[^\w\[\]]{0,60})[\]］】〕⟧]"
)
# "[source 2]", "[^2]", a raised figure behind a word or its full stop ("m²" is a unit), "①".
_NAMED_MARK = re.compile(
    r"[\[［【〔⟦][^\w\[\]]{0,30}((?:sources?|refs?|references?|docs?|documents?|articles?|notes?|footnotes?|cite|"
    r"citations?|quotes?|evidence|see)\b[^\[\]]{0,20}\d[^\[\]]{0,10})[\]］】〕⟧]",
    re.IGNORECASE,
)
_RAISED = re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=[.,;:!?\"”’)]))([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})(?!\w)")
_CIRCLED = re.compile(r"[①-⒇⓪-⓿❶-➓]")
_OWN_SOURCE = re.compile(
    r"(?:^|[.!?]\s|[(\[])\W{0,20}(?:sources?|references?|citations?|cited? from|quoted from|via)"
    r"\s?[:：]"
    r"|\b(?:source|quote|evidence|passage|document|citation|footnote)\s?(?:no\.?\s?|number\s?|#)?\d"
    r"|\([^\w()]{0,20}\d{1,2}(?:\s?[,;–-]\s?\d{1,2}){0,20}[^\w()]{0,20}\)\s?[.!?]?\s?$"
    r"|^\W{0,20}\([^\w()]{0,20}\d{1,2}[^\w()]{0,20}\)",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"https?://\S+|\bwww\.\S+|\]\s?\(\s?[^()\s]+|<[@#:!][^<>]*>|@(?:everyone|here)\b"
    r"|(?<![\w.@-])(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,24}(?!\w)",  # "example.com"
    re.IGNORECASE,
)


def link_citations(draft: Draft, evidence: Sequence[Evidence]) -> tuple[LinkedSentence, ...]:
    """Put quotes in place of evidence ids; unknown ids drop out.

    A sentence that names no known evidence is kept, without quotes: ``verify``
    is the one place where sentences are dropped.
    """
    offered = {item.id: item for item in evidence}
    return tuple(link_sentence(sentence, offered) for sentence in draft.sentences)


def link_sentence(sentence: DraftSentence, offered: Mapping[str, Evidence]) -> LinkedSentence:
    """One sentence with its quotes; ``offered`` is the evidence by id."""
    ids = [id_ for id_ in dict.fromkeys(sentence.evidence_ids) if id_ in offered]
    quotes = tuple(quote_of(offered[id_]) for id_ in ids)
    return LinkedSentence(show_text(sentence.text), quotes)


def quote_of(evidence: Evidence) -> Quote:
    """The quote that a piece of evidence stands for."""
    passage, span = evidence.passage, evidence.span
    return Quote(
        article_id=passage.article_id,
        version_id=passage.version_id,
        title=passage.title,
        url=passage.url,
        published_at=passage.published_at,
        authors=passage.authors,
        publisher=passage.publisher,
        start=span.start,
        end=span.end,
        text=evidence.text,
        superseded_by=passage.superseded_by,
        corrected_by=passage.corrected_by(span),
    )


def show_text(text: str) -> str:
    """A sentence as an answer shows it: on one line, and with no citation marks of its own.

    An article may itself hold "[1]". In the answer that becomes "(1)", because there
    a number in brackets means our source list and nothing else. Quotes stay as they are.
    """
    text = _MARK.sub(r"(\1)", " ".join(text.split()))
    text = _NAMED_MARK.sub(r"(\1)", text)
    text = _RAISED.sub(lambda match: f" ({_plain(match.group())})", text)
    return _CIRCLED.sub(lambda match: f"({_plain(match.group()).strip('().')})", text)


def _plain(sign: str) -> str:
    return unicodedata.normalize("NFKC", sign)


def imitates_citation(text: str, quotes: Sequence[str]) -> bool:
    """Whether a written sentence cites by itself, or links or pings where no quote of it does.

    Citations are our code's part: a mark, a "Source: ..." or a link that a composer writes
    proves nothing and looks as if it did.
    """
    own = " ".join(text.split())
    there = " ".join(" ".join(quotes).split())
    if any(match.group() not in there for match in _LINK.finditer(own)):
        return True
    marks = (_MARK, _NAMED_MARK, _RAISED, _CIRCLED, _OWN_SOURCE)
    return any(match.group().strip() not in there for mark in marks for match in mark.finditer(own))


def number_quotes(
    sentences: Sequence[LinkedSentence], links: Mapping[Quote, str | None]
) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
    """Number quotes from 1 in the order of first use; the same quote keeps its number.

    Args:
        sentences: verified sentences.
        links: what opens an article at a quote; a quote that is not in it has no link.
    """
    places: dict[tuple[str, int, int], Citation] = {}
    shown = []
    for sentence in sentences:
        for quote in sentence.quotes:
            place = (quote.version_id, quote.start, quote.end)
            if place not in places:
                places[place] = Citation(len(places) + 1, quote, links.get(quote))
        marks = {places[q.version_id, q.start, q.end].number for q in sentence.quotes}
        shown.append(AnswerSentence(sentence.text, tuple(sorted(marks))))
    return tuple(shown), tuple(places.values())
