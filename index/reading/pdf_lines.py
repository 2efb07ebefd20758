"""Puts the lines of PDF pages together into paragraphs, without running heads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_EDGE = 2
_FEWEST_PAGES = 3
# Heads of left and right pages often differ, so that each stands on half of them.
_SHARE_OF_PAGES = 0.4
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|página|pagina|strona|p\.|s\.)\s*)?"
    r"(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of|von|de|sur|di|van|z)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)
ITEM = re.compile(r"([•‣◦▪●*–-]|\d{1,3}[.)]|[a-z]\))\s+(?=\S)")
_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2})+\.?\s+[^\W\d_]")
_ENTRY = re.compile(r"(?:\. ?){4,}\s*\w{0,5}$")
_ENDS_SENTENCE = re.compile(r"[.!?:…。！？][\"'”’»)\]]*$")
_HYPHEN = re.compile(r"[^\W\d_][-\u2010]$")
_COMPOUND = re.compile(r"[-\u2010]")
# How far back the word at a line's end is looked for: a paragraph may be very long.
_WORD = 200
# A line shorter than this part of a full one ends its paragraph, if it ends a sentence.
_FULL = 0.85
_SHORT = 0.6


def join_pages(pages: Sequence[Sequence[str]]) -> list[str]:
    """Paragraphs of the lines of each page, in order.

    Words that were cut at a line's end are whole again; heads, feet and page numbers that
    come again on most pages are left out.
    """
    kept = _without_edges([[line.strip() for line in page] for page in pages])
    lines = [line for page in kept for line in page]
    lengths = sorted(len(line) for line in lines if line)
    # Few lines reach the full width where many words are long.
    width = lengths[len(lengths) * 4 // 5] if lengths else 0
    paragraphs: list[str] = []
    is_open = False
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        if line and is_open:
            paragraphs[-1] = _join(paragraphs[-1], line)
        elif line:
            paragraphs.append(line)
        is_open = bool(line) and not _ends_paragraph(line, following, width)
    return paragraphs


def _ends_paragraph(line: str, following: str, width: int) -> bool:
    if not following or ITEM.match(following) or _SECTION.match(following) or _ENTRY.search(line):
        return True
    if following[0].islower() or _HYPHEN.search(line):
        return False
    if _ENDS_SENTENCE.search(line):
        return len(line) < width * _FULL
    # A heading, an address, a cell: short, and something new begins behind it.
    return len(line) < width * _SHORT and line[-1] not in ",;"


def _join(text: str, line: str) -> str:
    if _HYPHEN.search(text[-2:]) and line[0].islower():
        # "state-of-the-" keeps its last hyphen, "harb-" loses it.
        word = text[-_WORD:].rsplit(maxsplit=1)[-1][:-1]
        return (text if _COMPOUND.search(word) else text[:-1]) + line
    return f"{text} {line}"


def _without_edges(pages: list[list[str]]) -> list[list[str]]:
    """Pages without lines at the top and bottom that come again on many of them."""
    pages = [[*page] for page in pages]
    for page in pages:
        while page and not page[0]:
            del page[0]
        while page and not page[-1]:
            del page[-1]
    for at_top in (True, False):
        for _ in range(_EDGE):
            _drop_outermost(pages, at_top=at_top)
    return pages


def _drop_outermost(pages: list[list[str]], *, at_top: bool) -> None:
    place = 0 if at_top else -1
    seen = Counter(_shape(page[place]) for page in pages if page)
    least = max(_FEWEST_PAGES, len(pages) * _SHARE_OF_PAGES)
    for number, page in enumerate(pages):
        if at_top and number == 0 and page and not _NUMBER.search(page[0]):
            # The title, which heads the pages behind it as well.
            continue
        if page and (_PAGE_NUMBER.fullmatch(page[place]) or seen[_shape(page[place])] >= least):
            del page[place]
            while page and not page[place]:
                del page[place]


def _shape(line: str) -> str:
    return _NUMBER.sub("#", line)
