"""The web reader: links that nobody can forge, and pages with no markup but ours."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

from bot.reader.addresses import ReaderAddresses, is_signed, read_address
from bot.reader.html import PageWriter
from bot.reader.page import plan_page
from index.article_pages import ArticlePage, CurrentText
from tests.fuzz.drawing import Draw, decode
from tests.fuzz.target import Target

_NOW = datetime(2031, 6, 10, tzinfo=UTC)
_KEY = b"k" * 32
_VERSION = "a" * 32


def read_reader_address(data: bytes) -> None:
    """An address of the reader that was changed in any way opens nothing; ours always does."""
    draw = Draw(data)
    start, length = draw.number(0, 1 << 20), draw.number(0, 1 << 10)
    addresses = ReaderAddresses("https://read.example", _KEY, 30, lambda: _NOW)
    link = addresses.link("paper", _VERSION, start, start + length)
    parts = urlsplit(link)
    _, library, version = parts.path.split("/")
    genuine = dict(parse_qsl(parts.query))
    asked = read_address(library, version, genuine)
    assert asked is not None
    assert is_signed(_KEY, asked, _NOW)
    query = dict(genuine)
    for _ in range(draw.number(0, 3)):
        query[draw.one_of(("s", "e", "p", "x", "k"))] = draw.text(60)
    forged = read_address(draw.one_of((library, "other", draw.text(20))), version, query)
    if forged is not None and forged.place != asked.place:
        assert not is_signed(_KEY, forged, _NOW)
    read_address(draw.text(70), draw.text(40), dict(parse_qsl(decode(draw.rest()))))


def write_pages(data: bytes) -> None:
    """A page of the reader says the article's letters, and no markup but ours."""
    draw = Draw(data)
    title, text, newer = draw.text(200), draw.text(1_000) or "x", draw.text(200) or "y"
    page = ArticlePage(
        library="paper", version_id=_VERSION, article_id="a", title=title, text=text,
        published_at=draw.text(20), authors=tuple(draw.texts(3, 60)), publisher=draw.text(60),
        url=draw.text(100), headings=(), newest=CurrentText("b" * 32, draw.text(60), newer),
    )  # fmt: skip
    place = read_address(
        "paper", _VERSION, {"s": str(draw.number(0, len(text))), "e": str(len(text))}
    )
    assert place is not None
    view = plan_page(page, place.place, lambda _, anchor: f"x#{anchor}")
    tags = _Tags()
    tags.feed(_WRITER.write_page(view).decode())
    tags.close()
    assert tags.names <= _TAGS, tags.names - _TAGS
    assert tags.shown.count("<") >= text.count("<")
    for name, value in tags.attributes:
        assert not name.startswith("on"), name
        assert name not in {"href", "src"} or re.match(r"https?://|x#|#", value or ""), value


class _Tags(HTMLParser):
    """The names and attributes of a page's elements, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.shown = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.shown += data


_WRITER = PageWriter()
_TAGS = frozenset(
    "a article aside bdi body div footer h1 h2 h3 h4 h5 h6 head header html main mark meta nav p "
    "section span strong style time title".split()
)
TARGETS = {
    "read_reader_address": Target(
        read_reader_address,
        (
            b"s=", b"e=", b"&", b"0", b"1", b"%00",
        ),
        (
            bytes(20),
        ),
    ),
    "write_pages": Target(
        write_pages,
        (
            b"<script>", b"</", b"<img src=x onerror=", b'"', b"'", b"&", b"javascript:",
            b"https://", b"{{", b"{%", b"\xe2\x80\xae", b"\n\n", b"# ",
        ),
        (
            bytes(range(120)),
        ),
    ),
}  # fmt: skip
