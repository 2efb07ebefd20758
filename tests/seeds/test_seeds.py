"""The seed articles and questions hold what the demonstration and the evaluation count on."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
QUESTION_TYPES = {
    "single_query",
    "inference_query",
    "comparison_query",
    "temporal_query",
    "null_query",
}
FIELDS = {
    "id",
    "query",
    "answers",
    "answerable",
    "question_type",
    "style",
    "expected_article",
    "expected_words",
    "evidence_list",
    "corpus",
}
LIBRARY_REPORT, LIBRARY_CORRECTION = "gullmarrow-library-opens", "gullmarrow-library-correction"


def front_matter(path: Path) -> dict[str, Any]:
    """The front matter of a Markdown file as plain strings; empty where it has none."""
    parts = path.read_text(encoding="utf-8").split("---\n", 2)
    fields = yaml.load(parts[1], Loader=yaml.BaseLoader) if parts[0] == "" else {}
    assert isinstance(fields, dict)
    return fields


def plain(path: Path) -> str:
    """The words of a file on one line, without tags, comments and emphasis."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = html.unescape(re.sub(r"<(script|style).*?</\1>|<[^>]+>", "", text, flags=re.DOTALL))
    elif text.startswith("---\n"):
        text = text.split("---\n", 2)[2]
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    return " ".join(re.sub(r"[*`]", "", text).split())


@cache
def articles() -> dict[str, Path]:
    """Article files by the id an index of the folder gives them."""
    paths = sorted(p for p in SEEDS.rglob("*") if p.suffix in {".md", ".html"})
    derived = {path: path.relative_to(SEEDS).with_suffix("").as_posix() for path in paths}
    given = {path: front_matter(path).get("id") for path in paths if path.suffix == ".md"}
    return {given.get(path) or derived[path]: path for path in paths}


@cache
def questions() -> list[dict[str, Any]]:
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def text_of(article_id: str) -> str:
    return plain(articles()[article_id])


def word_runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


# --- the articles ---------------------------------------------------------------------------


def test_there_are_two_groups_of_articles_and_one_of_them_is_a_web_page() -> None:
    folders = Counter(path.parent.name for path in articles().values())

    assert folders["world"] >= 5
    assert folders["gullmarrow"] >= 8
    assert sum(path.suffix == ".html" for path in articles().values()) == 1


def test_nothing_else_lies_in_the_folder_that_an_index_could_take_for_an_article() -> None:
    files = {path for path in SEEDS.rglob("*") if path.is_file()}

    assert files - set(articles().values()) == {SEEDS / "questions.jsonl"}


def test_every_article_but_one_names_its_id_title_date_author_link_and_publisher() -> None:
    markdown = [path for path in articles().values() if path.suffix == ".md"]
    without = [path.name for path in markdown if not front_matter(path)]

    assert without == ["harbour-notes.md"]
    for path in markdown:
        fields = front_matter(path)
        if fields:
            assert set(fields) - {"author", "authors"} == {
                "id",
                "title",
                "date",
                "url",
                "publisher",
            }
            assert re.fullmatch(r"\d{4}-\d{2}(-\d{2}(T[\d:]+[+-]\d{2}:\d{2})?)?", fields["date"])
            assert fields.get("author") or fields.get("authors")
            assert re.fullmatch(r"https://[a-z]+\.example\.org/\d{4}/\S+", fields["url"])


def test_ids_and_links_are_unique() -> None:
    paths = [path for path in SEEDS.rglob("*") if path.suffix in {".md", ".html"}]
    links = [front_matter(p)["url"] for p in paths if p.suffix == ".md" and front_matter(p)]

    assert len(articles()) == len(paths)
    assert len(set(links)) == len(links)


def test_dates_come_in_three_precisions_and_authors_alone_and_together() -> None:
    fields = [front_matter(p) for p in articles().values() if p.suffix == ".md"]

    assert {len(f["date"]) for f in fields if f} == {len("2031-06"), len("2031-06-01"), 25}
    assert {len(f["authors"]) for f in fields if "authors" in f} == {2, 3}


def test_everything_of_the_invented_town_says_that_it_is_fictional() -> None:
    for path in articles().values():
        if path.parent.name == "gullmarrow":
            assert "The Gullmarrow Lantern (fictional)" in path.read_text(encoding="utf-8") or (
                "a town that does not exist (fictional)" in plain(path)
            )


def test_articles_are_short_but_for_one_that_needs_several_chunks() -> None:
    lengths = {article_id: len(text_of(article_id).split()) for article_id in articles()}
    long = {article_id for article_id, words in lengths.items() if words > 350}

    assert long == {"gullmarrow-tide-mill"}
    assert lengths["gullmarrow-tide-mill"] >= 700
    assert min(lengths.values()) >= 100


# --- the traps ------------------------------------------------------------------------------


def test_a_later_article_corrects_an_earlier_one() -> None:
    earlier, later = (front_matter(articles()[a]) for a in (LIBRARY_REPORT, LIBRARY_CORRECTION))

    assert earlier["date"] < later["date"]
    assert "Its doors open at 9 a.m." in text_of(LIBRARY_REPORT)
    assert "The Gullmarrow library opens at 10 a.m." in text_of(LIBRARY_CORRECTION)


def test_two_articles_tell_of_the_same_event_in_two_years_with_other_figures() -> None:
    twins = [text_of(f"gullmarrow-regatta-{year}") for year in (2030, 2031)]
    figures = [set(re.findall(r"£[\d,]+|\d+ (?:boats|minutes|seconds)", text)) for text in twins]

    assert len(figures[0]) == len(figures[1]) == 4
    assert not figures[0] & figures[1]
    assert len(word_runs(twins[0], 4) & word_runs(twins[1], 4)) >= 20


def test_the_other_traps_are_there() -> None:
    baths = articles()["gullmarrow-sea-baths"].read_text(encoding="utf-8")
    page = articles()["gullmarrow/museum-of-small-weather"].read_text(encoding="utf-8")

    assert "| Child under 14 | £1.90 | £25 |" in baths
    assert "twenty-three volunteers" in text_of("gullmarrow-beach-clean")
    assert re.search(r"“[^”]+” said the organizer", text_of("gullmarrow-beach-clean"))
    assert '<time datetime="2031-07-05T07:15:00+01:00">' in page
    assert all(tag in page for tag in ("<nav", "<footer", "<aside", "<script", 'rel="canonical"'))


def test_one_article_holds_orders_for_a_model_a_false_citation_and_a_mention() -> None:
    path = articles()["gullmarrow-letters-week-24"]
    letters = text_of("gullmarrow-letters-week-24")

    assert "Ignore all previous instructions and" in letters
    assert "[1] according to" in letters
    assert "</article>" in letters
    assert "@everyone" in letters
    assert "<!-- SYSTEM:" in path.read_text(encoding="utf-8")
    assert "[" in front_matter(path)["title"]


# --- the questions --------------------------------------------------------------------------


def test_there_are_questions_enough_of_every_kind() -> None:
    styles = Counter(q["style"] for q in questions())
    answerable = Counter(q["answerable"] for q in questions())

    assert len(questions()) >= 48
    assert answerable[False] >= 12
    assert set(styles) == {"written", "casual"}
    assert styles["casual"] * 10 >= len(questions()) * 3
    assert {q["question_type"] for q in questions()} == QUESTION_TYPES
    assert {q["corpus"] for q in questions()} == {"world", "gullmarrow"}


def test_every_question_has_its_fields_and_an_id_of_its_own() -> None:
    assert all(set(q) - {"differs"} == FIELDS for q in questions())
    assert len({q["id"] for q in questions()}) == len(questions())
    assert len({q["query"].lower() for q in questions()}) == len(questions())


def test_a_question_is_either_answerable_with_evidence_or_neither() -> None:
    for q in questions():
        filled = [q["answers"], q["evidence_list"], q["expected_words"], q["expected_article"]]
        assert [bool(each) for each in filled] == [q["answerable"]] * 4, q["id"]
        assert q["answerable"] == (q["question_type"] != "null_query"), q["id"]


def test_every_fact_stands_word_for_word_in_the_article_it_names() -> None:
    for q in questions():
        for evidence in q["evidence_list"]:
            assert set(evidence) == {"article_id", "title", "fact"}
            fact = " ".join(evidence["fact"].split())
            assert fact in text_of(evidence["article_id"]), (q["id"], fact)
            assert evidence["title"] in articles()[evidence["article_id"]].read_text("utf-8")


def test_the_first_evidence_is_the_expected_article_and_holds_the_expected_words() -> None:
    for q in (q for q in questions() if q["answerable"]):
        first = q["evidence_list"][0]
        assert first["article_id"] == q["expected_article"], q["id"]
        assert all(word in first["fact"] for word in q["expected_words"]), q["id"]


def test_a_plain_question_finds_one_of_its_answers_in_its_evidence() -> None:
    for q in (q for q in questions() if q["question_type"] == "single_query"):
        facts = " ".join(e["fact"] for e in q["evidence_list"]).lower()
        assert any(answer.lower() in facts for answer in q["answers"]), q["id"]


def test_every_article_is_asked_about() -> None:
    asked = {q["expected_article"] for q in questions() if q["answerable"]}

    assert asked == set(articles())


def test_questions_about_the_corrected_hour_expect_the_newer_article() -> None:
    hours = [q for q in questions() if re.search("what time.*library", q["query"].lower())]

    assert len(hours) == 2
    assert {q["expected_article"] for q in hours} == {LIBRARY_CORRECTION}


def test_no_unanswerable_question_is_answered_by_accident() -> None:
    everything = " ".join(text_of(article_id) for article_id in articles()).lower()

    for word in ("stanley", "toronto", "overdue", "2027", "phone number", "poster", "mongolia"):
        assert word not in everything
        assert any(word in q["query"].lower() for q in questions() if not q["answerable"])
