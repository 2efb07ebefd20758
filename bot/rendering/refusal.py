"""A refusal that helps: why, the closest articles, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.models import Reason, Refusal
from bot.rendering.links import short_url
from bot.rendering.parts import Card, Tone
from bot.rendering.sources import write_details, write_title
from index.models import Passage

CLOSEST_LIMIT = 3
_TITLE_LIMIT = 150

_WHY = {
    Reason.LIBRARY_EMPTY: "This server's library is still empty, so I have nothing to answer from.",
    Reason.NOTHING_FOUND: "I found nothing about that in this server's articles.",
    Reason.NOT_SUPPORTED: (
        "None of this server's articles answers that. I would rather say so than guess."
    ),
    Reason.TOO_OLD: "What this server's articles say about that is too old to rely on.",
    Reason.MODEL_DOWN: "I can't reach my language model right now, so I can't answer this.",
    Reason.UNCLEAR_QUESTION: "I am not sure what you would like to know.",
}
_NEXT = {
    Reason.LIBRARY_EMPTY: "A moderator can add articles with `/index add`.",
    Reason.NOTHING_FOUND: "Try other words, or the names that an article would use.",
    Reason.NOT_SUPPORTED: "Try other words, or ask for one thing at a time.",
    Reason.TOO_OLD: "Ask about an earlier time, or try again when newer articles are in.",
    Reason.MODEL_DOWN: "Please try again in a minute.",
    Reason.UNCLEAR_QUESTION: "Ask a whole question, with a name, a place or a date in it.",
}
_ADDING_HELPS = frozenset({Reason.NOTHING_FOUND, Reason.NOT_SUPPORTED, Reason.TOO_OLD})
_FOR_MODERATORS = "You can add an article about it with `/index add`."


def render_refusal(
    refusal: Refusal, *, question: str | None, notice: str | None, for_moderator: bool
) -> Card:
    """The card of a refusal; ``question`` and ``notice`` are ready to show."""
    closest = [] if refusal.reason is Reason.LIBRARY_EMPTY else _distinct(refusal.passages)
    advice = _NEXT[refusal.reason]
    if for_moderator and refusal.reason in _ADDING_HELPS:
        advice = f"{advice} {_FOR_MODERATORS}"
    blocks = [
        question,
        _WHY[refusal.reason],
        "\n".join(["**The closest I have**", *map(_write_article, closest)]) if closest else None,
        "\n".join(filter(None, [f"-# {advice}", notice])),
    ]
    return Card(blocks=tuple(filter(None, blocks)), tone=Tone.REFUSAL)


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
    details = write_details(passage.publisher, passage.published_at, passage.superseded_by)
    return f"{line}\n-# {details}" if details else line
