"""Whether links open real pages at the quote, as real Chromium shows them.

Run with ``python -m tests.bench.text_fragments`` where Chromium is and the development data
lies beside the checkout. Each stored page is read as our reader reads it; for random sentences
of its main text, and one span of two or three sentences, the link is built and opened, with
the page served on loopback and nothing else to be reached. What is highlighted is read from
the picture that is painted, and compared with the quote.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
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
from tests.fakes.chromium import BrowserError, Chromium, Page
from tests.fakes.highlights import Shown, letters_of, open_slowly, read_highlight, serving_pages
from tests.fakes.shared import shared_path

SENTENCES = 5
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
        yield row["id"][:12], data, article


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


async def try_quote(page: Page, article: Article, kind: str, span: Span) -> Tried:
    """Build the link, open it and look."""
    text = article.text[span.start : span.end]
    quote = Quote(
        article.id, "v", article.title, article.url, None, (), None, span.start, span.end, text
    )
    started = time.perf_counter()
    link = ArticleLinks()(quote, article.text, article.page, library="default") or ""
    took = (time.perf_counter() - started) * 1000
    name = (article.url or "").rpartition("/")[2]
    if ":~:" not in link:
        return Tried(name, kind, text, link, "anchor" if "#" in link else "plain", "", took)
    try:
        await open_slowly(page, link)
        shown = await read_highlight(page)
    except (BrowserError, TimeoutError) as error:
        what = f"not measured: {type(error).__name__}"
        return Tried(name, kind, text, link, what, str(error)[:300], took)
    return Tried(name, kind, text, link, judge(shown, article.text, span), shown.text, took)


def judge(shown: Shown, text: str, span: Span) -> str:
    """What was highlighted, against what should be."""
    wanted, marked = letters_of(text[span.start : span.end]), letters_of(shown.text)
    if not marked:
        there = wanted[:_CONTEXT] in letters_of(" ".join(shown.words))
        return "nothing" if there else "page does not show it"
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
    return "exact" if shown.in_view else "exact, out of view"


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
        async with (
            serving_pages({id_: data for id_, data, _ in pages}) as address,
            Chromium(Path(profile), width=1200, height=900) as page,
        ):
            for id_, _, article in pages:
                served = replace(article, url=address + id_)
                for kind, span in choose_quotes(article, id_):
                    tried.append(await try_quote(page, served, kind, span))
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
            say(f"  {outcome:<22}{number:>5}  {number / len(some):.3f}")
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
