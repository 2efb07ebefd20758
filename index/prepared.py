"""A plan together with what publishing it needs: the texts, and what to remember of sources."""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from index.entries import EntryState, SourceOptions, options_from
from index.entry_rows import NO_CHANGES, EntryChanges
from index.models import Article, Heading, Problem, Source, SourceKind
from index.pages import PageText, page_of
from index.plans import Plan, PlanItem, PlanKind, PlanState

_PUTS = (PlanKind.ADDED, PlanKind.CHANGED, PlanKind.MOVED)


@dataclass(frozen=True, slots=True)
class PlannedSource:
    """A source that was read for a plan. ``key`` is below zero while it is not remembered."""

    key: int
    source: Source
    options: SourceOptions | None
    entries: EntryChanges = NO_CHANGES


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan that can be published.

    ``articles`` and ``origins`` (the source's key) are those of its added, changed and moved
    items. ``welcome`` are ids that somebody removed and that come back on purpose. ``pages``
    are the pages, by version id, that changed around an article that did not.
    """

    plan: Plan
    articles: Mapping[str, Article]
    origins: Mapping[str, int]
    sources: tuple[PlannedSource, ...] = ()
    welcome: tuple[str, ...] = ()
    pages: Mapping[str, PageText | None] = field(default_factory=dict)

    def only(self, wanted: AbstractSet[str], *, plan_id: str) -> Prepared:
        """The part about these articles, under its own id; it remembers no entries."""
        items = tuple(item for item in self.plan.items if item.article_id in wanted)
        ids = {item.article_id for item in items if item.kind in _PUTS}
        plan = dataclasses.replace(
            self.plan,
            id=plan_id,
            items=items,
            unchanged=0,
            drops=0,
            drops_too_much=False,
            problems=(),
            notes=(),
        )
        origins = {id_: self.origins[id_] for id_ in ids}
        return Prepared(
            plan,
            {id_: self.articles[id_] for id_ in ids},
            origins,
            tuple(
                dataclasses.replace(s, entries=NO_CHANGES)
                for s in self.sources
                if s.key in origins.values()
            ),
            tuple(id_ for id_ in self.welcome if id_ in ids),
        )

    def without(self, left_out: AbstractSet[str]) -> Prepared:
        """The rest: without these articles, and without remembering the entries they came from."""
        items = tuple(item for item in self.plan.items if item.article_id not in left_out)
        return Prepared(
            dataclasses.replace(self.plan, items=items),
            {id_: a for id_, a in self.articles.items() if id_ not in left_out},
            {id_: s for id_, s in self.origins.items() if id_ not in left_out},
            tuple(_without_entries(source, left_out) for source in self.sources),
            tuple(id_ for id_ in self.welcome if id_ not in left_out),
            self.pages,
        )


def _without_entries(source: PlannedSource, left_out: AbstractSet[str]) -> PlannedSource:
    put = tuple(state for state in source.entries.put if state.article_id not in left_out)
    return dataclasses.replace(source, entries=EntryChanges(put, source.entries.gone))


def puts(items: Iterable[PlanItem]) -> tuple[PlanItem, ...]:
    """Those that bring a version into the edition."""
    return tuple(item for item in items if item.kind in _PUTS)


def pack(prepared: Prepared) -> tuple[str, bytes]:
    """The plan for people as JSON, and the rest packed."""
    rest = {
        "articles": [dataclasses.asdict(article) for article in prepared.articles.values()],
        "origins": dict(prepared.origins),
        "sources": [dataclasses.asdict(source) for source in prepared.sources],
        "welcome": prepared.welcome,
        "pages": {id_: page and dataclasses.asdict(page) for id_, page in prepared.pages.items()},
    }
    body = json.dumps(dataclasses.asdict(prepared.plan), ensure_ascii=True)
    return body, zlib.compress(json.dumps(rest, ensure_ascii=True).encode(), 3)


def unpack(body: str, material: bytes) -> Prepared:
    """What ``pack`` packed."""
    rest = json.loads(zlib.decompress(material))
    articles = [_article(fields) for fields in rest["articles"]]
    return Prepared(
        unpack_plan(body),
        {article.id: article for article in articles},
        rest["origins"],
        tuple(_source(fields) for fields in rest["sources"]),
        tuple(rest["welcome"]),
        # A plan may have been kept by a version that knew no pages.
        {id_: page and page_of(page) for id_, page in rest.get("pages", {}).items()},
    )


def unpack_plan(body: str) -> Plan:
    """The plan alone."""
    fields = json.loads(body)
    return Plan(
        **{
            **fields,
            "items": tuple(_item(item) for item in fields["items"]),
            "problems": tuple(Problem(**p) for p in fields["problems"]),
            "notes": tuple(Problem(**n) for n in fields["notes"]),
            "state": PlanState(fields["state"]),
        }
    )


def _item(fields: dict[str, Any]) -> PlanItem:
    return PlanItem(
        **{
            **fields,
            "kind": PlanKind(fields["kind"]),
            "suspicions": tuple(fields["suspicions"]),
            "diff": tuple(fields["diff"]),
        }
    )


def _article(fields: dict[str, Any]) -> Article:
    headings = tuple(Heading(**heading) for heading in fields["headings"])
    page = page_of(fields["page"]) if fields.get("page") else None
    return Article(
        **{**fields, "authors": tuple(fields["authors"]), "headings": headings, "page": page}
    )


def _source(fields: dict[str, Any]) -> PlannedSource:
    options = fields["options"]
    entries = fields["entries"]
    return PlannedSource(
        fields["key"],
        Source(SourceKind(fields["source"]["kind"]), fields["source"]["location"]),
        None if options is None else options_from(options),
        EntryChanges(
            tuple(EntryState(**state) for state in entries["put"]), tuple(entries["gone"])
        ),
    )
