"""The seeds report every fact of the meeting's report, in our own words and no one else's."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.shared import shared_path

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
WORLD = SEEDS / "world"

REPORTED = [
    ("meeting-agreed", "want to see each other in person, and soon"),
    ("meeting-agreed", "reports that both men have agreed to it"),
    ("meeting-agreed", "The quarrel over trade"),
    ("meeting-agreed", "The two talked yesterday"),
    ("meeting-agreed", "congratulate Carney on winning the election"),
    ("meeting-agreed", "second conversation in two months"),
    ("meeting-agreed", "on their way back to normal"),
    ("meeting-agreed", "A statement dated April 29"),
    ("meeting-agreed", "each an independent and sovereign nation"),
    ("meeting-agreed", "so that both are better off"),
    ("meeting-agreed", "a visitor to the White House within the coming week"),
    ("meeting-agreed", "AP Photo and Evan Vucci"),
    ("two-phone-calls", "by telephone on March 28"),
    ("two-phone-calls", "prime minister for only a few weeks"),
    ("two-phone-calls", "followed Trudeau both in that office and as leader of the Liberals"),
    ("two-phone-calls", '"very constructive" exchange about relations'),
    ("two-phone-calls", "who would not give their names, confirmed"),
    ("two-phone-calls", 'Canada as a possible "51st state"'),
    ("two-phone-calls", "at odds with an earlier statement by Carney"),
    ("two-phone-calls", "CBC reporter reminded Carney"),
    ("two-phone-calls", "in private and in public alike"),
    ("two-phone-calls", '"absolutely did" respect it, and was criticized as dishonest'),
    ("two-phone-calls", "a discussion that ends in an agreement is another"),
    ("two-phone-calls", "Trump treats Carney with respect"),
    ("two-phone-calls", "Trudeau he mocked"),
    ("carney-on-trump", "undermine Canada in order to control its resources"),
    ("carney-on-trump", "the gravest crisis of our time"),
    ("carney-on-trump", "was not the context of those remarks"),
    ("carney-on-trump", "portrayed as a manager with experience of crises"),
    ("carney-on-trump", '"mutual solutions"'),
    ("carney-on-trump", "On March 14 he told reporters"),
    ("carney-on-trump", "some experiences in common"),
    ("carney-on-trump", "solutions by which both sides win"),
    ("carney-on-trump", "respects what Trump is trying to achieve"),
    ("fifty-first-state", "Time and again, Trump has asked Canada"),
    ("fifty-first-state", 'On Monday he turned to Truth Social, wished the Canadians "good luck"'),
    ("fifty-first-state", "a man strong and wise enough"),
    ("fifty-first-state", "Taxes would be cut in half"),
    ("fifty-first-state", "the world's highest level, at no charge"),
    ("fifty-first-state", "cars, steel, aluminum, lumber and energy, and every other business"),
    ("fifty-first-state", "four times as large"),
    ("fifty-first-state", "Tariffs and taxes would fall to zero"),
    ("fifty-first-state", '"cherished" 51st state'),
    ("fifty-first-state", "Karoline Leavitt, press secretary of the White House"),
    ("fifty-first-state", "better off if the U.S. annexed their country"),
    ("fifty-first-state", 'without American trade Canada would "cease to exist"'),
    ("fifty-first-state", 'it would "work great"'),
    ("tariffs-and-levy", "On March 4, Trump put tariffs on Canada"),
    ("tariffs-and-levy", "its porous borders"),
    ("tariffs-and-levy", "similar tariffs on imported steel and aluminum"),
    ("tariffs-and-levy", "cars have since been added"),
    ("tariffs-and-levy", 'the president\'s threat is "economic force"'),
    ("tariffs-and-levy", "Military force is no part of it"),
    ("tariffs-and-levy", "struck back against the American tariffs last month"),
    ("tariffs-and-levy", "for as long as the rhetoric went on"),
    ("tariffs-and-levy", "a levy of 25 percent"),
    ("tariffs-and-levy", "American goods worth $30 billion"),
    ("tariffs-and-levy", "a further $125 billion"),
    ("election-result", "169 seats in Monday's vote"),
    ("election-result", "With three more they would have had a majority"),
    ("election-result", "was beaten in Carleton"),
    ("election-result", 'Over and over he called them "unjustified"'),
    ("election-result", "ready to table tariffs in return"),
    ("election-result", "rather work with Carney than with Poilievre"),
    ("election-result", "a rapport that goes back to his first term"),
    ("election-result", "no comment in public so far"),
]


def word_runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def own_runs(length: int) -> set[tuple[str, ...]]:
    """Runs of words from every article, without tags, and from every question."""
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["query"] for line in lines]
    for path in SEEDS.glob("*/*"):
        text = path.read_text(encoding="utf-8")
        texts.append(re.sub(r"<[^>]+>", " ", text) if path.suffix == ".html" else text)
    return set().union(*(word_runs(text, length) for text in texts))


def texts_under(folder: Path) -> Iterator[str]:
    """The data's texts, JSON lines one by one: a whole file of them would fill the memory."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        raw = gzip.decompress(data) if path.suffix == ".gz" else data
        text = raw.decode("utf-8", errors="replace")
        if ".jsonl" in path.suffixes:
            for line in text.splitlines():
                spelt_out = json.dumps(json.loads(line), ensure_ascii=False)
                yield re.sub(r"\\[nrt]", " ", spelt_out)
        else:
            yield text


def test_every_fact_of_the_report_is_told_in_one_of_the_articles() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in WORLD.glob("*.md")}

    assert [fact for article, fact in REPORTED if fact not in texts[article]] == []
    assert {article for article, _ in REPORTED} == set(texts)


def test_no_figure_or_date_stands_in_the_articles_that_the_report_does_not_give() -> None:
    report = shared_path("seeds/carney-trump-meeting.txt").read_text(encoding="utf-8")
    bodies = [path.read_text(encoding="utf-8").split("---\n", 2)[2] for path in WORLD.glob("*.md")]
    figures = set(re.findall(r"\d+", " ".join(bodies)))

    assert figures == {"4", "14", "23", "25", "28", "29", "30", "51", "125", "169"}
    assert figures <= set(re.findall(r"\d+", report))


def test_no_name_stands_in_the_articles_that_the_report_does_not_give() -> None:
    report = shared_path("seeds/carney-trump-meeting.txt").read_text(encoding="utf-8")
    bodies = [path.read_text(encoding="utf-8").split("---\n", 2)[2] for path in WORLD.glob("*.md")]
    # A capital inside a sentence marks a name; at its start it marks nothing.
    names = set(re.findall(r"(?<=[a-z,] )[A-Z][A-Za-z]+", " ".join(bodies)))

    assert names - {"American", "Americans", "Conservatives"} <= set(re.findall(r"\w+", report))
    assert names >= {"Poilievre", "Leavitt", "Carleton", "Trudeau", "Vucci"}


def test_the_articles_share_no_six_words_in_a_row_with_the_report() -> None:
    report = shared_path("seeds/carney-trump-meeting.txt").read_text(encoding="utf-8")

    assert own_runs(6) & word_runs(report, 6) == set()


@pytest.mark.parametrize(
    "name",
    [
        "articles_markdown",
        "attribution",
        "clapnq",
        "conversations",
        "html_extraction",
        "injections",
        "newshop_dev",
        "squad_articles",
        "timeqa",
    ],
)
def test_no_eight_words_in_a_row_are_taken_from_the_evaluation_data(name: str) -> None:
    ours = own_runs(8)
    folder = shared_path(f"eval/{name}")

    assert [run for text in texts_under(folder) for run in ours & word_runs(text, 8)] == []
