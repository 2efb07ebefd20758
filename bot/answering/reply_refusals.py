"""Knows a model's way of saying that the evidence does not answer, in its many dresses."""

from __future__ import annotations

import re

# The word we asked for, also where Markdown or a model's habit changed its letters.
_WORD = re.compile(r"\bno\\?_answer\b|\bNO ANSWER\b|\bNOANSWER\b", re.IGNORECASE)
_SHOUTED = re.compile(r"NO[ -]?ANSWER")
_ALONE = re.compile(r"\W*(?:no[ -]?answer|n/a|none|null)\W*", re.IGNORECASE)

_SOURCE = (
    r"(?:the |these |those |this |any |given |provided |available |supplied )*"
    r"(?:evidence|articles?|context|text|texts|sources?|passages?|sentences?|documents?"
    r"|information|data|excerpts?)(?: (?:provided|given|above|here|offered|available))?"
)
_SAYS = (
    r"(?:say|mention|contain|provide|specify|state|include|answer|give|tell|discuss|address|"
    r"indicate|cover|describe|explain|reveal|offer|have|list|name)"
)
_NOT = r"(?:do|does|did|would)(?: not|n['’]t)|cannot|can['’]t|can not"
_DENIALS = re.compile(
    rf"^\W*(?:(?:unfortunately|sorry|i['’]m sorry|i am sorry|i apologi[sz]e|however)\W+(?:but )?)?"
    rf"(?:{_SOURCE} (?:{_NOT}) (?:\w+ )?{_SAYS}"
    rf"|{_SOURCE} (?:is|are)(?: not|n['’]t) (?:sufficient|enough|mentioned|given)"
    rf"|there (?:is|are|was|were) (?:no|not enough|insufficient) (?:\w+ ){{0,2}}"
    r"(?:information|evidence|mention|data|answer)"
    r"|no (?:relevant |specific |such )?(?:information|evidence|mention|data)\b"
    r"|(?:it is|it's|that is|this is) not (?:mentioned|stated|specified|clear from|said|given)"
    rf"|(?:based on|from|according to) {_SOURCE},? (?:it is |i |we |there is )"
    r"(?:not|cannot|can['’]t|no|don['’]t|do not|unclear|impossible)"
    r"|i(?: am|['’]m)? (?:sorry|unable|not able|cannot|can['’]t|could not|couldn['’]t"
    r"|do not (?:know|have)|don['’]t (?:know|have)|was unable|were unable)\b)",
    re.IGNORECASE,
)


def says_no_answer(line: str) -> bool:
    """Whether a line is, or holds, the word for "the evidence does not answer this"."""
    found = (match[0] for match in _WORD.finditer(line))
    if any("_" in word or _SHOUTED.fullmatch(word) for word in found):
        return True
    return bool(_ALONE.fullmatch(line))


def denies(text: str) -> bool:
    """Whether a sentence only says that the articles do not say something, or that it cannot."""
    return bool(_DENIALS.match(text))
