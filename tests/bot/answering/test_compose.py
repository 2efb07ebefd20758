from collections.abc import Sequence

import pytest

from bot.answering.compose import ExtractiveComposer, Ranked, in_reading_order
from bot.answering.engine import Answerer
from bot.answering.evidence import offer_evidence
from bot.answering.features import gather_candidates, measure
from bot.answering.models import Answer, Question, Refusal, Reply
from bot.answering.question import read_question
from index.embedding import Embedder
from index.minilm import load_minilm
from index.model.files import DIMENSION, FINGERPRINT
from index.models import Article
from tests.fakes.answering import ArticlesInMemory, WordEncoder, no_link, passages_of

TOWN = Article(
    "town",
    "Skerry town news",
    """# Harbour

## Ferry

The ferry to Skerry leaves at 8 a.m. from the east pier. A ticket costs £4 for adults.
If the wind is too strong, a ticket will cost £2 more on the mail boat.

## Election

Photo: Ada Quill

The Reds won 31 seats on Sunday, two shy of a majority, while Bram Otter lost in Gull Ward.
They had promised a new pier. Who will build it?
Reporters asked how many seats the Reds would win.

* Skerry election results
* Ada Quill became mayor in May 2029.
* Ada Quill became the mayor of Skerry in May 2029.

On June 3, Ada Quill said that the pier would "never be finished". On June 9, she opened it.

The lighthouse was built by Jonas Finch. The lighthouse was closed in 1998.
""",
    published_at="2030-06-10",
)
FAIR = Article("fair", "Oar fair", "The golden oar went to Mina Sands at the oar fair in July.")


@pytest.fixture(scope="module")
def encoder() -> Embedder:
    return Embedder(load_minilm(), fingerprint=FINGERPRINT, dimension=DIMENSION)


async def ask(encoder: Embedder | WordEncoder, text: str, *articles: Article) -> Reply:
    answerer = Answerer(
        articles=ArticlesInMemory(articles or (TOWN, FAIR)),
        composer=ExtractiveComposer(encoder),
        link=no_link,
    )
    return await answerer.reply(Question(text, "q"))


def quotes_of(reply: Reply) -> Sequence[str]:
    assert isinstance(reply, Answer), reply
    return [citation.quote.text for citation in reply.citations]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many seats did the Reds win?", "31 seats"),
        ("how many seats did the reds get", "31 seats"),
        ("Who lost in Gull Ward?", "Bram Otter"),
        ("who got beaten in gull ward", "Bram Otter"),
        ("When does the ferry to Skerry leave?", "8 a.m."),
        ("How much is a ferry ticket for adults?", "£4 for adults"),
        ("what does a ticket cost", "£4 for adults"),
        ("What did Ada Quill say on June 3?", "never be finished"),
        ("what happened on june 9", "opened it"),
        ("When did Ada Quill become mayor?", "May 2029"),
        ("Who built the lighthouse?", "Jonas Finch"),
        ("In what year was the lighthouse closed?", "1998"),
        ("who got the golden oar", "Mina Sands"),
    ],
)
async def test_the_first_citation_answers(encoder: Embedder, question: str, words: str) -> None:
    assert words in quotes_of(await ask(encoder, question))[0]


@pytest.mark.parametrize(
    "question",
    [
        "Who won the Stanley Cup?",
        "What is the capital of Mongolia?",
        "how do i reset my password",
        "When was the telescope invented?",
        "How many seats did the Reds win in 2019?",
    ],
)
async def test_what_the_articles_do_not_say_is_refused(encoder: Embedder, question: str) -> None:
    assert isinstance(await ask(encoder, question), Refusal)


async def test_a_question_of_two_parts_gets_both_best_first(encoder: Embedder) -> None:
    reply = await ask(encoder, "Who built the lighthouse and who got the golden oar at the fair?")

    quotes = " ".join(quotes_of(reply))
    assert "Jonas Finch" in quotes
    assert "Mina Sands" in quotes


async def test_a_sentence_is_not_said_twice(encoder: Embedder) -> None:
    quotes = quotes_of(await ask(encoder, "When did Ada Quill become mayor of Skerry?"))

    assert sum("became" in quote for quote in quotes) == 1


def test_the_best_sentence_stands_first_and_the_others_in_reading_order() -> None:
    boats = Article("boats", "Boats", "One left. Two left. Three left. Four left.")
    cars = Article("cars", "Cars", "Five left.")
    evidence = offer_evidence([*passages_of(cars), *passages_of(boats)], salt="q")
    five, one, two, three, four = (
        Ranked(candidate, measure(read_question("who left", {}), candidate, 0.5), 0.0)
        for candidate in gather_candidates(evidence)
    )

    ordered = in_reading_order([three, five, four, one])

    assert [r.candidate.evidence.text[:4] for r in ordered] == ["Thre", "One ", "Four", "Five"]
    assert in_reading_order([two]) == [two]


@pytest.mark.parametrize("label", ["Photo: Ada Quill", "Who will build it?", "election results"])
async def test_labels_and_questions_are_no_answers(encoder: Embedder, label: str) -> None:
    reply = await ask(encoder, "Who is Ada Quill and what are the Skerry election results?")

    assert all(label not in quote for quote in quotes_of(reply))


async def test_when_the_encoder_is_away_words_decide_and_the_reader_is_told() -> None:
    reply = await ask(WordEncoder(broken=True), "Who lost in Gull Ward?")

    assert "Bram Otter" in quotes_of(reply)[0]
    assert reply.notice
    assert "not meanings" in reply.notice


async def test_words_alone_still_refuse_what_is_not_there() -> None:
    reply = await ask(WordEncoder(broken=True), "Who won the Stanley Cup?")

    assert isinstance(reply, Refusal)
    assert reply.notice


async def test_a_sentence_is_encoded_once_while_it_is_remembered() -> None:
    encoder = WordEncoder()
    composer = ExtractiveComposer(encoder)
    answerer = Answerer(articles=ArticlesInMemory([TOWN]), composer=composer, link=no_link)

    for _ in range(2):
        await answerer.reply(Question("Who lost in Gull Ward?", "q"))

    sentences = [text for text in encoder.encoded if text != "Who lost in Gull Ward?"]
    assert len(sentences) == len(set(sentences))
    assert len(encoder.encoded) - len(sentences) == 2


async def test_few_sentences_are_encoded_for_a_question() -> None:
    encoder = WordEncoder()
    text = "\n\n".join(f"Boat number {n} left the harbour at dawn." for n in range(400))

    await ask(encoder, "Which boat left the harbour?", Article("b", "Boats", text))

    assert len(encoder.encoded) <= 20
