"""The load test's figures as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PHASES = (
    ("alone", "burst", "{n} at once"),
    ("alone", "stream", "{rate:g} a second for {seconds:g} s"),
    ("beside_reindex", "burst", "{n} at once, beside a re-index"),
    ("beside_reindex", "stream", "{rate:g} a second for {seconds:g} s, beside a re-index"),
)
_HEAD = (
    "",
    "acknowledged",
    "p50 / p99 / worst",
    "answered",
    "told to wait",
    "neither",
    "answer p50 / p99",
    "loop lag p99",
    "MB first / last",
    "MB a minute",
    "files",
)


def tell_load(load: Mapping[str, Any]) -> str:
    """What the crowd was told, and how the process bore it."""
    rows = [_row(load[play][phase], name) for play, phase, name in _PHASES]
    if (later := load.get("long")) is not None:
        name = "{rate:g} a second for {seconds:g} s, after " + f"{later['before']:,} questions"
        rows.append(_row(later, name))
    lines = ["| " + " | ".join(_HEAD) + " |", "| " + " | ".join(["---"] * len(_HEAD)) + " |"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    chunks = sorted(load["chunks"].values(), reverse=True)
    return "\n".join(lines) + (
        f"\n\n{load['date']}, {load['processors']} processors that the crowd shared with the "
        f"bot, load average {load['load_average'][0]}. The real process over sockets against a "
        f"Discord on the loopback: {load['people']:,} members in {load['servers']} servers with "
        f"{', '.join(f'{c:,}' for c in chunks)} chunks, half of the questions in the largest. "
        "Nobody asks twice within fifty seconds and no server has a pause set, so limits on "
        "one person play no part. *Acknowledged* is the time from the gateway's event to "
        "Discord's having the deferral; three seconds are allowed. *MB a minute* is a line "
        "through memory, a quarter of the time left out for warming up. The re-index is of "
        f"{load['beside_reindex']['articles']:,} changed articles, given by `footnote index add`."
    )


def _row(phase: Mapping[str, Any], name: str) -> list[str]:
    outcomes = dict(phase["outcomes"])
    answered, waited = outcomes.pop("answered", 0), outcomes.pop("told to wait", 0)
    acks, final = phase["acks_s"], phase["final_s"]
    memory, files = phase.get("memory_mb", {}), phase.get("files", {})
    lag = phase.get("loop_lag_p99_under_s")
    rate, seconds = phase.get("rate", 0), phase.get("seconds", 0)
    return [
        name.format(n=phase["questions"], rate=rate, seconds=seconds),
        f"{phase['acknowledged']:,} of {phase['questions']:,}",
        " / ".join(f"{acks[k]:.2f} s" for k in ("p50", "p99", "worst")) if acks else "-",
        f"{answered:,}",
        f"{waited:,}",
        f"{sum(outcomes.values()):,}",
        f"{final['p50']:.1f} / {final['p99']:.1f} s" if final else "-",
        "-" if lag is None else f"under {lag} s",
        f"{memory.get('first', '-')} / {memory.get('last', '-')}",
        f"{memory.get('growth_a_minute', '-')}",
        f"{files.get('first', '-')} to {files.get('last', '-')}",
    ]
