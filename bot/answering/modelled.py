"""Writes an answer with a language model, which names evidence and never writes a quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.answering.citations import quote_of
from bot.answering.errors import ModelUnavailable, Outage
from bot.answering.models import Draft, Evidence, Question, Reason
from bot.answering.ports import LanguageModel, OnSentence, Request, ignore_sentence
from bot.answering.prompting import lay_out_evidence, tame
from bot.answering.replies import SCHEMA, ReplyReader
from bot.answering.streams import listen
from bot.answering.verify import find_fault
from bot.answering.words import stems_of, words_of
from index.models import SearchResult
from prompts import NO_ANSWER, Template, pick_fence

_LONGEST_QUESTION = 2_000
# A sentence that names no source is taken for a quotation when so much of it is one.
_LEAST_QUOTED = 0.8
_FEWEST_WORDS = 3


class ModelComposer:
    """Asks a model for one to four sentences and reads them while they are written.

    Args:
        model: Where to ask.
        prompts: The prompts by name, as ``prompts.load_all`` gives them.
        max_tokens: The longest reply; a model that thinks aloud needs more.
        evidence_characters: How much evidence it is shown; about four a token in English.
    """

    def __init__(
        self,
        model: LanguageModel,
        prompts: Mapping[str, Template],
        *,
        max_tokens: int = 600,
        evidence_characters: int = 12_000,
    ) -> None:
        self.name = model.name
        self._model = model
        self._prompts = prompts
        self._max_tokens = max_tokens
        self._evidence_characters = evidence_characters

    async def write(
        self,
        question: Question,
        found: SearchResult,  # noqa: ARG002 - the evidence says it all
        evidence: Sequence[Evidence],
        on_sentence: OnSentence = ignore_sentence,
    ) -> Draft:
        """What the model says; an empty draft when it says that the evidence does not answer.

        Raises:
            ModelUnavailable: it cannot be had, or its reply holds nothing that can be used.
        """
        if not evidence:
            return Draft((), self.name, why=Reason.NOTHING_FOUND)
        layout = lay_out_evidence(evidence, characters=self._evidence_characters)
        offered = [item for item in evidence if item.id in frozenset(layout.ids)]
        reader = ReplyReader(layout.ids, find_ids=lambda text: find_source(text, offered))
        async with listen(self._model, self._request(question, layout.text)) as pieces:
            async for piece in pieces:
                for event in reader.feed(piece):
                    on_sentence(event)
                if reader.done:
                    break
        for event in reader.close():
            on_sentence(event)
        if reader.says_no_answer:
            return Draft((), self.name, why=Reason.NOT_SUPPORTED)
        if not reader.sentences:
            raise ModelUnavailable(
                f"The reply of {self.name} held no sentence with a source.", kind=Outage.GARBLED
            )
        return Draft(reader.sentences, self.name)

    def _request(self, question: Question, evidence: str) -> Request:
        asked = tame(question.text[:_LONGEST_QUESTION])
        follows = self._model.follows_schemas
        form = (
            self._prompts["answer_json"].render()
            if follows
            else self._prompts["answer_lines"].render(no_answer=NO_ANSWER)
        )
        prompt = self._prompts["answer"].render(
            question=asked, evidence=evidence, fence=pick_fence(asked, evidence), form=form
        )
        return Request(prompt, question.account, self._max_tokens, SCHEMA if follows else None)


def find_source(text: str, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """The id of the evidence that a sentence nearly quotes; empty where there is none.

    Small models repeat the right sentence and forget, or make up, its id. A sentence that
    says anything beside the evidence gets none.
    """
    stems = {word.stem for word in words_of(text) if word.is_content}
    if len(stems) < _FEWEST_WORDS:
        return ()
    shares = ((len(stems & stems_of(item.text)) / len(stems), item) for item in evidence)
    likely = [(share, item) for share, item in shares if share >= _LEAST_QUOTED]
    for _, item in sorted(likely, key=lambda pair: -pair[0]):
        if find_fault(text, (quote_of(item),)) is None:
            return (item.id,)
    return ()
