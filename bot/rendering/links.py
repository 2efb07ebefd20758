"""Links that open an article at the quote, as text fragments.

``URL#:~:text=[prefix-,]start[,end][,-suffix]``: browsers look for whole words, each
part within one block of the page, and highlight the first place that fits. The stored
article text stands in for the page when we check that this place is the quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

LINK_LIMIT = 512
"""What a link button of Discord takes."""

_WORD = re.compile(r"\w+(?:[.,:'’_/-]\w+)*")
# Line ends part blocks; a bar parts the cells of a table row.
_BLOCK_END = re.compile(r"[\n\r\t\v\f\u2028\u2029|]+")
# What may stand between the parts: spaces, and what a page does not show as text there.
_GAP = r"[\W_]*?"
_WHOLE_WORDS = 10
_EDGE_WORDS = (6, 5, 4, 3, 2, 1)
_CONTEXT_WORDS = 8
_CONTEXT_REACH = 400
_PARTS_KEPT = "/%:@!$&',;=+-._~"
_UNUSABLE = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, slots=True)
class _Place:
    """A part of a text fragment, as a range of the article's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Fragment:
    start: _Place
    end: _Place | None = None
    prefix: _Place | None = None
    suffix: _Place | None = None

    def write(self, text: str) -> str:
        parts = [_encode(text, self.start)]
        if self.prefix:
            parts.insert(0, _encode(text, self.prefix) + "-")
        if self.end:
            parts.append(_encode(text, self.end))
        if self.suffix:
            parts.append("-" + _encode(text, self.suffix))
        return ",".join(parts)


def safe_url(url: str | None) -> str | None:
    """The URL in a form that breaks out of nothing, or None if nobody should follow it.

    Only http and https, with a host, without a name and password. Applied twice it gives
    the same.
    """
    if url is None or _UNUSABLE.search(url := url.strip()):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
            return None
        name = host if host.isascii() else host.encode("idna").decode("ascii")
        path = quote(parts.path, safe=_PARTS_KEPT)
        query = quote(parts.query, safe=_PARTS_KEPT + "?")
        fragment = quote(parts.fragment, safe=_PARTS_KEPT + "?")
    except (ValueError, UnicodeError):
        return None
    if not re.fullmatch(r"[0-9A-Za-z._-]+|[0-9A-Fa-f:.]+", name):
        return None
    netloc = f"[{name}]" if ":" in name else name
    return urlunsplit(
        (parts.scheme, netloc if port is None else f"{netloc}:{port}", path, query, fragment)
    )


def short_url(url: str | None) -> str | None:
    """The safe form of the URL if it is short enough to be shown, else None."""
    page = safe_url(url)
    return page if page and len(page) <= LINK_LIMIT else None


def build_link(url: str | None, article_text: str, start: int, end: int) -> str | None:
    """The link that opens ``url`` at ``article_text[start:end]``, at most 512 characters.

    Where no fragment is short and clear enough it is the plain URL; None where there is
    no usable URL or it is too long.
    """
    page = safe_url(url)
    if page is None:
        return None
    page = page.partition(":~:")[0]
    opener = page + (":~:text=" if "#" in page else "#:~:text=")
    for fragment in _fragments(article_text, start, end):
        link = opener + fragment.write(article_text)
        if len(link) <= LINK_LIMIT:
            return link
    page = page.removesuffix("#")
    return page if len(page) <= LINK_LIMIT else None


def _fragments(text: str, start: int, end: int) -> Iterator[_Fragment]:
    """Fragments that lead to the quote and nowhere else, the best first."""
    blocks = _blocks_of_words(text, start, end)
    if not blocks or re.search("[\ud800-\udfff]", text[start:end]):
        return
    first, last = blocks[0], blocks[-1]
    if len(blocks) == 1 and len(first) <= _WHOLE_WORDS:
        yield from _made_clear(text, _Fragment(_span(first)))
    for count in _EDGE_WORDS:
        if len(blocks) == 1 and len(first) < 2 * count:
            continue
        edges = _Fragment(_span(first[:count]), _span(last[-count:]))
        if _ends_there(text, edges):
            yield from _made_clear(text, edges)


def _made_clear(text: str, fragment: _Fragment) -> Iterator[_Fragment]:
    """The fragment with as much context as it takes to fit one place only."""
    if _fits_once(text, fragment):
        yield fragment
        return
    for count in range(1, _CONTEXT_WORDS + 1):
        prefix = _words_before(text, fragment.start.start, count)
        clear = _Fragment(fragment.start, fragment.end, prefix)
        if prefix and _fits_once(text, clear):
            yield clear
            return
    if fragment.end is not None:
        return
    for count in range(1, _CONTEXT_WORDS + 1):
        suffix = _words_after(text, fragment.start.end, count)
        clear = _Fragment(fragment.start, suffix=suffix)
        if suffix and _fits_once(text, clear):
            yield clear
            return


def _fits_once(text: str, fragment: _Fragment) -> bool:
    parts = [_pattern(text, fragment.start)]
    if fragment.prefix:
        parts.insert(0, _pattern(text, fragment.prefix, bounded_end=False))
    if fragment.suffix:
        parts.append(_pattern(text, fragment.suffix, bounded_start=False))
    # A lookahead, because places may overlap.
    found = re.finditer(f"(?={_GAP.join(parts)})", text, re.IGNORECASE)
    next(found, None)
    return next(found, None) is None


def _ends_there(text: str, fragment: _Fragment) -> bool:
    """Whether the first place after the start that reads like the end is the end."""
    if fragment.end is None:
        return True
    pattern = re.compile(_pattern(text, fragment.end), re.IGNORECASE)
    found = pattern.search(text, fragment.start.end)
    return found is not None and found.start() == fragment.end.start


def _pattern(
    text: str, place: _Place, *, bounded_start: bool = True, bounded_end: bool = True
) -> str:
    words = r"\s+".join(map(re.escape, text[place.start : place.end].split()))
    before = r"(?<!\w)" if bounded_start else ""
    return before + words + (r"(?!\w)" if bounded_end else "")


def _blocks_of_words(text: str, start: int, end: int) -> list[list[_Place]]:
    """The whole words of the quote, by block; blocks without a word are left out."""
    blocks = []
    for block in _split(text, start, end):
        words = _words(text, block.start, block.end)
        # A quote that begins or ends inside a word leaves that word out.
        if words and words[0].start == start and start and _is_inside_word(text, start):
            words = words[1:]
        if words and words[-1].end == end and _is_inside_word(text, end):
            words = words[:-1]
        if words:
            blocks.append(words)
    return blocks


def _split(text: str, start: int, end: int) -> Iterator[_Place]:
    at = start
    for border in _BLOCK_END.finditer(text, start, end):
        yield _Place(at, border.start())
        at = border.end()
    yield _Place(at, end)


def _words(text: str, start: int, end: int) -> list[_Place]:
    return [_Place(*found.span()) for found in _WORD.finditer(text, start, end)]


def _words_before(text: str, at: int, count: int) -> _Place | None:
    """The last words before a place and what stands after them, within one block."""
    reach = max(0, at - _CONTEXT_REACH)
    for block in reversed(list(_split(text, reach, at))):
        words = _words(text, block.start, block.end)
        if words and words[0].start == reach and _is_inside_word(text, reach):
            words = words[1:]
        if words:
            ending = text[: block.end].rstrip()
            return _Place(words[-count:][0].start, max(len(ending), words[-1].end))
    return None


def _words_after(text: str, at: int, count: int) -> _Place | None:
    reach = min(len(text), at + _CONTEXT_REACH)
    block = next(_split(text, at, reach))
    words = _words(text, block.start, block.end)
    if words and words[-1].end == reach and _is_inside_word(text, reach):
        words = words[:-1]
    if not words:
        return None
    opening = block.end - len(text[block.start : block.end].lstrip())
    return _Place(opening, words[:count][-1].end)


def _span(words: list[_Place]) -> _Place:
    return _Place(words[0].start, words[-1].end)


def _is_inside_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and (text[at - 1] + text[at]).isalnum()


def _encode(text: str, place: _Place) -> str:
    return quote(text[place.start : place.end], safe="").replace("-", "%2D")
