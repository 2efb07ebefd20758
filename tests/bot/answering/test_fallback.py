"""When the model cannot answer, the articles' own sentences do, and the member is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.answering.errors import ModelUnavailable, Outage
from bot.answering.evidence import offer_evidence
from bot.answering.fallback import FallbackComposer, some_sentence_holds
from bot.answering.modelled import ModelComposer
from bot.answering.models import Draft, DraftSentence, Evidence, Question, Reason
from bot.answering.ports import OnSentence, ignore_sentence
from index.models import Article, SearchResult
from prompts import load_all
from tests.fakes.answering import passages_of
from tests.fakes.models import ScriptedModel

FERRY = Article("ferry", "Ferry", "The ferry leaves at 8 a.m. from the pier. A ticket costs £4.")
EVIDENCE = offer_evidence(passages_of(FERRY), salt="q")
LEAVES, COSTS = EVIDENCE
FOUND = SearchResult(1, (), {}, {})


class Extractive:
    """Quotes the first sentence, or nothing."""

    name = "extractive"

    def __init__(self, *, answers: bool = True, notice: str | None = None) -> None:
        self.answers = answers
        self.notice = notice
        self.asked = 0

    async def write(
        self,
        question: Question,
        found: SearchResult,
        evidence: Sequence[Evidence],
        on_sentence: OnSentence = ignore_sentence,
    ) -> Draft:
        self.asked += 1
        if not self.answers:
            return Draft((), self.name, self.notice, Reason.NOTHING_FOUND)
        sentence = DraftSentence(evidence[0].text, (evidence[0].id,))
        on_sentence(sentence)
        return Draft((sentence,), self.name, self.notice)


async def write(
    model: ScriptedModel, second: Extractive
) -> tuple[Draft, list[DraftSentence | None]]:
    told: list[DraftSentence | None] = []
    composer = FallbackComposer(ModelComposer(model, load_all()), second)
    draft = await composer.write(Question("When?", "q"), FOUND, EVIDENCE, told.append)
    return draft, told


QUOTED = DraftSentence(LEAVES.text, (LEAVES.id,))
TOLD = replace(QUOTED, writer="extractive")


async def test_a_model_that_answers_is_all_that_is_asked() -> None:
    second = Extractive()

    draft, told = await write(ScriptedModel([f"A ticket costs £4. [{COSTS.id}]"]), second)

    assert draft == Draft((DraftSentence("A ticket costs £4.", (COSTS.id,)),), "scripted")
    assert told == list(draft.sentences)
    assert second.asked == 0


async def test_a_model_that_says_no_is_believed() -> None:
    second = Extractive()

    draft, _ = await write(ScriptedModel(["NO_ANSWER"]), second)

    assert draft == Draft((), "scripted", why=Reason.NOT_SUPPORTED)
    assert second.asked == 0


@pytest.mark.parametrize("kind", list(Outage))
async def test_a_model_that_is_away_is_stood_in_for_and_members_hear_why(kind: Outage) -> None:
    error = ModelUnavailable("socket closed at 10.0.0.7", kind=kind)

    draft, told = await write(ScriptedModel([[error]]), Extractive())

    assert draft.sentences == (QUOTED,)
    assert draft.composer == "extractive"
    assert draft.notice is not None
    assert error.why in draft.notice
    assert "articles' own sentences" in draft.notice
    assert "10.0.0.7" not in draft.notice
    assert told == [None, TOLD]


async def test_what_was_shown_before_it_broke_off_is_void() -> None:
    model = ScriptedModel([[f"A ticket costs £4. [{COSTS.id}]\n", ModelUnavailable("reset")]])

    draft, told = await write(model, Extractive())

    assert told == [DraftSentence("A ticket costs £4.", (COSTS.id,)), None, TOLD]
    assert draft.sentences == (QUOTED,)


@pytest.mark.parametrize(
    "reply",
    [
        f"A ticket costs £5. [{COSTS.id}]",
        f"A ticket costs £4. [{LEAVES.id}]",
        "A ticket costs £5. [eaaaa]",
        f"Penguins are lovely birds. [{COSTS.id}]",
    ],
)
async def test_sentences_of_which_none_can_be_proven_are_stood_in_for(reply: str) -> None:
    draft, told = await write(ScriptedModel([reply]), Extractive())

    assert draft.sentences == (QUOTED,)
    assert told[-2:] == [None, TOLD]
    assert draft.notice is not None
    assert "could not be proven" in draft.notice


async def test_one_sentence_that_holds_is_enough_for_the_model() -> None:
    reply = f"A ticket costs £5. [{COSTS.id}]\nThe ferry leaves at 8 a.m. [{LEAVES.id}]"

    draft, _ = await write(ScriptedModel([reply]), Extractive())

    assert draft.composer == "scripted"
    assert len(draft.sentences) == 2


async def test_garbage_is_stood_in_for() -> None:
    draft, _ = await write(ScriptedModel(["la la la " * 30]), Extractive())

    assert draft.sentences == (QUOTED,)
    assert draft.notice is not None
    assert ModelUnavailable(kind=Outage.GARBLED).why in draft.notice


async def test_the_stand_ins_refusal_and_notice_are_kept() -> None:
    second = Extractive(answers=False, notice="Only words were compared.")

    draft, told = await write(ScriptedModel([[ModelUnavailable("x")]]), second)

    assert draft.sentences == ()
    assert draft.why is Reason.NOTHING_FOUND
    assert draft.notice == f"{ModelUnavailable().why} Only words were compared."
    assert told == [None]


async def test_it_is_called_what_is_asked_first() -> None:
    assert FallbackComposer(ModelComposer(ScriptedModel(), load_all()), Extractive()).name == (
        "scripted"
    )


def test_a_draft_without_sentences_holds_nothing() -> None:
    assert not some_sentence_holds(Draft((), "x"), EVIDENCE)


async def test_a_careful_question_is_the_models_only_where_the_articles_alone_answer_too() -> None:
    careful = Question("When?", "q", careful=True)
    asked = f"The ferry leaves at 8 a.m. [{LEAVES.id}]"
    refusing, agreeing = ScriptedModel([asked]), ScriptedModel([asked])
    refused = await FallbackComposer(
        ModelComposer(refusing, load_all()), Extractive(answers=False)
    ).write(careful, FOUND, EVIDENCE)
    answered = await FallbackComposer(ModelComposer(agreeing, load_all()), Extractive()).write(
        careful, FOUND, EVIDENCE
    )

    assert refused.sentences == ()
    assert refused.why is Reason.NOTHING_FOUND
    assert refusing.requests == []
    assert answered.composer == agreeing.name
    assert len(answered.sentences) == 1
