"""Writes pages as HTML: templates that escape everything, one style sheet known by its hash."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib import resources

import jinja2
from markupsafe import Markup

from bot.reader.markup import write_blocks
from bot.reader.page import PageView
from bot.speech import language, tr

_PACKAGE = "bot.reader"


@dataclass(frozen=True, slots=True)
class _Words:
    """Words that every page has."""

    skip: str
    parts_above: str
    parts_below: str
    footer: str


class PageWriter:
    """Writes pages; made once, used from any thread."""

    def __init__(self) -> None:
        folder = resources.files(_PACKAGE).joinpath("templates")
        names = ("frame.html", "page.html", "message.html")
        texts = {name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}
        self._templates = jinja2.Environment(
            loader=jinja2.DictLoader(texts),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._style = folder.joinpath("style.css").read_text(encoding="utf-8").strip()
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self.policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        """The Content-Security-Policy that lets a page have its style and nothing else."""

    def write_page(self, page: PageView) -> bytes:
        """An article's page, in the language that is spoken."""
        begins, ends = tr("[The quote begins]"), tr("[The quote ends]")
        words = _Words(
            tr("Skip to the quote"),
            tr("Parts of the article, above the text"),
            tr("Parts of the article, below the text"),
            tr(
                "This is a stored copy of the article, shown by Footnote so that "
                "its quotes can be checked."
            ),
        )
        text = write_blocks(page.blocks, begins=begins, ends=ends)
        return self._write("page.html", page=page, words=words, text=text)

    def write_message(self, heading: str, text: str) -> bytes:
        """A page that only says something."""
        return self._write("message.html", heading=heading, text=text)

    def _write(self, name: str, **values: object) -> bytes:
        # Ours, and as the policy's hash has it.
        style = Markup(self._style)  # noqa: S704
        written = self._templates.get_template(name).render(
            language=language(), style=style, **values
        )
        return written.encode()
