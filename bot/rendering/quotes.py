"""The quotes behind an answer, word for word, as cards for the one who asked for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from bot.rendering.links import short_url
from bot.rendering.parts import CARD_LIMIT, Card, Tone
from bot.rendering.sources import mark as number_mark
from bot.rendering.sources import write_details, write_title
from bot.rendering.surroundings import Surroundings
from bot.rendering.text import clean, cut_points, escape, measure, quote_lines
from bot.speech import mark, tr
from bot.state.answers import SentAnswer, SentQuote

CARDS_LIMIT = 5
_TITLE_LIMIT = 150
# Two blocks fill a card.
_BLOCK_LIMIT = (CARD_LIMIT - 100) // 2
_BLOCKS_LIMIT = 10
_CUT = mark("… cut here for length; the article has the rest.")
_GONE = mark("Not shown, because it no longer stands in the article:")
_GOES_ON = mark("(goes on)")


def render_quotes(
    answer: SentAnswer, surroundings: Mapping[int, Surroundings] | None = None
) -> tuple[Card, ...]:
    """Each quote in a block quote under its title and date, bold among its surroundings.

    A quote too long for one block goes on in the next; what is more than a few cards
    hold is cut, and says so.

    Args:
        answer: The quotes.
        surroundings: What stands around them, by number; a quote without is shown alone.
    """
    around = surroundings or {}
    blocks = [
        block for quote in answer.quotes for block in _write_quote(quote, around.get(quote.number))
    ]
    if answer.unconfirmed:
        numbers = ", ".join(map(number_mark, answer.unconfirmed[:40]))
        blocks.append(f"-# {tr(_GONE)} {numbers}")
    cards = [Card(tuple(blocks), Tone.ANSWER) for blocks in _fill(blocks)]
    if len(cards) <= CARDS_LIMIT:
        return tuple(cards)
    last = cards[CARDS_LIMIT - 1]
    cut = Card((*last.blocks[:-1], last.blocks[-1] + _say_cut()), Tone.ANSWER)
    return (*cards[: CARDS_LIMIT - 1], cut)


def _fill(blocks: Sequence[str]) -> Iterator[list[str]]:
    card: list[str] = []
    for block in blocks:
        size = sum(map(measure, card)) + measure(block)
        if card and (size > CARD_LIMIT - measure(_say_cut()) or len(card) == _BLOCKS_LIMIT):
            yield card
            card = []
        card.append(block)
    if card:
        yield card


def _say_cut() -> str:
    return f"\n-# {tr(_CUT)}"


def _write_quote(quote: SentQuote, around: Surroundings | None) -> Iterator[str]:
    title = f"{number_mark(quote.number)} {write_title(quote.title, _TITLE_LIMIT)}"
    link = short_url(quote.link)
    details = write_details(
        quote.publisher, quote.published_at, quote.superseded_by, article_id=quote.article_id
    )
    head = f"[{title}]({link})" if link else title
    opening = f"{head}\n-# {details}" if details else head
    rest, is_first = clean(quote.text), True
    while rest:
        room = _BLOCK_LIMIT - measure(opening) - 1
        show = partial(_show, quote=quote, around=around, is_first=is_first)
        piece, rest = _split(rest, room, show)
        yield f"{opening}\n{show(piece, is_last=not rest)}"
        opening, is_first = f"{title} {tr(_GOES_ON)}", False


def _split(text: str, room: int, show: Callable[[str], str]) -> tuple[str, str]:
    """The text as far as it fits, cut between words where there are any, and the rest."""
    if measure(show(text)) <= room:
        return text, ""
    points = cut_points(text)
    low, high = 1, len(points) - 1
    while low < high:
        middle = (low + high + 1) // 2
        fits = measure(show(text[: points[middle]])) <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    cut = points[low]
    space = max(text.rfind(" ", 0, cut), text.rfind("\n", 0, cut))
    cut = space if space > cut // 2 else cut
    return text[:cut].rstrip(), text[cut:].lstrip()


def _show(
    text: str,
    *,
    quote: SentQuote,
    around: Surroundings | None,
    is_first: bool,
    is_last: bool = True,
) -> str:
    """A piece of a quote as a block quote, with what stands before its first and after its last."""
    if around is None:
        return quote_lines(escape(text))
    shown = _embolden(escape(text))
    if is_first and (before := clean(around.before)):
        shown = escape(before) + _gap(around.before, quote.text) + shown
    if is_last and (after := clean(around.after)):
        shown += _gap(quote.text, around.after) + escape(after)
    return quote_lines(shown)


def _embolden(escaped: str) -> str:
    """Every line of an escaped text in bold; a backslash before each star keeps them apart."""
    lines = (f"**{line}**" if line.strip() else line for line in escaped.split("\n"))
    return "\n".join(lines)


def _gap(before: str, after: str) -> str:
    """The white space between two slices that stand side by side, as far as it shows."""
    ending = before[len(before.rstrip()) :]
    opening = after[: len(after) - len(after.lstrip())]
    lines = (ending + opening).count("\n")
    if lines:
        return "\n" * min(lines, 2)
    return " " if ending or opening else ""
