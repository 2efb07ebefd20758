"""A message of Discord as the words in it, each character with its place in the message; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What says nothing of its own: it leaves a space behind, so that words stay apart.
_BLANKED = re.compile(
    r"""(?xs)
      ```.*?(?:```|\Z)                          # a block of code
    | <(?:@[!&]?|\#|@&)\d{1,20}>                # mentions of people, roles and channels
    | </[^>\n]{1,100}:\d{1,20}>                 # mentions of commands
    | <a?:\w{1,40}:\d{1,20}>                    # emoji of a server
    | <t:-?\d{1,16}(?::[a-zA-Z])?>              # times
    | <?\bhttps?://[^\s<>]+>?                   # addresses
    | ~~.+?~~                                   # what was struck out is not said
    | [ ]?\[\d{1,3}(?:,[ ]?\d{1,3})*\](?!\()    # our own marks
    | (?m:^)-\#[^\n]*                           # small print of an answer: dates, publishers
    | (?<![\w])@(?:everyone|here)\b
    | (?<!\w):[a-z0-9_+-]{2,40}:(?!\w)          # names of emoji
    """
)
# Signs around words that are said all the same.
_DROPPED = re.compile(
    r"(?m)^[ \t]*(?:>{1,3}[ \t]+|\#{1,3}[ \t]+)+|\*{1,3}|__|\|\||`+"
    r"|(?<!\w)_(?=\S)|(?<=\S)_(?!\w)|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
# Of a link only its label is said.
_LINK = re.compile(
    r"(?P<before>\[)[^\[\]\n]{1,400}(?P<behind>\]\(<?[^()\s]*(?:\([^()\s]*\)[^()\s]*)*>?\))"
)
_ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")
_LETTER = "\ue000"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3]+"
)


@dataclass(frozen=True, slots=True)
class MessageText:
    """The words of a message; ``places[n]`` is where character ``n`` stands in the message."""

    text: str
    places: tuple[int, ...]

    def place_of(self, start: int, end: int) -> tuple[int, int]:
        """Where a part that is not empty begins and ends in the message itself."""
        return self.places[start], self.places[end - 1] + 1


def read_message(message: str) -> MessageText:
    """A message without its markdown, mentions, emoji, addresses and code."""
    signs = list(message)
    escaped = {found.end() - 1 for found in _ESCAPED.finditer(message)}
    for place in escaped:
        signs[place - 1] = ""
    for link in _LINK.finditer(message):
        for part in ("before", "behind"):
            signs[link.start(part) : link.end(part)] = [""] * len(link[part])
    for pattern, sign in ((_BLANKED, " "), (_DROPPED, ""), (_EMOJI, " ")):
        # One character for each, so that places stay what they are; what was escaped is a letter.
        current = "".join(
            _LETTER if place in escaped else sign or "\0" for place, sign in enumerate(signs)
        )
        for found in pattern.finditer(current):
            for place in range(found.start(), found.end()):
                if signs[place] != "\n":
                    signs[place] = sign
    kept = [(sign, place) for place, sign in enumerate(signs) if sign and sign != "\0"]
    return MessageText("".join(sign for sign, _ in kept), tuple(place for _, place in kept))
