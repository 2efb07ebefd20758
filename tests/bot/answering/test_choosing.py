from dataclasses import replace

import pytest

from bot.answering.choosing import choose_sentences, prefer_newest
from bot.answering.evidence import offer_evidence
from bot.answering.features import gather_candidates
from bot.answering.question import read_question
from bot.answering.ranking import ComposerWeights, Ranked, rank_candidates
from index.models import Article
from tests.fakes.answering import passages_of

QUESTION = "When does the library open?"
OPENS = "The library of Gull Rock opens at ten."


def ranked_of(*articles: Article, superseded: str = "") -> list[Ranked]:
    passages = [
        replace(p, superseded_by="A newer one" if p.article_id == superseded else None)
        for article in articles
        for p in passages_of(article)
    ]
    candidates = gather_candidates(offer_evidence(passages, salt="q"))
    cosines = [0.5] * len(candidates)
    return rank_candidates(read_question(QUESTION, {}), candidates, cosines, ComposerWeights())


def cited(ranked: list[Ranked]) -> list[str]:
    chosen = choose_sentences(read_question(QUESTION, {}), ranked, ComposerWeights())
    return [r.candidate.passage.article_id for r in chosen]


def test_the_same_statement_is_cited_from_the_newest_article() -> None:
    old = Article("old", "Hours", OPENS, published_at="2030-01-01")
    new = Article("new", "Hours", f"{OPENS} Bring a lamp.", published_at="2031")

    assert cited(ranked_of(old, new)) == ["new"]
    assert cited(ranked_of(new, old)) == ["new"]


def test_a_superseded_article_is_cited_only_when_no_other_says_it() -> None:
    old = Article("old", "Hours", OPENS, published_at="2030-01-01")
    new = Article("new", "Hours", OPENS, published_at="2031-01-01")

    assert cited(ranked_of(old, new, superseded="new")) == ["old"]
    assert cited(ranked_of(new, superseded="new")) == ["new"]


def test_what_replaces_an_article_comes_before_it_though_it_says_otherwise() -> None:
    old = Article("old", "Hours", OPENS)
    new = Article("new", "Hours", "The library of Gull Rock opens at nine now.")

    assert cited(ranked_of(old, new, superseded="old"))[0] == "new"


@pytest.mark.parametrize(
    "other",
    [
        "The library of Gull Rock opens at eleven.",
        "The library of Gull Rock never opens at ten.",
        "The library opens.",
    ],
)
def test_another_statement_never_stands_in(other: str) -> None:
    old = Article("old", "Hours", OPENS, published_at="2030-01-01")
    new = Article("new", "Hours", other, published_at="2031-01-01")
    ranked = ranked_of(old, new)
    one = next(r for r in ranked if r.candidate.passage.article_id == "old")

    assert prefer_newest(one, ranked) is one
