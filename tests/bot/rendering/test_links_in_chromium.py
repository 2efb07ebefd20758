"""Links open hostile pages at the quote and highlight it and nothing else, in real Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

import pytest
import pytest_asyncio

from bot.answering.models import Quote
from bot.rendering.linking import ArticleLinks
from bot.rendering.links import LINK_LIMIT
from index.models import Article
from index.reading.parsing import Document, parse_article
from tests.fakes.chromium import Chromium, Page
from tests.fakes.highlights import letters_of, read_highlight, serving_pages

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILLER = "".join(
    f"<p>Paragraph {n} tells at length of boats, of ropes and of the weather in the harbour, so "
    f"that the page is long enough to be scrolled and number {n} is like no other.</p>"
    for n in range(12)
)
PAGE = (
    "<!doctype html><html><head><meta charset=utf-8><title>T</title></head><body><nav><a href=/>"
    "Home</a></nav><main><article><h1>The harbour</h1>{before}{body}{after}</article></main>"
    "<footer>Imprint</footer></body></html>"
)
RAINED = "It rained. " * 60


@dataclass(frozen=True)
class Case:
    """A page's middle, a quote of it as the clean text has it, and what should be marked.

    ``earlier`` is how often the page has the same letters before, ``nth`` if it is not given.
    """

    body: str
    quote: str
    nth: int = 0
    marked: str | None = None
    earlier: int | None = None
    before: str = FILLER


CASES = {
    "a sentence that stands twice": Case(
        "<p>In May the mayor spoke. The ferry sails at nine.</p><p>In June the clerk spoke. "
        "The ferry sails at nine.</p>",
        "The ferry sails at nine.",
        nth=1,
    ),
    "spaces that do not break, and soft hyphens": Case(
        "<p>The new har&shy;bour office takes 10&nbsp;000&nbsp;euros a year, said the "
        "com&shy;mittee.</p>",
        "The new harbour office takes 10 000 euros a year, said the committee.",
    ),
    "markup inside words": Case(
        "<p>On Monday it was dry. <b>W</b>ater is H<sub>2</sub>O, which was <i>un</i>known to the "
        "<a href=/x>har</a>bour master.</p>",
        "Water is H2O, which was unknown to the harbour master.",
    ),
    "the cells of a table": Case(
        "<table><tr><th>Day</th><th>Boats</th></tr><tr><td>On Monday</td><td>3 boats came</td></tr>"
        "<tr><td>On Tuesday</td><td>3 boats came</td></tr></table>",
        "On Tuesday | 3 boats came",
    ),
    "a row of a table of numbers": Case(
        "<table><tr><th>No</th><th>Rides</th><th>Points</th></tr><tr><td>17</td><td>0</td><td>3529"
        "</td></tr><tr><td>18</td><td>1</td><td>0</td></tr><tr><td>35</td><td>2</td><td>0</td></tr>"
        "<tr><td>36</td><td>1</td><td>0</td></tr></table>",
        "35 | 2 | 0",
    ),
    "an item of a numbered list": Case(
        "<p>The plan has two steps in all, and here they are.</p><ol><li>First the rails are "
        "painted</li><li>Then the pier is cleaned</li></ol>",
        "2. Then the pier is cleaned",
        marked="Then the pier is cleaned",
    ),
    "signs that mean something in a link": Case(
        "<p>He paid 50% – no, 60% – for “rope & tar, all-in”, #1 of A+B; why?</p>",
        "He paid 50% – no, 60% – for “rope & tar, all-in”, #1 of A+B; why?",
    ),
    "Arabic": Case(
        "<p dir=rtl>افتتح رئيس البلدية الجسر الجديد يوم الاثنين بعد سنوات من الانتظار. وقال إن "
        "الأشغال كلفت ثلاثة ملايين يورو في المجموع.</p>",
        "وقال إن الأشغال كلفت ثلاثة ملايين يورو في المجموع.",
    ),
    "Chinese": Case(
        "<p lang=zh>新桥于星期一正式开放。市长说，工程总共花费了三百万欧元，工期为两年。"
        "居民们对此表示欢迎，认为交通会更方便。</p>",
        "市长说，工程总共花费了三百万欧元，工期为两年。",
    ),
    "Thai": Case(
        "<p lang=th>สะพานใหม่เปิดในวันจันทร์ นายกเทศมนตรีกล่าวว่างานนี้ใช้เงินสามล้านยูโร ชาวเมืองพอใจ</p>",
        "นายกเทศมนตรีกล่าวว่างานนี้ใช้เงินสามล้านยูโร",
    ),
    "copies that nobody sees": Case(
        "<p>The lock is closed on Sundays until May.</p>",
        "The lock is closed on Sundays until May.",
        before="<p hidden>The lock is closed on Sundays until May.</p><div style='display: none'>"
        "The lock is closed on Sundays until May.</div><template>The lock is closed on Sundays "
        "until May.</template><noscript>The lock is closed on Sundays until May.</noscript>"
        "<script>var a = 'The lock is closed on Sundays until May.'</script>" + FILLER,
    ),
    "a sentence that differs from an earlier one by an accent": Case(
        "<p>In May the cook was ill. The pate was served.</p><p>In June he was well. The pâté was "
        "served.</p>",
        "The pâté was served.",
        earlier=1,
    ),
    "a line break": Case(
        "<p>Line one of the old song<br>line two of the old song.</p>",
        "Line one of the old song\nline two of the old song.",
    ),
    "a sentence glued to the one before": Case(
        "<p>The pier was closed.The ferry to the island sails at ten.</p>",
        "The ferry to the island sails at ten.",
    ),
    "a picture in a sentence": Case(
        "<p>The <img src=x alt=''> lantern of the <script>1</script> pier was lit again.</p>",
        "The lantern of the pier was lit again.",
    ),
    "a footnote's mark": Case(
        "<p>The dyke was built in 1901<sup><a href=#n>[7]</a></sup> and raised in 1953.</p>",
        "The dyke was built in 1901[7] and raised in 1953.",
    ),
    "an advertisement between two paragraphs": Case(
        "<p>The council met for six hours on that Friday.</p><aside class=ad><p>Buy our lovely new "
        "ropes today.</p></aside><p>It agreed on nothing at all in the end.</p>",
        "The council met for six hours on that Friday.\n\nIt agreed on nothing at all in the end.",
    ),
    "preformatted text": Case(
        "<pre>open   the    lock\nclose the lock   again tomorrow</pre>",
        "close the lock again tomorrow",
    ),
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Page]:
    async with Chromium(tmp_path_factory.mktemp("browser"), width=1000, height=700) as page:
        yield page


def read(case: Case, url: str) -> tuple[bytes, Article]:
    data = PAGE.format(before=case.before, body=case.body, after=FILLER).encode()
    return data, parse_article(data, Document("page.html", "a", url=url))


def link_to(article: Article, words: str, nth: int = 0) -> str:
    start = -1
    for _ in range(nth + 1):
        start = article.text.index(words, start + 1)
    quote = Quote("a", "v", "T", article.url, None, (), None, start, start + len(words), words)
    return ArticleLinks()(quote, article.text, article.page, library="default") or ""


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_the_quote_is_highlighted_and_nothing_else(browser: Page, case: Case) -> None:
    data, article = read(case, "https://town.example/page")
    async with serving_pages({"page": data}) as address:
        link = link_to(replace(article, url=address + "page"), case.quote, case.nth)
        assert ":~:text=" in link
        assert len(link) <= LINK_LIMIT
        await browser.open(link)
        shown = await read_highlight(browser)

    assert letters_of(shown.text) == letters_of(case.marked or case.quote), unquote(link)
    assert shown.in_view
    words = [letters_of(word) for word in shown.words]
    before = "".join(words[: shown.marked[0]])
    assert before.count(letters_of(case.marked or case.quote)) == (
        case.nth if case.earlier is None else case.earlier
    )


async def test_what_cannot_be_told_apart_opens_the_heading_above_it(browser: Page) -> None:
    case = Case(
        f"<h2 id='dry days'>No id</h2><h2 id=weather>Weather</h2><p>{RAINED}</p><h2 id=after>More"
        "</h2>",
        RAINED[330:340],
    )
    data, article = read(case, "https://town.example/page")
    async with serving_pages({"page": data}) as address:
        served = replace(article, url=address + "page")
        link = link_to(served, "It rained.", nth=30)
        await browser.open(link)
        top = await browser.evaluate("document.getElementById('weather').getBoundingClientRect().y")

    assert link == address + "page#weather"
    assert abs(top) < 5


async def test_a_long_address_leaves_room_for_less(browser: Page) -> None:
    words = "The new harbour office beside the old lighthouse takes money from all visiting boats."
    case = Case(f"<h2 id=money>Money</h2><p>{words}</p>", words)
    data, article = read(case, "https://town.example/page")
    async with serving_pages({"page": data}) as address:
        long = replace(article, url=f"{address}page?{'q' * 430}")
        longest = replace(article, url=f"{address}page?{'q' * 470}")
        too_long = replace(article, url=f"{address}page?{'q' * 520}")
        link = link_to(long, words)
        await browser.open(link)
        shown = await read_highlight(browser)

    assert len(link) <= LINK_LIMIT
    assert letters_of(shown.text) == letters_of(words)
    assert link_to(longest, words) == f"{longest.url}#money"
    assert link_to(too_long, words) == ""
