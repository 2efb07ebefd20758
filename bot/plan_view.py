"""How a plan looks: the same lines on a terminal and a pipe, coloured on a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rich.text import Text

from bot.terminal import clean, count_of

_ITEMS_SHOWN = 50
_DIFF_SHOWN = 40
_COUNTED = {"duplicate": "left out", "kept": "kept as it is"}
_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


class Line(NamedTuple):
    """A line and its style, as rich names it."""

    text: str
    style: str = ""


class _Group(NamedTuple):
    kind: str
    heading: str
    mark: str
    style: str


_GROUPS = (
    _Group("added", "Added", "+", "green"),
    _Group("changed", "Changed", "~", "yellow"),
    _Group("removed", "Removed", "-", "red"),
    _Group("moved", "Moved", ">", "cyan"),
    _Group("duplicate", "Duplicates, left out", "=", "dim"),
    _Group("kept", "Kept as they are", ".", "dim"),
)
_Json = Mapping[str, Any]


def plan_as_text(plan: _Json) -> str:
    """The plan for a pipe."""
    return "\n".join(line.text for line in _plan_lines(plan))


def plan_for_terminal(plan: _Json) -> Text:
    """The plan for a terminal."""
    return Text("\n").join(Text(line.text, line.style) for line in _plan_lines(plan))


def plans_as_text(result: _Json) -> str:
    """Open plans, one a line."""
    if not result["plans"]:
        return "No plan is open. Make one: footnote index plan [TARGET...]"
    return "\n".join(
        f"{plan['id']}  {plan['created_at']}  {clean(plan['actor'])}: {clean(plan['note'])}  "
        f"({_count(plan)})"
        for plan in result["plans"]
    )


def _plan_lines(plan: _Json) -> Iterator[Line]:
    base = plan["base_edition"]
    against = f"edition {base:,}" if base else "an empty library"
    yield Line(f"Plan {plan['id']} against {against}: {_count(plan)}.", "bold")
    yield from _suspicious(plan)
    for group in _GROUPS:
        yield from _group(plan, group)
    yield from _remarks("Not read", plan["problems"], "red")
    yield from _remarks("Notes", plan["notes"], "dim")
    yield Line("")
    yield from _next_steps(plan)


def _count(plan: _Json) -> str:
    counts = [(_COUNTED.get(kind, kind), count) for kind, count in plan["counts"].items()]
    counts += [("suspicious", plan["suspicious"]), ("unchanged", plan["unchanged"])]
    return ", ".join(f"{count:,} {name}" for name, count in counts if count) or "no articles"


def _suspicious(plan: _Json) -> Iterator[Line]:
    items = [item for item in plan["items"] if item["suspicions"]]
    if items:
        yield from _heading("Suspicious", len(items), "bold yellow")
    for item in items[:_ITEMS_SHOWN]:
        yield Line(f"  ! {_name(item)}", "yellow")
        for suspicion in item["suspicions"]:
            yield Line(f"      {clean(suspicion)}")
    yield from _more(len(items))


def _group(plan: _Json, group: _Group) -> Iterator[Line]:
    items = [item for item in plan["items"] if item["kind"] == group.kind]
    if items:
        yield from _heading(group.heading, len(items), "bold")
    for item in items[:_ITEMS_SHOWN]:
        yield Line(f"  {group.mark} {_name(item)}{_relation(item)}", group.style)
        if item["reason"]:
            yield Line(f"      {clean(item['reason'])}", "dim")
        yield from _diff(item["diff"])
    yield from _more(len(items))


def _diff(diff: Sequence[str]) -> Iterator[Line]:
    for line in diff[:_DIFF_SHOWN]:
        mark, text = line[:1], clean(line[1:])
        yield Line(f"      {mark} {text}".rstrip(), _DIFF_STYLES.get(mark, ""))
    if len(diff) > _DIFF_SHOWN:
        yield Line(f"      and {len(diff) - _DIFF_SHOWN:,} more lines", "dim")


def _relation(item: _Json) -> str:
    if not item["other"]:
        return ""
    other = clean(item["other"])
    return f"  (was {other})" if item["kind"] == "moved" else f"  (as {other})"


def _next_steps(plan: _Json) -> Iterator[Line]:
    if plan["state"] != "open":
        yield Line(f"This plan was {plan['state']}.")
    elif plan["publish_with"] is None:
        yield Line("Publishing this would change nothing.")
    else:
        if plan["drops_too_much"]:
            share = 100 * plan["drops"] / max(1, plan["articles"])
            yield Line(
                f"{plan['drops']:,} of {count_of(plan['articles'], 'article')} ({share:.0f} %) "
                "would leave the answers; that needs --accept-drop.",
                "yellow",
            )
        if "--accept-suspicious" in plan["needs"]:
            yield Line("What is suspicious needs --accept-suspicious.", "yellow")
        yield Line(f"Publish it: {clean(plan['publish_with'])}", "bold")


def _remarks(heading: str, remarks: Sequence[_Json], style: str) -> Iterator[Line]:
    if remarks:
        yield from _heading(heading, len(remarks), "bold")
    for remark in remarks[:_ITEMS_SHOWN]:
        yield Line(f"  {clean(remark['where'])}: {clean(remark['message'])}", style)
    yield from _more(len(remarks))


def _heading(heading: str, count: int, style: str) -> Iterator[Line]:
    yield Line("")
    yield Line(f"{heading} ({count:,})", style)


def _more(count: int) -> Iterator[Line]:
    if count > _ITEMS_SHOWN:
        yield Line(f"  and {count - _ITEMS_SHOWN:,} more; --json lists all", "dim")


def _name(item: _Json) -> str:
    return f"{clean(item['article_id'])}  {clean(item['title'])}".rstrip()
