"""Where words surely begin and end, by the rules of Unicode that browsers share."""

from __future__ import annotations

import re
import unicodedata

from bot.rendering.page_search import Place
from index.pages import OBJECT

# Narrow no-break spaces join words where browsers look for their ends; these part them.
_TOKEN = re.compile(r"[^ \xa0\u3000]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_AFTER_SIGN = re.compile("[^\\W_]+[^\\w]*|[^\\w]+|_+")
# Between letters or digits these do not end a word: "e.g", "it's", "3,5".
_INSIDE = frozenset(".:·'’‘,;․‧﹐﹒﹔﹕＇．：，；٬״׳\"\u2024\ufe52\u0387\u037e\u2044")
_JOINING = frozenset("_\u202f\u203f\u2040\u2054\u200d")


def is_word_end(text: str, at: int) -> bool:
    """Whether a word surely begins or ends there, by the rules that browsers share.

    Unsure inside a run of letters: browsers part scripts without spaces by dictionaries.
    """
    # What is no text is not there when browsers look for the ends of words.
    left, right = at, at
    while left and text[left - 1] == OBJECT:
        left -= 1
    while right < len(text) and text[right] == OBJECT:
        right += 1
    if not left or right == len(text):
        return True
    before, after = text[left - 1], text[right]
    if before in _JOINING or after in _JOINING or unicodedata.category(after)[0] == "M":
        return False
    if unicodedata.category(after) == "Cf" or unicodedata.category(before) == "Cf":
        return False
    if before.isalnum() or unicodedata.category(before)[0] == "M":
        return not after.isalnum() and not (
            after in _INSIDE and _joins(before, text[right + 1 : right + 2])
        )
    if after.isalnum() and before in _INSIDE:
        return not _joins(text[max(0, left - 2) : left - 1], after)
    # Flags are pairs of these, and pictures may be joined.
    return unicodedata.category(before) != "So" or unicodedata.category(after) not in {"So", "Sk"}


def _joins(before: str, after: str) -> bool:
    """Whether a sign between these may be inside a word: never in a script without spaces."""
    if _UNSPACED.match(before) or _UNSPACED.match(after):
        return False
    return before.isalnum() and after.isalnum()


def split_words(text: str, start: int, end: int) -> list[Place]:
    """What spaces part; where a script has no spaces, what punctuation parts."""
    words = []
    for token in _TOKEN.finditer(text, start, end):
        if _UNSPACED.search(token.group()):
            cuts = [m.start() for m in _AFTER_SIGN.finditer(text, *token.span())]
            cuts = [at for at in cuts[1:] if is_word_end(text, at)]
            words += [
                Place(a, b)
                for a, b in zip([token.start(), *cuts], [*cuts, token.end()], strict=True)
            ]
        else:
            words.append(Place(*token.span()))
    return words
