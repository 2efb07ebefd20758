"""What language models and their chat templates wrap around a reply."""

from __future__ import annotations

import re

_TAGS = r"(?:think|thinking|thought|reasoning|analysis|scratchpad|reflection)\s*>"
THINKING = re.compile(rf"<(/?){_TAGS}", re.IGNORECASE)
LINE_END = re.compile(rf"\n|</{_TAGS}", re.IGNORECASE)
END = re.compile(
    r"<\|(?:im_end|endoftext|eot_id|end|end_of_text|eom_id)\|>|<end_of_turn>|</s>|<eos>|\[/INST\]"
)
TAG = re.compile(r"<\|[\w-]{1,30}\|>|</?(?:answer|response|output|final|result|p|s|br)\s*/?>")


def leave_out_thinking(reply: str) -> str:
    """A whole reply without what a model thought aloud, and up to where its template ends."""
    end = END.search(reply)
    parts: list[str] = []
    place, thinks = 0, False
    text = TAG.sub(" ", reply[: end.start()] if end else reply)
    for tag in THINKING.finditer(text):
        if tag[1] and not thinks:
            parts.clear()
        elif not thinks:
            parts.append(text[place : tag.start()])
        thinks, place = not tag[1], tag.end()
    return "".join(parts if thinks else [*parts, text[place:]])
