"""The dashboard, the alerts and the documentation name the metrics that there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.observing.catalog import METRICS
from bot.observing.figures import PrometheusFigures
from bot.observing.readiness import REASONS

DOCS = Path(__file__).parents[3] / "docs"
DASHBOARD = DOCS / "dashboards" / "footnote.json"
ALERTS = DOCS / "dashboards" / "alerts.yml"
_NAME = re.compile(r"\b(?:footnote|process|python)_\w+")
_OF_PROMETHEUS = {"up"}


def samples() -> set[str]:
    """The names that a fresh registry gives, with those that come with the first use."""
    body, _ = PrometheusFigures().render()
    found = {
        sample.name
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }
    for metric in METRICS:
        suffixes = ("_bucket", "_sum", "_count") if metric.buckets else ("",)
        found |= {metric.name + suffix for suffix in suffixes}
    return found


def expressions(panels: list[dict[str, Any]]) -> Iterator[str]:
    for panel in panels:
        yield from (target["expr"] for target in panel.get("targets", ()))
        yield from expressions(panel.get("panels", []))


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def alerts() -> list[dict[str, Any]]:
    loaded = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    return [rule for group in loaded["groups"] for rule in group["rules"]]


def test_every_metric_of_the_dashboard_exists(dashboard: dict[str, Any]) -> None:
    named = {n for e in expressions(dashboard["panels"]) for n in _NAME.findall(e)}

    assert named - samples() == set()
    assert len(named) > 30


def test_every_metric_of_ours_is_on_the_dashboard(dashboard: dict[str, Any]) -> None:
    shown = " ".join(expressions(dashboard["panels"]))

    assert [metric.name for metric in METRICS if metric.name not in shown] == []


def test_the_dashboard_can_be_imported_anywhere(dashboard: dict[str, Any]) -> None:
    panels = dashboard["panels"]
    ids = [panel["id"] for panel in panels]

    assert len(set(ids)) == len(ids)
    assert {variable["name"] for variable in dashboard["templating"]["list"]} == {
        "datasource",
        "job",
        "instance",
    }
    for panel in panels:
        assert panel["title"]
        if panel["type"] != "row":
            assert panel["datasource"]["uid"] == "${datasource}"
    cells = [
        (x, y)
        for p in panels
        for x in range(p["gridPos"]["x"], p["gridPos"]["x"] + p["gridPos"]["w"])
        for y in range(p["gridPos"]["y"], p["gridPos"]["y"] + p["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_brackets_are_closed_in_every_expression(
    dashboard: dict[str, Any], alerts: list[dict[str, Any]]
) -> None:
    for each in (*expressions(dashboard["panels"]), *(rule["expr"] for rule in alerts)):
        for opening, closing in ("()", "[]", "{}"):
            assert each.count(opening) == each.count(closing), each


def test_labels_in_expressions_are_labels_of_their_metric(
    dashboard: dict[str, Any], alerts: list[dict[str, Any]]
) -> None:
    known = {metric.name: set(metric.labels) for metric in METRICS}
    for each in (*expressions(dashboard["panels"]), *(rule["expr"] for rule in alerts)):
        for name, selector in re.findall(r"(footnote_\w+)\{([^}]*)\}", each):
            base = name if name in known else re.sub(r"_(bucket|count|sum)$", "", name)
            used = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
            assert used <= known[base] | {"job", "instance"}, each


def test_every_alert_names_metrics_that_exist_and_says_what_to_do(
    alerts: list[dict[str, Any]],
) -> None:
    names = [rule["alert"] for rule in alerts]
    assert len(set(names)) == len(names) >= 10
    for rule in alerts:
        assert set(_NAME.findall(rule["expr"])) - samples() == set(), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"].endswith(".")


def test_the_documentation_lists_every_metric_as_it_is() -> None:
    text = (DOCS / "watching.md").read_text(encoding="utf-8")
    rows = [
        f"| `{m.name}` | {m.kind} | {', '.join(f'`{label}`' for label in m.labels)} | {m.says} |"
        for m in METRICS
    ]
    listed = [line for line in text.splitlines() if line.startswith("| `footnote_")]

    assert listed == rows


def test_the_documentation_lists_every_reason_for_not_being_ready() -> None:
    text = (DOCS / "watching.md").read_text(encoding="utf-8")

    assert [name for name in REASONS if f"\n| `{name}` |" not in text] == []
