"""Lets another composer answer where the first one cannot, and says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.answering.citations import link_citations
from bot.answering.errors import ModelUnavailable
from bot.answering.models import Draft, DraftSentence, Evidence, Question
from bot.answering.notices import say_from_articles, say_unproven
from bot.answering.ports import Composer, OnSentence, ignore_sentence
from bot.answering.verify import find_fault
from index.models import SearchResult

Holds = Callable[[Draft, Sequence[Evidence]], bool]


def some_sentence_holds(draft: Draft, evidence: Sequence[Evidence]) -> bool:
    """Whether any sentence of a draft says no more than the evidence it names."""
    return any(
        find_fault(sentence.text, sentence.quotes) is None
        for sentence in link_citations(draft, evidence)
    )


class FallbackComposer:
    """Asks ``first``; ``second`` stands in when that is not available or proves nothing.

    That the evidence does not answer is believed: a second opinion would only be a guess. A
    question that is to be careful is answered only where both find that it can be.

    Args:
        first: Mostly a language model. Its name is this composer's.
        second: One that needs nothing from outside.
        holds: Whether a draft is worth showing; what does not hold is never shown anyhow.
    """

    def __init__(
        self, first: Composer, second: Composer, *, holds: Holds = some_sentence_holds
    ) -> None:
        self.name = first.name
        self._first = first
        self._second = second
        self._holds = holds

    async def write(
        self,
        question: Question,
        found: SearchResult,
        evidence: Sequence[Evidence],
        on_sentence: OnSentence = ignore_sentence,
    ) -> Draft:
        """The first one's draft, or the second one's with a notice of why."""
        if question.careful:
            draft = await self._second.write(question, found, evidence)
            if not draft.sentences:
                return draft
        try:
            draft = await self._first.write(question, found, evidence, on_sentence)
        except ModelUnavailable as error:
            why = error.why
        else:
            if not draft.sentences or self._holds(draft, evidence):
                return draft
            why = say_unproven()
        on_sentence(None)

        def tell(sentence: DraftSentence | None) -> None:
            on_sentence(sentence and replace(sentence, writer=self._second.name))

        draft = await self._second.write(question, found, evidence, tell)
        said = (why, say_from_articles() if draft.sentences else None, draft.notice)
        return replace(draft, notice=" ".join(filter(None, said)))
