"""Invented replies and gaps for the pictures of what people see who ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.answering.engine import COMPOSING, Underway
from bot.answering.models import Answer, Difference, Reason, Refusal
from bot.state.gaps import Cause, Gap, Nearest
from index.models import Article
from tests.fakes.discord_samples import BRIDGE, LIBRARY, quoting, refusal

NEWER = replace(
    BRIDGE,
    id="bridge-account",
    title="What the Tern Bridge cost after all",
    text="The council settled the account on Friday: the repair cost 43,500 crowns.",
    published_at="2031-07-04",
    url="https://gullmarrow.example/news/bridge-account",
)
FERRY = Article(
    id="ferry-2029",
    title="Ferry timetable, winter 2029",
    text="In winter the ferry sails at eight and at four.",
    published_at="2029-11-30",
    url="https://gullmarrow.example/news/ferry-2029",
    publisher="The Gullmarrow Lantern",
)


def differing() -> Answer:
    """Two articles that give different sums, asked in a conversation."""
    answer = quoting(
        (NEWER, NEWER.text),
        (BRIDGE, "The repair took nine weeks and cost 41,000 crowns."),
        asked="And what did it cost?",
    )
    return replace(
        answer,
        asked_as="What did the repair of the Tern Bridge cost?",
        differences=(Difference((1, 2), ("43,500 crowns", "41,000 crowns")),),
    )


def too_old() -> Refusal:
    """Nothing from the time that was asked about."""
    asked = "When did the ferry sail last week?"
    return replace(
        refusal(Reason.TOO_OLD, FERRY, asked=asked),
        notice="I looked at articles from 2 to 8 June 2031.",
    )


def asking_back() -> Refusal:
    """A question that leans on something that nobody said."""
    made = refusal(Reason.UNCLEAR_QUESTION, asked="How much is it?")
    return replace(made, asks_back="How much is what? I don't know yet what you are asking about.")


def unfinished() -> Underway:
    """A long answer half-way."""
    partial = quoting(
        (BRIDGE, "The Tern Bridge opened again on Tuesday."),
        (LIBRARY, "From July the reading room opens at nine."),
        asked="What opens again in Gullmarrow?",
    )
    return Underway(COMPOSING, partial, 8)


def gaps() -> tuple[Gap, ...]:
    """One of each cause."""
    now = datetime(2031, 6, 10, 18, tzinfo=UTC)
    rows = (
        (14, "Who pays for the new railing?", Cause.NOT_SUPPORTED, BRIDGE, 9, 2),
        (11, "Is there a bus to the reading room?", Cause.NO_ARTICLE, None, 4, 7),
        (9, "What did the repair of the Tern Bridge cost?", Cause.DISAGREE, NEWER, 2, 26),
        (3, "When does the ferry sail this winter?", Cause.TOO_OLD, FERRY, 1, 120),
    )
    return tuple(
        Gap(
            key=key,
            question=question,
            cause=cause,
            nearest=(Nearest(article.id, article.title),) if article else (),
            edition=13,
            first_asked=now.isoformat(),
            last_asked=(now - timedelta(hours=hours)).isoformat(),
            times=times,
        )
        for key, question, cause, article, times, hours in rows
    )
