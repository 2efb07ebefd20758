"""A checked message as cards: each claim with its verdict, its quotes right below it.

What was not found comes last, in one list. A verdict is a word and a sign, never a colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.checked import CheckedClaim, CheckedMessage, Verdict
from bot.answering.models import Citation
from bot.rendering.links import short_url
from bot.rendering.parts import CARD_LIMIT, Card, Tone
from bot.rendering.sources import FULL, TIGHT, SourceStyle, write_sources, write_title
from bot.rendering.text import isolate, measure, quote_lines, shorten
from bot.speech import mark, tr, tr_n

CARDS_LIMIT = 5
_BLOCKS_LIMIT = 12
# Kept free for line ends and for what is said at the end of the last card.
_RESERVE = 500
_NOTICE_LIMIT = 300
_NEAR_TITLE = 100

_SIGNS = {Verdict.SUPPORTED: "✅", Verdict.CONTRADICTED: "❌", Verdict.NOT_FOUND: "🔎"}
_NAMES = {
    Verdict.SUPPORTED: mark("Supported"),
    Verdict.CONTRADICTED: mark("Contradicted"),
    Verdict.NOT_FOUND: mark("Not found in the articles"),
}
_OTHERWISE = {
    Verdict.SUPPORTED: mark("But another article says otherwise:"),
    Verdict.CONTRADICTED: mark("An older article said so:"),
}
_HEAD = mark("Held against this server's articles")
_EMPTY_LIBRARY = mark("This server's library is still empty, so I have nothing to check it with.")
_NO_CLAIM = mark(
    "I find no statement in that message. Questions, opinions, greetings and very short "
    "sentences are not looked up."
)
_NO_PROOF = mark("“Not found” only says that no article says it in similar words.")


@dataclass(frozen=True, slots=True)
class _Size:
    """How much of each part is shown, in UTF-16 units."""

    claim: int
    quote: int
    style: SourceStyle


_ROOMY = _Size(300, 500, FULL)
_NARROW = _Size(200, 250, TIGHT)


def render_checked(checked: CheckedMessage) -> tuple[Card, ...]:
    """The cards of a check, to be sent in order; at most five."""
    if not checked.edition:
        return (Card((tr(_EMPTY_LIBRARY),), Tone.REFUSAL),)
    if not checked.claims:
        return (Card(tuple(filter(None, [tr(_NO_CLAIM), _write_end(checked)])), Tone.REFUSAL),)
    for size in (_ROOMY, _NARROW):
        cards = _fill(_write_blocks(checked, size))
        if len(cards) <= CARDS_LIMIT:
            break
    return tuple(cards)


def _write_blocks(checked: CheckedMessage, size: _Size) -> list[str]:
    missing = [c for c in checked.claims if c.verdict is Verdict.NOT_FOUND]
    found = [c for c in checked.claims if c.verdict is not Verdict.NOT_FOUND]
    blocks = [f"**{tr(_HEAD)}**\n{_count(checked.claims)}"]
    blocks += [_write_claim(claim, checked, size) for claim in found]
    if missing:
        blocks += _write_missing(missing, size)
    end = _write_end(checked)
    return [*blocks, end] if end else blocks


def _count(claims: Sequence[CheckedClaim]) -> str:
    """How many there are of each: "2 supported · 3 not found"."""
    counts = {v: sum(claim.verdict is v for claim in claims) for v in Verdict}
    told = {
        Verdict.SUPPORTED: tr_n(
            "{count} supported", "{count} supported", counts[Verdict.SUPPORTED]
        ),
        Verdict.CONTRADICTED: tr_n(
            "{count} contradicted", "{count} contradicted", counts[Verdict.CONTRADICTED]
        ),
        Verdict.NOT_FOUND: tr_n(
            "{count} not found", "{count} not found", counts[Verdict.NOT_FOUND]
        ),
    }
    return " · ".join(told[verdict] for verdict in Verdict if counts[verdict])


def _write_claim(claim: CheckedClaim, checked: CheckedMessage, size: _Size) -> str:
    lines = [_write_verdict(claim.verdict), _write_said(claim, size)]
    lines += _write_quotes(checked.quotes_of(claim.citations), size)
    if claim.otherwise:
        lines.append(f"**{tr(_OTHERWISE[claim.verdict])}**")
        lines += _write_quotes(checked.quotes_of(claim.otherwise), size)
    return "\n".join(lines)


def _write_verdict(verdict: Verdict) -> str:
    return f"{_SIGNS[verdict]} **{tr(_NAMES[verdict])}**"


def _write_said(claim: CheckedClaim, size: _Size) -> str:
    return isolate(f"“{shorten(claim.text, size.claim)}”")


def _write_quotes(citations: Sequence[Citation], size: _Size) -> Iterator[str]:
    """Each quote with the article that it stands in right below it."""
    for citation in citations:
        yield quote_lines(isolate(shorten(citation.quote.text, size.quote)))
        yield write_sources([citation], size.style)


def _write_missing(claims: Sequence[CheckedClaim], size: _Size) -> list[str]:
    """What was not found, in a list that may go on in the next block."""
    blocks = [_write_verdict(Verdict.NOT_FOUND)]
    for claim in claims:
        line = "\n".join(_write_missed(claim, size))
        if measure(blocks[-1]) + measure(line) > (CARD_LIMIT - _RESERVE) // 2:
            blocks.append(line)
        else:
            blocks[-1] += f"\n{line}"
    blocks[-1] += f"\n-# {tr(_NO_PROOF)}"
    return blocks


def _write_missed(claim: CheckedClaim, size: _Size) -> Iterator[str]:
    yield f"- {_write_said(claim, size)}"
    if claim.nearest is not None:
        title = write_title(claim.nearest.title, _NEAR_TITLE)
        url = short_url(claim.nearest.url) if size.style.linked else None
        article = f"[{title}]({url})" if url else title
        yield f"-# {tr('The nearest article: {article}', article=article)}"


def _write_end(checked: CheckedMessage) -> str:
    lines = [f"-# {shorten(checked.notice, _NOTICE_LIMIT)}"] if checked.notice else []
    if checked.left_out:
        more = tr_n(
            "{count} more statement was not looked at.",
            "{count} more statements were not looked at.",
            checked.left_out,
        )
        lines.append(f"-# {more}")
    return "\n".join(lines)


def _fill(blocks: Sequence[str]) -> list[Card]:
    """Blocks on as few cards as hold them; none is parted."""
    pages: list[list[str]] = [[]]
    for block in blocks:
        page = pages[-1]
        size = sum(map(measure, page)) + measure(block)
        if page and (size > CARD_LIMIT - _RESERVE or len(page) == _BLOCKS_LIMIT):
            page = []
            pages.append(page)
        page.append(block)
    return [Card(tuple(page), Tone.ANSWER) for page in pages]
