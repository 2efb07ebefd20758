"""What Discord would act on in a text, and what a reader would see of it.

Discord's own parser is not open. CommonMark stands in for the layout (stricter where
they differ), patterns for what is Discord's own.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PLAIN = frozenset({"paragraph_open", "paragraph_close", "inline"})
_PLAIN_INLINE = frozenset({"text", "text_special", "softbreak", "hardbreak"})
_DISCORD = {
    "mention": r"(?<!\\)<(?:@[!&]?|#)\d+>",
    "everyone": r"@(?:everyone|here)",
    "command": r"(?<!\\)</[^:\n]+:\d+>",
    "timestamp": r"(?<!\\)<t:-?\d+(?::\w)?>",
    "guide": r"(?<!\\)<id:\w+>",
    "custom emoji": r"(?<!\\)<a?:\w+:\d+>",
    "emoji": r"(?<!\\):[^\s:\\]+:",
    "address": r"\b[a-z][a-z0-9+.-]*://\S",
    "invite": r"discord(?:app)?\.(?:gg|com/invite)/\w",
    "spoiler": r"(?<!\\)\|\|",
    "underline": r"(?<!\\)__",
    "subtext": r"(?m)^-#",
    "heading": r"(?m)^#{1,3}\s",
    "block quote": r"(?m)^>",
    "list": r"(?m)^(?:[-*+]|\d+[.)])\s",
    "code": r"(?<!\\)`",
    "masked link": r"(?<!\\)\[[^\]]*\]\(",
}


def find_active(text: str) -> list[str]:
    """What in the text would be more than plain text, in words."""
    # A pair of backslashes shows one and disarms nothing behind it.
    seen = text.replace("\\\\", "\N{REPLACEMENT CHARACTER}")
    found = [name for name, pattern in _DISCORD.items() if re.search(pattern, seen, re.IGNORECASE)]
    for token in _parse(text):
        if token.type not in _PLAIN:
            found.append(token.type)
        found += [c.type for c in token.children or [] if c.type not in _PLAIN_INLINE]
    return found


def shown(text: str) -> str:
    """What a reader sees of a text in which nothing is active."""
    paragraphs = [token for token in _parse(text) if token.type == "inline"]
    lines = ("".join(_show(child) for child in token.children or []) for token in paragraphs)
    return "\n\n".join(lines).replace("\u200b", "")


def _parse(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def _show(child: Token) -> str:
    return "\n" if child.type in {"softbreak", "hardbreak"} else child.content
