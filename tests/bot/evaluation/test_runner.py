import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.answering.compose import ExtractiveComposer
from bot.answering.engine import Answerer
from bot.answering.models import Answer, Question, Reply
from bot.evaluation import runner
from bot.evaluation.cases import Case, Fact
from bot.evaluation.figures import Report, ReportError
from bot.evaluation.table import render_table
from index.models import Article, Progress, SearchResult
from tests.fakes.answering import ArticlesInMemory, WordEncoder, no_link

TOWN = Article("town", "Town", "The Reds won 31 seats on Sunday. Bram Otter lost in Gull Ward.")
CASES = [
    Case(
        "one",
        "How many seats did the Reds win on Sunday?",
        answerable=True,
        answers=("31",),
        facts=(Fact("town", "The Reds won 31 seats on Sunday."),),
        style="written",
        type="single",
    ),
    Case("two", "What is the capital of Mongolia?", answerable=False, style="casual"),
]


class OneArticle:
    """The real engine over one article."""

    def __init__(self) -> None:
        self.articles = ArticlesInMemory([TOWN])
        self.encoder = WordEncoder()
        self.answerer = Answerer(
            articles=self.articles, composer=ExtractiveComposer(self.encoder), link=no_link
        )

    @property
    def bot(self) -> runner.Bot:
        return runner.Bot(
            ask=self.ask,
            text_of=self.articles.text_of,
            search={"fused": self.find, "nothing": self.find_nothing},
            embed=self.encoder.embed_query,
        )

    async def ask(self, question: Question) -> Reply:
        return await self.answerer.reply(question)

    async def find(self, question: Question, limit: int) -> SearchResult:
        return await self.articles.search(question.text, limit=limit)

    async def find_nothing(self, question: Question, limit: int) -> SearchResult:
        return replace(await self.find(question, limit), passages=())


async def report_of(bot: runner.Bot, cases: Sequence[Case] = CASES) -> Report:
    return await runner.run(cases, bot, name="town", about=["2 questions."])


async def test_every_question_is_asked_and_measured_in_its_groups() -> None:
    report = await report_of(OneArticle().bot)

    assert [group.name for group in report.groups] == ["all", "written", "casual", "single"]
    values = {key: figure.value for key, figure in report.groups[0].figures.items()}
    assert values["fused.mrr_at_10"] == 1.0
    assert values["nothing.hits_at_10"] == 0.0
    assert values["first_citation_right"] == 1.0
    assert values["refusal_recall"] == 1.0
    assert values["exact_quotes"] == 1.0
    assert report.groups[2].figures["fused.hits_at_1"].value is None
    assert not report.stopped


async def test_a_quote_that_is_not_in_the_article_is_counted() -> None:
    town = OneArticle()

    async def other_text(version_id: str) -> str:
        return "x" + await town.articles.text_of(version_id)

    report = await report_of(replace(town.bot, text_of=other_text))

    assert report.groups[0].figures["exact_quotes"].value == 0.0


async def test_a_saved_report_reads_back_as_it_was() -> None:
    report = await report_of(OneArticle().bot)
    saved = json.loads(json.dumps(report.to_json()))

    again = Report.from_json(saved, "it")
    assert render_table(again) == render_table(report)
    assert [row.id for row in again.rows] == ["one", "two"]
    assert again.to_json() == saved
    assert saved["questions"][0]["right"]
    assert saved["questions"][0]["details"]["found"]["fused"]["rank"] == 1
    assert saved["questions"][1]["details"]["reason"] in ("not_supported", "nothing_found")
    assert saved["groups"][0]["figures"]["fused.hits_at_4"]["value"] == 1.0


async def test_a_file_that_is_no_report_is_told_in_a_line() -> None:
    saved = (await report_of(OneArticle().bot)).to_json()

    with pytest.raises(ReportError, match=r"old\.json is not a report"):
        Report.from_json({"groups": []}, "old.json")
    with pytest.raises(ReportError, match=r"old\.json is damaged"):
        Report.from_json(saved | {"groups": [{}]}, "old.json")
    with pytest.raises(ReportError, match=r"old\.json is damaged"):
        Report.from_json(saved | {"questions": [{"id": 1}]}, "old.json")


async def test_the_table_has_a_column_for_each_group_and_leaves_out_what_cannot_be_said() -> None:
    table = render_table(await report_of(OneArticle().bot))
    lines = table.splitlines()

    assert lines[:2] == ["town", "2 questions."]
    head = next(line for line in lines if "written" in line)
    assert head.split() == ["all", "written", "casual", "single"]
    hits = next(line for line in lines if "Hits@1" in line)
    assert hits.split()[1:] == ["1.000", "(0.207-1.000)", "1.000", "-", "1.000"]
    assert all(line == line.rstrip() and len(line) <= 112 for line in lines)


async def test_a_hundred_groups_make_several_tables_and_no_long_line() -> None:
    cases = [replace(CASES[1], id=str(n), style=f"a style of its own {n}") for n in range(40)]

    table = render_table(await report_of(OneArticle().bot, cases))

    assert all(f"a style of its own {n}" in table for n in range(40))
    assert max(map(len, table.splitlines())) <= 112


async def test_names_from_a_file_cannot_steer_the_terminal() -> None:
    cases = [replace(CASES[0], style="a\x1b[31m\nb"), CASES[1]]

    table = render_table(await report_of(OneArticle().bot, cases))

    assert "\x1b" not in table
    assert "a b" in table


async def test_progress_is_told_after_each_question() -> None:
    told: list[Progress] = []

    await runner.run(CASES, OneArticle().bot, on_progress=told.append)

    assert [(p.done, p.total) for p in told] == [(1, 2), (2, 2)]


async def test_what_is_measured_is_what_is_served() -> None:
    town = OneArticle()
    report = await report_of(town.bot)

    served = await town.ask(Question(CASES[0].question, "one"))
    assert isinstance(served, Answer)
    assert report.rows[0].shown == served.text


async def test_stopping_it_gives_what_was_measured_so_far() -> None:
    town = OneArticle()
    second = asyncio.Event()

    async def ask(question: Question) -> Reply:
        if question.id == "two":
            second.set()
            await asyncio.sleep(3600)
        return await town.ask(question)

    task = asyncio.create_task(report_of(replace(town.bot, ask=ask)))
    await second.wait()
    task.cancel()
    report = await task

    assert report.stopped
    assert [row.id for row in report.rows] == ["one"]
    assert "Stopped early: only 1 question" in render_table(report)
    assert not task.cancelling()


async def test_stopping_it_before_the_first_answer_just_stops() -> None:
    started = asyncio.Event()

    async def ask(question: Question) -> Reply:
        started.set()
        await asyncio.sleep(3600)
        raise AssertionError

    task = asyncio.create_task(report_of(replace(OneArticle().bot, ask=ask)))
    await started.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
