"""The visible text of a web page, in blocks, as a browser's search for a quote sees it.

Where this and a browser differ, this parts more: what is searched for in our blocks is then
found in the browser's too. Style sheets are not read.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it has no types

from index.pages import MOST_CHARACTERS, OBJECT, Anchor, PageText

# lxml has no types.
Element = Any

_BLOCKS = frozenset(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html "
    "legend li listing main marquee menu nav ol optgroup option p plaintext pre search section "
    "summary table tbody td tfoot th thead tr ul xmp".split()
)
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
# Shown as something else than text, or not at all.
_UNSEEN = frozenset(
    "applet area audio base canvas datalist embed frame frameset head iframe img input keygen link "
    "map math meta meter noembed noframes noscript object param picture progress rp rt script "
    "select source style svg template textarea title track video wbr".split()
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
# Makes a box of its own of what else stands in the line.
_OWN_BOX = re.compile(
    r"display\s*:\s*(?!inline\s*(?:[;!]|$)|contents|none)|float\s*:\s*(?:left|right|inline)"
    r"|position\s*:\s*(?:absolute|fixed)",
    re.IGNORECASE,
)
_KEEPS_SPACES = re.compile(r"white-space\s*:\s*(?:pre|break)", re.IGNORECASE)
_PRE = frozenset({"pre", "listing", "plaintext", "xmp"})
_SPACES = re.compile(r"[ \t\n\r\f]+")
# In preformatted text runs of spaces stay, and nothing is searched for across them.
_WIDE = re.compile(r"[\n\r\f]+|[ \t]{2,}|\t")
_BREAK = "\x00"
_BREAKS = re.compile(f" ?{_BREAK}[ {_BREAK}]*")
_ID = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")
_MOST_ANCHORS = 5_000


def read_page_text(tree: Element) -> PageText | None:
    """The page's text, or None where it has none or too much.

    Args:
        tree: The page as lxml parsed it; it is left as it is.
    """
    walker = _Walker()
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            walker.close(element)
        elif _is_unseen(element):
            walker.skip(element)
            walk.skip_subtree()
        else:
            walker.open(element)
        if walker.is_full:
            return None
    walker.flush()
    return PageText(tuple(walker.blocks), tuple(walker.anchors)) if walker.blocks else None


def _is_unseen(element: Element) -> bool:
    if element.tag in _UNSEEN or (element.tag == "dialog" and element.get("open") is None):
        return True
    hidden = element.get("hidden")
    if hidden is not None and hidden.strip().lower() != "until-found":
        return True
    return element.get("popover") is not None or bool(_HIDDEN.search(element.get("style") or ""))


class _Walker:
    """Collects blocks and anchors while a tree is walked."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.anchors: list[Anchor] = []
        self._pieces: list[str] = []
        self._characters = 0
        self._pre = 0
        self._ids: set[str] = set()
        # Ids since the last block: of any element, and of the heading that is open.
        self._near = ""
        self._heading: str | None = None
        self._skipped: set[Element] = set()

    @property
    def is_full(self) -> bool:
        return self._characters > MOST_CHARACTERS

    def open(self, element: Element) -> None:
        if _parts(element):
            self.flush()
        if element.tag == "br":
            self._pieces.append(_BREAK)
            self._characters += 1
        self._pre += _keeps_spaces(element)
        if element.tag in _HEADINGS:
            self._heading = ""
        self._note_id(element)
        self.say(element.text)

    def close(self, element: Element) -> None:
        if element in self._skipped:
            self._skipped.discard(element)
        else:
            self._pre -= _keeps_spaces(element)
            if _parts(element):
                self.flush()
            if element.tag in _HEADINGS:
                self._heading = None
        self.say(element.tail)

    def skip(self, element: Element) -> None:
        """Leave a mark for what is not text; its end comes all the same."""
        self._skipped.add(element)
        if self._pieces:
            if self._pieces[-1] != OBJECT:
                self._pieces.append(OBJECT)
        elif self.blocks and not self.blocks[-1].endswith(OBJECT):
            self.blocks[-1] += OBJECT

    def say(self, text: str | None) -> None:
        if not text:
            return
        # A broken page may hold any character of these as a reference.
        text = text.replace(_BREAK, " ").replace(OBJECT, " ")
        text = _WIDE.sub(_BREAK, text) if self._pre else _SPACES.sub(" ", text)
        self._characters += len(text)
        self._pieces.append(text)

    def flush(self) -> None:
        text = _SPACES.sub(" ", "".join(self._pieces))
        self._pieces.clear()
        text = _BREAKS.sub("\n", text).strip(" \n")
        if not text.strip(f" \n{OBJECT}"):
            if text and self.blocks and not self.blocks[-1].endswith(OBJECT):
                self.blocks[-1] += OBJECT
            return
        self._note_anchors()
        self.blocks.append(text)

    def _note_id(self, element: Element) -> None:
        id_ = element.get("id") or (element.get("name") if element.tag == "a" else None) or ""
        if not _ID.fullmatch(id_) or id_ in self._ids:
            return
        self._ids.add(id_)
        if self._heading is None:
            self._near = id_
        elif not self._heading:
            self._heading = id_

    def _note_anchors(self) -> None:
        if len(self.anchors) >= _MOST_ANCHORS:
            return
        at = len(self.blocks)
        if self._heading is not None:
            # A section's own id stands for a heading that begins it.
            self.anchors.append(Anchor(at, self._heading or self._near, is_heading=True))
        elif self._near:
            self.anchors.append(Anchor(at, self._near))
        self._near = ""


def _parts(element: Element) -> bool:
    return element.tag in _BLOCKS or bool(_OWN_BOX.search(element.get("style") or ""))


def _keeps_spaces(element: Element) -> bool:
    return element.tag in _PRE or bool(_KEEPS_SPACES.search(element.get("style") or ""))
