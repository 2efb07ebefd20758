"""Small answers and refusals to render and send, with real offsets in real texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.models import (
    Answer,
    AnswerSentence,
    Citation,
    Question,
    Quote,
    Reason,
    Refusal,
)
from bot.rendering.linking import ArticleLinks
from index.models import Article, Passage

BRIDGE = Article(
    id="bridge-reopens",
    title="Tern Bridge opens again after nine weeks",
    text=(
        "The Tern Bridge opened again on Tuesday.\n\n"
        "The repair took nine weeks and cost 41,000 crowns. "
        "Carts may cross at walking pace until the new railing stands. "
        "The ferry runs its last free trip on Sunday."
    ),
    published_at="2031-06-10",
    url="https://gullmarrow.example/news/tern-bridge",
    publisher="The Gullmarrow Lantern",
)
LIBRARY = Article(
    id="library-hours",
    title="New hours at the reading room",
    text="From July the reading room opens at nine. On Saturdays it closes at noon.",
    published_at="2031-06",
    url="https://gullmarrow.example/news/reading-room",
    publisher="The Gullmarrow Lantern",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer and the article spans, by their text, that it stands on."""

    text: str
    proofs: tuple[tuple[Article, str], ...]


def make_answer(claims: Sequence[Claim], *, asked: str = "When did the bridge open?") -> Answer:
    """An answer whose quotes stand in their articles; equal quotes share a number."""
    numbers: dict[tuple[str, str], int] = {}
    citations: list[Citation] = []
    sentences = []
    for claim in claims:
        marks = []
        for article, text in claim.proofs:
            key = (article.version_id, text)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                citations.append(cite(numbers[key], article, text))
            marks.append(numbers[key])
        sentences.append(AnswerSentence(claim.text, tuple(dict.fromkeys(marks))))
    return Answer(
        question=Question(asked, "q1"),
        edition=3,
        sentences=tuple(sentences),
        citations=tuple(citations),
        passages=(),
        model="extractive",
    )


def cite(number: int, article: Article, text: str) -> Citation:
    """A citation of the first place where ``text`` stands in the article."""
    start = article.text.index(text)
    end = start + len(text)
    quote = Quote(
        article_id=article.id,
        version_id=article.version_id,
        title=article.title,
        url=article.url,
        published_at=article.published_at,
        authors=article.authors,
        publisher=article.publisher,
        start=start,
        end=end,
        text=text,
    )
    link = ArticleLinks()(quote, article.text, article.page, library="default")
    return Citation(number, quote, link)


def quoting(*proofs: tuple[Article, str], asked: str = "When did the bridge open?") -> Answer:
    """An extractive answer: each sentence is its quote."""
    return make_answer([Claim(text, ((article, text),)) for article, text in proofs], asked=asked)


def bridge_answer() -> Answer:
    """Three sentences from two articles."""
    return quoting(
        (BRIDGE, "The Tern Bridge opened again on Tuesday."),
        (BRIDGE, "The repair took nine weeks and cost 41,000 crowns."),
        (LIBRARY, "On Saturdays it closes at noon."),
    )


def refusal(reason: Reason, *articles: Article, asked: str = "Who won?") -> Refusal:
    """A refusal whose nearest passages are the articles as a whole."""
    return Refusal(Question(asked, "q1"), 3, reason, tuple(map(as_passage, articles)))


def as_passage(article: Article) -> Passage:
    """The whole article as one passage."""
    return Passage(
        chunk_id=f"chunk-{article.id}",
        article_id=article.id,
        version_id=article.version_id,
        title=article.title,
        url=article.url,
        published_at=article.published_at,
        authors=article.authors,
        publisher=article.publisher,
        heading="",
        start=0,
        end=len(article.text),
        text=article.text,
        sentences=(),
        score=0.5,
        cosine=0.5,
        bm25=1.0,
    )
