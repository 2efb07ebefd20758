"""Invented replies and gaps for the pictures of what people see who ask."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.answering.checked import CheckedClaim, CheckedMessage, Verdict
from bot.answering.engine import COMPOSING, Underway
from bot.answering.models import Answer, Difference, Reason, Refusal, Reply
from bot.state.gaps import Cause, Gap, Nearest
from index.models import Article
from tests.fakes.discord_samples import (
    BRIDGE,
    LIBRARY,
    as_passage,
    cite,
    quoting,
    refusal,
)

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
NOTE = Article(
    id="moderator-note:4e1d8a0c7b2f9356",
    title="Moderator note on “Tern Bridge opens again after nine weeks”",
    text="The Tern Bridge opened again on Wednesday, 11 June.",
    published_at="2031-06-12",
)
ARTICLES = (
    NEWER,
    BRIDGE,
    LIBRARY,
    replace(BRIDGE, id="regatta", title="The regatta returns in August", published_at="2031-05-28"),
    replace(LIBRARY, id="fair", title="The spring fair moves", published_at="2031-03-02"),
    replace(LIBRARY, id="quay-lamps", title="New lamps for the quay", published_at="2030-11-15"),
    FERRY,
)
SAID = (
    "The Tern Bridge opened again on Tuesday. On Saturdays the reading room closes at three. "
    "The mayor cut the ribbon herself."
)
OPENED = "When did the bridge open again, and what did the repair cost?"


def opened() -> Answer:
    """Three sentences from two articles."""
    return quoting(
        (BRIDGE, "The Tern Bridge opened again on Tuesday."),
        (BRIDGE, "Carts may cross at walking pace until the new railing stands."),
        (NEWER, "The council settled the account on Friday: the repair cost 43,500 crowns."),
        asked=OPENED,
    )


def carts() -> Answer:
    """One sentence, asked in a conversation."""
    answer = quoting(
        (BRIDGE, "Carts may cross at walking pace until the new railing stands."),
        asked="And may carts cross?",
    )
    return replace(answer, asked_as="May carts cross the Tern Bridge?")


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


def not_supported() -> Refusal:
    """Articles that come near, and answer nothing."""
    return refusal(
        Reason.NOT_SUPPORTED, BRIDGE, NEWER, asked="Who pays for the new railing of the bridge?"
    )


def citing_note() -> Answer:
    """A sentence from a moderator's note, one from an article that has a newer one."""
    answer = quoting(
        (NOTE, NOTE.text),
        (BRIDGE, "The repair took nine weeks and cost 41,000 crowns."),
        asked="When did the bridge open again, and what did the repair cost?",
    )
    citations = tuple(
        each
        if each.quote.article_id == NOTE.id
        else replace(each, quote=replace(each.quote, superseded_by=NEWER.title))
        for each in answer.citations
    )
    return replace(answer, citations=citations)


def checked() -> CheckedMessage:
    """One claim borne out, one contradicted, one that no article speaks of."""
    supported, contradicted, unknown = (f"{each.rstrip('.')}." for each in SAID.split(". "))
    ends = [SAID.index(each) + len(each) for each in (supported, contradicted, unknown)]
    rows = (
        (supported, Verdict.SUPPORTED, (1,)),
        (contradicted, Verdict.CONTRADICTED, (2,)),
        (unknown, Verdict.NOT_FOUND, ()),
    )
    claims = tuple(
        CheckedClaim(text, end - len(text), end, verdict, numbers)
        for (text, verdict, numbers), end in zip(rows, ends, strict=True)
    )
    nearest = replace(claims[2], nearest=as_passage(BRIDGE))
    citations = (
        cite(1, BRIDGE, "The Tern Bridge opened again on Tuesday."),
        cite(2, LIBRARY, "On Saturdays it closes at noon."),
    )
    return CheckedMessage("c1", 13, (*claims[:2], nearest), citations)


def any_reply(chance: random.Random) -> Reply:
    """A reply of some kind, for figures."""
    took = {"total": 1000 * chance.lognormvariate(-0.2, 0.5)}
    kinds: tuple[Reply, ...] = (
        opened(),
        quoting((LIBRARY, "From July the reading room opens at nine.")),
        quoting((NEWER, NEWER.text)),
        refusal(Reason.NOT_SUPPORTED, BRIDGE),
        refusal(Reason.NOTHING_FOUND),
    )
    return replace(chance.choices(kinds, (5, 3, 2, 1.5, 0.8))[0], timings_ms=took)


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
        (15, "Who paid for the railing on the Tern Bridge?", Cause.NOT_SUPPORTED, BRIDGE, 3, 5),
        (16, "What is the new railing going to cost us?", Cause.NOT_SUPPORTED, BRIDGE, 1, 9),
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
