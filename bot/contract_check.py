"""The JSON of checked messages on the command line. Add to it; change nothing."""

from __future__ import annotations

from typing import TypedDict

from bot.answering.checked import CheckedClaim, CheckedMessage
from bot.answering.message_claims import LONGEST_MESSAGE
from bot.contract import CitationJson, citation_to_json
from index.models import Passage


class NearestArticleJson(TypedDict):
    """The article that comes nearest to what was not found."""

    article_id: str
    title: str
    url: str | None
    published_at: str | None


class ClaimJson(TypedDict):
    """A claim; ``text`` is ``message[start:end]`` without markdown.

    ``verdict`` is "supported", "contradicted" or "not_found". ``citations`` are numbers of quotes
    that say why, ``otherwise`` of quotes that say the opposite of those.
    """

    text: str
    start: int
    end: int
    verdict: str
    citations: list[int]
    otherwise: list[int]
    nearest: NearestArticleJson | None


class CheckedJson(TypedDict):
    """What ``check`` gives; ``left_out`` is how many claims were not looked at."""

    id: str
    edition: int
    claims: list[ClaimJson]
    citations: list[CitationJson]
    left_out: int
    notice: str | None
    timings_ms: dict[str, float]


def parse_message(text: object) -> str:
    """The message itself, with unpaired surrogates replaced.

    Raises:
        ValueError: it is empty or too long to be checked.
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError("Give a text to check, or - to read it from standard input.")
    if len(text) > LONGEST_MESSAGE:
        raise ValueError(
            f"The text has {len(text):,} characters; shorten it to {LONGEST_MESSAGE:,} or fewer."
        )
    return text.encode("utf-8", "replace").decode("utf-8")


def checked_to_json(checked: CheckedMessage) -> CheckedJson:
    """A checked message, as ``check --json`` prints it."""
    return {
        "id": checked.id,
        "edition": checked.edition,
        "claims": [_claim_to_json(claim) for claim in checked.claims],
        "citations": [citation_to_json(citation) for citation in checked.citations],
        "left_out": checked.left_out,
        "notice": checked.notice,
        "timings_ms": dict(checked.timings_ms),
    }


def _claim_to_json(claim: CheckedClaim) -> ClaimJson:
    return {
        "text": claim.text,
        "start": claim.start,
        "end": claim.end,
        "verdict": str(claim.verdict),
        "citations": list(claim.citations),
        "otherwise": list(claim.otherwise),
        "nearest": None if claim.nearest is None else _nearest_to_json(claim.nearest),
    }


def _nearest_to_json(passage: Passage) -> NearestArticleJson:
    return {
        "article_id": passage.article_id,
        "title": passage.title,
        "url": passage.url,
        "published_at": passage.published_at,
    }
