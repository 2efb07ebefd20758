"""How a reply comes about: what is told meanwhile, and what the parts around the composer do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.answering.citations import quote_of
from bot.answering.engine import Answerer, Underway
from bot.answering.errors import ModelUnavailable
from bot.answering.fallback import FallbackComposer
from bot.answering.models import (
    Answer,
    Difference,
    Draft,
    DraftSentence,
    Evidence,
    LinkedSentence,
    Question,
    Reason,
    Refusal,
    Turn,
)
from bot.answering.ports import Differing, OnSentence, Settled, StandAlone, ignore_sentence
from index.models import Article, SearchResult
from index.scope import WHOLE, Scope
from tests.fakes.answering import ArticlesInMemory, ScriptedComposer, no_link

OLD = Article(
    "old", "Ferry", "The ferry carries 40 people. It sails at dawn.", published_at="2030-01-02"
)
NEW = Article("new", "Ferry again", "The ferry carries 60 people.", published_at="2031-05-06")
ASKED = Question("How many people does the ferry carry?", "q1")


class Hesitant:
    """Writes something, takes it back, and writes something else."""

    name = "hesitant"

    async def write(
        self,
        question: Question,
        found: SearchResult,
        evidence: Sequence[Evidence],
        on_sentence: OnSentence = ignore_sentence,
    ) -> Draft:
        first, second = (DraftSentence(e.text, (e.id,)) for e in evidence[:2])
        on_sentence(DraftSentence("The ferry carries 99 people.", (evidence[0].id,)))
        on_sentence(first)
        on_sentence(None)
        on_sentence(second)
        return Draft((second,), self.name)


class Gone(Hesitant):
    """Cannot be had."""

    name = "gone"

    async def write(self, *_: object) -> Draft:
        raise ModelUnavailable


class Scripted:
    """A rewriter that says what it is told."""

    def __init__(self, stand_alone: StandAlone) -> None:
        self.stand_alone_as = stand_alone
        self.asked: list[Question] = []

    async def stand_alone(self, question: Question) -> StandAlone:
        self.asked.append(question)
        return self.stand_alone_as


class Contrary:
    """Finds that everything differs: the newer article's sentence first."""

    def __init__(self, *, invents: bool = False) -> None:
        self._invents = invents

    async def settle(
        self,
        question: Question,
        sentences: Sequence[LinkedSentence],
        evidence: Sequence[Evidence],
    ) -> Settled:
        newest = quote_of(evidence[2])
        if self._invents:
            newest = replace(newest, text="The ferry carries 61 people.")
        added = LinkedSentence(newest.text, (newest,))
        differing = Differing((newest, sentences[0].quotes[0]), ("60", "40"))
        return Settled((added, *sentences), (differing,))


def quote_first(evidence: Sequence[Evidence]) -> list[tuple[str, list[str]]]:
    return [(evidence[0].text, [evidence[0].id])]


async def test_what_is_shown_while_a_model_writes_is_verified_already() -> None:
    told: list[Underway] = []
    answerer = Answerer(articles=ArticlesInMemory([OLD]), composer=Hesitant(), link=no_link)

    reply = await answerer.reply(ASKED, told.append)

    partials = [u.partial.text for u in told if u.partial]
    assert partials == ["The ferry carries 40 people. [1]", "It sails at dawn. [1]"]
    assert [u.partial.text if u.partial else u.stage for u in told] == [
        "searching the articles",
        "writing the answer",
        partials[0],
        "writing the answer",  # what was shown is taken back at once
        partials[1],
    ]
    assert isinstance(reply, Answer)
    assert reply.text == partials[-1]


async def test_what_is_shown_names_who_writes_it_also_when_another_stands_in() -> None:
    told: list[Underway] = []
    composer = FallbackComposer(Gone(), Hesitant())
    answerer = Answerer(articles=ArticlesInMemory([OLD]), composer=composer, link=no_link)

    reply = await answerer.reply(ASKED, told.append)

    assert {u.partial.model for u in told if u.partial} == {"hesitant"}
    assert reply.model == "hesitant"


async def test_a_question_of_a_conversation_is_searched_for_as_it_stands_alone() -> None:
    articles = ArticlesInMemory([OLD])
    rewriter = Scripted(StandAlone("When does the ferry sail?", notice="By rules alone."))
    answerer = Answerer(
        articles=articles,
        composer=ScriptedComposer(quote_first),
        link=no_link,
        rewriter=rewriter,
    )
    asked = Question("and when?", "q2", history=(Turn("What carries 40 people?", "The ferry."),))

    reply = await answerer.reply(asked)

    assert articles.questions == ["When does the ferry sail?"]
    assert isinstance(reply, Answer)
    assert reply.asked_as == "When does the ferry sail?"
    assert reply.question == asked
    assert reply.notice == "By rules alone."


async def test_a_question_that_leans_on_nothing_is_asked_back() -> None:
    articles = ArticlesInMemory([OLD])
    answerer = Answerer(
        articles=articles,
        composer=ScriptedComposer(quote_first),
        link=no_link,
        rewriter=Scripted(StandAlone("when?", asks_back="When does what happen?")),
    )

    reply = await answerer.reply(Question("when?", "q3"))

    assert isinstance(reply, Refusal)
    assert (reply.reason, reply.asks_back) == (Reason.UNCLEAR_QUESTION, "When does what happen?")
    assert articles.questions == []


async def test_articles_from_another_time_are_shown_and_not_used() -> None:
    class Elsewhen(ArticlesInMemory):
        async def search(
            self,
            question: str,
            *,
            limit: int,
            today: date | None = None,
            scope: Scope = WHOLE,
        ) -> SearchResult:
            assert today == date(2032, 1, 1)
            found = await super().search(question, limit=limit)
            return replace(found, outside_time=True, notice="I looked at last week.")

    answerer = Answerer(
        articles=Elsewhen([OLD]), composer=ScriptedComposer(quote_first), link=no_link
    )

    reply = await answerer.reply(replace(ASKED, today=date(2032, 1, 1)))

    assert isinstance(reply, Refusal)
    assert reply.reason is Reason.TOO_OLD
    assert [p.title for p in reply.passages] == ["Ferry"]
    assert reply.notice == "I looked at last week."


async def test_articles_that_differ_are_both_cited_and_the_difference_names_them() -> None:
    answerer = Answerer(
        articles=ArticlesInMemory([OLD, NEW]),
        composer=ScriptedComposer(quote_first),
        link=no_link,
        differences=Contrary(),
    )

    reply = await answerer.reply(ASKED)

    assert isinstance(reply, Answer)
    assert reply.text == "The ferry carries 60 people. [1] The ferry carries 40 people. [2]"
    assert reply.differences == (Difference((1, 2), ("60", "40")),)


async def test_a_difference_that_rests_on_no_true_quote_is_none() -> None:
    answerer = Answerer(
        articles=ArticlesInMemory([OLD, NEW]),
        composer=ScriptedComposer(quote_first),
        link=no_link,
        differences=Contrary(invents=True),
    )

    reply = await answerer.reply(ASKED)

    assert isinstance(reply, Answer)
    assert reply.text == "The ferry carries 40 people. [1]"
    assert reply.differences == ()


async def test_a_composer_says_why_it_wrote_nothing() -> None:
    class Silent(Hesitant):
        async def write(self, *_: object) -> Draft:
            return Draft((), self.name, why=Reason.NOTHING_FOUND)

    answerer = Answerer(articles=ArticlesInMemory([OLD]), composer=Silent(), link=no_link)

    reply = await answerer.reply(ASKED)

    assert isinstance(reply, Refusal)
    assert reply.reason is Reason.NOTHING_FOUND


async def test_a_difference_takes_the_place_of_what_differs_in_nothing() -> None:
    long = Article(
        "long",
        "Ferry",
        "The ferry carries 40 people. It sails at dawn. It is painted red. It has two decks.",
        published_at="2030-01-02",
    )

    class Newer:
        async def settle(
            self,
            question: Question,
            sentences: Sequence[LinkedSentence],
            evidence: Sequence[Evidence],
        ) -> Settled:
            newest = quote_of(evidence[-1])
            differing = Differing((newest, sentences[0].quotes[0]), ("60", "40"))
            return Settled((LinkedSentence(newest.text, (newest,)), *sentences), (differing,))

    def quote_three(evidence: Sequence[Evidence]) -> list[tuple[str, list[str]]]:
        return [(e.text, [e.id]) for e in evidence[:3]]

    answerer = Answerer(
        articles=ArticlesInMemory([long, NEW]),
        composer=ScriptedComposer(quote_three),
        link=no_link,
        differences=Newer(),
    )

    reply = await answerer.reply(ASKED)

    assert isinstance(reply, Answer)
    assert [s.text for s in reply.sentences] == [
        "The ferry carries 60 people.",
        "The ferry carries 40 people.",
        "It sails at dawn.",
    ]
