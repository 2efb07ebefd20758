"""What the commands on golden questions, jobs, labels and archives print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.rendering.dates import readable_size
from bot.terminal import clean, count_of

_Json = Mapping[str, Any]


def golden_as_text(result: _Json) -> str:
    """The golden questions, one a line."""
    if not result["golden"]:
        return "No golden question is kept. Keep one: footnote golden add QUESTION --article ID"
    return "\n".join(f"{g['key']:>3}  {_describe_golden(g)}" for g in result["golden"])


def kept_golden_as_text(golden: _Json) -> str:
    """The golden question that was kept."""
    return f"Kept as golden question {golden['key']}: {_describe_golden(golden)}"


def removed_golden_as_text(golden: _Json) -> str:
    """The golden question that was forgotten."""
    return f"Removed golden question {golden['key']}: {_describe_golden(golden)}"


def checks_as_text(result: _Json) -> str:
    """How the golden questions fare, one a line."""
    checks = result["checks"]
    if not checks:
        return golden_as_text({"golden": []})
    passing = sum(1 for check in checks if check["passes"])
    lines = [f"{passing:,} of {count_of(len(checks), 'golden question')} still right."]
    for check in checks:
        lines.append(f"  {'ok  ' if check['passes'] else 'fail'}  {_describe_golden(check)}")
        if not check["passes"]:
            cited = ", ".join(clean(article) for article in check["cited"]) or "nothing"
            lines.append(f"        its answer cites {cited}")
    return "\n".join(lines)


def supersession_as_text(result: _Json) -> str:
    """What became of a label."""
    made = result["supersession"]
    if made is None:
        return f"{clean(result['article_id'])} is no longer labelled as superseded."
    return f"Labelled: {_describe_supersession(made)}"


def supersessions_as_text(result: _Json) -> str:
    """The labelled articles, one a line."""
    if not result["supersessions"]:
        return "No article is labelled as superseded."
    return "\n".join(_describe_supersession(one) for one in result["supersessions"])


def recency_as_text(result: _Json) -> str:
    """How much newer articles are preferred."""
    return f"Recency is {clean(result['description'])}."


def jobs_as_text(result: _Json) -> str:
    """The jobs, newest first."""
    if not result["jobs"]:
        return "No job ran yet."
    return "\n".join(_describe_job(job) for job in result["jobs"])


def cancelled_as_text(job: _Json) -> str:
    """The job that was told to stop."""
    return f"Told to stop: {clean(job['title'])} (job {clean(job['id'])})."


def collected_as_text(report: _Json) -> str:
    """What collecting gave back."""
    if not (report["editions"] or report["versions"] or report["chunks"]):
        return "Nothing to collect: every edition is still kept."
    freed = readable_size(max(0, report["bytes_before"] - report["bytes_after"]))
    return (
        f"Collected {count_of(report['editions'], 'edition')}, "
        f"{count_of(report['versions'], 'version')} and {count_of(report['chunks'], 'chunk')}; "
        f"{freed} came back."
    )


def exported_as_text(report: _Json) -> str:
    """What an export wrote."""
    return (
        f"Exported {_describe_archive(report)} to {clean(report['path'])} "
        f"({readable_size(report['size'])})."
    )


def imported_as_text(report: _Json) -> str:
    """What an import took in."""
    return f"Imported {_describe_archive(report)} from {clean(report['path'])}."


def discarded_as_text(result: _Json) -> str:
    """The plan that was thrown away."""
    return f"Discarded plan {clean(result['discarded'])}; nothing was changed."


def _describe_golden(golden: _Json) -> str:
    title = clean(golden["title"])
    return f"{clean(golden['question'])} -> {clean(golden['article_id'])}" + (
        f" ({title})" if title else ""
    )


def _describe_supersession(one: _Json) -> str:
    title, reason = clean(one["by_title"]), clean(one["reason"])
    return (
        f"{clean(one['article_id'])} is superseded by {clean(one['by'])}"
        + (f" “{title}”" if title else "")
        + (f" ({reason})" if reason else "")
    )


def _describe_job(job: _Json) -> str:
    amount = f" {job['done']:,} of {job['total']:,}" if job["total"] else ""
    how = clean(job["outcome"]) or f"{clean(job['stage'])}{amount}".strip()
    return (
        f"{clean(job['id'])}  {job['created_at']}  {job['state']:<11} {clean(job['title'])}, "
        f"by {clean(job['actor'])}" + (f": {how}" if how else "")
    )


def _describe_archive(report: _Json) -> str:
    return (
        f"library {clean(report['library'])}: "
        f"{count_of(report['articles'], 'article')}, {count_of(report['versions'], 'version')}, "
        f"{count_of(report['editions'], 'edition')}, "
        f"{count_of(report['golden'], 'golden question')}"
    )
