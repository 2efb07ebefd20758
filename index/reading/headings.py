"""Finds headings that are marked with ``#`` in a text that must stay letter for letter."""

from __future__ import annotations

import re

from index.models import Heading

_LINE = re.compile(r"[^\r\n]+")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def find_headings(text: str) -> tuple[Heading, ...]:
    """Spans of the words of each ``# Heading`` line outside fenced code, without the marks."""
    headings = []
    fence = ""
    for line in _LINE.finditer(text):
        if mark := _FENCE.match(line[0]):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = ""
        elif not fence and (heading := _heading_in(line)):
            headings.append(heading)
    return tuple(headings)


def _heading_in(line: re.Match[str]) -> Heading | None:
    match = _HEADING.match(line[0])
    words = _without_closing(match[2].rstrip()) if match else ""
    if match is None or not words:
        return None
    start = line.start() + match.start(2)
    return Heading(start, start + len(words), len(match[1]))


def _without_closing(words: str) -> str:
    """``Words ##`` as ``Words``; a ``#`` that belongs to a word stays."""
    rest = words.rstrip("#")
    return rest.rstrip() if not rest or rest[-1] in " \t" else words
