"""What the commands on the index print: plain lines, the same on a terminal and a pipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.terminal import clean

_SOURCES_SHOWN = 20


def report_as_text(report: Mapping[str, Any]) -> str:
    """What an add, a sync or a removal did."""
    counts = ", ".join(
        f"{count:,} {name}"
        for name, count in (
            ("added", len(report["added"])),
            ("changed", len(report["changed"])),
            ("removed", len(report["removed"])),
            ("unchanged", report["unchanged"]),
        )
        if count
    )
    if not report["published"]:
        head = (
            f"Nothing new: edition {report['edition']:,} stays"
            if report["edition"]
            else "Nothing to publish"
        )
        return f"{head} ({counts or 'no articles'}; {report['seconds']:.1f} s)."
    return (
        f"Published edition {report['edition']:,}: {counts}; "
        f"{report['chunks_written']:,} chunks in {report['seconds']:.1f} s."
    )


def problems_as_text(report: Mapping[str, Any]) -> list[str]:
    """A line for each thing that could not be read."""
    return [f"{clean(p['where'])}: {clean(p['message'])}" for p in report["problems"]]


def status_as_text(status: Mapping[str, Any]) -> str:
    """What a library holds."""
    edition = status["edition"]
    lines = [f"Library {status['library']}"]
    if edition is None:
        lines.append("  no edition yet; add articles: footnote index add TARGET")
    else:
        lines.append(f"  edition   {edition['number']:,}, published {edition['published_at']}")
    lines += [
        f"  articles  {status['articles']:,}",
        f"  chunks    {status['chunks']:,}",
        f"  embedder  {clean(status['embedder'])}",
        f"  database  {_megabytes(status['database_bytes'])}",
        f"  vectors   {_megabytes(status['vector_bytes'])}",
    ]
    sources = status["sources"]
    if sources:
        lines.append("  sources")
        lines += [f"    {s['kind']:<7} {clean(s['location'])}" for s in sources[:_SOURCES_SHOWN]]
    if len(sources) > _SOURCES_SHOWN:
        lines.append(f"    and {len(sources) - _SOURCES_SHOWN:,} more")
    return "\n".join(lines)


def verify_as_text(report: Mapping[str, Any]) -> str:
    """Whether the parts of a library agree, and what was looked at."""
    if report["ok"]:
        head = f"Edition {report['edition']:,} is whole: {report['chunks']:,} chunks."
        return "\n".join([head, *(f"  ok    {clean(check)}" for check in report["checks"])])
    head = f"Edition {report['edition']:,} is damaged:"
    return "\n".join([head, *(f"  fail  {clean(problem)}" for problem in report["problems"])])


def rebuild_as_text(result: Mapping[str, Any]) -> str:
    """What a rebuild did."""
    return f"Rebuilt the vector index: {result['vectors']:,} vectors."


def history_as_text(result: Mapping[str, Any]) -> str:
    """The editions, one a line."""
    if not result["editions"]:
        return "No edition was published yet."
    return "\n".join(
        f"{e['number']:>4}  {e['published_at']}  "
        f"+{e['added']} ~{e['changed']} -{e['removed']}  {clean(e['actor'])}: {clean(e['note'])}"
        for e in result["editions"]
    )


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
