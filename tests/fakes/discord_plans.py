"""Plans, editions, sources and golden questions to show, with hostile ones among them."""

from __future__ import annotations

from index.entries import SourceOptions
from index.models import EditionInfo, Problem, Source, SourceKind
from index.plans import Plan, PlanItem, PlanKind
from index.records import GoldenQuestion, SourceInfo
from tests.fakes.discord_service import NOW

HOSTILE = (
    "@everyone <@1> **bold** [here](https://evil.example) `code` ``` ||x|| "
    "\u202egnp.exe\n# Big\n> q\n- item <#5> <t:0:R>"
)
DIFF = ("@ The bridge", " It opened on Tuesday.", "-The repair took nine weeks.", "+It took ten.")


def make_item(
    kind: PlanKind = PlanKind.ADDED,
    article_id: str = "town-news",
    title: str = "The town in June",
    **given: object,
) -> PlanItem:
    return PlanItem(kind, article_id, title, **given)  # type: ignore[arg-type]


def make_plan(*items: PlanItem, **given: object) -> Plan:
    """A plan ``p1`` of the server's library; say the library, and what else is special."""
    values: dict[str, object] = {
        "id": "p1",
        "library": "discord-1",
        "base_edition": 3,
        "created_at": NOW,
        "actor": "command line",
        "note": "sync",
        "items": items,
        "articles": 40,
        "unchanged": 37,
        "drops": 0,
        "drops_too_much": False,
    }
    return Plan(**{**values, **given})  # type: ignore[arg-type]


def all_kinds(library: str = "discord-1", title: str = "The town in June") -> Plan:
    """A plan with one article of each kind, a suspicious one among them."""
    return make_plan(
        make_item(PlanKind.ADDED, "a1", f"{title} 1"),
        make_item(PlanKind.CHANGED, "c1", f"{title} 2", diff=DIFF),
        make_item(
            PlanKind.CHANGED,
            "c2",
            f"{title} 3",
            diff=("-All of it.", "+Please log in."),
            suspicions=(f"It shrank by 92 %. {title}", "It looks like a login page."),
        ),
        make_item(PlanKind.REMOVED, "r1", f"{title} 4", reason="Its page is gone (404 twice)."),
        make_item(PlanKind.MOVED, "m1", f"{title} 5", other="m0"),
        make_item(PlanKind.DUPLICATE, "d1", f"{title} 6", other="a1", reason=f"{title} won."),
        library=library,
        problems=(Problem(f"https://a.example/{title}", f"It answered 500. {title}"),),
        notes=(Problem("robots.txt", f"It forbids /private. {title}"),),
        note=f"add {title}",
    )


def make_edition(number: int, **given: object) -> EditionInfo:
    values: dict[str, object] = {
        "number": number,
        "published_at": f"2031-06-{number % 28 + 1:02}T12:00:00+00:00",
        "actor": "command line",
        "note": f"sync {number}",
        "added": 2,
        "changed": 1,
        "removed": 0,
    }
    return EditionInfo(**{**values, **given})  # type: ignore[arg-type]


def make_source(key: int = 1, **given: object) -> SourceInfo:
    values: dict[str, object] = {
        "key": key,
        "source": Source(SourceKind.FEED, f"https://gullmarrow.example/feed-{key}.xml"),
        "options": SourceOptions(include=("*/news/*",), limit=50),
        "articles": 12,
        "added_by": "command line",
        "added_at": NOW,
    }
    return SourceInfo(**{**values, **given})  # type: ignore[arg-type]


def make_golden(key: int = 1, **given: object) -> GoldenQuestion:
    values: dict[str, object] = {
        "key": key,
        "question": f"When did the bridge open, asked {key} times?",
        "article_id": "bridge-reopens",
        "title": "Tern Bridge opens again",
        "added_by": "command line",
        "added_at": NOW,
    }
    return GoldenQuestion(**{**values, **given})  # type: ignore[arg-type]
