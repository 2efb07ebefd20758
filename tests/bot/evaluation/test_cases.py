import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.cases import Case, CasesError, Fact, golden_cases, load_cases
from index.records import GoldenQuestion
from tests.fakes.shared import shared_path

NEWS = {
    "id": "n1",
    "query": "Who won?",
    "answers": ["Ada"],
    "answerable": True,
    "question_type": "single_query",
    "style": "casual",
    "evidence_list": [{"article_id": "a", "fact": "Ada won."}],
}
SQUAD = {
    "id": "s1",
    "question": "Who won?",
    "answers": ["Ada"],
    "answerable": True,
    "article_id": "a",
    "gold_passage_id": "a#0",
    "source_set": "squad",
}
CLAPNQ = {
    "id": "c1",
    "question": "who won",
    "answers": ["Ada."],
    "answerable": True,
    "gold_passage_id": "p",
    "gold_sentences": ["Ada won .", "She did ."],
}


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_news_questions_bring_their_facts_style_and_type(tmp_path: Path) -> None:
    (case,) = load_cases(write(tmp_path / "q.jsonl", NEWS))

    assert case == Case(
        id="n1",
        question="Who won?",
        answerable=True,
        answers=("Ada",),
        facts=(Fact("a", "Ada won."),),
        style="casual",
        type="single_query",
    )


def test_the_fact_of_a_squad_question_is_the_sentence_with_the_answer(tmp_path: Path) -> None:
    text = "It rained. Then Ada won the cup. Bo left."
    passage = {"passage_id": "a#0", "article_id": "a", "start": 0, "text": text}
    write(tmp_path / "passages.jsonl", passage)
    unanswerable = SQUAD | {"id": "s2", "answerable": False, "answers": []}

    answered, unanswered = load_cases(write(tmp_path / "q.jsonl", SQUAD, unanswerable))

    assert answered.facts == (Fact("a", "Then Ada won the cup."),)
    assert answered.gold is not None
    assert answered.gold.passage_id == "a#0"
    assert unanswered.facts == ()


def test_the_facts_of_a_clapnq_question_are_its_gold_sentences(tmp_path: Path) -> None:
    (case,) = load_cases(write(tmp_path / "q.jsonl", CLAPNQ))

    assert case.facts == (Fact("p", "Ada won ."), Fact("p", "She did ."))


def test_the_facts_of_a_timeqa_question_are_the_sentences_of_its_paragraphs_with_the_answer(
    tmp_path: Path,
) -> None:
    article = {"id": "a", "title": "A", "paragraphs": ["Ada won.", "It rained. Bo won in 1990."]}
    write(tmp_path / "articles.jsonl", article)
    question = {"id": "t", "question": "Who won?", "answers": ["Bo"], "answerable": True}
    row = question | {"article_id": "a", "gold_paragraphs": [1]}

    (case,) = load_cases(write(tmp_path / "q.jsonl", row))

    assert case.facts == (Fact("a", "Bo won in 1990."),)


def test_an_operator_writes_no_more_than_is_known(tmp_path: Path) -> None:
    words, article, nothing = load_cases(
        write(
            tmp_path / "q.jsonl",
            {"query": "When?", "answers": ["ten"]},
            {"query": "Which?", "expected_article": "hours"},
            {"query": "Whose?", "answerable": False},
        )
    )

    assert words == Case("1", "When?", answerable=True, answers=("ten",))
    assert article == Case("2", "Which?", answerable=True, articles=("hours",))
    assert nothing == Case("3", "Whose?", answerable=False)


def test_a_question_with_several_facts_needs_them_all(tmp_path: Path) -> None:
    facts = [{"article_id": "a", "fact": "Ada won."}, {"article_id": "b", "fact": "Bo lost."}]

    one, several = load_cases(
        write(tmp_path / "q.jsonl", NEWS, NEWS | {"id": "n2", "evidence_list": facts})
    )

    assert (one.needs_all, several.needs_all) == (False, True)


def test_golden_questions_know_only_the_article_that_must_be_cited() -> None:
    golden = GoldenQuestion(7, "When?", "hours", "Hours", "Ada", "2031-03-01T00:00:00+00:00")

    (case,) = golden_cases([golden])

    assert (case.id, case.articles, case.answerable, case.facts) == (
        "golden-7",
        ("hours",),
        True,
        (),
    )


def test_a_zipped_set_reads_alike(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(NEWS).encode()))

    assert [case.id for case in load_cases(path)] == ["n1"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"id": 1}\n', "line 1: 'query' is missing"),
        (json.dumps(NEWS).encode() + b'\n{"foo": 1}\n', "line 2: 'query' is missing"),
        (b'{"query": "Who?", "answers": []}\n', "line 1.*'answers' left empty.*answerable"),
        (b'{"query": "Who?", "answers": [" "]}\n', "line 1.*'answers' left empty"),
        (b'{"query": "Who?", "expected_article": ""}\n', "line 1.*'expected_article' left"),
        (b'{"query": "Who?", "answers": [""], "answerable": true}\n', "line 1.*says how"),
        (json.dumps(NEWS).encode() + b"\n[1]\n", "line 2"),
        (json.dumps(NEWS).encode() + b"\n{oops\n", "line 2"),
        (b"\n\n", "no questions"),
        (b"\xff\xfe\x00", "not valid"),
        (json.dumps(NEWS).encode() + b'\n{"query": ""}\n', "line 2"),
        (b'{"query": "Who?", "answerable": true}\n', "line 1.*expected_article"),
        (b'{"query": "Who?", "answerable": "no"}\n', "line 1.*true or false"),
        (b'{"query": "Who?", "answers": "Ada"}\n', "line 1.*answers.*list"),
        (json.dumps(NEWS).encode() + b"\n" + json.dumps(NEWS).encode(), "two questions.*n1"),
    ],
)
def test_a_broken_set_is_one_clear_line(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(content)

    with pytest.raises(CasesError, match=told) as error:
        load_cases(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match="nowhere"):
        load_cases(tmp_path / "nowhere.jsonl")
    with pytest.raises(CasesError, match=r"passages\.jsonl"):
        load_cases(write(tmp_path / "q.jsonl", SQUAD))


def test_the_seed_questions_can_be_read() -> None:
    cases = load_cases(Path(__file__).parents[3] / "seeds" / "questions.jsonl")

    assert len(cases) >= 40
    assert sum(not case.answerable for case in cases) >= 10
    assert all(case.facts for case in cases if case.answerable)


@pytest.mark.parametrize(
    ("name", "count"),
    [("newshop_dev", 69), ("squad_articles", 8197), ("clapnq", 600), ("timeqa", 1171)],
)
def test_the_development_sets_can_be_read(name: str, count: int) -> None:
    folder = shared_path(f"eval/{name}")
    cases = load_cases(next(folder.glob("questions.jsonl*")))

    answerable = [case for case in cases if case.answerable]
    assert len(cases) == count
    assert sum(bool(case.facts) for case in answerable) >= 0.99 * len(answerable)
