from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reader.markup import has_quote, lay_out, to_markup, write_blocks
from index.models import Heading, Span

HOSTILE = (
    "<script>alert(1)</script> </mark></article> <!-- ]]> &lt;b&gt; &amp; \"'` "
    "\u202eright to left\u2066 javascript:alert(1) <img src=x onerror=alert(1)>"
)
TEXTS = st.text(st.sampled_from("ab. \n\r\t#-|<>&\"'\u3000\u2028\u202eé漢\x0b\x00"), max_size=80)


class Seen(HTMLParser):
    """What a browser makes of HTML: elements, attributes and texts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.marked = ""
        self._in_mark = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self._in_mark += tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._in_mark -= tag == "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.marked += data if self._in_mark else ""


def write(text: str, quote: Span | None = None, *headings: Heading) -> str:
    blocks = lay_out(text, Span(0, len(text)), quote, headings)
    return str(write_blocks(blocks, begins="[begins]", ends="[ends]"))


def test_nothing_of_a_hostile_text_becomes_an_element() -> None:
    seen = Seen(write(HOSTILE, Span(9, 40)))

    assert set(seen.tags) == {"p", "mark"}
    assert seen.attributes == {"id", "data-begins", "data-ends"}
    assert seen.text == HOSTILE
    assert seen.marked == HOSTILE[9:40]


def test_only_what_no_page_can_hold_is_replaced() -> None:
    assert to_markup("a\x00b\ud800c\rd\u202ee\ufffef") == "a\ufffdb\ufffdc&#13;d\u202ee\ufffef"


@given(TEXTS, st.data())
def test_the_page_has_the_text_letter_for_letter(text: str, data: st.DataObject) -> None:
    bounds = st.integers(0, len(text))
    start, end = sorted((data.draw(bounds), data.draw(bounds)))
    first, last = sorted((data.draw(bounds), data.draw(bounds)))
    part, quote = Span(start, end), Span(first, last)
    blocks = lay_out(text, part, quote, ())
    seen = Seen(str(write_blocks(blocks, begins="", ends="")))

    assert seen.text == text[start:end].replace("\x00", "\ufffd")
    # White space between two blocks is in neither.
    inside = text[max(start, first) : min(end, last)].replace("\x00", "\ufffd")
    assert "".join(seen.marked.split()) == "".join(inside.split())


@given(TEXTS)
def test_between_two_blocks_is_only_what_a_browser_leaves_away(text: str) -> None:
    blocks = lay_out(text, Span(0, len(text)), None, ())

    assert all(not block.gap.strip(" \t\n\r\f") for block in blocks)


def test_a_quote_over_paragraphs_is_marked_in_each_and_named_once() -> None:
    text = "One is here.\n\nTwo is there.\n\nThree is gone."
    html = write(text, Span(4, 35))

    assert html.count("<mark") == 3
    assert html.count('id="quote"') == html.count("data-begins") == html.count("data-ends") == 1
    assert html.index('id="quote"') < html.index("data-ends")


@pytest.mark.parametrize("quote", [None, Span(3, 3), Span(90, 95)])
def test_without_a_quote_nothing_is_marked(quote: Span | None) -> None:
    blocks = lay_out("One is here.", Span(0, 12), quote, ())

    assert not has_quote(blocks)


def test_headings_follow_the_title_without_a_gap() -> None:
    text = "### Deep\n\nText.\n\n# Top\n\n##### Far\n\nPlain title\n\nEnd."
    plain = text.index("Plain")
    html = write(text, None, Heading(plain, plain + 11, 2))

    tags = [tag for tag in Seen(html).tags if tag != "p"]
    assert tags == ["h2", "h2", "h3", "h3"]


def test_items_and_rows_are_told_apart_from_paragraphs() -> None:
    html = write("Look:\n\n- one\n- two\n\n| a | b |\n| - | - |\n| 1 | 2 |")

    assert html.count('class="item"') == 2
    assert html.count('class="row"') == 2
