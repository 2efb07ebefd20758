"""Where a browser finds a text fragment: written from the specification, apart from our search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote


def fragment_parts(link: str) -> dict[str, str]:
    """The decoded parts of a text fragment, by what they are."""
    directive = link.partition(":~:text=")[2]
    parts = directive.split(",") if directive else []
    found = {}
    if parts and parts[0].endswith("-"):
        found["prefix"] = parts.pop(0)[:-1]
    if parts and parts[-1].startswith("-"):
        found["suffix"] = parts.pop()[1:]
    found.update(zip(("start", "end"), parts, strict=False))
    return {name: unquote(part) for name, part in found.items()}


def find_fragment(link: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a browser would find the fragment in the text, the first place first."""
    parts = fragment_parts(link)
    for at in range(len(text)):
        start = _match(text, at, parts["start"])
        if start is None or not _bounded(text, at, start):
            continue
        if "prefix" in parts and not any(
            (end := _match(text, before, parts["prefix"])) is not None
            and end <= at
            and not text[end:at].strip()
            for before in range(at)
            if before == 0 or not (text[before - 1] + text[before]).isalnum()
        ):
            continue
        if "end" not in parts and not _followed(text, start, parts.get("suffix")):
            continue
        yield at, _end_of(text, start, parts.get("end"), parts.get("suffix"))


def _followed(text: str, at: int, suffix: str | None) -> bool:
    if suffix is None:
        return True
    end = _match(text, _skip(text, at), suffix)
    # A suffix may begin inside a word, but has to end with one.
    return end is not None and _ends_word(text, end)


def _end_of(text: str, start: int, last: str | None, suffix: str | None) -> int:
    if last is None:
        return start
    for at in range(start, len(text)):
        end = _match(text, at, last)
        if end is not None and _bounded(text, at, end) and _followed(text, end, suffix):
            return end
    raise AssertionError(f"{last!r} does not follow")


def _match(text: str, at: int, part: str) -> int | None:
    """Where ``part`` ends if it stands at ``at``: any case, any whitespace."""
    for word in re.split(r"(\s+)", part):
        if not word.strip():
            if not word:
                continue
            gap = re.compile(r"\s+").match(text, at)
            if gap is None:
                return None
            at = gap.end()
        elif text[at : at + len(word)].casefold() == word.casefold():
            at += len(word)
        else:
            return None
    return at


def _bounded(text: str, start: int, end: int) -> bool:
    before = start == 0 or not (text[start - 1] + text[start]).isalnum()
    return before and _ends_word(text, end)


def _ends_word(text: str, end: int) -> bool:
    return end == len(text) or not (text[end - 1] + text[end]).isalnum()


def _skip(text: str, at: int) -> int:
    gap = re.compile(r"\s*").match(text, at)
    return gap.end() if gap else at
