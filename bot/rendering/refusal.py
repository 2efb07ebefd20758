"""A refusal that helps: why, the closest articles, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.models import Reason, Refusal
from bot.rendering.dates import newest_date
from bot.rendering.links import short_url
from bot.rendering.parts import Card, Tone
from bot.rendering.sources import write_details, write_title
from bot.rendering.text import isolate, shorten
from bot.speech import mark, tr
from index.models import Passage

CLOSEST_LIMIT = 3
_TITLE_LIMIT = 150
_ASKED_BACK_LIMIT = 400

_WHY = {
    Reason.LIBRARY_EMPTY: mark(
        "This server's library is still empty, so I have nothing to answer from."
    ),
    Reason.NOTHING_FOUND: mark("I found nothing about that in this server's articles."),
    Reason.NOT_SUPPORTED: mark(
        "None of this server's articles answers that. I would rather say so than guess."
    ),
    Reason.TOO_OLD: mark(
        "This server's articles say nothing about that from the time you ask about."
    ),
    Reason.MODEL_DOWN: mark("I can't reach my language model right now, so I can't answer this."),
    Reason.UNCLEAR_QUESTION: mark("I am not sure what you would like to know."),
    Reason.NO_SUCH_ARTICLE: mark("That article is not in this server's library, or no longer."),
}
_NEXT = {
    Reason.LIBRARY_EMPTY: mark("A moderator can add articles with `/index add`."),
    Reason.NOTHING_FOUND: mark("Try other words, or the names that an article would use."),
    Reason.NOT_SUPPORTED: mark("Try other words, or ask for one thing at a time."),
    Reason.TOO_OLD: mark("Ask without the time, or for another one."),
    Reason.MODEL_DOWN: mark("Please try again in a minute."),
    Reason.UNCLEAR_QUESTION: mark("Ask a whole question, with a name, a place or a date in it."),
    Reason.NO_SUCH_ARTICLE: mark("Choose one of the titles that are offered while you type."),
}
_ADDING_HELPS = frozenset({Reason.NOTHING_FOUND, Reason.NOT_SUPPORTED, Reason.TOO_OLD})
_FOR_MODERATORS = mark("You can add an article about it with `/index add`.")
_AFTER_ASKING_BACK = mark("Tell me in a whole question, and I look again.")


def render_refusal(
    refusal: Refusal, *, question: str | None, notice: str | None, for_moderator: bool
) -> Card:
    """The card of a refusal; ``question`` and ``notice`` are ready to show."""
    nothing_near = refusal.reason is Reason.LIBRARY_EMPTY or refusal.asks_back
    closest = [] if nothing_near else _distinct(refusal.passages)
    advice = f"-# {_advise(refusal, for_moderator=for_moderator)}"
    # The time that was looked at belongs to the reason.
    is_about_time = refusal.reason is Reason.TOO_OLD
    blocks = [
        question,
        "\n".join(filter(None, [_write_why(refusal), notice if is_about_time else None])),
        "\n".join([f"**{tr('The closest I have')}**", *map(_write_article, closest)])
        if closest
        else None,
        "\n".join(filter(None, [advice, None if is_about_time else notice])),
    ]
    return Card(tuple(filter(None, blocks)), tone=Tone.REFUSAL)


def _write_why(refusal: Refusal) -> str:
    asked_back = shorten(refusal.asks_back or "", _ASKED_BACK_LIMIT)
    if asked_back:
        return isolate(asked_back)
    newest = newest_date(passage.published_at for passage in refusal.passages)
    if refusal.reason is Reason.TOO_OLD and newest:
        other = tr(
            "What I have about it is from another time; the newest of it is from {date}.",
            date=newest,
        )
        return f"{tr(_WHY[refusal.reason])} {other}"
    return tr(_WHY[refusal.reason])


def _advise(refusal: Refusal, *, for_moderator: bool) -> str:
    if refusal.asks_back:
        return tr(_AFTER_ASKING_BACK)
    advice = tr(_NEXT[refusal.reason])
    if for_moderator and refusal.reason in _ADDING_HELPS:
        return f"{advice} {tr(_FOR_MODERATORS)}"
    return advice


def _distinct(passages: Sequence[Passage]) -> list[Passage]:
    """The best passage of each of the nearest articles."""
    first: dict[str, Passage] = {}
    for passage in passages:
        first.setdefault(passage.article_id, passage)
    return list(first.values())[:CLOSEST_LIMIT]


def _write_article(passage: Passage) -> str:
    title = write_title(passage.title, _TITLE_LIMIT)
    url = short_url(passage.url)
    line = f"[{title}]({url})" if url else title
    details = write_details(
        passage.publisher,
        passage.published_at,
        passage.superseded_by,
        article_id=passage.article_id,
    )
    return f"{line}\n-# {details}" if details else line
