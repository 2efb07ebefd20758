"""The quotes behind an answer, word for word, as cards for the one who asked for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.rendering.links import short_url
from bot.rendering.parts import CARD_LIMIT, Card, Tone
from bot.rendering.sources import mark, write_details, write_title
from bot.rendering.text import clean, cut_points, escape, measure, quote_lines
from bot.state.answers import SentAnswer, SentQuote

CARDS_LIMIT = 5
_TITLE_LIMIT = 150
# Two blocks fill a card.
_BLOCK_LIMIT = (CARD_LIMIT - 100) // 2
_BLOCKS_LIMIT = 10
_CUT = "\n-# … cut here for length; the article has the rest."
_GONE = "-# Not shown, because it no longer stands in the article: "
_GOES_ON = " (goes on)"


def render_quotes(answer: SentAnswer) -> tuple[Card, ...]:
    """Each quote in a block quote under its title and date.

    A quote too long for one block goes on in the next; what is more than a few cards
    hold is cut, and says so.
    """
    blocks = [block for quote in answer.quotes for block in _write_quote(quote)]
    if answer.unconfirmed:
        blocks.append(_GONE + ", ".join(map(mark, answer.unconfirmed[:40])))
    cards = [Card(tuple(blocks), Tone.ANSWER) for blocks in _fill(blocks)]
    if len(cards) <= CARDS_LIMIT:
        return tuple(cards)
    last = cards[CARDS_LIMIT - 1]
    cut = Card((*last.blocks[:-1], last.blocks[-1] + _CUT), Tone.ANSWER)
    return (*cards[: CARDS_LIMIT - 1], cut)


def _fill(blocks: Sequence[str]) -> Iterator[list[str]]:
    card: list[str] = []
    for block in blocks:
        size = sum(map(measure, card)) + measure(block)
        if card and (size > CARD_LIMIT - measure(_CUT) or len(card) == _BLOCKS_LIMIT):
            yield card
            card = []
        card.append(block)
    if card:
        yield card


def _write_quote(quote: SentQuote) -> Iterator[str]:
    title = f"{mark(quote.number)} {write_title(quote.title, _TITLE_LIMIT)}"
    link = short_url(quote.link)
    details = write_details(quote.publisher, quote.published_at, quote.superseded_by)
    head = f"[{title}]({link})" if link else title
    opening = f"{head}\n-# {details}" if details else head
    rest = clean(quote.text)
    while rest:
        piece, rest = _split(rest, _BLOCK_LIMIT - measure(opening) - 1)
        yield f"{opening}\n{_show(piece)}"
        opening = f"{title}{_GOES_ON}"


def _split(text: str, room: int) -> tuple[str, str]:
    """The text as far as it fits, cut between words where there are any, and the rest."""
    if measure(_show(text)) <= room:
        return text, ""
    points = cut_points(text)
    low, high = 1, len(points) - 1
    while low < high:
        middle = (low + high + 1) // 2
        fits = measure(_show(text[: points[middle]])) <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    cut = points[low]
    space = max(text.rfind(" ", 0, cut), text.rfind("\n", 0, cut))
    cut = space if space > cut // 2 else cut
    return text[:cut].rstrip(), text[cut:].lstrip()


def _show(text: str) -> str:
    return quote_lines(escape(text))
