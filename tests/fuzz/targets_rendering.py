"""What is shown: no title, question or quote gets out of its place, and Discord takes it all."""

from __future__ import annotations

import re
from dataclasses import replace

import discord

from bot.answering.models import Answer, Difference, Reason
from bot.cogs.layout import build_view
from bot.rendering.answer import CARDS_LIMIT, render_reply, render_unfinished
from bot.rendering.articles import Browsed, render_article, render_articles, render_reading
from bot.rendering.audit import render_audit_page
from bot.rendering.history import render_audit, render_history, render_rollback
from bot.rendering.links import safe_url, short_url
from bot.rendering.parts import CARD_LIMIT, Card
from bot.rendering.reply_actions import Shown
from bot.rendering.text import (
    clean,
    clean_line,
    code_line,
    escape,
    link_label,
    measure,
    plain_line,
    quiet_line,
    shorten,
    shorten_lines,
    unescape,
    without_isolates,
)
from bot.state.cited import Citing
from index.article_list import ArticleInfo, ArticleLine, ArticleList, VersionLine
from index.models import Article, EditionInfo, Source, SourceKind
from index.records import AuditEntry
from tests.fakes.discord_markdown import find_active, shown
from tests.fakes.discord_payloads import COMPONENTS_V2
from tests.fakes.discord_rules import find_pings, find_violations
from tests.fakes.discord_samples import Claim, make_answer, refusal
from tests.fuzz.drawing import Draw, decode
from tests.fuzz.target import Target

_SHOWN = Shown("0" * 16)
_HOST = "https://paper.example/"
_LINKED = re.compile(r"(?<!\\)\]\((\S*?)\)")
_DIFFER = "**The articles differ:** "
_WORDS = tuple(
    text.encode("utf-8")
    for text in (
        "@everyone", "@here", "<@1>", "<@&1>", "<#1>", "</a:1>", "<t:1>", "<id:guide>", "<a:x:1>",
        "[a](https://evil.example)", "](https://evil.example)", "https://evil.example", "[1]",
        "discord.gg/x", "||", "**", "__", "```", "`", "~~", "\n# ", "\n-# ", "\n> ", "\n- ",
        "\n1. ", "\\", "&amp;", "&#64;", ":smile:", "\u202e", "\u2066", "\u200b", "\u200d",
        "\u0301",
        "\u2028", "\r", "\u3164", "\U0001f468\u200d\U0001f469", "\U0001f1e9\U0001f1ea", "ا", "ß",
        "\ufdd0", "\U000e0041", "［", "word " * 40,
    )
)  # fmt: skip


def clean_texts(data: bytes) -> None:
    """Each way of making a text harmless keeps its limit, its line, and its letters."""
    draw = Draw(data)
    limit = draw.number(1, 200)
    text = decode(draw.rest())
    once = clean(text)
    assert clean(once) == once
    assert unescape(escape(once)) == once
    harmless = escape(once)
    assert not find_active(harmless), harmless
    assert shown(harmless).split() == once.replace("\u200b", "").split()
    for write in (shorten, plain_line, quiet_line, code_line, link_label):
        line = write(text, limit)
        assert measure(line) <= limit
        assert line == clean_line(line) or "\u200b" in line
    assert measure(shorten_lines(text, limit)) <= limit
    label = link_label(text, limit)
    assert not find_active(label), label
    assert not re.search(r"[\[\]]|://", label)
    assert "```" not in code_line(text, limit)


def render_answers(data: bytes) -> None:
    """An answer of any sentences from articles of any titles."""
    draw = Draw(data)
    answer = _answer(draw)
    show_question = draw.flag()
    cards = render_reply(answer, shown=_SHOWN, show_question=show_question)
    assert 1 <= len(cards) <= CARDS_LIMIT
    for number, card in enumerate(cards):
        asked = number == 0 and (show_question or answer.asked_as is not None)
        _check_card(card)
        *texts, _ = card.blocks[asked and bool(clean_line(answer.question.text)) :]
        marks = {int(n) for n in re.findall(r"(?<!\\)\[(\d+)\]", card.text)}
        assert marks <= {citation.number for citation in answer.citations}
        for text in texts:
            if text.startswith(_DIFFER) or re.search(r"(?<!\\)\[\d+\]\Z", text):
                _check_plain(text)
    _check_card(render_unfinished(answer))


def render_refusals(data: bytes) -> None:
    """A refusal of any question, with the nearest articles of any titles."""
    draw = Draw(data)
    asked = draw.text(300)
    articles = [_article(draw, number) for number in range(draw.number(0, 3))]
    reply = refusal(draw.one_of(list(Reason)), *articles, asked=asked or "?")
    reply = replace(reply, notice=draw.text(100) or None, asks_back=draw.text(100) or None)
    for moderator in (False, True):
        for card in render_reply(reply, shown=_SHOWN, for_moderator=moderator):
            _check_card(card)


def render_lists(data: bytes) -> None:
    """Lists of articles, editions and deeds, with any names and reasons."""
    draw = Draw(data)
    names = {"1": draw.text(100), "2": draw.text(100)}
    lines = tuple(
        ArticleLine(f"a{n}", draw.text(), draw.text(20), draw.text(100), _url(draw), draw.text(50))
        for n in range(draw.number(0, 8))
    )
    found = ArticleList(lines, 0, draw.number(1, 3), len(lines))
    keys = [line.article_id for line in lines]
    _check_card(render_articles(found, keys, Browsed(draw.text(100), draw.flag())))
    line = ArticleLine("a1", draw.text(), draw.text(20), draw.text(100), _url(draw), draw.text(50))
    versions = (VersionLine("0" * 32, 1, "2031-06-10T00:00:00+00:00"),)
    source = Source(SourceKind.FILE, draw.text(300))
    info = ArticleInfo(line, "0" * 32, tuple(draw.texts(4)), source, draw.text(), 9, versions, 1)
    _check_card(render_article(info, "a1", Citing(0, 0, ())))
    _check_card(render_reading(info, "a1"))
    at = "2031-06-10T00:00:00+00:00"
    deeds = [
        AuditEntry(at, draw.one_of("12"), draw.stored(80), draw.text(300), draw.text(300), n)
        for n in range(draw.number(0, 8))
    ]
    _check_card(render_audit(deeds, names))
    kinds = [entry.action for entry in deeds if entry.action.strip()]
    _check_card(render_audit_page(deeds, names, actions=list(dict.fromkeys(kinds))))
    editions = [
        EditionInfo(n, at, draw.one_of("12"), draw.text(200), 1, 1, 1, reason=draw.text(300))
        for n in range(draw.number(1, 8), 0, -1)
    ]
    _check_card(render_history(editions, names))
    _check_card(render_rollback(editions[-1], editions[:-1] or editions, draw.text(300)))


def read_addresses(data: bytes) -> None:
    """Any address of an article is one that breaks out of nothing, or is not shown."""
    for made in (safe_url(decode(data)), short_url(decode(data))):
        if made is None:
            continue
        assert re.match(r"https?://[^/@\s]+(?:[/?#]|\Z)", made), made
        behind_host = re.sub(r"^https?://\[[0-9A-Fa-f:.]+\]", "", made)
        assert not re.search(r"[()<>\[\]\s\"\\`|*]", behind_host), made
        assert re.fullmatch(r"[!-~]+", made), made
        assert safe_url(made) == made, made


def _answer(draw: Draw) -> Answer:
    articles = [_article(draw, number) for number in range(draw.number(1, 3))]
    claims = []
    for _ in range(draw.number(1, 6)):
        article = draw.one_of(articles)
        first, count = draw.number(0, 40), draw.number(1, 20)
        proofs = tuple((article, f"proof-{n}") for n in range(first, first + count))
        claims.append(Claim("x" + draw.text(), proofs))
    answer = make_answer(claims, asked=draw.text(300) or "?")
    numbers = [citation.number for citation in answer.citations][:2]
    differing = draw.flag() and len(numbers) > 1
    said = (Difference(tuple(numbers), (draw.text(60), draw.text(60))),) if differing else ()
    notice, asked_as = draw.text(300) or None, draw.text(300) or None
    return replace(answer, notice=notice, asked_as=asked_as, differences=said)


def _article(draw: Draw, number: int) -> Article:
    return Article(
        id=f"a{number}",
        title=draw.text(),
        text=" ".join(f"proof-{n}" for n in range(61)) + " ",
        url=_url(draw),
        published_at=draw.text(20) or None,
        publisher=draw.text(100) or None,
    )


def _url(draw: Draw) -> str | None:
    path = draw.text(600)
    return _HOST + path.encode("utf-8", "replace").decode() if path else None


def _check_plain(text: str) -> None:
    for line in without_isolates(text).split("\n"):
        bare = re.sub(r"(?<!\\)\[\d+\]", "", line.removeprefix(_DIFFER))
        assert find_active(bare) == [], bare


def _check_card(card: Card) -> None:
    """Discord takes it, it rings nobody, even unguarded, and links nowhere but to articles."""
    assert card.length <= CARD_LIMIT
    body = {
        "components": build_view(card).to_components(),  # type: ignore[no-untyped-call]
        "flags": discord.MessageFlags(components_v2=True).value,
    }
    assert not find_violations(body, flags=COMPONENTS_V2, has_files=False, is_edit=False)
    assert not find_pings(_unescaped(body)), card.text
    for address in _LINKED.findall(card.text):
        assert address.startswith(_HOST), address
    card.text.encode()


def _unescaped(body: dict[str, object]) -> dict[str, object]:
    """Without what is behind a backslash, which Discord shows as it is."""

    def strip(value: object) -> object:
        if isinstance(value, str):
            return re.sub(r"\\.", " ", value)
        if isinstance(value, list):
            return [strip(each) for each in value]
        if isinstance(value, dict):
            return {name: strip(each) for name, each in value.items()}
        return value

    return {name: strip(value) for name, value in body.items()}


TARGETS = {
    "clean_texts": Target(clean_texts, _WORDS, (b"\x40**Bold** [1] @everyone <@1>",)),
    "render_answers": Target(render_answers, _WORDS, (bytes(range(200)),), 8_192),
    "render_refusals": Target(render_refusals, _WORDS, (bytes(range(200)),)),
    "render_lists": Target(render_lists, _WORDS, (bytes(range(200)),), 8_192),
    "read_addresses": Target(
        read_addresses,
        (b"https://", b"javascript:", b"//", b"@", b"[::1]", b":99999", b"%", b"\\", b"#:~:text="),
        (b"https://paper.example/news?a=b#c",),
    ),
}
