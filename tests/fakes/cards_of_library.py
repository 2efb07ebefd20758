"""What moderators see of a library: plans, reports, jobs, sources, editions, golden questions."""

from __future__ import annotations

from dataclasses import replace

from bot.rendering.audit import render_audit_page, shorten_block
from bot.rendering.changes import render_changes
from bot.rendering.content import (
    render_removal,
    render_schedule,
    render_source_removal,
    render_sources,
    render_superseded,
    render_unmarked,
)
from bot.rendering.golden import render_checks, render_forgotten, render_golden, render_kept
from bot.rendering.history import render_audit, render_history, render_rollback
from bot.rendering.jobs import (
    describe_running,
    render_busy,
    render_ended,
    render_interrupted,
    render_job,
    render_jobs,
    render_resumed,
)
from bot.rendering.plans import (
    Stop,
    render_confirm,
    render_guard,
    render_note,
    render_plan,
    render_unfit,
)
from bot.rendering.reports import render_report, render_scheduled, render_status, render_verified
from index.entries import SourceOptions
from index.models import (
    LibraryStatus,
    Problem,
    Progress,
    Source,
    SourceKind,
    SyncReport,
    VerifyReport,
)
from index.plans import ALL, Consent, PlanKind, PlanState
from index.records import AuditEntry, GoldenCheck, JobInfo, JobState, Supersession
from tests.fakes.discord_plans import (
    DIFF,
    all_kinds,
    make_edition,
    make_golden,
    make_item,
    make_plan,
    make_source,
)
from tests.fakes.discord_service import NOW
from tests.fakes.shown import Sample

NAMES = {"command line": "the terminal", "discord:13": "Mo", "schedule": "the schedule"}
FEED = "https://gullmarrow.example/feed.xml"
JOB = JobInfo(
    "j1", "discord-1", "sync", "Reading 2 sources", "discord:13", JobState.RUNNING, NOW,
    stage="embedding", done=1250, total=5000,
)  # fmt: skip
REPORT = SyncReport(
    edition=13,
    published=True,
    added=("The regatta returns", "Quay lamps"),
    changed=("Tern Bridge",),
    removed=("Ferry, winter 2029",),
    unchanged=2110,
    moved=(("news/fair", "news/fair-2031"),),
    duplicates=(("regatta-print", "regatta"),),
    problems=(Problem("https://a.example/quay", "It answered 500."), Problem("", "")),
    notes=(Problem("robots.txt", "It forbids /drafts/."),),
    seconds=8.44,
)
HELD = replace(
    REPORT,
    held="7f3a",
    suspicious=(Problem("New hours", "It looks like a login page."),),
    failing=("When does it open?",),
)
STATUS = LibraryStatus(
    "discord-1",
    make_edition(13),
    2140,
    16_300,
    (Source(SourceKind.FEED, FEED), Source(SourceKind.UPLOAD, "statutes.pdf")),
    "minilm",
    41_000_000,
    620_000,
)


def _dropping(drops: int = 12, articles: int = 40, **given: object) -> Sample:
    gone = [make_item(PlanKind.REMOVED, f"r{n}", f"Notes, week {n}") for n in range(14)]
    plan = make_plan(*gone, drops=drops, drops_too_much=True, articles=articles, **given)
    return lambda: render_plan(plan, NAMES)


def _many(kind: PlanKind, times: int, **given: object) -> Sample:
    items = [make_item(kind, f"a{n}", f"Title {n}", **given) for n in range(times)]
    return lambda: render_plan(make_plan(*items, base_edition=0, note=""), NAMES)


_CHANGED = [
    make_item(PlanKind.CHANGED, f"c{n}", f"Title {n}" if n else "", diff=DIFF) for n in range(30)
]
_LONG = tuple(f"+line {n} " + "x" * 90 for n in range(60))
_ODD = ("no sign", "+  two spaces", "- minus", "", "@ Where")

PLANS: dict[str, Sample] = {
    "plan": lambda: render_plan(all_kinds(), NAMES),
    "plan-published": lambda: render_plan(
        replace(all_kinds(), state=PlanState.PUBLISHED, note=""), {}
    ),
    "plan-discarded": lambda: render_plan(replace(all_kinds(), state=PlanState.DISCARDED), {}),
    "plan-empty": lambda: render_plan(make_plan(), NAMES),
    "plan-empty-library": lambda: render_plan(make_plan(unchanged=0, base_edition=0), NAMES),
    "plan-dropping": _dropping(),
    "plan-dropping-one-of-one": _dropping(1, 1, unchanged=0),
    "plan-dropping-of-none": _dropping(3, 0),
    "plan-suspicious-many": _many(PlanKind.ADDED, 9, suspicions=("Odd.", "Short.", "Old.", "4th.")),
    "plan-full": lambda: render_plan(
        make_plan(
            *(
                make_item(kind, f"{kind}{n}", "T" * 200, reason="R" * 300)
                for kind in PlanKind
                for n in range(9)
            ),
            note="N" * 300,
        ),
        NAMES,
    ),
    "plan-kept": _many(PlanKind.KEPT, 7, reason="Its page is gone for the first time."),
    "plan-moved-without-other": _many(PlanKind.MOVED, 1, reason="It was elsewhere."),
    "plan-confirm": lambda: render_confirm(all_kinds()),
    "plan-confirm-dropping": lambda: render_confirm(make_plan(drops=3, drops_too_much=True)),
    "plan-guard-all": lambda: render_guard(
        replace(all_kinds(), drops=30), Stop("Look.", ALL, ("When? (Hall)",))
    ),
    "plan-guard-drop": lambda: render_guard(
        replace(all_kinds(), drops=1), Stop("Too much.", Consent(drop=True))
    ),
    "plan-guard-drop-of-none": lambda: render_guard(
        replace(all_kinds(), drops=2, articles=0), Stop("Too much.", Consent(drop=True))
    ),
    "plan-guard-golden": lambda: render_guard(
        make_plan(make_item()), Stop("`index plans` shows it.", Consent(golden=True))
    ),
    "plan-note": lambda: render_note("The plan was discarded."),
    "plan-unfit": lambda: render_unfit("See `footnote index history` and `index plans`."),
    "plan-unfit-silent": lambda: render_unfit(""),
    "changes-first": lambda: render_changes(make_plan(*_CHANGED), -3),
    "changes-middle": lambda: render_changes(make_plan(*_CHANGED), 20),
    "changes-last": lambda: render_changes(make_plan(*_CHANGED), 99),
    "changes-alone": lambda: render_changes(
        make_plan(make_item(PlanKind.CHANGED, diff=_ODD, suspicions=("a", "b", "c", "d"))), 0
    ),
    "changes-suspicious": lambda: render_changes(all_kinds(), 1),
    "changes-long": lambda: render_changes(make_plan(make_item(diff=_LONG)), 0),
    "changes-one-line-too-many": lambda: render_changes(make_plan(make_item(diff=_LONG[:38])), 0),
    "changes-none": lambda: render_changes(make_plan(make_item()), 0),
}
REPORTS: dict[str, Sample] = {
    "report": lambda: render_report(REPORT),
    "report-held": lambda: render_report(HELD),
    "report-held-guard-follows": lambda: render_report(HELD, guard_follows=True),
    "report-failing": lambda: render_report(replace(REPORT, failing=("When?",))),
    "report-unchanged": lambda: render_report(SyncReport(13, published=False, unchanged=1)),
    "report-nothing": lambda: render_report(SyncReport(13, published=False)),
    "report-all-held": lambda: render_report(replace(HELD, published=False)),
    "report-many": lambda: render_report(
        replace(REPORT, added=tuple(f"Title {n} " + "x" * 90 for n in range(50)))
    ),
    "report-untitled": lambda: render_report(replace(REPORT, added=("",), seconds=0.0)),
    "scheduled": lambda: render_scheduled((FEED,), report=replace(REPORT, problems=())),
    "scheduled-again": lambda: render_scheduled((FEED,), report=REPORT, recovered=True),
    "scheduled-told": lambda: render_scheduled(
        (FEED, "", *"abcd"), report=replace(REPORT, problems=()), problem="One was slow.\nVery."
    ),
    "scheduled-held": lambda: render_scheduled((FEED,), report=HELD),
    "scheduled-held-apart": lambda: render_scheduled(
        (FEED,), report=replace(REPORT, problems=()), held="9c"
    ),
    "scheduled-failed": lambda: render_scheduled((), report=None, problem="It was away."),
    "scheduled-failed-silent": lambda: render_scheduled((FEED,), report=None),
    "scheduled-waits": lambda: render_scheduled((FEED,), report=None, problem="Look.", held="9c"),
    "status": lambda: render_status(STATUS),
    "status-one-running": lambda: render_status(
        replace(STATUS, articles=1, chunks=1, sources=STATUS.sources * 9), JOB
    ),
    "status-empty": lambda: render_status(replace(STATUS, edition=None)),
    "status-empty-running": lambda: render_status(
        replace(STATUS, edition=None), replace(JOB, state=JobState.QUEUED)
    ),
    "verified": lambda: render_verified(VerifyReport(3, 4100, ("counts",), ())),
    "verified-broken": lambda: render_verified(
        VerifyReport(3, 1, (), ("3 vectors are missing.", "", *map(str, range(9))))
    ),
}


def _job(**given: object) -> JobInfo:
    return replace(JOB, **given)  # type: ignore[arg-type]


JOBS: dict[str, Sample] = {
    "job-starting": lambda: render_job("Reading 2 sources", None),
    "job-stage": lambda: render_job("Reading", Progress("listing", 0), job_id="j1"),
    "job-so-far": lambda: render_job("Reading", Progress("listing", 1700), job_id="j1"),
    "job-nameless-stage": lambda: render_job("Reading", Progress("", 0, 3), job_id="j1"),
    "job-half": lambda: render_job(
        "Reading", Progress("embedding", 1000, 2000), job_id="j1", rate=9.96, seconds_left=80
    ),
    "job-beyond": lambda: render_job("Reading", Progress("embedding", 9, 8), rate=10.4),
    "job-fast": lambda: render_job("Reading", Progress("embedding", 1, 3), rate=12345.6),
    "job-hours": lambda: render_job("Reading", None, seconds_left=5400),
    "job-hour": lambda: render_job("Reading", None, seconds_left=5399),
    "job-two-hours": lambda: render_job("Reading", None, seconds_left=9100),
    "job-minute": lambda: render_job("Reading", None, seconds_left=90),
    "job-one-left": lambda: render_job("Reading", Progress("embedding", 1, 3), seconds_left=0.0),
    "jobs": lambda: render_jobs(
        [
            _job(),
            _job(id="j2", state=JobState.QUEUED, title="", actor="command line"),
            _job(id="j3", state=JobState.DONE, started_at="2031-06-10T13:00:00+00:00"),
            _job(id="j4", state=JobState.FAILED, outcome="See `footnote index jobs`."),
            _job(id="j5", state=JobState.CANCELLED),
            _job(id="j6", state=JobState.INTERRUPTED, outcome="It was cut off."),
        ],
        NAMES,
    ),
    "jobs-many": lambda: render_jobs([_job(id=f"j{n}") for n in range(20)], NAMES, 1),
    "jobs-none": lambda: render_jobs([], NAMES),
    "job-busy": lambda: render_busy(_job(), NAMES),
    "job-busy-waiting": lambda: render_busy(_job(state=JobState.QUEUED), NAMES),
    "job-running": lambda: describe_running(_job(total=None)),
    "job-being-cancelled": lambda: render_ended(_job(), NAMES),
    "job-cancelled": lambda: render_ended(_job(state=JobState.CANCELLED), NAMES),
    "job-cut-off": lambda: render_ended(_job(state=JobState.INTERRUPTED), NAMES),
    "job-done": lambda: render_ended(_job(state=JobState.DONE), NAMES),
    "job-interrupted": lambda: render_interrupted(_job(), resumed=False),
    "job-resumed": lambda: render_interrupted(_job(), resumed=True),
    "job-over": lambda: render_resumed(_job(), "Edition 4 is out.\nSee `index plans`."),
    "job-over-held": lambda: render_resumed(_job(), "Something waits.", held="7f3a"),
}
_FULL_SOURCE = make_source(
    2,
    options=SourceOptions(("*/news/*", "*/sport/*"), ("*/drafts/*",), "en", 5000),
    schedule="daily 06:00",
    next_run="2031-06-11T06:00:00+00:00",
    last_run="2031-06-10T06:00:00+00:00",
    outcome="read, with 1 problem",
    added_by="discord:13",
)
_UPLOAD = make_source(3, source=Source(SourceKind.UPLOAD, "statutes.pdf"), articles=1)
_PAUSED = replace(_FULL_SOURCE, paused=True)
_SOON = replace(_FULL_SOURCE, next_run=None)
SOURCES: dict[str, Sample] = {
    "sources": lambda: render_sources([make_source(1), _FULL_SOURCE, _UPLOAD, _PAUSED], NAMES),
    "sources-last-page": lambda: render_sources([make_source(n) for n in range(1, 15)], {}, 9),
    "sources-kinds": lambda: render_sources(
        [make_source(n, source=Source(kind, f"at {n}")) for n, kind in enumerate(SourceKind)][:6],
        NAMES,
    ),
    "sources-none": lambda: render_sources([], NAMES),
    "source-schedule": lambda: render_schedule(_FULL_SOURCE),
    "source-schedule-none": lambda: render_schedule(make_source(1)),
    "source-schedule-soon": lambda: render_schedule(_SOON),
    "source-schedule-paused": lambda: render_schedule(_PAUSED),
    "source-schedule-upload": lambda: render_schedule(_UPLOAD),
    "source-removal": lambda: render_source_removal(make_source(4), "It is wrong."),
    "source-removal-one": lambda: render_source_removal(_UPLOAD, ""),
    "removal": lambda: render_removal("Quay lamps", "k1", "It is wrong."),
    "removal-untitled": lambda: render_removal("", "k1", ""),
    "superseded": lambda: render_superseded(
        Supersession("a", "b", "The newer", "x", NOW, "It is old."), "The older", "k1"
    ),
    "superseded-untitled": lambda: render_superseded(
        Supersession("a", "b", "", "x", NOW), "The older", "k1"
    ),
    "unmarked": lambda: render_unmarked("The older"),
}
_ENTRIES = [
    AuditEntry(NOW, "discord:13", "rollback", "to edition 10", "A login page.", 12),
    AuditEntry(NOW, "schedule", "sync", "2 sources"),
    AuditEntry(NOW, "", "", "", "", 0),
]
_LATER = [
    make_edition(7, added=0, changed=5, removed=2),
    make_edition(6, added=1, changed=0, removed=0),
]
HISTORY: dict[str, Sample] = {
    "history": lambda: render_history(
        [
            make_edition(3, actor="discord:13"),
            make_edition(2, added=0, changed=0, note=""),
            make_edition(1, changed=0, removed=4000),
        ],
        NAMES,
    ),
    "history-second-page": lambda: render_history(
        [make_edition(n) for n in range(20, 0, -1)], NAMES, 1
    ),
    "history-none": lambda: render_history([], NAMES),
    "audit": lambda: render_audit(_ENTRIES, NAMES),
    "audit-last-page": lambda: render_audit(_ENTRIES * 6, NAMES, 2),
    "audit-none": lambda: render_audit([], NAMES),
    "audit-page": lambda: render_audit_page(_ENTRIES, NAMES, actions=("rollback", "sync", " ")),
    "audit-page-only": lambda: render_audit_page(
        _ENTRIES, NAMES, actions=("rollback", "sync"), action="sync", page=0, pages=3
    ),
    "audit-page-first-of-two": lambda: render_audit_page(
        _ENTRIES, NAMES, actions=(), page=0, pages=2
    ),
    "audit-page-last": lambda: render_audit_page([], NAMES, actions=(), page=2, pages=3),
    "audit-page-long": lambda: render_audit_page(
        [AuditEntry(NOW, "discord:13", "add", "d" * 300, "r" * 900, 4)] * 8, NAMES, actions=()
    ),
    "audit-block-cut": lambda: shorten_block("**head**\n" + "a" * 400 + "\n" + "b" * 60),
    "audit-block-whole": lambda: shorten_block("x" * 439),
    "rollback": lambda: render_rollback(make_edition(5), _LATER, "It shows a login page."),
    "rollback-one": lambda: render_rollback(make_edition(5), _LATER[1:], ""),
    "rollback-nothing": lambda: render_rollback(
        make_edition(5), [make_edition(6, added=0, changed=0, removed=0)] * 2, ""
    ),
}
_FAILING = GoldenCheck(make_golden(2), passes=False, cited=("a", "b", "c", "d"))
GOLDEN: dict[str, Sample] = {
    "golden": lambda: render_golden([make_golden(1), make_golden(2, title="")], NAMES),
    "golden-last-page": lambda: render_golden([make_golden(n) for n in range(18)], NAMES, 2),
    "golden-too-long": lambda: render_golden(
        [make_golden(n, question="Q" * 400, title="T" * 200) for n in range(9)], {}
    ),
    "golden-none": lambda: render_golden([], NAMES),
    "golden-kept": lambda: render_kept(make_golden(1)),
    "golden-kept-untitled": lambda: render_kept(make_golden(1, title="")),
    "golden-forgotten": lambda: render_forgotten(make_golden(1)),
    "golden-passes": lambda: render_checks([GoldenCheck(make_golden(1), passes=True)] * 2),
    "golden-passes-one": lambda: render_checks([GoldenCheck(make_golden(1), passes=True)]),
    "golden-no-checks": lambda: render_checks([]),
    "golden-fails": lambda: render_checks(
        [GoldenCheck(make_golden(1), passes=True), _FAILING, replace(_FAILING, cited=())]
    ),
    "golden-one-fails": lambda: render_checks([_FAILING]),
    "golden-many-fail": lambda: render_checks([_FAILING] * 11),
}
CARDS: dict[str, Sample] = PLANS | REPORTS | JOBS | SOURCES | HISTORY | GOLDEN
