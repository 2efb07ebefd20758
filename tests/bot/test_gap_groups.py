"""Gaps that ask the same in other words stand together; those that ask something else do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from bot.answering.models import Question, Reason, Refusal
from bot.gap_groups import group_gaps
from bot.service import FootnoteService
from bot.settings import load_settings
from bot.state.gaps import Cause, Gap, Nearest, Order
from bot.wiring import open_service

NOW = "2031-06-10T12:00:00+00:00"


@pytest.fixture
async def service(tmp_path: Path, clean_environment: None) -> AsyncIterator[FootnoteService]:
    settings = load_settings({"data": tmp_path / "data"}, env_file=tmp_path / "no.env")
    (tmp_path / "data").mkdir()
    async with open_service(settings, on_notice=print) as opened:
        yield opened


async def leave_open(service: FootnoteService, *questions: str) -> None:
    for text in questions:
        asked = Question(text, id="q")
        await service.record_gap("town", Refusal(asked, 1, Reason.NOTHING_FOUND))


def make_gap(key: int, question: str, times: int = 1, last: str = NOW) -> Gap:
    return Gap(key, question, Cause.NO_ARTICLE, (), 1, NOW, last, times)


async def grouped(service: FootnoteService) -> set[frozenset[str]]:
    groups = await service.gap_groups("town")
    return {frozenset(gap.question for gap in group.gaps) for group in groups}


async def test_other_words_for_the_same_are_one_group(service: FootnoteService) -> None:
    first = ("Who won the regatta?", "Who was the winner of the regatta?")
    second = ("Is the pool open in winter?", "Does the swimming pool stay open during winter?")
    third = ("How much does the harbour wall cost?", "What will the new harbour wall cost?")
    alone = "Which bus goes to the airport?"
    await leave_open(service, *first, *second, *third, alone)

    assert await grouped(service) == {
        frozenset(first),
        frozenset(second),
        frozenset(third),
        frozenset({alone}),
    }


async def test_another_time_place_or_figure_is_another_question(service: FootnoteService) -> None:
    questions = (
        "When is the next town meeting?",
        "Where is the next town meeting?",
        "What did the meeting of 2024 decide?",
        "What did the meeting of 2025 decide?",
    )
    await leave_open(service, *questions)

    assert await grouped(service) == {frozenset({question}) for question in questions}


async def test_the_biggest_group_comes_first_and_is_named_by_what_was_asked_most(
    service: FootnoteService,
) -> None:
    await leave_open(service, "Which bus goes to the airport?", "Which bus goes to the airport?")
    await leave_open(service, "Who won the regatta?", "Who was the winner of the regatta?")
    await leave_open(service, "who was the winner of the regatta")

    first, second = await service.gap_groups("town")
    assert (first.first.question, first.times) == ("who was the winner of the regatta", 3)
    assert second.times == 2
    newest = await service.gap_groups("town", order=Order.NEWEST)
    assert newest[0].keys == first.keys


async def test_vectors_are_made_once(
    service: FootnoteService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leave_open(service, "Who won the regatta?", "Is the pool open in winter?")
    asked: list[list[str]] = []
    embed = service._libraries.embed

    async def watch(texts: list[str]) -> object:
        asked.append(list(texts))
        return await embed(texts)

    monkeypatch.setattr(service._libraries, "embed", watch)
    await service.gap_groups("town")
    await leave_open(service, "Which bus goes to the airport?")
    await service.gap_groups("town")

    assert [sorted(texts) for texts in asked] == [
        ["Is the pool open in winter?", "Who won the regatta?"],
        ["Which bus goes to the airport?"],
    ]


async def test_closed_with_an_article_and_asked_again_it_is_open_and_remembers(
    service: FootnoteService,
) -> None:
    await leave_open(service, "Who won the regatta?")
    ((gap,),) = [group.gaps for group in await service.gap_groups("town")]
    await service.close_gap("town", gap.key, answered_by=Nearest("regatta", "The regatta"))
    assert await service.gap_groups("town") == ()
    await leave_open(service, "who won the regatta??")

    (group,) = await service.gap_groups("town")
    assert group.first.answered_by == Nearest("regatta", "The regatta")


async def test_members_tell_once_each_and_it_counts_no_question(service: FootnoteService) -> None:
    refusal = Refusal(Question("Who won the regatta?", id="q"), 1, Reason.NOTHING_FOUND)

    async def tell(member: int, reply: Refusal = refusal) -> tuple[Gap, bool] | None:
        return await service.tell_gap(
            "town", reply, reply_id="r1", guild_id=1, member_id=member, text="Please!"
        )

    first, again, other = await tell(5), await tell(5), await tell(6)
    assert [one is not None and one[1] for one in (first, again, other)] == [True, False, True]
    (group,) = await service.gap_groups("town")
    assert (group.times, group.told) == (1, 2)
    assert await service.told_texts(group.keys) == ("Please!", "Please!")
    unclear = Refusal(Question("??", id="q"), 1, Reason.UNCLEAR_QUESTION)
    assert await tell(5, unclear) is None


def test_a_thousand_gaps_are_grouped_each_in_one_group() -> None:
    gaps = [make_gap(n, f"Question number {n % 10}?", times=n % 7) for n in range(1, 1001)]
    rng = np.random.default_rng(7)
    kinds = rng.normal(size=(10, 384)).astype(np.float32)
    kinds /= np.linalg.norm(kinds, axis=1, keepdims=True)
    groups = group_gaps(gaps, {gap.key: kinds[gap.key % 10] for gap in gaps})

    assert sorted(key for group in groups for key in group.keys) == list(range(1, 1001))
    assert len(groups) == 10


def test_without_vectors_every_gap_stands_alone() -> None:
    gaps = [make_gap(1, "Who won?"), make_gap(2, "Who won?")]

    assert [group.keys for group in group_gaps(gaps, {})] == [(1,), (2,)]
