"""Reads the shared development data; ``pytest -s`` shows the figures."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path

from index.models import Article
from index.reading.parsing import Document, parse_article
from tests.fakes.shared import shared_path


def grams(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return Counter(tuple(words[n : n + 4]) for n in range(max(1, len(words) - 3)))


def f1(text: str, truth: str) -> float:
    found, wanted = grams(text), grams(truth)
    return 2 * (found & wanted).total() / (found.total() + wanted.total())


def rows_of(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    return [
        json.loads(line)
        for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()
    ]


def assert_headings_stand_in(article: Article) -> None:
    for heading in article.headings:
        words = article.text[heading.start : heading.end]
        assert words == words.strip() != ""
        assert "\n" not in words


def test_real_markdown_files_give_their_text_titles_and_dates() -> None:
    folder = shared_path("eval/articles_markdown")
    texts = {
        row["id"]: row["text"] for row in rows_of(shared_path("eval/newshop_dev/articles.jsonl.gz"))
    }
    rows = rows_of(folder / "manifest.jsonl")
    scores = []
    for row in rows:
        data = (folder / row["file"]).read_bytes()
        article = parse_article(data, Document(row["file"], row["id"]))
        assert_headings_stand_in(article)
        scores.append(f1(article.text, texts[row["id"]]))
        assert (article.published_at or "").startswith(row["published_at"]), row["file"]
        # The manifest words the titles of the Wikipedia days in its own way.
        if not row["id"].startswith("wce-"):
            assert article.title == " ".join(row["title"].split()), row["file"]
    mean = sum(scores) / len(scores)
    print(f"\n4-gram F1 of {len(rows)} Markdown files: {mean:.4f}")  # noqa: T201 - with -s

    assert len(rows) == 309
    assert mean > 0.99


def test_the_main_text_of_real_pages_is_found() -> None:
    folder = shared_path("eval/html_extraction")
    rows = rows_of(folder / "ground_truth.jsonl")
    scores = []
    headings = 0
    for row in rows:
        data = gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes())
        article = parse_article(data, Document("page.html", row["id"], url=row["url"]))
        assert_headings_stand_in(article)
        headings += len(article.headings)
        scores.append(f1(article.text, row["article_body"]))
    mean = sum(scores) / len(scores)
    print(f"\n4-gram F1 of {len(rows)} web pages: {mean:.4f}")  # noqa: T201 - with -s

    # The extractor's own best, as published, is .958.
    assert len(rows) == 91
    assert mean > 0.97
    assert headings > 200


def test_a_real_plain_text_article_stays_whole() -> None:
    path = shared_path("seeds/carney-trump-meeting.txt")
    article = parse_article(path.read_bytes(), Document(path.name, "carney"))

    assert article.text == path.read_text(encoding="utf-8")
    assert article.title == article.text.partition("\n")[0]
