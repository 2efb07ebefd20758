"""The list of sources under an answer, and articles named in a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.answering.models import Citation
from bot.rendering.dates import readable_date
from bot.rendering.links import short_url
from bot.rendering.text import link_label, shorten
from bot.speech import tr
from index.models import is_note

_PUBLISHER_LIMIT = 80
_NEWER_LIMIT = 60


@dataclass(frozen=True, slots=True)
class SourceStyle:
    """How much of a source is shown; tighter where an answer has very many."""

    title_limit: int
    linked: bool
    detailed: bool


FULL = SourceStyle(title_limit=150, linked=True, detailed=True)
TIGHT = SourceStyle(title_limit=50, linked=False, detailed=False)


def write_sources(citations: Sequence[Citation], style: SourceStyle = FULL) -> str:
    """One entry an article, with all its numbers, each opening the article at its quote."""
    return "\n".join(_write_source(group, style) for group in _group_by_article(citations))


def write_details(
    publisher: str | None,
    published_at: str | None,
    superseded_by: str | None = None,
    *,
    article_id: str = "",
) -> str:
    """Publisher, date and what supersedes it, in one line; empty where nothing is known.

    A moderator's note is called that.
    """
    known = [
        tr("moderator note") if is_note(article_id) else "",
        shorten(publisher, _PUBLISHER_LIMIT) if publisher else "",
        readable_date(published_at),
        write_superseded(superseded_by),
    ]
    return " · ".join(part for part in known if part)


def write_superseded(superseded_by: str | None) -> str:
    """That a newer article takes its place; "" where none does."""
    if superseded_by is None:
        return ""
    newer = shorten(superseded_by, _NEWER_LIMIT)
    if not newer:
        return tr("superseded by a newer article")
    return tr("superseded by “{title}”", title=newer)


def write_title(title: str, limit: int) -> str:
    """A title that may stand in a link; never empty."""
    return link_label(title, limit) or tr("Untitled article")


def mark(number: int) -> str:
    """The number as it stands in an answer."""
    return f"[{number}]"


def _write_source(group: Sequence[Citation], style: SourceStyle) -> str:
    quote = group[0].quote
    title = write_title(quote.title, style.title_limit)
    links = [_link_of(citation) if style.linked else None for citation in group]
    if len(group) == 1:
        line = _masked(f"{mark(group[0].number)} {title}", links[0])
    else:
        marks = [_masked(mark(c.number), link) for c, link in zip(group, links, strict=True)]
        line = f"{' '.join(marks)} {title}"
    # Its date, and what supersedes it, stand in every style.
    publisher = quote.publisher if style.detailed else None
    details = write_details(
        publisher, quote.published_at, quote.superseded_by, article_id=quote.article_id
    )
    if any(citation.quote.corrected_by is not None for citation in group):
        corrected = tr("corrected by a moderator note")
        details = f"{details} · {corrected}" if details else corrected
    return f"{line}\n-# {details}" if details else line


def _masked(label: str, link: str | None) -> str:
    return f"[{label}]({link})" if link else label


def _link_of(citation: Citation) -> str | None:
    return short_url(citation.link) or short_url(citation.quote.url)


def _group_by_article(citations: Iterable[Citation]) -> list[list[Citation]]:
    groups: dict[str, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.quote.version_id, []).append(citation)
    return list(groups.values())
