import json
from dataclasses import replace

from bot.answering.compose import ExtractiveComposer
from bot.answering.engine import Answerer
from bot.answering.models import Answer, Question, Reply
from bot.evaluation import runner
from bot.evaluation.cases import Case, Fact
from bot.evaluation.table import answering_rows, render_table, retrieval_rows
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


class Bot:
    """The real engine over one article."""

    def __init__(self) -> None:
        self.articles = ArticlesInMemory([TOWN])
        self.answerer = Answerer(
            articles=self.articles, composer=ExtractiveComposer(WordEncoder()), link=no_link
        )

    async def ask(self, question: Question) -> Reply:
        return await self.answerer.reply(question)

    async def search(self, question: str, limit: int) -> SearchResult:
        return await self.articles.search(question, limit=limit)

    async def find(self, question: Question, limit: int) -> SearchResult:
        return await self.search(question.text, limit)

    async def find_nothing(self, question: Question, limit: int) -> SearchResult:
        return replace(await self.find(question, limit), passages=())


async def report_of(bot: Bot) -> runner.Report:
    return await runner.run(
        CASES,
        ask=bot.ask,
        text_of=bot.articles.text_of,
        search={"fused": bot.find, "nothing": bot.find_nothing},
    )


async def test_every_question_is_asked_and_measured_in_its_groups() -> None:
    report = await report_of(Bot())

    assert [group.name for group in report.groups] == ["all", "written", "single", "casual"]
    everything = report.groups[0]
    assert everything.retrieval["fused"].mrr_at_10 == 1.0
    assert everything.retrieval["nothing"].hits_at_10 == 0.0
    assert everything.answering.first_citation_right == 1.0
    assert everything.answering.refusal_recall == 1.0
    assert everything.answering.exact_quotes == 1.0
    assert report.groups[3].retrieval == {}


async def test_a_quote_that_is_not_in_the_article_is_counted() -> None:
    bot = Bot()

    async def other_text(version_id: str) -> str:
        return "x" + await bot.articles.text_of(version_id)

    report = await runner.run(CASES, ask=bot.ask, text_of=other_text, search={"fused": bot.find})

    assert report.groups[0].answering.exact_quotes == 0.0


async def test_the_report_is_plain_json_with_a_row_for_each_question() -> None:
    figures = json.loads(json.dumps((await report_of(Bot())).to_json()))

    assert [row["id"] for row in figures["questions"]] == ["one", "two"]
    assert figures["questions"][0]["right"]
    assert figures["questions"][0]["ranks"] == {"fused": 1, "nothing": None}
    assert figures["questions"][1]["reason"] == "not_supported"
    assert figures["groups"][0]["retrieval"]["fused"]["hits_at_4"] == 1.0


async def test_the_table_names_every_group_and_leaves_out_what_cannot_be_said() -> None:
    report = await report_of(Bot())
    table = render_table(report)

    assert len(retrieval_rows(report)) == 1 + 3 * 2
    assert len(answering_rows(report)) == 1 + 4
    assert all(name in table for name in ("written", "casual", "Hits@4", "refusal F1"))
    assert dict(zip(*[answering_rows(report)[i] for i in (0, 4)], strict=True))["1st proves"] == "-"
    assert all(line == line.rstrip() for line in table.splitlines())


async def test_progress_is_told_after_each_question() -> None:
    told: list[Progress] = []
    bot = Bot()

    await runner.run(
        CASES,
        ask=bot.ask,
        text_of=bot.articles.text_of,
        search={"fused": bot.find},
        on_progress=told.append,
    )

    assert [(p.done, p.total) for p in told] == [(1, 2), (2, 2)]


async def test_what_is_measured_is_what_is_served() -> None:
    bot = Bot()
    report = await report_of(bot)

    served = await bot.ask(Question(CASES[0].question, "one"))
    assert isinstance(served, Answer)
    assert report.outcomes[0].answer == served.text
