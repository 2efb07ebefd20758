"""What the commands on the index print: plain lines, the same on a terminal and a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.terminal import clean, count_of

_SOURCES_SHOWN = 20
_NAMES_SHOWN = 10
_Json = Mapping[str, Any]


def report_as_text(report: _Json) -> str:
    """What an add, a sync, a publication, a removal or a rollback did."""
    return "\n".join([_headline(report), *_details(report)])


def problems_as_text(report: _Json) -> list[str]:
    """A line for each thing that could not be read, was held back or fails."""
    lines = [f"{clean(p['where'])}: {clean(p['message'])}" for p in report["problems"]]
    lines += [
        f"held back: {clean(p['where'])}: {clean(p['message'])}"
        for p in report.get("suspicious", ())
    ]
    lines += [
        f"golden question no longer cites its article: {clean(question)}"
        for question in report.get("failing", ())
    ]
    if report.get("publish_with"):
        lines.append(f"Publish what is held back: {clean(report['publish_with'])}")
    return lines


def status_as_text(status: _Json) -> str:
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
        lines += [f"    {_describe_place(source)}" for source in sources[:_SOURCES_SHOWN]]
    if len(sources) > _SOURCES_SHOWN:
        lines.append(f"    and {len(sources) - _SOURCES_SHOWN:,} more")
    return "\n".join(lines)


def verify_as_text(report: _Json) -> str:
    """Whether the parts of a library agree, and what was looked at."""
    if report["ok"]:
        head = f"Edition {report['edition']:,} is whole: {report['chunks']:,} chunks."
        return "\n".join([head, *(f"  ok    {clean(check)}" for check in report["checks"])])
    head = f"Edition {report['edition']:,} is damaged:"
    return "\n".join([head, *(f"  fail  {clean(problem)}" for problem in report["problems"])])


def rebuild_as_text(result: _Json) -> str:
    """What a rebuild did."""
    return f"Rebuilt the vector index: {result['vectors']:,} vectors."


def history_as_text(result: _Json) -> str:
    """The editions, one a line."""
    if not result["editions"]:
        return "No edition was published yet."
    return "\n".join(
        f"{e['number']:>4}  {e['published_at']}  "
        f"+{e['added']} ~{e['changed']} -{e['removed']}  {clean(e['actor'])}: {clean(e['note'])}"
        f"{_because(e)}"
        for e in result["editions"]
    )


def audit_as_text(result: _Json) -> str:
    """Who did what, one a line."""
    if not result["entries"]:
        return "Nothing was done yet."
    return "\n".join(
        f"{e['at']}  {clean(e['actor'])}: {_describe_act(e)}"
        + (f" -> edition {e['edition']:,}" if e["edition"] else "")
        + _because(e)
        for e in result["entries"]
    )


def sources_as_text(result: _Json) -> str:
    """The remembered sources with all that is known of them."""
    if not result["sources"]:
        return "No source is remembered. Add one: footnote index add TARGET"
    return "\n".join(source_as_text(source) for source in result["sources"])


def source_as_text(source: _Json) -> str:
    """One remembered source with all that is known of it."""
    lines = [f"{source['key']:>3}  {source['kind']:<7} {clean(source['location'])}"]
    lines.append(
        f"     {count_of(source['articles'], 'article')}, added {source['added_at']} "
        f"by {clean(source['added_by'])}"
    )
    options = _describe_options(source["options"])
    if options:
        lines.append(f"     only {options}")
    if source["schedule"]:
        lines.append(f"     read again {_describe_schedule(source)}")
    if source["last_run"]:
        lines.append(f"     last read {source['last_run']}: {clean(source['outcome']) or 'done'}")
    return "\n".join(lines)


def _headline(report: _Json) -> str:
    counts = ", ".join(
        f"{count:,} {name}"
        for name, count in (
            ("added", len(report["added"])),
            ("changed", len(report["changed"])),
            ("removed", len(report["removed"])),
            ("moved", len(report.get("moved", ()))),
            ("left out", len(report.get("duplicates", ()))),
            ("held back", len(report.get("suspicious", ()))),
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
        f"Published edition {report['edition']:,}: {counts or 'as it was'}; "
        f"{count_of(report['chunks_written'], 'chunk')} in {report['seconds']:.1f} s."
    )


def _details(report: _Json) -> Iterator[str]:
    moved = [f"{clean(m['was'])} is now {clean(m['article_id'])}" for m in report.get("moved", ())]
    left_out = [
        f"{clean(d['article_id'])} has the text of {clean(d['winner'])}, which is kept"
        for d in report.get("duplicates", ())
    ]
    notes = [f"{clean(n['where'])}: {clean(n['message'])}" for n in report.get("notes", ())]
    for mark, lines in ((">", moved), ("=", left_out), ("*", notes)):
        yield from (f"  {mark} {line}" for line in lines[:_NAMES_SHOWN])
        if len(lines) > _NAMES_SHOWN:
            yield f"  {mark} and {len(lines) - _NAMES_SHOWN:,} more; --json lists all"


def _describe_place(source: _Json) -> str:
    place = f"{source['kind']:<7} {clean(source['location'])}"
    if "key" in source:
        place = f"{source['key']:>3}  {place}"
    if source.get("schedule"):
        place += f"  ({_describe_schedule(source)})"
    return place


def _describe_schedule(source: _Json) -> str:
    when = "paused" if source["paused"] else f"next {source['next_run'] or 'not known yet'}"
    return f"{clean(source['schedule'])}, {when}"


def _describe_options(options: _Json) -> str:
    parts = [f"{clean(pattern)}" for pattern in options["include"]]
    parts += [f"not {clean(pattern)}" for pattern in options["exclude"]]
    parts += [f"in {clean(options['language'])}"] if options["language"] else []
    parts += [f"at most {options['limit']:,}"] if options["limit"] else []
    return ", ".join(parts)


def _describe_act(entry: _Json) -> str:
    action, detail = clean(entry["action"]), clean(entry["detail"])
    return detail if detail.startswith(action) else f"{action}: {detail}"


def _because(entry: _Json) -> str:
    reason = clean(entry.get("reason") or "")
    return f" ({reason})" if reason else ""


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
