"""Markdown (CommonMark and tables) to clean text with heading spans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.reading.blocks import BlockBuilder, CleanText
from index.reading.html_fragment import UNREAD, add_html, tag_of
from index.reading.shortcodes import drop_shortcodes

# Indented HTML behind a blank line is code to CommonMark, and markup to its author.
_MARKUP = re.compile(r"\s*</?[a-zA-Z][a-zA-Z0-9-]*[\s>/]")


def read_markdown(source: str) -> CleanText:
    """The text a reader of the rendered page would see, block by block.

    Links give their words, images their alternative text; tags, comments, scripts,
    template marks and struck-out words are left out.
    """
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return _Renderer().render(parser.parse(drop_shortcodes(source)))


@dataclass(slots=True)
class _List:
    """An open list; ``number`` is None for bullets."""

    number: int | None

    def next_marker(self) -> str:
        if self.number is None:
            return "-"
        self.number += 1
        return f"{self.number - 1}."


class _Renderer:
    """Walks markdown-it's flat token list once."""

    def __init__(self) -> None:
        self._builder = BlockBuilder()
        self._lists: list[_List] = []
        self._marker: str | None = None
        self._heading: int | None = None
        self._cells: list[str] | None = None
        self._table: object = None

    def render(self, tokens: Sequence[Token]) -> CleanText:
        for token in tokens:
            self._read(token)
        return self._builder.build()

    def _read(self, token: Token) -> None:
        match token.type:
            case "inline":
                self._text(inline_text(token.children or []))
            case "heading_open" | "heading_close":
                self._heading = int(token.tag[1]) if token.nesting == 1 else None
            case "html_block":
                self._add_html(token.content)
            case "code_block" if _MARKUP.match(token.content):
                self._add_html(token.content)
            case "fence" | "code_block":
                self._marker = None
                self._builder.code(token.content)
            case kind if "list" in kind:
                self._read_list(token)
            case kind if kind.startswith("t"):
                self._read_table(token)

    def _read_list(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append(_List(None))
            case "ordered_list_open":
                start = token.attrGet("start")
                self._lists.append(_List(1 if start is None else int(start)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._marker = self._lists[-1].next_marker()
            case "list_item_close":
                self._marker = None

    def _read_table(self, token: Token) -> None:
        match token.type:
            case "table_open":
                self._table = object()
            case "tr_open":
                self._cells = []
            case "tr_close":
                self._builder.row(self._cells or [], self._table)
                self._cells = None

    def _add_html(self, markup: str) -> None:
        self._marker = None
        add_html(markup, self._builder)

    def _text(self, text: str) -> None:
        if self._cells is not None:
            self._cells.append(text)
        elif self._heading is not None:
            self._marker = None
            self._builder.heading(text, self._heading)
        elif self._marker is not None:
            marker, self._marker = self._marker, None
            self._builder.item(text, marker, len(self._lists) - 1, self._lists[0])
        else:
            self._builder.paragraph(text)


def inline_text(tokens: Sequence[Token]) -> str:
    """The words of a line of Markdown; a hard break gives a line end."""
    return "".join(_inline_parts(tokens))


def _inline_parts(tokens: Sequence[Token]) -> Iterator[str]:
    unread: str | None = None
    for token in tokens:
        name, closes = tag_of(token.content) if token.type == "html_inline" else ("", False)
        if token.type == "s_open":
            unread = unread or "~~"
        elif token.type == "s_close" and unread == "~~":
            unread = None
        elif unread is not None:
            if closes and name == unread:
                unread = None
        elif name in UNREAD and not closes:
            unread = name
        else:
            yield _inline_part(token, name)


def _inline_part(token: Token, tag: str) -> str:
    match token.type:
        case "text" | "text_special" | "code_inline":
            return token.content
        case "image":
            return inline_text(token.children or [])
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case _:
            return "\n" if tag == "br" else ""
