from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.answering.engine import Answerer
from bot.answering.errors import ModelUnavailable
from bot.answering.models import Answer, Evidence, Question, Quote, Reason, Refusal
from bot.answering.notices import say_words_only
from bot.answering.ports import LinkBuilder
from index.models import Article
from index.pages import PageText
from tests.fakes.answering import ArticlesInMemory, ScriptedComposer, Write, no_link

MUSEUM = Article(
    "museum",
    "The museum",
    "The museum opens at nine. It closes at five on weekdays.\n\nEntry is free for children.",
    url="https://example.org/museum",
)
ASKED = Question("When does the museum open?", "q1")


Written = list[tuple[str, list[str]]]


def answerer(
    articles: ArticlesInMemory,
    write: Write,
    *,
    link: LinkBuilder = no_link,
    notice: str | None = None,
) -> Answerer:
    composer = ScriptedComposer(write, notice=notice)
    return Answerer(articles=articles, composer=composer, link=link)


def quote_first(evidence: Sequence[Evidence]) -> Written:
    return [(evidence[0].text, [evidence[0].id])]


async def test_an_answer_quotes_the_article_letter_for_letter() -> None:
    reply = await answerer(ArticlesInMemory([MUSEUM]), quote_first).reply(ASKED)

    assert isinstance(reply, Answer)
    (citation,) = reply.citations
    quote = citation.quote
    assert MUSEUM.text[quote.start : quote.end] == quote.text == "The museum opens at nine."
    assert reply.text == "The museum opens at nine. [1]"
    assert (reply.edition, reply.model) == (1, "scripted")


async def test_an_invented_citation_never_reaches_the_reader() -> None:
    def invent(evidence: Sequence[Evidence]) -> Written:
        return [("The museum opens at nine.", ["e0000x"])]

    reply = await answerer(ArticlesInMemory([MUSEUM]), invent).reply(ASKED)

    assert isinstance(reply, Refusal)
    assert reply.reason is Reason.NOT_SUPPORTED
    assert [p.title for p in reply.passages] == ["The museum"]


async def test_sentences_that_fail_drop_out_and_the_rest_is_numbered_anew() -> None:
    def mix(evidence: Sequence[Evidence]) -> Written:
        return [
            ("The museum opens at noon in Paris.", [evidence[0].id]),
            (evidence[2].text, [evidence[2].id, "unknown"]),
        ]

    reply = await answerer(ArticlesInMemory([MUSEUM]), mix).reply(ASKED)

    assert isinstance(reply, Answer)
    assert reply.text == "Entry is free for children. [1]"


@pytest.mark.parametrize(
    "text", ["", "?", "a", "   ", "...", "who is it", "x" * 5000, "why " * 900]
)
async def test_a_question_that_asks_nothing_is_not_searched_for(text: str) -> None:
    articles = ArticlesInMemory([MUSEUM])

    reply = await answerer(articles, quote_first).reply(Question(text, "q"))

    assert isinstance(reply, Refusal)
    assert reply.reason is Reason.UNCLEAR_QUESTION
    assert articles.questions == []


async def test_an_empty_library_says_so() -> None:
    reply = await answerer(ArticlesInMemory(edition=0), quote_first).reply(ASKED)

    assert isinstance(reply, Refusal)
    assert (reply.reason, reply.edition) == (Reason.LIBRARY_EMPTY, 0)


async def test_nothing_found_is_told_from_an_empty_library() -> None:
    reply = await answerer(ArticlesInMemory(edition=4), quote_first).reply(ASKED)

    assert isinstance(reply, Refusal)
    assert (reply.reason, reply.edition) == (Reason.NOTHING_FOUND, 4)


async def test_an_empty_draft_is_a_refusal_with_the_nearest_passages() -> None:
    reply = await answerer(ArticlesInMemory([MUSEUM]), lambda evidence: []).reply(ASKED)

    assert isinstance(reply, Refusal)
    assert reply.reason is Reason.NOT_SUPPORTED
    assert reply.passages


async def test_an_article_that_is_gone_proves_nothing() -> None:
    reply = await answerer(ArticlesInMemory([MUSEUM], gone=True), quote_first).reply(ASKED)

    assert isinstance(reply, Refusal)
    assert reply.reason is Reason.NOT_SUPPORTED


async def test_a_model_that_is_away_is_a_refusal_of_its_own() -> None:
    def fail(evidence: Sequence[Evidence]) -> Written:
        raise ModelUnavailable

    reply = await answerer(ArticlesInMemory([MUSEUM]), fail).reply(ASKED)

    assert isinstance(reply, Refusal)
    assert reply.reason is Reason.MODEL_DOWN


async def test_what_was_not_available_is_told_with_answer_and_refusal() -> None:
    degraded = ArticlesInMemory([MUSEUM], degraded="Process 123 holds /srv/data/chroma.sqlite3.")

    answer = await answerer(degraded, quote_first).reply(ASKED)
    refusal = await answerer(degraded, lambda evidence: []).reply(ASKED)
    from_draft = await answerer(
        ArticlesInMemory([MUSEUM]), quote_first, notice="The model was slow."
    ).reply(ASKED)

    assert answer.notice == refusal.notice == say_words_only()
    assert from_draft.notice == "The model was slow."


async def test_the_link_is_built_at_the_quote() -> None:
    def link(quote: Quote, text: str, page: PageText | None, *, library: str) -> str | None:
        return f"{quote.url}#{text[quote.start : quote.end]}"

    reply = await answerer(ArticlesInMemory([MUSEUM]), quote_first, link=link).reply(ASKED)

    assert isinstance(reply, Answer)
    assert reply.citations[0].link == "https://example.org/museum#The museum opens at nine."


async def test_the_link_is_built_from_the_stored_page_in_the_asking_library() -> None:
    seen: list[tuple[PageText | None, str]] = []

    def link(quote: Quote, text: str, page: PageText | None, *, library: str) -> str | None:
        seen.append((page, library))
        return None

    page = PageText(("Menu", MUSEUM.text))
    articles = ArticlesInMemory([replace(MUSEUM, page=page)])
    await answerer(articles, quote_first, link=link).reply(replace(ASKED, account="gulls"))

    assert seen == [(page, "gulls")]


async def test_every_step_is_timed() -> None:
    reply = await answerer(ArticlesInMemory([MUSEUM]), quote_first).reply(ASKED)

    assert reply.timings_ms.keys() == {
        "search",
        "search_dense",
        "compose",
        "verify",
        "link",
        "total",
    }
