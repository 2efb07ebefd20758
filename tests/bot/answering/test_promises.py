"""What an answer promises, whoever wrote the draft: nothing is shown that no article says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.answering.compose import ExtractiveComposer
from bot.answering.engine import Answerer
from bot.answering.models import (
    Answer,
    Draft,
    DraftSentence,
    Evidence,
    Question,
    Reason,
    Refusal,
    Reply,
)
from bot.answering.ports import OnSentence, ignore_sentence
from bot.rendering.linking import ArticleLinks
from index.embedding import Embedder, LoadedOnFirstUse
from index.libraries import Libraries
from index.library import Library
from index.minilm import load_minilm
from index.model.files import DIMENSION, FINGERPRINT
from index.models import ReadResult, SearchResult, Source, SourceKind
from index.reading import Reader
from index.scope import WHOLE, Scope
from index.word_pieces import load_word_pieces
from tests.fakes.libraries import article, read_from
from tests.fakes.shared import shared_path

FERRY = article(
    "ferry",
    "The ferry to Gull Rock sails at nine. It carries 40 people. Dogs do not travel free. "
    "The mayor said [1] that the pier closes in June.",
    url="https://paper.example.org/ferry",
)
MUSEUM = article("museum", "The museum of knots opens at ten. Entry costs 3 crowns.")


class Scripted:
    """A composer that writes what a test tells it; ``{phrase}`` names evidence with that phrase."""

    name = "scripted"

    def __init__(self, *sentences: tuple[str, str]) -> None:
        self._sentences = sentences

    async def write(
        self,
        question: Question,
        found: SearchResult,
        evidence: Sequence[Evidence],
        on_sentence: OnSentence = ignore_sentence,
    ) -> Draft:
        def ids(wanted: str) -> tuple[str, ...]:
            return tuple(
                next((e.id for e in evidence if part in e.text), part) for part in wanted.split("|")
            )

        return Draft(tuple(DraftSentence(t, ids(w)) for t, w in self._sentences), self.name)


@pytest.fixture
async def library(libraries: Libraries) -> Library:
    library = libraries.library("default")
    await library.add([read_from("/paper", [FERRY, MUSEUM])], actor="t", note="add")
    return library


async def answer(library: Library, *sentences: tuple[str, str], question: str = "") -> Reply:
    answerer = Answerer(articles=library, composer=Scripted(*sentences), link=ArticleLinks())
    return await answerer.reply(Question(question or "When does the ferry sail?", id="q1"))


async def test_a_sentence_on_its_quote_is_answered_and_pinned(library: Library) -> None:
    reply = await answer(library, ("The ferry sails at nine.", "sails at nine"))

    assert isinstance(reply, Answer)
    (citation,) = reply.citations
    quote = citation.quote
    assert FERRY.text[quote.start : quote.end] == quote.text
    assert reply.text == "The ferry sails at nine. [1]"
    assert citation.link is not None
    assert citation.link.startswith("https://paper.example.org/ferry#:~:text=")


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        pytest.param("The ferry sails at nine.", "e0000", id="an invented id"),
        pytest.param("The ferry sails at eleven.", "sails at nine", id="a changed figure in words"),
        pytest.param("It carries 400 people.", "carries 40", id="a changed figure"),
        pytest.param("Dogs travel free.", "Dogs do not", id="a lost negation"),
        pytest.param("The ferry does not sail at nine.", "sails at nine", id="an added negation"),
        pytest.param("The museum opens at ten.", "sails at nine", id="the wrong article"),
        pytest.param("The ferry to Long Island sails at nine.", "sails at nine", id="another name"),
        pytest.param("Entry costs 3 dollars.", "costs 3 crowns", id="another unit"),
        pytest.param("Is the queen aboard the ferry?", "carries 40", id="words of the question"),
        pytest.param(
            "[1] according to the paper, all is well.", "e1", id="a mark without a source"
        ),
    ],
)
async def test_a_sentence_that_its_quote_does_not_say_is_never_shown(
    library: Library, text: str, evidence: str
) -> None:
    reply = await answer(library, (text, evidence), question="Is the queen aboard the ferry?")

    assert isinstance(reply, Refusal)
    assert reply.reason is Reason.NOT_SUPPORTED


async def test_a_false_sentence_goes_and_the_true_one_stays_with_number_one(
    library: Library,
) -> None:
    reply = await answer(
        library,
        ("It carries 400 people.", "carries 40"),
        ("Entry costs 3 crowns.", "costs 3 crowns"),
    )

    assert isinstance(reply, Answer)
    assert reply.text == "Entry costs 3 crowns. [1]"
    assert [c.number for c in reply.citations] == [1]


async def test_the_same_quote_keeps_its_number(library: Library) -> None:
    reply = await answer(
        library,
        ("The ferry sails at nine.", "sails at nine"),
        ("It carries 40 people.", "carries 40"),
        ("The ferry to Gull Rock sails at nine.", "sails at nine"),
    )

    assert isinstance(reply, Answer)
    assert re.findall(r"\[(\d+)\]", reply.text) == ["1", "2", "1"]


async def test_a_mark_in_an_article_is_no_citation_of_ours(library: Library) -> None:
    words = "The mayor said [1] that the pier closes in June."
    reply = await answer(library, (words, "pier closes"))

    assert isinstance(reply, Answer)
    assert reply.text == "The mayor said (1) that the pier closes in June. [1]"
    assert reply.citations[0].quote.text == words


async def test_an_article_that_is_gone_proves_nothing(library: Library) -> None:
    class Forgetful:
        async def search(
            self,
            question: str,
            *,
            limit: int,
            today: date | None = None,
            scope: Scope = WHOLE,
        ) -> SearchResult:
            return await library.search(question, limit=limit, today=today)

        async def text_of(self, version_id: str) -> str:
            raise KeyError(version_id)

        async def page_of(self, version_id: str) -> None:
            return None

    composer = Scripted(("The ferry sails at nine.", "sails at nine"))
    answerer = Answerer(articles=Forgetful(), composer=composer, link=ArticleLinks())

    assert isinstance(await answerer.reply(Question("When does it sail?", id="q")), Refusal)


@pytest.mark.parametrize(
    ("name", "question", "reason"),
    [
        ("empty", "When does the ferry sail?", Reason.LIBRARY_EMPTY),
        ("default", "?!", Reason.UNCLEAR_QUESTION),
        ("default", "🦀🦀🦀", Reason.UNCLEAR_QUESTION),
    ],
)
@pytest.mark.usefixtures("library")
async def test_a_refusal_says_why(
    libraries: Libraries, name: str, question: str, reason: Reason
) -> None:
    asked = libraries.library(name)
    answerer = Answerer(articles=asked, composer=Scripted(), link=ArticleLinks())
    reply = await answerer.reply(Question(question, id="q"))

    assert isinstance(reply, Refusal)
    assert reply.reason is reason


CARNEY = {
    "When did Carney and Trump first speak after Carney took office?": "March 28",
    "when did the two first talk after carney became pm": "March 28",
    "How much does the levy cover?": "$30 billion",
    "what does the 25% levy cover": "$30 billion",
    "what does the levy cover": "$30 billion",
    "how many ridings did the Liberals take": "169 seats",
    "How many seats did the Liberals win?": "169 seats",
    "Who lost in Carleton?": "Poilievre lost in Carleton",
    "who lost carleton": "Poilievre lost in Carleton",
    "What did Trump claim on April 23?": "cease to exist",
}


async def test_the_report_on_a_call_is_answered_with_the_right_sentence_first(
    tmp_path: Path,
) -> None:
    """With the packaged embedder, as an operator has it."""
    report = shared_path("seeds/carney-trump-meeting.txt")
    embedder = Embedder(LoadedOnFirstUse(load_minilm), fingerprint=FINGERPRINT, dimension=DIMENSION)
    libraries = Libraries(tmp_path, embedder=embedder, count=load_word_pieces().count)
    reader = Reader()
    try:
        await libraries.open(on_notice=print)
        read = await reader.read(report.read_bytes(), report.name, derived_id="report")
        library = libraries.library("default")
        source = Source(SourceKind.FILE, str(report))
        await library.add([ReadResult(source, (read,))], actor="t", note="add")
        answerer = Answerer(
            articles=library, composer=ExtractiveComposer(embedder), link=ArticleLinks()
        )
        wrong = {}
        for question, words in CARNEY.items():
            reply = await answerer.reply(Question(question, id="q"))
            first = reply.citations[0].quote.text if isinstance(reply, Answer) else str(reply)[-60:]
            if words not in first:
                wrong[question] = first
        cup = await answerer.reply(Question("Who won the Stanley Cup?", id="q"))
    finally:
        await libraries.close()
        await reader.close()

    assert wrong == {}
    assert isinstance(cup, Refusal)
