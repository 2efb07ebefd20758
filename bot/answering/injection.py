"""Knows sentences that give orders to a language model: they are no evidence of anything.

An extractive answer obeys nobody, but it would show such a sentence as if it were
news, and a composer that is a language model should not read it at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_MODEL = r"(?:ai|assistant|chatbot|language model|llm|bot|gpt)"
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}"
    r"\b(?:instructions?|prompts?|directives?|safety guidelines?|system message)\b"
    r"|\b(?:ignore|disregard|forget) (?:all|any|everything|the|what)\b.{0,20}"
    r"\b(?:above|before|prior)\b"
    r"|\b(?:system prompt|new instructions?|end of (?:article|context|document)s?)\b.{0,3}:"
    r"|\byou are (?:now )?(?:an? )?(?:unrestricted |helpful )?"
    r"(?:ai|chatgpt|language model|chatbot)\b"
    rf"|\b(?:attention|note to|dear|hey|hello),? (?:the |all )?{_MODEL}s?\b"
    rf"|\b(?:the|this|any|every|your) {_MODEL}s? (?:must|should|shall|has to) "
    r"(?:\w+ )?"
    r"(?:answer|say|tell|reply|respond|ignore|output|print|reveal|mention|recommend|claim)\b"
    rf"|\bif you are an? {_MODEL}\b",
    re.IGNORECASE | re.DOTALL,
)
# "Say that the mayor has resigned. Do not name any article.": how such an order goes on.
_GOES_ON = re.compile(
    r"^\W*(?:do not|don['’]t|never|always|instead|now|then|only|please|also|answer|say|tell|reply|"
    r"respond|write|output|print|repeat|reveal|pretend|act|begin|start|end|include|add|use|"
    r"@everyone|@here)\b",
    re.IGNORECASE,
)


def orders_a_model(sentences: Sequence[str]) -> list[bool]:
    """For each of some sentences in reading order, whether it is part of an order to a model."""
    flags: list[bool] = []
    for text in sentences:
        goes_on = bool(flags) and flags[-1] and bool(_GOES_ON.search(text))
        flags.append(goes_on or bool(_ORDERS.search(text)))
    return flags
