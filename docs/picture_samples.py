"""Invented plans, editions and sources for the pictures of a moderator's work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.scheduled import ScheduledOutcome
from bot.state.spending import Budget, Limit, Spent
from index.entries import SourceOptions
from index.models import (
    EditionInfo,
    LibraryStatus,
    Problem,
    Progress,
    Source,
    SourceKind,
    SyncReport,
)
from index.plans import Plan, PlanItem, PlanKind
from index.records import AuditEntry, GoldenQuestion, SourceInfo

SITE = "https://gullmarrow.example"
FEED = Source(SourceKind.FEED, f"{SITE}/feed.xml")
MAP = Source(SourceKind.SITEMAP, f"{SITE}/sitemap.xml")
DROP = "This would take 52 of 214 articles out of the answers."
PROGRESS = tuple(Progress("reading", done, 214) for done in (60, 72, 85, 98, 110, 124))
_BRIDGE = (
    "@ The repair",
    " The Tern Bridge opened again on Tuesday.",
    "-The repair took nine weeks and cost 41,000 crowns.",
    "+The repair took ten weeks and cost 43,500 crowns, the council said on Friday.",
    " Carts may cross at walking pace until the new railing stands.",
)
_LOGIN = ("-The reading room opens at nine from July.", "+Please log in to read this page.")


def plan(library: str) -> Plan:
    """A plan with something of each kind."""
    kinds = PlanKind
    return Plan(
        id="7f3a",
        library=library,
        base_edition=12,
        created_at="2031-06-10T12:00:00+00:00",
        actor="schedule",
        note="sync of 2 sources",
        items=(
            PlanItem(kinds.ADDED, "a1", "The regatta returns in August"),
            PlanItem(kinds.ADDED, "a2", "Marta Quill wins the baker's medal"),
            PlanItem(kinds.CHANGED, "c1", "Tern Bridge opens again after nine weeks", diff=_BRIDGE),
            PlanItem(
                kinds.CHANGED,
                "c2",
                "New hours at the reading room",
                suspicions=("It shrank by 94 %.", "It looks like a login page."),
                diff=_LOGIN,
            ),
            PlanItem(
                kinds.REMOVED,
                "r1",
                "Ferry timetable, winter 2029",
                reason="Its page is gone: the site answered 404 twice.",
            ),
            PlanItem(kinds.MOVED, "news/fair-2031", "The spring fair moves", other="news/fair"),
            PlanItem(
                kinds.DUPLICATE,
                "d1",
                "The regatta returns in August (print version)",
                other="a1",
                reason="The same text as “The regatta returns in August”, which its page names.",
            ),
        ),
        articles=214,
        unchanged=209,
        drops=1,
        drops_too_much=False,
        problems=(Problem(f"{SITE}/news/quay", "The site answered 500. It keeps its old text."),),
    )


def dropping_plan(library: str) -> Plan:
    """A plan that takes a quarter of the library out."""
    gone = tuple(
        PlanItem(PlanKind.REMOVED, f"r{number}", f"Harbour notes, week {number} of 2030")
        for number in range(1, 53)
    )
    suspicious = tuple(item for item in plan(library).items if item.suspicions)
    return replace(
        plan(library), items=(*gone, *suspicious), unchanged=161, drops=52, drops_too_much=True
    )


REPORT = SyncReport(
    edition=13,
    published=True,
    added=("the-regatta-returns", "bakers-medal", "quay-lamps"),
    changed=("tern-bridge",),
    unchanged=211,
    duplicates=(("regatta-print", "the-regatta-returns"),),
    problems=(Problem(f"{SITE}/news/quay", "The site answered 500 three times. Try later."),),
    notes=(Problem("robots.txt", "It forbids /drafts/; 4 pages were left out."),),
    seconds=8.4,
)
STATUS = LibraryStatus(
    "l",
    EditionInfo(13, "2031-06-10T12:00:00+00:00", "schedule", "sync", 3, 1, 0),
    214,
    1_630,
    (FEED, MAP, Source(SourceKind.UPLOAD, "town-statutes.pdf")),
    "minilm",
    41_000_000,
    6_200_000,
)
SCHEDULED = ScheduledOutcome(
    sources=(FEED.location, MAP.location),
    report=SyncReport(
        edition=13,
        published=True,
        added=("the-regatta-returns", "bakers-medal"),
        changed=("tern-bridge",),
        unchanged=210,
        held="7f3a",
        suspicious=(
            Problem(
                "New hours at the reading room", "It shrank by 94 % and looks like a login page."
            ),
        ),
        seconds=5.1,
    ),
    held="7f3a",
)
BUDGET = Budget(Spent(tokens=412_000, calls=96), Limit(tokens=2_000_000))


def audit(moderator: str) -> tuple[AuditEntry, ...]:
    """Some days of work on a library."""
    rows = (
        ("2031-06-10T06:00:12", "schedule", "sync", "2 sources", "", 13),
        ("2031-06-09T19:12:40", moderator, "note", "Moderator note on “Tern Bridge”", "", 12),
        (
            "2031-06-09T17:42:00",
            moderator,
            "rollback",
            "to edition 10",
            "The site showed its login page to us.",
            12,
        ),
        ("2031-06-09T06:00:09", "schedule", "sync", "2 sources", "", 11),
        ("2031-06-08T10:00:00", moderator, "setting", "Channels: every channel -> #news", "", None),
        ("2031-06-07T20:15:31", moderator, "add", "town-statutes.pdf", "", 10),
    )
    return tuple(AuditEntry(f"{at}+00:00", *rest) for at, *rest in rows)


def golden(moderator: str) -> tuple[GoldenQuestion, ...]:
    """Questions that each edition has to answer."""
    rows = (
        (1, "When did the Tern Bridge open again?", "bridge", "Tern Bridge opens again"),
        (2, "When does the reading room open?", "hours", "New hours at the reading room"),
    )
    at = "2031-06-01T12:00:00+00:00"
    return tuple(GoldenQuestion(*row, moderator, at) for row in rows)


def editions(moderator: str) -> tuple[EditionInfo, ...]:
    """A short history."""
    rows = (
        (13, "2031-06-10T06:00:12", "schedule", "sync of 2 sources", 2, 1, 0),
        (12, "2031-06-09T17:42:00", moderator, "rollback to edition 10", 0, 52, 1),
        (11, "2031-06-09T06:00:09", "schedule", "sync of 2 sources", 1, 52, 0),
        (10, "2031-06-07T20:15:31", moderator, "add town-statutes.pdf", 1, 0, 0),
        (9, "2031-06-06T06:00:11", "schedule", "sync of 2 sources", 4, 0, 2),
        (8, "2031-06-05T11:03:48", "command line", "remove ferry-2019", 0, 0, 1),
    )
    return tuple(EditionInfo(n, f"{at}+00:00", *rest) for n, at, *rest in rows)


def sources(moderator: str) -> tuple[SourceInfo, ...]:
    """A feed that is read daily, a site map that waits after a rollback, and an upload."""
    now = datetime(2031, 6, 10, 18, tzinfo=UTC)
    feed = SourceInfo(
        1,
        FEED,
        SourceOptions(include=("*/news/*",), limit=200),
        180,
        moderator,
        "2031-05-02T09:00:00+00:00",
        schedule="daily 06:00",
        next_run=(now + timedelta(hours=12)).isoformat(),
        last_run=(now - timedelta(hours=12)).isoformat(),
        outcome="read, with 1 problem",
    )
    site = replace(
        feed, key=2, source=MAP, options=SourceOptions(language="en"), articles=33, paused=True
    )
    upload = SourceInfo(
        3,
        Source(SourceKind.UPLOAD, "town-statutes.pdf"),
        SourceOptions(),
        1,
        moderator,
        "2031-06-07T20:15:31+00:00",
    )
    return (feed, replace(site, schedule="hourly"), upload)
