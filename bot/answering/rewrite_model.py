"""Makes a follow-up question stand alone with a language model, and checks what it wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.answering.errors import ModelUnavailable
from bot.answering.facts import is_figure, iter_numbers
from bot.answering.models import Question, Turn
from bot.answering.notices import say_read_without_model
from bot.answering.ports import LanguageModel, Request, Rewriter, StandAlone
from bot.answering.prompting import lay_out_history, tame
from bot.answering.question import is_clear
from bot.answering.reply_lines import clean_line
from bot.answering.reply_refusals import denies, says_no_answer
from bot.answering.reply_wrapping import leave_out_thinking
from bot.answering.rewrite import MOST_HISTORY, RuleRewriter, recent
from bot.answering.small_talk import reply_to_small_talk
from bot.answering.streams import listen
from bot.answering.topics import names_of, topic_words
from bot.answering.words import stems_of, words_of
from prompts import Template, pick_fence

_LONGEST = 300
_LONGEST_REPLY = 2_000
_LEAST_KNOWN = 0.7
_LABEL = re.compile(
    r"^(?:(?:the |my )?(?:(?:last|rewritten|rephrased|stand-?alone|new|final) )*question)"
    r"(?: is)?\s*:\s*",
    re.IGNORECASE,
)
# "No." and "well, no" at its beginning answer what was said before.
_DENIAL = re.compile(
    r"\b(?:not|never|without|except|nobody|nothing|none|neither|nor|nowhere|cannot)\b|n['’]t\b"
    r"|(?<!^)(?<![,.!] )\bno\b(?![,.!?])",
    re.IGNORECASE,
)


class ModelRewriter:
    """Asks a model for the question in full; what it may not say leads back to the rules.

    Args:
        model: Where to ask.
        prompts: The prompts by name, as ``prompts.load_all`` gives them.
        fallback: Asked where there is no history, no model, or no usable reply.
        max_tokens: The longest reply; a model that thinks aloud needs more.
    """

    def __init__(
        self,
        model: LanguageModel,
        prompts: Mapping[str, Template],
        *,
        fallback: Rewriter | None = None,
        max_tokens: int = 200,
    ) -> None:
        self._model = model
        self._prompt = prompts["rewrite"]
        self._fallback = fallback or RuleRewriter()
        self._max_tokens = max_tokens

    async def stand_alone(self, question: Question) -> StandAlone:
        """The question in full. Without history, and for small talk, no model is asked."""
        turns = recent(question.history)
        if not turns or reply_to_small_talk(question.text, turns[-1].question) is not None:
            return await self._fallback.stand_alone(question)
        notice = None
        try:
            written = read_question_line(await self._ask(question, turns))
        except ModelUnavailable:
            written, notice = "", say_read_without_model()
        if may_stand_for(written, question.text, turns):
            return StandAlone(written)
        alone = await self._fallback.stand_alone(question)
        return StandAlone(alone.text, alone.asks_back, notice or alone.notice)

    async def _ask(self, question: Question, turns: tuple[Turn, ...]) -> str:
        asked = tame(question.text[:_LONGEST_REPLY])
        history = lay_out_history(turns, characters=MOST_HISTORY)
        prompt = self._prompt.render(
            question=asked, history=history, fence=pick_fence(asked, history)
        )
        reply = ""
        async with listen(
            self._model, Request(prompt, question.account, self._max_tokens)
        ) as pieces:
            async for piece in pieces:
                reply += piece
                if len(reply) > _LONGEST_REPLY:
                    break
        return reply[:_LONGEST_REPLY]


def read_question_line(reply: str) -> str:
    """The question in a model's reply: its first line that is more than a label; "" without one."""
    for line in leave_out_thinking(reply).splitlines():
        text = _LABEL.sub("", clean_line(_LABEL.sub("", line.strip()))).strip(" \"'“”")
        if any(map(str.isalnum, text)) and not text.endswith(":"):
            return " ".join(text.split())
    return ""


def may_stand_for(written: str, asked: str, turns: tuple[Turn, ...]) -> bool:
    """Whether a rewritten question says nothing but what was asked and spoken of.

    No name and no figure may be new, hardly any word, and something of the question
    itself must be left, all its figures and denials too: a text in the conversation may
    have told the model to ask for something else.
    """
    if not is_clear(written) or len(written) > _LONGEST:
        return False
    if says_no_answer(written) or denies(written):
        return False
    said = " ".join([asked, *(f"{turn.question} {turn.answer}" for turn in turns)])
    known = stems_of(said)
    new_names = {w.stem for name in names_of(written) for w in words_of(name)} - known
    if new_names or not _figures_in(asked) <= _figures_in(written) <= _figures_in(said):
        return False
    if not _keeps_denial(written, asked, turns):
        return False
    topics = {w.stem for w in topic_words(written)}
    own = {w.stem for w in topic_words(asked)}
    if own and not own & topics:
        return False
    return len(topics & known) >= _LEAST_KNOWN * len(topics)


def _figures_in(text: str) -> frozenset[str]:
    words = words_of(text)
    return frozenset(value for value, place in iter_numbers(words) if is_figure(words[place]))


def _keeps_denial(written: str, asked: str, turns: tuple[Turn, ...]) -> bool:
    """Whether what is denied stays denied; "and the pool?" may go on with a denial."""
    if _DENIAL.search(asked):
        return bool(_DENIAL.search(written))
    went_before = any(_DENIAL.search(turn.question) for turn in turns)
    return went_before or not _DENIAL.search(written)
