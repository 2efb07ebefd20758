"""Untrusted text does nothing in Discord and shows the same characters."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rendering.text import (
    ELLIPSIS,
    clean,
    clean_line,
    cut_points,
    escape,
    link_label,
    measure,
    name_commands,
    quote_lines,
    shorten,
    shorten_lines,
    without_mark_likes,
)
from tests.fakes.discord_markdown import find_active, shown

HOSTILE = (
    "@everyone", "@here", "@Everyone", "<@1>", "<@!1>", "<@&1>", "<#1>", "</ask:1>", "<t:0:R>",
    "<id:guide>", "<a:x:1>", "<:x:1>", ":smile:", "https://evil.example/a", "HTTPS://evil.example",
    "steam://run", "discord.gg/abc", "https://discord.com/invite/abc", "<https://evil.example>",
    "[a](https://evil.example)", "[a](<https://e.example> 'x')", "# big", "### b", "-# small",
    "> quote", ">>> all", "- item", "* item", "+ item", "1. item", "2) item", "```\ncode\n```",
    "`code`", "~~~", "~~gone~~", "**bold**", "__under__", "*it*", "_it_", "||spoiler||", "\\",
    "\\*", "\\\\*", "a\n---", "a\n===", "|a|b|\n|-|-|", "&amp;", "&#64;everyone", "![i](https://x)",
    "[r]: https://x.example", "\u202egnp.exe", "e\u200bveryone", "@\u200beveryone", "¯\\_(ツ)_/¯",
    "a" + "\u0301" * 40, "\x00\x1b[31m", "\ud800", "👩\u200d❤️\u200d👨", "🇨🇦🇨🇦", "\u2028", "\t",
)  # fmt: skip
texts = st.lists(
    st.one_of(
        st.sampled_from(HOSTILE),
        st.text(max_size=12),
        st.text("[]()<>@#*_~`|:/\\-+=.>! \n1a", max_size=12),
    ),
    max_size=6,
).map("".join) | st.lists(st.sampled_from(HOSTILE), max_size=4).map(" ".join)


@given(texts)
@example("1. a\n2. b")
@example("a:b:c://d")
@example("a\\")
def test_nothing_in_an_escaped_text_is_active_and_it_shows_the_same(text: str) -> None:
    cleaned = clean(text)
    escaped = escape(cleaned)

    assert find_active(escaped) == []
    assert shown(escaped) == re.sub(r"^\n+", "", cleaned)


@given(texts)
@example("o\x1a\u0301")
@example("o\u00ad\u0301\u0301\u0301")
@example("o\ufdd0\u0301")
def test_cleaning_takes_out_what_cannot_be_seen_and_nothing_twice(text: str) -> None:
    cleaned = clean(text)

    assert clean(cleaned) == cleaned
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]", cleaned)
    assert not re.search("[\ud800-\udfff]", cleaned)
    marks = "".join("m" if unicodedata.category(c) in {"Mn", "Me"} else "." for c in cleaned)
    assert "mmm" not in marks
    assert "\n\n\n" not in cleaned
    assert all(line == line.strip() for line in cleaned.split("\n"))
    assert "\n" not in clean_line(text)


@given(texts, st.integers(1, 60))
def test_shortening_keeps_the_limit_and_breaks_no_character(text: str, limit: int) -> None:
    for render in (shorten, shorten_lines, link_label):
        short = render(text, limit)
        assert measure(short) <= limit
        assert find_active(short) == []
        assert measure(short) == len(short.encode("utf-16-le")) // 2
        last = re.sub(r"\s", "", short).removesuffix(ELLIPSIS)[-1:]
        assert last != "\u200d"


@given(texts, st.integers(1, 40))
def test_what_is_cut_is_marked_and_the_rest_is_the_beginning(text: str, limit: int) -> None:
    line = clean_line(text)
    seen = shown(shorten(text, limit))

    if seen == line:
        return
    assert seen.endswith(ELLIPSIS)
    assert line.startswith(seen.removesuffix(ELLIPSIS))


@given(texts)
def test_a_label_cannot_end_its_link(text: str) -> None:
    label = link_label(text, 200)

    assert not re.search(r"[\[\]]|://", label)
    assert find_active(label) == []
    assert find_active(f"[{label or 'x'}](//ours.example)").count("link_open") == 1


@given(texts)
def test_a_quote_is_one_block_quote(text: str) -> None:
    quoted = quote_lines(escape(clean("x" + text)))

    assert all(line.startswith(">") for line in quoted.split("\n"))
    assert set(find_active(quoted)) <= {"blockquote_open", "blockquote_close", "block quote"}


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("snake_case and 2*3", "snake\\_case and 2\\*3"),
        ("@everyone", "@\u200beveryone"),
        ("write to @someone", "write to @someone"),
        ("12:30 o'clock", "12:30 o'clock"),
        ("see https://a.example", "see https\\://a.example"),
        ("join discord.gg/abc", "join discord.gg\\/abc"),
        ("- no list", "\\- no list"),
        ("well-known - really", "well-known - really"),
        ("2019. A year", "2019\\. A year"),
        ("In 2019. A year", "In 2019. A year"),
        ("Q&A &amp; more", "Q&A \\&amp; more"),
    ],
)
def test_only_what_would_act_is_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_families_flags_and_accents_stay_whole() -> None:
    text = "👩\u200d❤️\u200d👨🇨🇦🇫🇷e\u0301👍🏽"
    pieces = [text[a:b] for a, b in zip(cut_points(text), cut_points(text)[1:], strict=False)]

    assert pieces == ["👩\u200d❤️\u200d👨", "🇨🇦", "🇫🇷", "e\u0301", "👍🏽"]


def test_own_marks_of_an_article_do_not_look_like_ours() -> None:
    assert (
        without_mark_likes("As shown [1], [2, 3] and [a].") == "As shown ［1］, ［2, 3］ and [a]."
    )


def test_it_is_quick_on_a_long_text() -> None:
    text = "word [x] @everyone " * 20_000

    assert measure(shorten(text, 4000)) <= 4000


@pytest.mark.parametrize(
    ("said", "here"),
    [
        ("`footnote index sources` lists them.", "`/index sources` lists them."),
        ("Cancel it with `index cancel`.", "Cancel it with `/index cancel`."),
        ("`footnote index plans` lists those.", "`/index publish` lists those."),
        ("`footnote index rebuild` makes it anew.", "`footnote index rebuild` makes it anew."),
        ("`/index jobs` says why.", "`/index jobs` says why."),
    ],
)
def test_commands_are_named_as_in_discord_where_discord_has_them(said: str, here: str) -> None:
    assert name_commands(said) == here
