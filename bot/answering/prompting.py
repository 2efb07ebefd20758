"""Lays out what strangers wrote so that a language model reads it as data.

Articles, titles, questions and earlier turns are each put on one line, without
whatever could pass for our own marks: ids in brackets, fences, the tokens that
divide a chat. Quotes are not made of this text, so nothing is lost by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.models import Evidence, Turn
from index.models import Passage

_BRACKETS = str.maketrans("[［【〔⟦〚]］】〕⟧〛", "(((((())))))")
_JOINERS = "\u200c\u200d"  # some scripts need them
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_FENCE = re.compile(r"data-(?=[0-9a-f]{4})", re.IGNORECASE)
_TOKEN = re.compile(r"<(?=\S)")
_LONGEST_SENTENCE = 1_000
_LONGEST_TITLE = 200


def tame(text: str) -> str:
    """A text on one line, with nothing in it that looks like our marks or cannot be seen."""
    kept = (
        ch if ch in _JOINERS or unicodedata.category(ch) not in _UNSEEN else _stand_in(ch)
        for ch in text.translate(_BRACKETS)
    )
    line = " ".join("".join(kept).split())
    return _TOKEN.sub("< ", _FENCE.sub("data ", line))


def _stand_in(character: str) -> str:
    """Line ends and the like divide words; invisible marks inside of words do not."""
    return "" if unicodedata.category(character) in {"Cf", "Co", "Cs"} else " "


@dataclass(frozen=True, slots=True)
class Layout:
    """Evidence as a model reads it, and the ids that are in it, in their order."""

    text: str
    ids: tuple[str, ...]


def lay_out_evidence(evidence: Sequence[Evidence], *, characters: int) -> Layout:
    """As much of the evidence as fits, the best passages first, gathered by article.

    Args:
        evidence: by passage, the best first.
        characters: how long the text may be; the first sentence always fits.
    """
    articles: dict[str, list[Evidence]] = {}
    spent = 0
    for item in evidence:
        title = "" if item.passage.article_id in articles else _title_of(item.passage)
        spent += len(title) + len(_line_of(item)) + 2
        if articles and spent > characters:
            break
        articles.setdefault(item.passage.article_id, []).append(item)
    lines, ids = [], []
    for items in articles.values():
        items.sort(key=lambda item: item.span.start)
        lines += [_title_of(items[0].passage), *map(_line_of, items), ""]
        ids += [item.id for item in items]
    return Layout("\n".join(lines).strip(), tuple(ids))


def _title_of(passage: Passage) -> str:
    title = f"Article: {_cut(tame(passage.title), _LONGEST_TITLE)}"
    if passage.superseded_by is None:
        return title
    return f"{title} (replaced by a newer article: {_cut(tame(passage.superseded_by), 200)})"


def _line_of(item: Evidence) -> str:
    published = (item.passage.published_at or "")[:10]
    date = f" ({tame(published)})" if published else ""
    return f"[{item.id}]{date} {_cut(tame(item.text), _LONGEST_SENTENCE)}"


def lay_out_history(turns: Sequence[Turn], *, characters: int) -> str:
    """Earlier turns, the oldest first; where they are too long, the oldest and longest give way."""
    lines: list[str] = []
    left = characters
    for turn in reversed(turns):
        question = f"Question: {_cut(tame(turn.question), 300)}"
        answer = f"Answer: {_cut(tame(turn.answer) or '(none)', 500)}"
        if lines and len(question) + len(answer) > left:
            break
        left -= len(question) + len(answer)
        lines[:0] = [question, answer]
    return "\n".join(lines)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
