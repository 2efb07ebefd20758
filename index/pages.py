"""The page an article was read from, as a browser's search sees it."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any

from index.storable import can_be_stored

MOST_CHARACTERS = 500_000
"""Of a page's text; a longer page is not kept."""

OBJECT = "\ufffc"
"""Stands for what is no text, such as a picture: nothing that is searched for reaches across."""

# What is unpacked may come from an archive that somebody else made.
_MOST_BYTES = 12 * MOST_CHARACTERS + 2_000_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """An element with an id, in front of ``block`` (an index) or around it.

    A heading without an id has the id "": what comes before it is not the nearest any more.
    """

    block: int
    id: str
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class PageText:
    """The visible text of a page, block by block in the page's order.

    Whitespace is as it is rendered. A line break inside a block is a newline; ``OBJECT`` stands
    for what is no text. ``anchors`` are in the page's order.
    """

    blocks: tuple[str, ...]
    anchors: tuple[Anchor, ...] = ()

    def pack(self) -> bytes:
        """The page compressed, the same bytes for the same page."""
        fields = [self.blocks, [(a.block, a.id, a.is_heading) for a in self.anchors]]
        return zlib.compress(json.dumps(fields, ensure_ascii=False).encode(), 6)

    @staticmethod
    def unpack(packed: bytes) -> PageText:
        """What ``pack`` packed.

        Raises:
            ValueError: it is something else.
        """
        reader = zlib.decompressobj()
        try:
            blocks, anchors = json.loads(reader.decompress(packed, _MOST_BYTES))
            return page_of({"blocks": blocks, "anchors": [_name(anchor) for anchor in anchors]})
        except (zlib.error, ValueError, TypeError, RecursionError) as exc:
            raise ValueError("That is no packed page.") from exc


def page_of(fields: dict[str, Any]) -> PageText:
    """The page whose ``dataclasses.asdict`` this is.

    Raises:
        ValueError: it is not that of a page.
    """
    blocks = tuple(fields["blocks"])
    anchors = tuple(Anchor(**anchor) for anchor in fields["anchors"])
    if isinstance(fields["blocks"], str | dict) or not all(map(_is_text, blocks)):
        raise ValueError("a block that is no text")
    if not all(_is_anchor(anchor, len(blocks)) for anchor in anchors):
        raise ValueError("an anchor that is none")
    return PageText(blocks, anchors)


def _is_anchor(anchor: Anchor, blocks: int) -> bool:
    kinds = [type(anchor.block), type(anchor.is_heading)]
    return kinds == [int, bool] and 0 <= anchor.block < blocks and _is_text(anchor.id)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and can_be_stored(value)


def _name(anchor: list[Any]) -> dict[str, Any]:
    return dict(zip(("block", "id", "is_heading"), anchor, strict=True))
