"""A question that is narrowed to an article, or to what came since a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from bot.answering.engine import Answerer
from bot.answering.models import Answer, Evidence, Question, Reason, Refusal, Reply, Turn
from bot.answering.rewrite import RuleRewriter
from bot.answering.scope_words import describe_scope
from index.libraries import Libraries
from index.library import Library
from index.models import Article
from index.scope import Scope, Scoped
from tests.fakes.answering import ScriptedComposer, no_link
from tests.fakes.libraries import article, read_from

ASKED = Question("When does the ferry leave the harbour?", "q", today=date(2031, 6, 1))


@pytest.fixture
async def town(libraries: Libraries) -> Library:
    library = libraries.library("town")
    shelf = (_ferry("old", "nine", "2030-01-05"), _ferry("new", "ten", "2031-05-02"))
    undated = _ferry("undated", "eleven", None)
    await library.add([read_from("/shelf", (*shelf, undated))], actor="Ada", note="add")
    return library


def _ferry(name: str, hour: str, published_at: str | None) -> Article:
    text = f"The ferry leaves the harbour at {hour}. Dogs travel free."
    return replace(article(name, text, title=f"The {name} timetable"), published_at=published_at)


def _quote_all(evidence: Sequence[Evidence]) -> list[tuple[str, list[str]]]:
    return [(each.text, [each.id]) for each in evidence]


async def _ask(library: Library, question: Question) -> Reply:
    composer = ScriptedComposer(_quote_all)
    answerer = Answerer(articles=library, composer=composer, link=no_link, rewriter=RuleRewriter())
    return await answerer.reply(question)


async def test_only_the_article_named_is_cited_and_the_answer_says_so(town: Library) -> None:
    reply = await _ask(town, replace(ASKED, article_id="old"))

    assert isinstance(reply, Answer)
    assert {c.quote.article_id for c in reply.citations} == {"old"}
    assert reply.notice is not None
    assert reply.notice.startswith("Only from: The old timetable.")


async def test_only_articles_since_that_day_are_cited_and_who_is_left_out_is_said(
    town: Library,
) -> None:
    reply = await _ask(town, replace(ASKED, since=date(2031, 3, 3)))

    assert isinstance(reply, Answer)
    assert {c.quote.article_id for c in reply.citations} == {"new"}
    assert reply.notice is not None
    assert reply.notice.startswith(
        "Only articles since 3 March 2031. 1 article without a date was left out."
    )


async def test_an_article_that_is_not_there_is_refused_with_that_reason(town: Library) -> None:
    reply = await _ask(town, replace(ASKED, article_id="gone"))

    assert isinstance(reply, Refusal)
    assert (reply.reason, reply.passages) == (Reason.NO_SUCH_ARTICLE, ())


async def test_where_nothing_is_so_new_the_closest_of_before_is_shown_and_not_used(
    town: Library,
) -> None:
    reply = await _ask(town, replace(ASKED, since=date(2040, 1, 1)))

    assert isinstance(reply, Refusal)
    assert reply.reason is Reason.TOO_OLD
    assert "new" in {p.article_id for p in reply.passages}
    assert reply.notice == "No article is from 1 January 2040 or later."


async def test_a_refusal_of_one_article_shows_that_article_only(town: Library) -> None:
    reply = await _ask(town, replace(ASKED, article_id="old", since=date(2040, 1, 1)))

    assert isinstance(reply, Refusal)
    assert {p.article_id for p in reply.passages} == {"old"}


async def test_a_question_that_was_rewritten_keeps_its_scope(town: Library) -> None:
    before = await _ask(town, ASKED)
    assert isinstance(before, Answer)
    asked = replace(
        ASKED, text="And do dogs travel free?", article_id="old", since=date(2029, 1, 1)
    )
    reply = await _ask(town, replace(asked, history=(Turn(ASKED.text, before.text),)))

    assert isinstance(reply, Answer)
    assert {c.quote.article_id for c in reply.citations} == {"old"}
    assert (reply.question.article_id, reply.question.since) == ("old", date(2029, 1, 1))


def test_a_title_of_any_length_stays_one_short_line() -> None:
    words = describe_scope(Scoped(Scope("a"), title="Ten\nlines " * 90, chunks=1))

    assert "\n" not in words
    assert len(words) < 150


def test_the_day_is_told_in_the_language_that_is_spoken() -> None:
    scoped = Scoped(Scope(since=date(2031, 3, 3)), chunks=1)

    assert describe_scope(scoped) == "Only articles since 3 March 2031."
    assert describe_scope(None) == ""
