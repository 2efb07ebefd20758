"""What a web page says about its article: title, date as given, authors, address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from trafilatura.metadata import extract_metadata
from trafilatura.settings import Document as PageFacts

from index.reading.cleaning import clean_date, clean_line, clean_names, clean_title, clean_url
from index.reading.metadata import Metadata

# lxml has no types.
HtmlElement = Any

_DATE_NAMES = (
    "article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "date",
)
_ARTICLE_TYPES = ("article", "posting", "report", "webpage")
_MAX_NODES = 5_000
_MAX_PUBLISHER = 200


def page_metadata(tree: HtmlElement, url: str | None) -> Metadata:
    """The page's own statements, cleaned; the date keeps the precision it is given with."""
    # Not the extensive search: it takes dates out of the running text.
    facts = extract_metadata(tree, default_url=url, extensive=False)
    return Metadata(
        title=clean_title(facts.title or ""),
        published_at=_published_at(tree, facts),
        authors=clean_names((facts.author or "").split(";")),
        url=_canonical_url(tree, url),
        publisher=clean_line(facts.sitename or "", _MAX_PUBLISHER) or None,
    )


def _published_at(tree: HtmlElement, facts: PageFacts) -> str | None:
    stated = [*_dates_in_json(tree), *_dates_in_meta(tree), *_dates_of_publication(tree)]
    if first := next(filter(None, map(clean_date, stated)), None):
        return first
    if not facts.date:
        return None
    marked = (clean_date(element.get("datetime")) for element in tree.iter("time"))
    return next((date for date in marked if date and date.startswith(facts.date)), facts.date)


def _dates_in_json(tree: HtmlElement) -> Iterator[str]:
    for script in tree.iter("script"):
        if script.get("type", "").strip().lower() == "application/ld+json":
            try:
                data = json.loads(script.text or "")
            except (ValueError, RecursionError):
                continue
            yield from _dates_of_articles(data)


def _dates_of_articles(data: object) -> Iterator[str]:
    """``datePublished`` of the articles in JSON-LD, level by level from the top."""
    waiting: list[object] = [data]
    for node in waiting:
        if isinstance(node, list):
            waiting.extend(node[: _MAX_NODES - len(waiting)])
        elif isinstance(node, dict):
            kind = str(node.get("@type", "")).lower()
            date = node.get("datePublished")
            if isinstance(date, str) and any(name in kind for name in _ARTICLE_TYPES):
                yield date
            waiting.extend(list(node.values())[: max(0, _MAX_NODES - len(waiting))])


def _dates_in_meta(tree: HtmlElement) -> Iterator[str]:
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        found.setdefault(name.strip().lower(), meta.get("content", ""))
    return (found[name] for name in _DATE_NAMES if name in found)


def _dates_of_publication(tree: HtmlElement) -> Iterator[str]:
    for element in tree.iter("time"):
        if "datepublished" in element.get("itemprop", "").lower() or "pubdate" in element.attrib:
            yield element.get("datetime", "")


def _canonical_url(tree: HtmlElement, url: str | None) -> str | None:
    for link in tree.iter("link"):
        if "canonical" in link.get("rel", "").lower().split():
            return _absolute(link.get("href", ""), url)
    for meta in tree.iter("meta"):
        if meta.get("property", "").lower() == "og:url":
            return _absolute(meta.get("content", ""), url)
    return None


def _absolute(address: str, base: str | None) -> str | None:
    try:
        return clean_url(urljoin(base or "", address.strip()))
    except ValueError:
        return None
