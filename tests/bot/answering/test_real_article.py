"""The questions that a real article must answer, in several wordings each."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.answering.compose import ExtractiveComposer
from bot.answering.engine import Answerer
from bot.answering.models import Answer, Question, Refusal, Reply
from index.embedding import Embedder
from index.libraries import Libraries
from index.minilm import load_minilm
from index.model.files import DIMENSION, FINGERPRINT
from index.reading import Reader
from index.sources import read_upload
from index.word_pieces import load_word_pieces
from tests.fakes.answering import no_link
from tests.fakes.shared import shared_path

WANTED = {
    "March 28": [
        "When did the two first speak after Carney took office?",
        "When did Carney and Trump first speak after Carney became prime minister?",
        "when did carney and trump first talk after carney became pm",
        "whens the first time trump n carney spoke after he became pm",
        "what day was the first call between trump and carney after he took office?",
    ],
    "$30 billion": [
        "How much does the levy cover?",
        "how much stuff does the levy cover",
        "What is the value of the American products covered by the levy?",
        "How much in U.S. goods does Canada's 25% levy cover?",
    ],
    "169 seats": [
        "How many seats did the Liberals win?",
        "how many seats did the libs get",
        "What number of seats did the Liberal Party win?",
        "seats won by the liberals?",
    ],
    "Poilievre lost in Carleton": [
        "Who lost in Carleton?",
        "who lost carleton",
        "Who was defeated in Carleton?",
        "who got beaten in carleton?",
        "Which leader lost his seat in Carleton?",
    ],
    "On April 23": [
        "What did Trump claim on April 23?",
        "what did trump say on april 23",
        "whatd trump say about canada on apr 23",
        "On April 23, what did President Trump claim would happen to Canada?",
    ],
}
NOT_THERE = [
    "Who won the Stanley Cup?",
    "who won the stanley cup this year",
    "What is the capital of Mongolia?",
    "How do I reset my password?",
    "who is the mayor of toronto",
    "How old is Carney?",
]


async def ask_all(folder: Path, article: Path) -> dict[str, Reply]:
    """Every question put to a library that holds this article alone."""
    embedder = Embedder(load_minilm(), fingerprint=FINGERPRINT, dimension=DIMENSION)
    libraries = Libraries(folder, embedder=embedder, count=load_word_pieces().count)
    reader = Reader()
    try:
        await libraries.open(on_notice=print)
        library = libraries.library("default")
        read = await read_upload(article.name, article.read_bytes(), reader=reader)
        await library.add([read], actor="test", note="add")
        answerer = Answerer(articles=library, composer=ExtractiveComposer(embedder), link=no_link)
        questions = [q for wordings in WANTED.values() for q in wordings] + NOT_THERE
        return {q: await answerer.reply(Question(q, "q")) for q in questions}
    finally:
        await reader.close()
        await libraries.close()


@pytest.fixture(scope="module")
def replies(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Reply]:
    article = shared_path("seeds/carney-trump-meeting.txt")
    return asyncio.run(ask_all(tmp_path_factory.mktemp("data"), article))


@pytest.mark.parametrize(("words", "question"), [(w, q) for w, qs in WANTED.items() for q in qs])
def test_the_first_citation_quotes_the_right_sentence(
    replies: Mapping[str, Reply], words: str, question: str
) -> None:
    reply = replies[question]

    assert isinstance(reply, Answer)
    assert words in reply.citations[0].quote.text


@pytest.mark.parametrize("question", NOT_THERE)
def test_what_the_article_does_not_say_is_refused(
    replies: Mapping[str, Reply], question: str
) -> None:
    assert isinstance(replies[question], Refusal)
