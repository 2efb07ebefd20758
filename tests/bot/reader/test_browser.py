"""What a real browser makes of the pages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from index.models import Article
from tests.fakes.chromium import Chromium, Page
from tests.fakes.reader import Reader

FILLER = "".join(
    f"In week {n} the river rose, and the work on the arch had to rest for two days.\n\n"
    for n in range(60)
)
ACROSS = (
    "The ferry makes its last trip on Sunday.\nTickets can be given back.\n\n"
    "- Bring  them to the kiosk\n\nWhoever has a question"
)
BRIDGE = Article(
    "bridge",
    "The <i>old</i> bridge",
    f"# News\n\nIt opened.\n\n{FILLER}## What ends\n\n{ACROSS} may call.\n\n{FILLER}",
    published_at="2025-04-29",
    authors=("Ada Lovelace",),
    publisher="The River Post",
    url="https://example.org/bridge",
)
HOSTILE = Article(
    "hostile",
    "</title><script>document.title='owned'</script>",
    "<script>document.title='owned'</script><img src='https://elsewhere.example/x.png' onerror="
    "\"document.title='owned'\"></mark></article>\r\n\u202edesrever\u202c\n\n"
    + FILLER
    + "<style>*{display:none}</style> Read me. &lt;",
)
ARABIC = "أعيد افتتاح الجسر القديم يوم الثلاثاء بعد أحد عشر شهرا من الإصلاحات.\n\n" * 30
WIDE = Article("wide", "Wide" * 60, "w" * 3_000 + "\n\n" + "| a very wide | row " * 40 + FILLER)

# The text between the first and the last mark, as the page has it.
QUOTED = """(() => {
  const marks = document.querySelectorAll("mark"), range = document.createRange();
  range.setStart(marks[0], 0);
  range.setEndAfter(marks[marks.length - 1]);
  return range.toString();
})()"""
IN_VIEW = """(() => {
  const box = document.getElementById("quote").getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
})()"""
# The ratio of each text's colour to what is behind it (WCAG 2, 1.4.3), the least first.
CONTRASTS = """(() => {
  const read = it => it.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = read(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim()) continue;
    const pair = [read(getComputedStyle(element).color), behind(element)].map(light);
    found.push([(Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05), element.outerHTML]);
  }
  return found.sort((a, b) => a[0] - b[0])[0];
})()"""


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with Chromium(tmp_path / "profile") as it:
        yield it


def assert_quiet(page: Page, url: str) -> None:
    """One round trip, nothing from elsewhere, nothing to complain about."""
    assert page.requests == [url.partition("#")[0]] or page.requests == [url]
    assert page.complaints == []


@pytest.mark.parametrize("quote", ["It opened.", ACROSS, "may call."])
async def test_the_quote_is_in_view_and_is_the_quote(
    reader: Reader, page: Page, quote: str
) -> None:
    await reader.publish(BRIDGE)
    link = reader.link(BRIDGE, quote)
    for width, height in ((1280, 800), (320, 560)):
        await page.resize(width, height)
        await page.open(link)

        assert await page.evaluate(IN_VIEW)
        assert await page.evaluate(QUOTED) == quote
        assert_quiet(page, link)


async def test_without_scripts_it_is_the_same(reader: Reader, page: Page) -> None:
    await reader.publish(BRIDGE)
    await page.switch_scripts(on=False)
    await page.open(reader.link(BRIDGE, ACROSS))

    assert await page.evaluate(IN_VIEW)


async def test_the_page_has_the_text_letter_for_letter(reader: Reader, page: Page) -> None:
    for article in (BRIDGE, HOSTILE):
        await reader.publish(article)
        link = reader.link(article)
        await page.open(link)

        assert await page.evaluate("document.querySelector('article').textContent") == article.text
        assert_quiet(page, link)


async def test_nothing_of_a_hostile_article_is_carried_out(reader: Reader, page: Page) -> None:
    await reader.publish(HOSTILE)
    link = reader.link(HOSTILE, "Read me. &lt;")
    await page.open(link)

    assert await page.evaluate("document.title") == HOSTILE.title
    assert (
        await page.evaluate("document.querySelectorAll('script, img, article style').length") == 0
    )
    assert await page.evaluate(QUOTED) == "Read me. &lt;"
    assert await page.evaluate(IN_VIEW)
    assert_quiet(page, link)


async def test_the_policy_stops_what_a_mistake_of_ours_would_let_in(
    reader: Reader, page: Page
) -> None:
    await reader.publish(BRIDGE)
    await page.open(reader.link(BRIDGE))
    await page.evaluate(
        "document.body.insertAdjacentHTML('beforeend',"
        "'<img src=https://elsewhere.example/x.png><p style=color:red id=styled>x</p>')"
    )

    colour = await page.evaluate("getComputedStyle(document.getElementById('styled')).color")
    assert colour != "rgb(255, 0, 0)"
    assert any("Content Security Policy" in each for each in page.complaints)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_stands_out_from_what_is_behind_it(
    reader: Reader, page: Page, scheme: str
) -> None:
    newer = Article("bridge", "New", BRIDGE.text + "More.")
    await reader.publish(BRIDGE, Article("later", "Later", "Later."))
    await reader.publish(newer)
    await reader.opened.libraries.decisions("paper").supersede("bridge", by="later", actor="mod")
    await page.prefer(prefers_color_scheme=scheme)
    for url in (reader.link(BRIDGE, ACROSS), reader.base + "/x/y"):
        await page.open(url)
        least, where = await page.evaluate(CONTRASTS)
        assert least >= 4.5, where
    paper = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (json.loads(f"[{paper[4:-1]}]")[0] > 128) is (scheme == "light")


async def test_headings_landmarks_and_languages_are_in_order(reader: Reader, page: Page) -> None:
    await reader.publish(BRIDGE)
    await page.open(reader.link(BRIDGE, ACROSS))

    async def all_of(selector: str, what: str) -> Any:
        return await page.evaluate(
            f"[...document.querySelectorAll({json.dumps(selector)})].map(it => it.{what})"
        )

    levels = [int(name[1]) for name in await all_of("h1,h2,h3,h4,h5,h6", "tagName")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert await all_of("html, article", "lang") == ["en", "en"]
    assert await all_of("main", "tagName") == ["MAIN"]
    assert await all_of("footer", "tagName") == ["FOOTER"]
    ids = await all_of("[id]", "id")
    assert len(ids) == len(set(ids))


async def test_the_first_thing_the_keyboard_finds_leads_to_the_quote(
    reader: Reader, page: Page
) -> None:
    await reader.publish(BRIDGE)
    await page.open(reader.link(BRIDGE, ACROSS).partition("#")[0])
    for kind in ("keyDown", "keyUp"):
        await page.send("Input.dispatchKeyEvent", type=kind, key="Tab", windowsVirtualKeyCode=9)

    assert await page.evaluate("document.activeElement.getAttribute('href')") == "#quote"
    assert await page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("width", [320, 1280])
async def test_nothing_makes_the_page_scroll_sideways(
    reader: Reader, page: Page, width: int
) -> None:
    await reader.publish(WIDE, BRIDGE, Article("arabic", "افتتاح", ARABIC))
    await page.resize(width, 600)
    for article in (WIDE, BRIDGE):
        await page.open(reader.link(article, article.text[:900]))
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_a_text_from_right_to_left_begins_at_the_right(reader: Reader, page: Page) -> None:
    arabic = Article("arabic", "افتتاح الجسر", ARABIC)
    await reader.publish(arabic)
    await page.open(reader.link(arabic, "بعد أحد عشر شهرا"))

    direction = "getComputedStyle(document.querySelector('{}')).direction"
    assert await page.evaluate(direction.format("h1")) == "rtl"
    assert await page.evaluate(direction.format("article")) == "rtl"
    assert await page.evaluate("document.querySelector('article').lang") == "ar"
    assert await page.evaluate(IN_VIEW)


async def test_a_reader_who_lands_at_the_quote_sees_that_it_is_superseded(
    reader: Reader, page: Page
) -> None:
    await reader.publish(BRIDGE, Article("later", "Later", "Later."))
    await reader.opened.libraries.decisions("paper").supersede("bridge", by="later", actor="mod")
    await page.resize(320, 560)
    await page.open(reader.link(BRIDGE, ACROSS))

    seen = await page.evaluate("document.elementFromPoint(60, 15).textContent.trim()")
    assert seen == "Superseded"
    assert await page.evaluate(IN_VIEW)


async def test_on_paper_the_quote_is_underlined_and_the_source_is_written_out(
    reader: Reader, page: Page
) -> None:
    await reader.publish(BRIDGE)
    await page.send("Emulation.setEmulatedMedia", media="print")
    await page.open(reader.link(BRIDGE, ACROSS))

    line = await page.evaluate(
        "getComputedStyle(document.querySelector('mark')).textDecorationLine"
    )
    written = await page.evaluate(
        "getComputedStyle(document.querySelector('.original a'), '::after').content"
    )
    assert line == "underline"
    assert "attr(href)" in written or BRIDGE.url in written
