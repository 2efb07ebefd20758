"""The seeds, read as the index reads them, still hold what the questions expect."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.models import Article
from index.reading import Reader

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


@pytest.fixture
async def articles() -> dict[str, Article]:
    """Every seed article by its id."""
    reader = Reader()
    try:
        paths = [path for path in sorted(SEEDS.glob("*/*")) if path.is_file()]
        read = [
            await reader.read(
                path.read_bytes(),
                path.name,
                derived_id=path.relative_to(SEEDS).with_suffix("").as_posix(),
            )
            for path in paths
        ]
    finally:
        await reader.close()
    assert len({article.id for article in read}) == len(paths)
    return {article.id: article for article in read}


async def test_every_fact_stands_in_the_clean_text_of_the_article_with_that_id_and_title(
    articles: dict[str, Article],
) -> None:
    for line in (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        for evidence in question["evidence_list"]:
            article = articles[evidence["article_id"]]
            assert evidence["fact"] in article.text, question["id"]
            assert evidence["title"] == article.title, question["id"]


async def test_all_but_the_article_without_front_matter_come_with_date_author_and_link(
    articles: dict[str, Article],
) -> None:
    bare = articles.pop("gullmarrow/harbour-notes")

    assert (bare.published_at, bare.authors, bare.url) == (None, (), None)
    assert all(a.published_at and a.authors and a.url and a.publisher for a in articles.values())
    assert articles["gullmarrow-bridge-closes"].published_at == "2031-06"


async def test_what_no_reader_of_the_page_sees_is_not_in_the_text(
    articles: dict[str, Article],
) -> None:
    page = articles["gullmarrow/museum-of-small-weather"]
    letters = articles["gullmarrow-letters-week-24"]

    assert page.published_at == "2031-07-05T07:15:00+01:00"
    assert not [noise for noise in ("Subscribe", "Lost hats", "Most read") if noise in page.text]
    assert "SYSTEM:" not in letters.text
    assert "Ignore all previous instructions" in letters.text
