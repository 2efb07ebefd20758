"""An answer or a refusal as cards; nothing else can be rendered, so nothing else is sent.

An answer too long for one card goes on in the next. Every card carries the sources of
its own sentences, so that no claim stands without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answering.models import Answer, AnswerSentence, Citation, Reply
from bot.rendering.differences import cited_in, write_differences
from bot.rendering.parts import CARD_LIMIT, Card, Tone
from bot.rendering.refusal import render_refusal
from bot.rendering.reply_actions import NOWHERE, Shown, offer_actions, open_links
from bot.rendering.sources import FULL, TIGHT, SourceStyle, write_sources
from bot.rendering.sources import mark as number_mark
from bot.rendering.text import (
    clean_line,
    escape,
    isolate,
    measure,
    shorten,
    without_mark_likes,
)
from bot.speech import mark, tr, tr_n

CARDS_LIMIT = 3
UNDERSTOOD = mark("Understood as:")
HEAD_LIMIT = 200
"""What may be said above a reply."""
_QUESTION_LIMIT = 300
_NOTICE_LIMIT = 300
_ISOLATES = 2
# Kept free for the question as asked and as understood, what is said above it, the notice, the
# word on what was left out, and line ends.
_RESERVE = 2 * _QUESTION_LIMIT + HEAD_LIMIT + _NOTICE_LIMIT + 150
_ROOM = CARD_LIMIT - _RESERVE
_SENTENCE_ROOM = 800
_STILL_WRITING = mark("**Still writing ...** Every sentence here is checked already.")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence as shown, marks included, with its sources and how they are shown.

    Or what the articles differ in, which is no part of the answer's text.
    """

    text: str
    citations: tuple[Citation, ...]
    style: SourceStyle = FULL
    is_difference: bool = False


def render_reply(
    reply: Reply,
    *,
    shown: Shown = NOWHERE,
    show_question: bool = True,
    for_moderator: bool = False,
    head: str = "",
) -> tuple[Card, ...]:
    """The cards of a reply, to be sent in order.

    Each card has buttons that open its own articles, the last one those of the whole reply.

    Args:
        reply: What the engine gave.
        shown: Where it is shown, which decides on its buttons.
        show_question: Whether the first card begins with the question.
        for_moderator: Whether a refusal says how to add articles.
        head: A harmless line that stands small above all, of ``HEAD_LIMIT`` units at most.
    """
    question = _write_question(reply, show_question=show_question)
    opening = "\n".join(filter(None, [head and f"-# {head}", question])) or None
    notice = f"-# {shorten(reply.notice, _NOTICE_LIMIT - 3)}" if reply.notice else None
    if isinstance(reply, Answer):
        return _render_answer(reply, opening, notice, shown)
    card = render_refusal(reply, question=opening, notice=notice, for_moderator=for_moderator)
    return (replace(card, actions=offer_actions(reply, shown)),)


def render_unfinished(partial: Answer, *, show_question: bool = True) -> Card:
    """An answer that is still being written, as far as one card holds it; it says so."""
    page = _make_pages(partial)[0]
    question = _write_question(partial, show_question=show_question)
    told = [_write_text(page), _write_difference(page), _write_page_sources(page)]
    blocks = [question, *told, f"-# {tr(_STILL_WRITING)}"]
    return Card(tuple(filter(None, blocks)), Tone.WORKING)


def _write_question(reply: Reply, *, show_question: bool) -> str | None:
    asked = write_question(reply.question.text) if show_question else ""
    opening = f"-# {tr(UNDERSTOOD)} "
    understood = shorten(reply.asked_as or "", _QUESTION_LIMIT - measure(opening) - _ISOLATES)
    lines = [asked, understood and opening + isolate(understood)]
    return "\n".join(filter(None, lines)) or None


def write_question(text: str) -> str:
    """A question as a reply begins with it; "" where it shows nothing."""
    asked = shorten(text, _QUESTION_LIMIT - 4 - _ISOLATES)
    return asked and f"**{isolate(asked)}**"


def _render_answer(
    answer: Answer, opening: str | None, notice: str | None, shown: Shown
) -> tuple[Card, ...]:
    pages = _make_pages(answer)
    kept, left_out = pages[:CARDS_LIMIT], sum(map(len, pages[CARDS_LIMIT:]))
    cards = []
    for number, page in enumerate(kept):
        is_last = number == len(kept) - 1
        endings = [notice, _say_left_out(left_out)] if is_last else []
        blocks = [
            opening if number == 0 else None,
            _write_text(page),
            _write_difference(page),
            _write_page_sources(page),
            # Apart from the sources: it is about the answer, and not about the last of them.
            "\n".join(filter(None, endings)),
        ]
        cards.append(
            Card(
                blocks=tuple(filter(None, blocks)),
                tone=Tone.ANSWER,
                actions=(
                    *open_links(_cited_on(page)),
                    *(offer_actions(answer, shown) if is_last else ()),
                ),
            )
        )
    return tuple(cards)


def _make_pages(answer: Answer) -> list[list[_Piece]]:
    by_number = {citation.number: citation for citation in answer.citations}
    sentences = [_make_piece(sentence, by_number) for sentence in answer.sentences]
    # First, so that it is not left out of an answer that is too long.
    return _fill_pages([*_make_difference(answer, by_number), *sentences])


def _make_difference(answer: Answer, by_number: dict[int, Citation]) -> list[_Piece]:
    text = write_differences(answer)
    citations = tuple(by_number[number] for number in cited_in(answer.differences))
    for style in (FULL, TIGHT):
        piece = _Piece(text, citations, style, is_difference=True)
        if _size([piece]) <= _ROOM - _SENTENCE_ROOM:
            break
    return [piece] if text else []


def _fill_pages(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    pages: list[list[_Piece]] = []
    for piece in pieces:
        if pages and _size([*pages[-1], piece]) <= _ROOM:
            pages[-1].append(piece)
        else:
            pages.append([piece])
    return pages


def _make_piece(sentence: AnswerSentence, by_number: dict[int, Citation]) -> _Piece:
    """The sentence with its sources; shortened where it fills more than a card by itself."""
    text = without_mark_likes(clean_line(sentence.text))
    citations = tuple(by_number[number] for number in sentence.citations)
    whole = _Piece(_mark(isolate(escape(text)), citations), citations)
    if _size([whole]) <= _ROOM:
        return whole
    for style in (FULL, TIGHT):
        room = _ROOM - _size([_Piece(_mark("", citations), citations, style)]) - _ISOLATES
        if room >= _SENTENCE_ROOM:
            return _Piece(_mark(isolate(shorten(text, room)), citations), citations, style)
    # So many sources that they leave no room: the first ones, each with its mark.
    while _size([_Piece(_mark("", citations), citations, TIGHT)]) > _ROOM - _SENTENCE_ROOM:
        citations = citations[: len(citations) * 3 // 4]
    cut = isolate(shorten(text, _SENTENCE_ROOM - _ISOLATES))
    return _Piece(_mark(cut, citations), citations, TIGHT)


def _size(page: Sequence[_Piece]) -> int:
    texts = [_write_text(page), _write_difference(page), _write_page_sources(page)]
    return sum(map(measure, texts))


def _write_text(page: Sequence[_Piece]) -> str:
    return " ".join(piece.text for piece in page if not piece.is_difference)


def _write_difference(page: Sequence[_Piece]) -> str:
    return "\n".join(piece.text for piece in page if piece.is_difference)


def _write_page_sources(page: Sequence[_Piece]) -> str:
    style = TIGHT if any(piece.style is TIGHT for piece in page) else FULL
    return write_sources(_cited_on(page), style)


def _cited_on(page: Sequence[_Piece]) -> list[Citation]:
    used = {citation.number: citation for piece in page for citation in piece.citations}
    return [used[number] for number in sorted(used)]


def _mark(text: str, citations: Sequence[Citation]) -> str:
    return " ".join([text, *(number_mark(citation.number) for citation in citations)])


def _say_left_out(count: int) -> str | None:
    if not count:
        return None
    said = tr_n(
        "Left out for length: one more sentence with its sources. A narrower question shows more.",
        "Left out for length: {count} more sentences with their sources. "
        "A narrower question shows more.",
        count,
    )
    return f"-# {said}"
