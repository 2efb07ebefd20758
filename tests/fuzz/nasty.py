"""Texts that make careless code slow, and everything that reads a text of strangers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from itertools import chain
from typing import Any

from bot.answering import reply_lines, reply_refusals, reply_wrapping
from bot.answering.amounts import amounts_in
from bot.answering.citations import imitates_citation, show_text
from bot.answering.claim_values import times_in
from bot.answering.facts import names_in, numbers_in, units_in
from bot.answering.features import is_noise
from bot.answering.injection import is_order, orders_a_model
from bot.answering.kinds import counted_in, kind_of, units_wanted
from bot.answering.leaning import asking_part, points_at_nothing, read_leaning
from bot.answering.message_claims import find_claims
from bot.answering.message_text import read_message
from bot.answering.models import Quote
from bot.answering.prompting import tame
from bot.answering.question import is_clear, read_question
from bot.answering.replies import ReplyReader
from bot.answering.rewrite_model import may_stand_for, read_question_line
from bot.answering.same_kind import replace_same_kind
from bot.answering.slots import find_slot
from bot.answering.small_talk import reply_to_small_talk
from bot.answering.topics import has_date, names_of, topic_words
from bot.answering.values import values_in
from bot.answering.verify import find_fault
from bot.answering.words import stems_of, words_of
from bot.cogs.post_text import looks_like_question, read_post
from bot.cogs.question_text import has_words
from bot.reader.markup import lay_out, to_markup
from bot.rendering import text as texts
from bot.rendering.dates import readable_date
from bot.rendering.linking import ArticleLinks, blocks_of
from bot.rendering.links import safe_url
from bot.rendering.page_search import SearchablePage
from bot.rendering.surroundings import find_surroundings
from bot.since import read_since
from index.chunking import chunk_article
from index.difference import diff_text
from index.language import detect_language
from index.likeness import sketch
from index.likeness import words_of as likely_words
from index.models import Article, Span
from index.page_signs import plain_words
from index.question_language import may_be_foreign, question_language
from index.reading import cleaning, decoding
from index.reading.file_names import date_in, humanise
from index.reading.front_matter import split_front_matter
from index.reading.headings import find_headings
from index.reading.listing import sniff_listing
from index.reading.markdown import read_markdown
from index.reading.pdf_lines import join_pages
from index.reading.shortcodes import drop_shortcodes
from index.schedules import ScheduleError, parse_schedule
from index.sentences import split_blocks, split_sentences
from index.stems import stems_by_sentence
from index.suspicion import find_suspicions
from index.when import read_time
from index.wording import drop_asides
from tests.fakes.embedding import count_words

_TODAY = date(2031, 6, 10)
_QUESTION, _REPLY, _MESSAGE, _LINE = 1_000, 20_000, 6_000, 2_000

FAMILIES = tuple(
    chain(
        " \t\n-—.,;:!?'\"“’([{<#*_`~|\\/@&=+^%$0aA",
        ("\u00a0", "\u200b", "\u0301", "é", "日", "٣", "\U0001f600", "\u2028", "\ud800", "\x00"),
        ("a ", "A ", "a.", "A. ", "a-", "a'", "1,", "1.", "1 ", "1-", "1:", "0x", "1 000 ", "$1 "),
        ("and ", "not ", "the ", "of the ", "Dr. ", "in May ", "last ", "3 days ", "who ", "is "),
        (
            "[a",
            "(a",
            "[1",
            "[1]",
            "(1)",
            "<a",
            "</",
            "<!--",
            "&#",
            "http://",
            "www.a",
            "a.b.",
            "a@",
        ),
        (
            "\n\n",
            " \n",
            "\n#",
            "\n> ",
            "\n- ",
            "\n1. ",
            "| a ",
            "```\n",
            "**a",
            "](",
            "![",
            "{{",
            "---\n",
        ),
        ("Tern ", "Tern Bridge ", "“a” ", "a, b ", "a; ", "ignore all ", "system: ", "e1234 "),
    )
)
"""What is repeated; each is also tried behind a word, and with a stroke at its end."""


def _fault(text: str) -> None:
    quote = Quote("a", "v", "T", None, None, (), None, 0, len(text), text)
    find_fault(f"{text[:-2]}.", [quote])
    find_fault("The pier is closed.", [quote])


def _link(text: str) -> None:
    article = f"The pier is closed. {text}\nIt rains."
    quote = Quote("a", "v", "T", "https://a.example", None, (), None, 0, len(article), article)
    ArticleLinks()(quote, article, None, library="default")


def _reply(text: str) -> None:
    reader = ReplyReader(("e1234",))
    reader.feed(text)
    reader.close()


def _schedule(text: str) -> None:
    with suppress(ScheduleError):
        parse_schedule(text)


def _lay_out(text: str) -> None:
    lay_out(text, Span(0, len(text)), None, ())


READERS: Mapping[str, tuple[Callable[[str], Any], int | None]] = {
    # What articles say; as long as they come.
    "clean_text": (cleaning.clean_text, None),
    "clean_title": (cleaning.clean_title, None),
    "clean_date": (cleaning.clean_date, None),
    "clean_url": (cleaning.clean_url, None),
    "declared_charset": (
        lambda t: decoding.declared_charset(t.encode("utf-8", "replace"), t, is_html=True),
        None,
    ),
    "decode": (lambda t: decoding.decode(t.encode("utf-8", "replace").replace(b"\0", b"?")), None),
    "file_names": (lambda t: (humanise(t), date_in(t)), None),
    "split_front_matter": (lambda t: split_front_matter(f"---\na: {t}"), None),
    "find_headings": (find_headings, None),
    "sniff_listing": (lambda t: sniff_listing(t.encode("utf-8", "replace")), None),
    "read_markdown": (read_markdown, None),
    "join_pages": (lambda t: join_pages([t.split("\n")]), None),
    "drop_shortcodes": (drop_shortcodes, None),
    "split_blocks": (split_blocks, None),
    "split_sentences": (lambda t: split_sentences(t, 0, len(t)), None),
    "chunk_article": (lambda t: chunk_article(Article("a", "T", f"x {t}"), count_words), None),
    "diff_text": (lambda t: diff_text(t, f"{t[: len(t) // 2]} x {t[len(t) // 2 :]}"), None),
    "detect_language": (detect_language, None),
    "sketch": (lambda t: sketch(likely_words(t[:200], t)), None),
    "plain_words": (plain_words, None),
    "stems_by_sentence": (lambda t: list(stems_by_sentence(t)), None),
    "find_suspicions": (
        lambda t: find_suspicions(
            Article("a", "T", f"x {t}"), Article("a", t[:200] or "x", f"y {t}"), fetched=True
        ),
        None,
    ),
    "find_surroundings": (lambda t: find_surroundings(t, len(t) // 3, len(t) // 2), None),
    "lay_out": (_lay_out, None),
    "to_markup": (to_markup, None),
    "blocks_of": (blocks_of, None),
    "SearchablePage": (lambda t: SearchablePage([t]).letters.text, None),
    "link": (_link, None),
    # What is shown.
    "clean": (texts.clean, None),
    "escape": (lambda t: texts.escape(texts.clean(t)), None),
    "shorten": (lambda t: texts.shorten(t, 300), None),
    "shorten_lines": (lambda t: texts.shorten_lines(t, 300), None),
    "plain_line": (lambda t: texts.plain_line(t, 100), None),
    "quiet_line": (lambda t: texts.quiet_line(t, 100), None),
    "link_label": (lambda t: texts.link_label(t, 100), None),
    "code_line": (lambda t: texts.code_line(t, 100), None),
    "name_commands": (texts.name_commands, None),
    "without_mark_likes": (texts.without_mark_likes, None),
    "readable_date": (readable_date, None),
    "safe_url": (safe_url, None),
    # Sentences of passages, and what models write.
    "show_text": (show_text, None),
    "imitates_citation": (lambda t: imitates_citation(t, [t[:-1]]), None),
    "find_fault": (_fault, None),
    "words_of": (words_of, None),
    "stems_of": (stems_of, None),
    "amounts_in": (amounts_in, None),
    "numbers_in": (numbers_in, None),
    "units_in": (units_in, None),
    "times_in": (times_in, None),
    "names_in": (lambda t: names_in(words_of(t)), None),
    "is_noise": (is_noise, None),
    "is_order": (is_order, None),
    "orders_a_model": (lambda t: orders_a_model([t, "It rains."]), None),
    "tame": (tame, None),
    "values_in": (
        lambda t: values_in(read_question("How many crowns did the pier cost?", {}), t),
        None,
    ),
    "topics": (lambda t: (topic_words(t), names_of(t), has_date(t)), None),
    "replies": (_reply, _REPLY),
    "reply_lines": (
        lambda t: (
            reply_lines.clean_line(t),
            reply_lines.read_line(t, ("e1234",)),
            reply_lines.is_finished(t),
        ),
        _REPLY,
    ),
    "reply_refusals": (
        lambda t: (reply_refusals.says_no_answer(t), reply_refusals.denies(t)),
        _LINE,
    ),
    "leave_out_thinking": (reply_wrapping.leave_out_thinking, _REPLY),
    "read_question_line": (read_question_line, _REPLY),
    # What members write.
    "find_claims": (find_claims, _MESSAGE),
    "read_message": (read_message, _MESSAGE),
    "read_post": (
        lambda t: (looks_like_question(t), read_post(t[:100], t), has_words(t)),
        _MESSAGE,
    ),
    "read_question": (
        lambda t: (read_question(t, {}), is_clear(t), kind_of(t), counted_in(t), units_wanted(t)),
        _QUESTION,
    ),
    "leaning": (lambda t: (read_leaning(t), asking_part(t), points_at_nothing(t)), _QUESTION),
    "small_talk": (lambda t: reply_to_small_talk(t, t), _QUESTION),
    "find_slot": (lambda t: (find_slot(t, f"{t} x"), replace_same_kind(t, f"{t} x")), _QUESTION),
    "may_stand_for": (lambda t: may_stand_for(t, f"{t} x", ()), _QUESTION),
    "drop_asides": (drop_asides, _QUESTION),
    "read_time": (lambda t: read_time(t, _TODAY), _QUESTION),
    "question_language": (lambda t: (question_language(t), may_be_foreign(t)), _QUESTION),
    "read_since": (lambda t: read_since(t, _TODAY), None),
    "parse_schedule": (_schedule, None),
}
"""Each with the most characters that it is ever given; None: a text of any length."""
