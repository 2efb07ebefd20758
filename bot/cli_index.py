"""The words of ``footnote index``: articles, plans, sources and what was done."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bot.cli_words import (
    HELP_OPTIONS,
    AcceptSuspicious,
    Reason,
    SourceKeys,
    Wanted,
    add_command,
    add_common_options,
    make_absolute,
    read_key,
    require_one,
)

index_app = typer.Typer(no_args_is_help=True, context_settings=HELP_OPTIONS)
add_common_options(index_app)

_ARTICLES = "Articles"
_PLANS = "Plans and editions"
_SOURCES = "Sources"
_UPKEEP = "Upkeep"

Targets = Annotated[
    list[str], typer.Argument(metavar="TARGET", help="Files, folders, URLs, .jsonl[.gz].")
]
TargetsOrNone = Annotated[
    list[str] | None,
    typer.Argument(metavar="TARGET", help="What would be added; none: what a sync would do."),
]
Include = Annotated[
    list[str] | None,
    typer.Option(
        "--include", metavar="PATTERN", help="Take only what matches, as 'news/*'; repeatable."
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="PATTERN", help="Leave out what matches; repeatable."),
]
Language = Annotated[
    str | None,
    typer.Option("--language", metavar="XX", help="Take only this language, as en or de."),
]
Take = Annotated[
    int | None, typer.Option("--limit", min=1, help="Take at most so many articles a source.")
]
Lines = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many, newest first.")]
ArticleId = Annotated[str | None, typer.Argument(metavar="ARTICLE", help="An article's id.")]
SourceKey = Annotated[
    int,
    typer.Argument(metavar="KEY", parser=read_key, help="The source's number in `index sources`."),
]
PlanId = Annotated[str, typer.Argument(metavar="PLAN", help="The plan's id.")]


@add_command(index_app, "add", quiet=True, panel=_ARTICLES)
def add(
    *,
    targets: Targets,
    include: Include = None,
    exclude: Exclude = None,
    language: Language = None,
    limit: Take = None,
    accept_suspicious: AcceptSuspicious = False,
    reason: Reason = None,
) -> Wanted:
    """Read articles and publish an edition with them."""
    return Wanted(
        "index add",
        {
            "targets": [make_absolute(target) for target in targets],
            **_options(include, exclude, language, limit),
            "accept_suspicious": accept_suspicious,
            "reason": reason,
        },
    )


@add_command(index_app, "sync", quiet=True, panel=_ARTICLES)
def sync(*, source: SourceKeys = None, reason: Reason = None) -> Wanted:
    """Read the remembered sources again and publish what changed."""
    return Wanted("index sync", {"sources": source or [], "reason": reason})


@add_command(index_app, "remove", panel=_ARTICLES)
def remove(
    *,
    articles: Annotated[
        list[str] | None, typer.Argument(metavar="ARTICLE", help="Articles' ids.")
    ] = None,
    source: Annotated[
        int | None,
        typer.Option("--source", metavar="KEY", min=1, help="A whole source; it is forgotten."),
    ] = None,
    reason: Reason = None,
) -> Wanted:
    """Take articles, or a whole source, out of the answers."""
    require_one(articles, source, says="give either an ARTICLE or --source KEY")
    if source is not None:
        return Wanted("index remove source", {"source": source, "reason": reason})
    return Wanted("index remove", {"articles": articles, "reason": reason})


@add_command(index_app, "supersede", panel=_ARTICLES)
def supersede(
    *,
    article: ArticleId = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="ARTICLE", help="The article that is newer.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the label away.")] = False,
    reason: Reason = None,
) -> Wanted:
    """Label an article as superseded by another; without words, list those."""
    if article is None and by is None and not undo:
        return Wanted("index supersessions", {})
    if article is None:
        raise typer.BadParameter("name the ARTICLE that is superseded")
    require_one(by, undo, says="give either --by ARTICLE or --undo")
    return Wanted("index supersede", {"article": article, "by": by, "reason": reason})


@add_command(index_app, "plan", panel=_PLANS)
def plan(
    *,
    targets: TargetsOrNone = None,
    include: Include = None,
    exclude: Exclude = None,
    language: Language = None,
    limit: Take = None,
    source: SourceKeys = None,
    no_diff: Annotated[
        bool, typer.Option("--no-diff", help="Leave out what changed in the texts.")
    ] = False,
) -> Wanted:
    """Show what an add or a sync would change; nothing is published."""
    if targets and source:
        raise typer.BadParameter("give either TARGETs or --source KEY")
    return Wanted(
        "index plan",
        {
            "targets": [make_absolute(target) for target in targets or ()],
            "sources": source or [],
            **_options(include, exclude, language, limit),
            "no_diff": no_diff,
        },
    )


@add_command(index_app, "plans", panel=_PLANS)
def plans(
    *,
    plan: Annotated[str | None, typer.Argument(metavar="PLAN", help="Show this one whole.")] = None,
) -> Wanted:
    """List the open plans, or show one."""
    return Wanted("index plans", {}) if plan is None else Wanted("index show plan", {"plan": plan})


@add_command(index_app, "publish", quiet=True, panel=_PLANS)
def publish(
    *,
    plan: PlanId,
    accept_drop: Annotated[
        bool, typer.Option("--accept-drop", help="Let a large share of the articles go.")
    ] = False,
    accept_suspicious: AcceptSuspicious = False,
    override_golden: Annotated[
        bool, typer.Option("--override-golden", help="Though golden questions fail; recorded.")
    ] = False,
    reason: Reason = None,
) -> Wanted:
    """Publish exactly this plan, or say why it no longer fits."""
    return Wanted(
        "index publish",
        {
            "plan": plan,
            "accept_drop": accept_drop,
            "accept_suspicious": accept_suspicious,
            "override_golden": override_golden,
            "reason": reason,
        },
    )


@add_command(index_app, "discard", panel=_PLANS)
def discard(*, plan: PlanId) -> Wanted:
    """Throw an open plan away."""
    return Wanted("index discard", {"plan": plan})


@add_command(index_app, "history", panel=_PLANS)
def history() -> Wanted:
    """List the editions, newest first."""
    return Wanted("index history", {})


@add_command(index_app, "rollback", quiet=True, panel=_PLANS)
def rollback(
    *,
    edition: Annotated[
        int, typer.Argument(metavar="EDITION", min=1, help="Its number in `index history`.")
    ],
    reason: Reason = None,
) -> Wanted:
    """Publish an earlier edition again; schedules are paused."""
    return Wanted("index rollback", {"edition": edition, "reason": reason})


@add_command(index_app, "audit", panel=_PLANS)
def audit(*, limit: Lines = 50) -> Wanted:
    """List who did what, when and why."""
    return Wanted("index audit", {"lines": limit})


@add_command(index_app, "sources", panel=_SOURCES)
def sources() -> Wanted:
    """List the remembered sources, their options and schedules."""
    return Wanted("index sources", {})


@add_command(index_app, "options", panel=_SOURCES)
def options(
    *,
    key: SourceKey,
    include: Include = None,
    exclude: Exclude = None,
    language: Language = None,
    limit: Take = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Forget the options that were set before.")
    ] = False,
) -> Wanted:
    """Show or change how a source is read from the next sync on."""
    given = _options(include, exclude, language, limit)
    return Wanted("index options", {"source": key, **given, "reset": reset})


@add_command(index_app, "schedule", panel=_SOURCES)
def schedule(
    *,
    key: SourceKey,
    when: Annotated[
        list[str],
        typer.Argument(metavar="WHEN|off", help="hourly, daily 06:00, '0 6 * * 1' (cron) or off."),
    ],
) -> Wanted:
    """Say when a source is read again by itself, while the bot runs."""
    return Wanted("index schedule", {"source": key, "schedule": " ".join(when)})


@add_command(index_app, "recency", panel=_UPKEEP)
def recency(
    *,
    setting: Annotated[
        list[str] | None,
        typer.Argument(metavar="SETTING", help="off, mild, strong, or a half-life in days."),
    ] = None,
) -> Wanted:
    """Say how much newer articles are preferred; without a word, show it."""
    return Wanted("index recency", {"recency": " ".join(setting) if setting else None})


@add_command(index_app, "status", panel=_UPKEEP)
def status() -> Wanted:
    """Say what the library holds."""
    return Wanted("index status", {})


@add_command(index_app, "jobs", panel=_UPKEEP)
def jobs(*, limit: Lines = 20) -> Wanted:
    """List the jobs, newest first, with how far they are."""
    return Wanted("index jobs", {"lines": limit})


@add_command(index_app, "cancel", panel=_UPKEEP)
def cancel(
    *,
    job: Annotated[
        str | None, typer.Argument(metavar="JOB", help="The job's id; else the one that runs.")
    ] = None,
) -> Wanted:
    """Stop a job."""
    return Wanted("index cancel", {"job": job})


@add_command(index_app, "verify", panel=_UPKEEP)
def verify() -> Wanted:
    """Check that all parts of the index agree; exit 1 if not."""
    return Wanted("index verify", {})


@add_command(index_app, "rebuild", quiet=True, panel=_UPKEEP)
def rebuild() -> Wanted:
    """Make the vector index anew from the database; nothing is embedded again."""
    return Wanted("index rebuild", {})


@add_command(index_app, "collect", quiet=True, panel=_UPKEEP)
def collect() -> Wanted:
    """Give back the room of editions that are no longer kept."""
    return Wanted("index collect", {})


def _options(
    include: list[str] | None,
    exclude: list[str] | None,
    language: str | None,
    limit: int | None,
) -> dict[str, Any]:
    return {"include": include, "exclude": exclude, "language": language, "take": limit}
