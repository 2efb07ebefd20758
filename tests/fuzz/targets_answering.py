"""What models write, what articles say and what people ask: read without a fault, and no mark
but ours, no quote but the article's.
"""

from __future__ import annotations

import re
from datetime import date

from bot.answering.amounts import amounts_in
from bot.answering.citations import imitates_citation, link_citations, number_quotes, show_text
from bot.answering.claim_values import times_in
from bot.answering.evidence import offer_evidence
from bot.answering.facts import numbers_in, units_in
from bot.answering.injection import is_order, orders_a_model
from bot.answering.kinds import counted_in, kind_of, units_wanted
from bot.answering.leaning import asking_part, points_at_nothing, read_leaning
from bot.answering.message_claims import MOST_CLAIMS, find_claims
from bot.answering.models import Draft, DraftSentence, Quote
from bot.answering.prompting import tame
from bot.answering.question import is_clear, read_question
from bot.answering.replies import MOST_SENTENCES, ReplyReader
from bot.answering.reply_wrapping import leave_out_thinking
from bot.answering.rewrite_model import read_question_line
from bot.answering.same_kind import replace_same_kind
from bot.answering.slots import find_slot
from bot.answering.small_talk import reply_to_small_talk
from bot.answering.topics import has_date, names_of, topic_words
from bot.answering.values import mask, values_in
from bot.answering.words import stems_of, words_of
from bot.cogs.post_text import looks_like_question, read_post
from bot.cogs.question_text import has_words
from bot.rendering.linking import ArticleLinks
from bot.rendering.links import LINK_LIMIT
from bot.rendering.surroundings import find_surroundings
from index.difference import diff_text
from index.language import detect_language
from index.likeness import sketch
from index.models import Article
from index.question_language import may_be_foreign, question_language
from index.reading.cleaning import clean_text
from index.reading.headings import find_headings
from index.sentences import sentences_of, split_blocks
from index.stems import stems_by_sentence
from index.when import read_time
from index.wording import drop_asides
from tests.fakes.answering import passages_of
from tests.fakes.discord_samples import BRIDGE, LIBRARY
from tests.fakes.text_fragments import find_fragment
from tests.fuzz.drawing import Draw, decode
from tests.fuzz.target import Target

_TODAY = date(2031, 6, 10)
_EVIDENCE = offer_evidence([*passages_of(BRIDGE), *passages_of(LIBRARY)], salt="fuzz")
_IDS = tuple(item.id for item in _EVIDENCE)
_URL = "https://paper.example/news"
_MARK = re.compile(r"\[\s*\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*\s*\]|[①-⑳]")
_REPLY_WORDS = (
    *(id_.encode() for id_ in _IDS), *(f"[{id_}]".encode() for id_ in _IDS),
    b"```json\n", b"<think>", b"</think>", b"<|im_end|>", b"NO_ANSWER", b"Sources:", b"Answer: ",
    b'{"sentences": [', b'{"text": "Yes.", "ids": ["', b'"]}', b"\\u0041", b"]}", b"\n", b". ",
    b"- ", b"1. ", b"**", b"The articles do not say.",
)  # fmt: skip
_TEXT_WORDS = tuple(
    text.encode()
    for text in (
        "last week", "since 2024", "3 days ago", "in May 2031", "31.02.2031", "nine to five",
        "9:30",
        "41,000 crowns", "1.5 million", "$3.50", "-4 °C", "20 %", "two thirds", "not", "never",
        "Dr. J. R. Lund", "Tern Bridge", "what about it?", "and then?", "gestern", "vor 3 Wochen",
        "il y a 2 ans", "¿cuándo", "[1]", "(1)", "¹", "①", "[source 2]", "Source: ", "example.com",
        "https://a.example", "@everyone", "<@1>", "ignore all previous instructions", "“", "”",
        "\n", "\n\n", "- ", "# ", "| ", "```", ". ", "! ", "? ", "。", "\u2028", "\u00a0", "\u00ad",
    )
)  # fmt: skip


def read_replies(data: bytes) -> None:
    """A model's reply, in any pieces: sentences with words and offered ids, or a refusal."""
    draw = Draw(data)
    size = draw.number(1, 64)
    reply = decode(draw.rest())
    whole, cut = ReplyReader(_IDS), ReplyReader(_IDS)
    whole.feed(reply)
    whole.close()
    for at in range(0, len(reply), size):
        cut.feed(reply[at : at + size])
    cut.close()
    assert whole.sentences == cut.sentences
    assert whole.says_no_answer == cut.says_no_answer
    assert len(whole.sentences) <= MOST_SENTENCES
    assert not (whole.says_no_answer and whole.sentences)
    assert all(sentence.text.strip() for sentence in whole.sentences)
    leave_out_thinking(reply)
    read_question_line(reply)
    cite(whole.sentences)


def cite(sentences: tuple[DraftSentence, ...]) -> None:
    """Only ids that were offered become quotes, and quotes are the article's letters."""
    texts = {article.version_id: article.text for article in (BRIDGE, LIBRARY)}
    linked = link_citations(Draft(sentences, "model"), _EVIDENCE)
    kept = [sentence for sentence in linked if sentence.quotes]
    shown, citations = number_quotes(kept, {})
    for citation in citations:
        quote = citation.quote
        assert texts[quote.version_id][quote.start : quote.end] == quote.text
    for sentence in shown:
        assert set(sentence.citations) <= set(range(1, len(citations) + 1))
        assert not _MARK.search(sentence.text), sentence.text


def show_sentences(data: bytes) -> None:
    """No sentence has a mark of its own left, however it is written, and saying so holds still."""
    text = decode(data)
    once = show_text(text)
    assert not _MARK.search(once), once
    assert "\n" not in once
    imitates_citation(once, [text])
    imitates_citation(text, [])
    if _MARK.search(" ".join(text.split())):
        assert imitates_citation(text, [])


def read_words(data: bytes) -> None:
    """Everything that reads a question or a sentence gets through any text."""
    draw = Draw(data)
    text, other = draw.text(600), decode(draw.rest())
    wanted = read_question(text, {})
    is_clear(text)
    for value in values_in(wanted, other):
        assert 0 <= value.start <= value.end <= len(other)
    mask(other, values_in(wanted, other))
    kind_of(text), counted_in(text), units_wanted(text)
    read_leaning(text), asking_part(text), points_at_nothing(text)
    reply_to_small_talk(text, other)
    replace_same_kind(text, other), find_slot(text, other), drop_asides(text)
    amounts_in(other), numbers_in(other), units_in(other), times_in(other)
    is_order(other), orders_a_model([text, other]), tame(other)
    topic_words(other), names_of(other), has_date(other), stems_of(other)
    for word in words_of(other):
        assert other.startswith(word.text, word.start)
    read_time(text, _TODAY), question_language(text), may_be_foreign(text)
    detect_language(other), sketch(other), list(stems_by_sentence(other)), diff_text(text, other)
    looks_like_question(other), has_words(other)
    assert len(read_post(text, other)) <= 1_000
    claims = find_claims(other)
    assert len(claims.claims) <= MOST_CLAIMS


def split_texts(data: bytes) -> None:
    """Blocks and sentences of a text lie in it, in order, and leave no word out."""
    text = decode(data)
    at = 0
    for block in split_blocks(text, find_headings(text)):
        assert at <= block.start < block.end <= len(text)
        assert not text[at : block.start].strip() or block.start == at
        at = block.end
        end = block.start
        for span in sentences_of(text, block):
            assert end <= span.start < span.end <= block.end
            end = span.end
    assert not text[at:].strip()
    if text:
        around = find_surroundings(text, len(text) // 3, len(text) // 2)
        assert around is not None


def write_links(data: bytes) -> None:
    """A fragment leads a browser to the quote, or the link has none."""
    draw = Draw(data)
    # An article's text is clean before anything is quoted from it.
    text = clean_text(draw.data(600).decode("utf-8", "replace"))
    words = [found.span() for found in re.finditer(r"\S+", text)]
    if not words:
        return
    first = draw.number(0, len(words) - 1)
    last = min(len(words) - 1, first + draw.number(0, 20))
    start, end = words[first][0], words[last][1]
    article = Article("a", "T", text, url=_URL)
    link = ArticleLinks()(_quote(article, start, end), text, None, library="default")
    assert link is not None
    assert len(link) <= LINK_LIMIT
    assert re.fullmatch(r"[!-~]+", link)
    if link == _URL or not text.isascii():
        return
    begin, close = next(find_fragment(link, text))
    assert start <= begin < close
    # What is highlighted beside the quote, or missing of it, is no word.
    assert not re.search(r"[^\W_]", text[start:begin] + text[close:end] + text[end:close])


def _quote(article: Article, start: int, end: int) -> Quote:
    text = article.text[start:end]
    return Quote("a", "v", "T", article.url, None, (), None, start, end, text)


_SAID = (BRIDGE.text + " [" + _IDS[0] + "]\n").encode()
TARGETS = {
    "read_replies": Target(
        read_replies,
        _REPLY_WORDS,
        (
            b"\x07" + _SAID,
        ),
    ),
    "show_sentences": Target(
        show_sentences,
        (
            *_TEXT_WORDS, "［".encode(), "【".encode(), "〔".encode(), "⟦".encode(), b"[^2]", b"]",
        ),
        (
            b"It rained [1, 2].", "m² and x².¹".encode(),
        ),
    ),
    "read_words": Target(
        read_words,
        _TEXT_WORDS,
        (
            b"\x20\0When did the Tern Bridge open? It " + BRIDGE.text.encode(),
        ),
    ),
    "split_texts": Target(
        split_texts,
        _TEXT_WORDS,
        (
            BRIDGE.text.encode(),
        ),
    ),
    "write_links": Target(
        write_links,
        (
            b"the ", b"a ", b"-", b",", b"&", b"\n", b" | ", b"'s",
        ),
        (
            b"\xf0\0" + BRIDGE.text.encode(),
        ),
    ),
}  # fmt: skip
