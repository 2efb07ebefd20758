"""Reads one line of a language model's reply: its sentences, and the evidence ids they name.

Models are told one form and write many. Whatever is recognised here is only what a
model *says*: ids are looked up, and sentences checked, by others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.answering.models import DraftSentence

_ID = r"e[0-9a-f]{4,8}"
# Possessive, and begun only where a run of brackets begins: a reply of nothing but brackets
# takes no longer to read than another.
_SQUARE = re.compile(
    r"(?<![\[［【〔⟦])[\[［【〔⟦]++([^\[\]［］【】〔〕⟦⟧]{1,400})[\]］】〕⟧]+(?:\((?:https?:|#)[^)\s]*\))?"
)
_OTHER = re.compile(r"[({<（]([^(){}<>（）]{5,400})[)}>）]")
_BARE = re.compile(rf"(?<![\w-]){_ID}(?![\w-])", re.IGNORECASE)
_RANGE = re.compile(
    rf"({_ID})[\s\]\[]*(?:-|–|—|\.{{2,3}}|…|\bto\b|\bthrough\b)[\s\]\[]*({_ID})", re.IGNORECASE
)
_FORM = re.compile(rf"{_ID}", re.IGNORECASE)
# What models of other schools write for an id: [1], [s-4f2a]. It is an id that nobody offered.
_FOREIGN = re.compile(r"(?=[^\d]{0,8}\d)[a-z]{0,2}-?[0-9a-f]{1,8}", re.IGNORECASE)
_FILLER = re.compile(
    r"\b(?:ids?|sources?|evidence|sentences?|see|and|from|cf|refs?|to|through)\b", re.IGNORECASE
)
_SEPARATORS = re.compile(r"[\s,;:|&+/#^`*\"'“”.…–—]+|(?<![a-z])-|-(?![0-9a-f])", re.IGNORECASE)
_WIDEST_RANGE = 6

LONGEST_LINE = 2_000
"""Characters of a line that are read; some reading takes longer than a line is long."""

_BETWEEN = re.compile(r"(?:[\s,;&–—-]|and\b|to\b)*", re.IGNORECASE)
_STOPS = re.compile(r"[.!?…。！？]+[\"'”’)]*")
_ENDS_SENTENCE = re.compile(r"[.!?…。！？][\"'”’)*_`]*\s*$")
_DATE = re.compile(r"^\W*\(\d{4}-\d{2}-\d{2}\)\s*")

_DECORATION = re.compile(r"^(?:\s*(?:[-*•–—‣▪>|#]|\(?\d{1,2}[.)](?!\d)))+\s+|^(?:\s*[>|])+\s*")
_EMPHASIS = re.compile(r"\*\*|(?<!\w)__|__(?!\w)|`|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])")
_LEFT_OVER = " ,;:–—|([{"
_EMPTY = re.compile(r"\([\s,;]*\)|\[[\s,;]*\]|\{\s*\}")
_LABEL = re.compile(
    r"^(?:(?:final |short |my )?(?:answer|response|reply|output|result)|sentence \d+)\s*[:=]\s*"
    r"|^(?:sure|certainly|of course|okay|ok)[!,.:]\s+(?=\S)"
    r"|^(?:here|below)(?:['’]s| is| are)\b[^:.]{0,80}:\s*"
    r"|^(?:based on|according to) the (?:evidence|articles?|context|sources?|information)"
    r"(?: provided| given| above)?\s*[,:]\s*",
    re.IGNORECASE,
)


def clean_line(line: str) -> str:
    """A line without bullets, numbering, labels and emphasis; what is too long is cut off."""
    text = _EMPHASIS.sub("", line.strip()[:LONGEST_LINE])
    before = None
    while before != text:
        before = text
        text = _LABEL.sub("", _DECORATION.sub("", text))
    return text.strip()


def read_line(line: str, ids: Sequence[str]) -> list[DraftSentence]:
    """The sentences of a cleaned line, each with the ids it names, known or not.

    A line that only names ids gives one sentence without text, and one that names none
    a sentence without ids.

    Args:
        line: as ``clean_line`` leaves it.
        ids: those that were offered, in their order: a range names all in between.
    """
    marks = _merge(_find_marks(line, ids), line)
    if not marks:
        return [DraftSentence(_tidy(line), ())]
    starts, ends = marks[0].start, marks[-1].end
    if not _has_words(line[:starts]) and _has_words(line[ends:]):
        return _read_leading(line, marks)
    return _read_trailing(line, marks)


def starts_with_ids(line: str, ids: Sequence[str]) -> bool:
    """Whether a cleaned line names its ids first, so that its end may be missing."""
    marks = _find_marks(line, ids)
    if not marks or _has_words(line[: marks[0].start]):
        return False
    return _has_words(line[marks[-1].end :])


def is_finished(line: str) -> bool:
    """Whether a line ends as sentences do."""
    return bool(_ENDS_SENTENCE.search(line))


def ids_in(text: str, ids: Sequence[str]) -> tuple[str, ...]:
    """The ids that a text names which holds nothing but ids."""
    return _read_ids(text, ids, foreign=True) or ()


@dataclass(slots=True)
class _Mark:
    """Where a line names evidence, and which."""

    start: int
    end: int
    ids: tuple[str, ...] = field(default=())


def _find_marks(line: str, ids: Sequence[str]) -> list[_Mark]:
    marks: list[_Mark] = []
    known = frozenset(ids)
    for pattern, foreign in ((_SQUARE, True), (_OTHER, False)):
        for match in pattern.finditer(line):
            named = _read_ids(match[1], ids, foreign=foreign)
            if named and not _covered(match.start(), marks):
                marks.append(_Mark(match.start(), match.end(), named))
    for match in _BARE.finditer(line):
        if match[0].lower() in known and not _covered(match.start(), marks):
            marks.append(_Mark(match.start(), match.end(), (match[0].lower(),)))
    return sorted(marks, key=lambda mark: mark.start)


def _covered(place: int, marks: Sequence[_Mark]) -> bool:
    return any(mark.start <= place < mark.end for mark in marks)


def _read_ids(content: str, ids: Sequence[str], *, foreign: bool) -> tuple[str, ...] | None:
    """The ids in what stands between brackets; None when something else stands there."""
    named: list[str] = []
    for match in _RANGE.finditer(content):
        named += _between(match[1].lower(), match[2].lower(), ids)
    tokens = _SEPARATORS.sub(" ", _FILLER.sub(" ", content)).split()
    for token in tokens:
        if not (_FORM.fullmatch(token) or (foreign and _FOREIGN.fullmatch(token))):
            parts = token.lower().split("-")
            if not all(map(_FORM.fullmatch, parts)):
                return None
            named += parts
        else:
            named.append(token.lower())
    return tuple(dict.fromkeys(named)) or None


def _between(first: str, last: str, ids: Sequence[str]) -> list[str]:
    if first in ids and last in ids:
        start, end = ids.index(first), ids.index(last) + 1
        if 0 < end - start <= _WIDEST_RANGE:
            return list(ids[start:end])
    return [first, last]


def _merge(marks: Sequence[_Mark], line: str) -> list[_Mark]:
    """Marks that stand side by side are one."""
    merged: list[_Mark] = []
    for mark in marks:
        if merged and _BETWEEN.fullmatch(line, merged[-1].end, mark.start):
            merged[-1].ids += mark.ids
            merged[-1].end = mark.end
        else:
            merged.append(_Mark(mark.start, mark.end, mark.ids))
    return merged


def _read_leading(line: str, marks: Sequence[_Mark]) -> list[DraftSentence]:
    ends = [mark.start for mark in marks[1:]] + [len(line)]
    return [
        DraftSentence(_tidy(_DATE.sub("", line[mark.end : end])), _unique(mark.ids))
        for mark, end in zip(marks, ends, strict=True)
    ]


def _read_trailing(line: str, marks: Sequence[_Mark]) -> list[DraftSentence]:
    """A mark ends a sentence where a full stop stands beside it; else it is inside of one."""
    sentences: list[DraftSentence] = []
    text, place = "", 0
    ids: tuple[str, ...] = ()
    for mark in marks:
        text += line[place : mark.start].rstrip() if text or mark.start else ""
        ids, place = ids + mark.ids, mark.end
        stop = _STOPS.match(line, place)
        if stop is not None:
            text, place = text + stop[0], stop.end()
        if stop is not None or is_finished(text) or not _has_words(line[place:]):
            sentences.append(DraftSentence(_tidy(text), _unique(ids)))
            text, ids = "", ()
    rest = text + line[place:]
    if _has_words(rest):
        sentences.append(DraftSentence(_tidy(rest), _unique(ids)))
    return sentences


def _unique(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _tidy(text: str) -> str:
    """A sentence as written, without what is left where ids stood; "" without a word."""
    text = " ".join(_EMPTY.sub("", text).split())
    text = re.sub(r"\s+([.!?,;:…])", r"\1", text)
    text = re.sub(r"(?<!\.)([.!?])[\"'”’]?\.$", lambda m: m[0][:-1], text)
    if text.endswith("."):
        text = f"{text[:-1].rstrip(_LEFT_OVER)}."
    text = text.strip(_LEFT_OVER)
    return text if _has_words(text) else ""
