"""The service over real stores, the packaged embedder and a real folder of articles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.answering.models import Answer, Question
from bot.service import FootnoteService
from bot.settings import load_settings
from bot.wiring import open_service
from index.entries import SourceOptions
from index.errors import JobRefused, PlanBlocked, SourceError
from index.models import Progress
from index.plans import ALL
from index.records import JobState

LIBRARY = "default"
FERRY = """---
title: The ferry to Gull Rock
date: 2031-05-02
---
The ferry to Gull Rock sails at nine every morning. It carries forty people.
"""
MUSEUM = """---
title: The museum of knots
date: 2031-04-01
---
The museum of knots opens at ten. Entry costs three crowns for adults.
"""


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    folder = tmp_path / "paper"
    folder.mkdir()
    (folder / "ferry.md").write_text(FERRY)
    (folder / "museum.md").write_text(MUSEUM)
    return folder


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[FootnoteService]:
    settings = load_settings({"data": tmp_path / "data"}, env_file=tmp_path / "no.env")
    (tmp_path / "data").mkdir()
    async with open_service(settings, on_notice=print) as opened:
        yield opened


async def answer(service: FootnoteService, text: str) -> str:
    reply = await service.ask(LIBRARY, Question(text, id="q"))
    return reply.text if isinstance(reply, Answer) else ""


async def test_a_plan_is_published_from_the_folder_it_was_made_of(
    service: FootnoteService, paper: Path
) -> None:
    await service.add(LIBRARY, [str(paper)], actor="tester")
    (paper / "ferry.md").write_text(FERRY.replace("nine", "eleven"))

    plan = await service.plan(LIBRARY, actor="tester")
    before = await answer(service, "When does the ferry to Gull Rock sail?")
    await service.publish(LIBRARY, plan.id, actor="tester")

    assert "nine" in before
    assert "eleven" in await answer(service, "When does the ferry to Gull Rock sail?")


async def test_a_file_that_is_gone_leaves_the_answers(
    service: FootnoteService, paper: Path
) -> None:
    await service.add(LIBRARY, [str(paper)], actor="tester")
    (paper / "ferry.md").unlink()

    report = await service.sync(LIBRARY, actor="tester")

    assert report.removed == ("ferry",)
    assert report.unchanged == 1
    assert "nine" not in await answer(service, "When does the ferry to Gull Rock sail?")


async def test_a_golden_question_guards_its_article(service: FootnoteService, paper: Path) -> None:
    await service.add(LIBRARY, [str(paper)], actor="tester")
    question = "When does the ferry to Gull Rock sail?"
    await service.add_golden(LIBRARY, question, "ferry", actor="tester")
    (paper / "ferry.md").write_text(
        "---\ntitle: The harbour office\ndate: 2031-05-02\n---\n"
        "The harbour office has moved to Long Street, beside the bakery. Ring twice.\n"
    )

    with pytest.raises(PlanBlocked) as blocked:
        await service.sync(LIBRARY, actor="tester")

    assert blocked.value.golden
    assert "nine" in await answer(service, question)
    report = await service.publish(LIBRARY, blocked.value.plan_id, actor="moderator", consent=ALL)
    assert question in report.failing[0]
    (check,) = await service.check_golden(LIBRARY)
    assert not check.passes


async def test_a_question_whose_answer_cites_something_else_is_not_kept(
    service: FootnoteService, paper: Path
) -> None:
    await service.add(LIBRARY, [str(paper)], actor="tester")

    # With the id of what it does cite, which is what has to be typed.
    with pytest.raises(SourceError, match=r"does not cite 'museum'.* \(ferry\)\.$"):
        await service.add_golden(
            LIBRARY, "When does the ferry to Gull Rock sail?", "museum", actor="tester"
        )

    assert await service.golden(LIBRARY) == ()


async def test_one_job_at_a_time_waits_or_is_refused(service: FootnoteService, paper: Path) -> None:
    stages: list[str] = []
    begun = asyncio.Event()

    def first(_: Progress) -> None:
        begun.set()

    adding = asyncio.create_task(
        service.add(LIBRARY, [str(paper)], actor="tester", on_progress=first)
    )
    await begun.wait()
    with pytest.raises(JobRefused, match="running"):
        await service.without_waiting().sync(LIBRARY, actor="other")
    report = await service.sync(
        LIBRARY, actor="tester", on_progress=lambda progress: stages.append(progress.stage)
    )

    assert (await adding).added == ("ferry", "museum")
    assert report.unchanged == 2
    assert any("waiting" in stage for stage in stages)
    assert {job.state for job in await service.jobs(LIBRARY)} == {JobState.DONE}


async def test_a_cancelled_job_changes_nothing(service: FootnoteService, paper: Path) -> None:
    def stop(_: Progress) -> None:
        tasks.append(asyncio.create_task(service.cancel(LIBRARY, actor="moderator")))

    tasks: list[asyncio.Task[object]] = []
    with pytest.raises(JobRefused, match="ancelled"):
        await service.add(LIBRARY, [str(paper)], actor="tester", on_progress=stop)
    await asyncio.gather(*tasks, return_exceptions=True)

    assert (await service.status(LIBRARY)).articles == 0
    assert (await service.add(LIBRARY, [str(paper)], actor="tester")).added == ("ferry", "museum")


async def test_options_are_remembered_and_taken_into_account(
    service: FootnoteService, paper: Path
) -> None:
    options = SourceOptions(exclude=("museum*",))
    await service.add(LIBRARY, [str(paper)], actor="tester", options=options)
    (paper / "weir.md").write_text("# The weir\n\nThe weir is dredged in autumn by two boats.\n")

    report = await service.sync(LIBRARY, actor="tester")

    assert report.added == ("weir",)
    assert (await service.sources(LIBRARY))[0].options == options
    await service.set_options(LIBRARY, 1, SourceOptions(), actor="tester")
    assert (await service.sync(LIBRARY, actor="tester")).added == ("museum",)


async def test_superseded_articles_are_labelled_in_answers(
    service: FootnoteService, paper: Path
) -> None:
    await service.add(LIBRARY, [str(paper)], actor="tester")
    await service.supersede(LIBRARY, "ferry", by="museum", actor="tester")

    reply = await service.ask(LIBRARY, Question("When does the ferry sail?", id="q"))

    assert isinstance(reply, Answer)
    assert reply.citations[0].quote.superseded_by == "The museum of knots"


async def test_what_moderators_did_stands_in_the_audit(
    service: FootnoteService, paper: Path
) -> None:
    await service.add(LIBRARY, [str(paper)], actor="tester", reason="opening day")
    await service.remove(LIBRARY, ["museum"], actor="moderator", reason="closed")
    await service.rollback(LIBRARY, 1, actor="moderator", reason="open again")

    told = [(e.action, e.actor, e.reason, e.edition) for e in await service.audit(LIBRARY)]
    assert told == [
        ("rollback", "moderator", "open again", 3),
        ("remove", "moderator", "closed", 2),
        ("add", "tester", "opening day", 1),
    ]
    assert [e.reason for e in await service.history(LIBRARY)] == [
        "open again",
        "closed",
        "opening day",
    ]


async def test_a_removed_text_does_not_come_back_under_the_name_of_its_copy(
    service: FootnoteService, paper: Path
) -> None:
    (paper / "zopy.md").write_text(FERRY)
    added = await service.add(LIBRARY, [str(paper)], actor="tester")
    assert added.duplicates == (("zopy", "ferry"),)

    await service.remove(LIBRARY, ["ferry"], actor="moderator")
    report = await service.sync(LIBRARY, actor="tester")

    assert not report.published
    assert "nine" not in await answer(service, "When does the ferry to Gull Rock sail?")
    back = await service.add(LIBRARY, [str(paper)], actor="moderator")
    assert (back.added, back.duplicates) == (("ferry",), (("zopy", "ferry"),))


async def test_a_schedule_that_waited_its_turn_does_not_undo_a_rollback(
    service: FootnoteService, paper: Path
) -> None:
    await service.add(LIBRARY, [str(paper)], actor="tester")
    (source,) = await service.sources(LIBRARY)
    await service.set_schedule(LIBRARY, source.key, "hourly", actor="moderator")
    (paper / "ferry.md").write_text(FERRY.replace("nine", "eleven"))
    await service.sync(LIBRARY, actor="tester")

    await service.rollback(LIBRARY, 1, actor="moderator")
    with pytest.raises(JobRefused, match="went back"):
        await service.sync(LIBRARY, actor="schedule", sources=[source.key])

    assert "nine" in await answer(service, "When does the ferry to Gull Rock sail?")
    assert (await service.sources(LIBRARY))[0].paused
    await service.sync(LIBRARY, actor="tester")
    assert not (await service.sources(LIBRARY))[0].paused


async def test_a_password_in_an_address_is_neither_shown_nor_kept(service: FootnoteService) -> None:
    with pytest.raises(SourceError, match="not an address") as refused:
        await service.add(LIBRARY, ["https://me:s3cret@e.org/a"], actor="tester")

    (job,) = await service.jobs(LIBRARY)
    assert "e.org" in job.title
    assert "s3cret" not in f"{refused.value} {job}"
