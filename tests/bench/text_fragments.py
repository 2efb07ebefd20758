"""Whether links open real pages at the quote, as real Chromium shows them.

Run with ``python -m tests.bench.text_fragments`` where Chromium is and the development data
lies beside the checkout. Each stored page is read as our reader reads it; for random sentences
of its main text, and one span of two or three sentences, the link is built and opened, with
the page given for its own address and nothing else to be reached. What is highlighted is read
from the picture that is painted, and compared with the quote. Where a page does not show the
quote, or goes elsewhere, because of what its scripts do when they reach nothing, the link is
opened once more with the page's scripts switched off.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

from bot.answering.models import Quote
from bot.rendering.linking import ArticleLinks
from index.chunking import sentence_spans
from index.models import Article, Span
from index.reading.parsing import Document, parse_article
from index.sources.pages import page_address
from tests.fakes.chromium import BrowserError, Chromium, Page
from tests.fakes.highlights import Shown, letters_of, open_slowly, read_highlight
from tests.fakes.shared import shared_path

SENTENCES = 5
NOTHING = "nothing"
OUT_OF_VIEW = "exact, out of view"
NOT_SHOWN = "page does not show it offline"
SENT_AWAY = "page goes elsewhere offline"
NOT_MEASURED = "not measured"
_ID = 12
_CONTEXT = 60
_FEWEST_LETTERS = 8


@dataclass(frozen=True)
class Tried:
    """A quote, its link and what came of it."""

    page: str
    kind: str
    quote: str
    link: str
    outcome: str
    marked: str
    milliseconds: float


def read_pages(
    folder: Path, count: int | None = None, only: Sequence[str] = ("",)
) -> Iterator[tuple[str, bytes, Article]]:
    """Id, bytes and article of the stored pages: the first ``count`` whose id begins like one."""
    rows = map(json.loads, (folder / "ground_truth.jsonl").read_text().splitlines())
    for row in islice((row for row in rows if row["id"].startswith(tuple(only))), count):
        data = gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes())
        article = parse_article(data, Document("page.html", row["id"], url=row["url"]))
        yield row["id"][:_ID], data, replace(article, url=page_address(row["url"], article.url))


def choose_quotes(article: Article, seed: str) -> list[tuple[str, Span]]:
    """Random sentences and one longer span, the same for the same seed."""
    rng = random.Random(seed)
    spans = [
        span
        for span in sentence_spans(article.text, 0, article.headings)
        if len(letters_of(article.text[span.start : span.end])) >= _FEWEST_LETTERS
    ]
    chosen = [("sentence", span) for span in rng.sample(spans, min(SENTENCES, len(spans)))]
    if len(spans) > 1:
        at = rng.randrange(len(spans) - 1)
        last = min(len(spans) - 1, at + rng.choice((1, 2)))
        chosen.append(("span", Span(spans[at].start, spans[last].end)))
    return chosen


async def try_quote(page: Page, data: bytes, article: Article, kind: str, span: Span) -> Tried:
    """Build the link, open it and look; without the page's scripts if they hide the quote."""
    text = article.text[span.start : span.end]
    quote = Quote(
        article.id, "v", article.title, article.url, None, (), None, span.start, span.end, text
    )
    started = time.perf_counter()
    link = ArticleLinks()(quote, article.text, article.page, library="default") or ""
    took = (time.perf_counter() - started) * 1000
    tried = Tried(article.id[:_ID], kind, text, link, "", "", took)
    if ":~:" not in link:
        outcome = "no link" if not link else "heading" if "#" in link else "top of the page"
        return replace(tried, outcome=f"falls back: {outcome}")
    address = link.partition("#")[0]
    # Some sites are asked by https only, whatever the link says.
    await page.serve({address: data, re.sub("^http:", "https:", address): data})
    found = await _open_and_judge(page, link, article, span)
    if found[0].startswith((NOTHING, NOT_SHOWN, NOT_MEASURED, OUT_OF_VIEW)):
        if page.refused:
            # Such as a script that finds no advertisements and blames a blocker.
            found = SENT_AWAY, " ".join(page.refused)
        await page.switch_scripts(on=False)
        without = await _open_and_judge(page, link, article, span)
        await page.switch_scripts(on=True)
        found = f"{found[0]}; without its scripts: {without[0]}", without[1]
    return replace(tried, outcome=found[0], marked=found[1])


async def _open_and_judge(page: Page, link: str, article: Article, span: Span) -> tuple[str, str]:
    """What came of a link, and what was highlighted or went wrong."""
    try:
        await open_slowly(page, link)
        shown = await read_highlight(page, whole="&text=" in link)
    except (BrowserError, TimeoutError) as error:
        return f"{NOT_MEASURED}: {type(error).__name__}", str(error)[:300]
    return judge(shown, article.text, span), shown.text


def judge(shown: Shown, text: str, span: Span) -> str:
    """What was highlighted, against what should be."""
    wanted, marked = letters_of(text[span.start : span.end]), letters_of(shown.text)
    if not marked:
        there = wanted[:_CONTEXT] in letters_of(" ".join(shown.words))
        return NOTHING if there else NOT_SHOWN
    if marked != wanted:
        # The number of a list's item is no text of a page.
        if marked == wanted.lstrip("0123456789"):
            pass
        elif _is_within(wanted, marked):
            return "with more inside"
        else:
            return "something else"
    if _is_elsewhere(shown, text, span):
        return "another place"
    return "exact" if shown.in_view else OUT_OF_VIEW


def _is_within(wanted: str, marked: str) -> bool:
    """Whether both begin and end alike and little was put in between."""
    rest = iter(marked)
    same = all(letter in rest for letter in wanted)
    return same and wanted[:5] == marked[:5] and wanted[-5:] == marked[-5:]


def _is_elsewhere(shown: Shown, text: str, span: Span) -> bool:
    """Whether the same words stand on the page in surroundings that fit better."""
    page = letters_of(" ".join(shown.words))
    start = len(letters_of(" ".join(shown.words[: shown.marked[0]])))
    marked = letters_of(shown.text)
    before = letters_of(text[max(0, span.start - 3 * _CONTEXT) : span.start])[-_CONTEXT:]
    after = letters_of(text[span.end : span.end + 3 * _CONTEXT])[:_CONTEXT]

    def fit(at: int) -> int:
        end = at + len(marked)
        near = page[max(0, at - 4 * _CONTEXT) : at], page[end : end + 4 * _CONTEXT]
        return sum(
            context[n : n + 10] in there
            for context, there in zip((before, after), near, strict=True)
            for n in range(max(1, len(context) - 9))
        )

    places, at = [], page.find(marked)
    while at >= 0:
        places.append(at)
        at = page.find(marked, at + 1)
    return bool(places) and fit(start) < max(map(fit, places)) - _CONTEXT // 3


async def measure(pages: Sequence[tuple[str, bytes, Article]]) -> list[Tried]:
    """Every quote of every page, one after the other in one browser."""
    tried = []
    with tempfile.TemporaryDirectory() as profile:
        async with Chromium(Path(profile), width=1200, height=900) as page:
            for id_, data, article in pages:
                for kind, span in choose_quotes(article, id_):
                    tried.append(await try_quote(page, data, article, kind, span))
                say(id_, *(t.outcome for t in tried if t.page == id_))
    return tried


def print_table(tried: Sequence[Tried]) -> None:
    """The share of each outcome, by kind of quote."""
    for kind in ("sentence", "span"):
        some = [t for t in tried if t.kind == kind]
        if not some:
            continue
        say(f"\n{kind}s: {len(some)}")
        for outcome, number in Counter(t.outcome for t in some).most_common():
            say(f"  {outcome:<54}{number:>5}  {number / len(some):.3f}")
    times = sorted(t.milliseconds for t in tried)
    say(f"\nbuilding a link: median {times[len(times) // 2]:.1f} ms, most {times[-1]:.1f} ms")


def say(*parts: str) -> None:
    """A line for whoever waits."""
    sys.stdout.write(" | ".join(parts) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, help="how many pages; all by default")
    parser.add_argument("--only", nargs="+", default=[""], help="only pages with such ids")
    parser.add_argument("--json", type=Path, help="where each quote's outcome is written")
    asked = parser.parse_args()
    folder = shared_path("eval/html_extraction")
    tried = asyncio.run(measure(list(read_pages(folder, asked.pages, asked.only))))
    print_table(tried)
    if asked.json:
        asked.json.write_text(json.dumps([asdict(t) for t in tried], ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
