"""The Grafana dashboard asks for figures that are there."""

from __future__ import annotations

import json
import re
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from ari_absence.app.measures import Measures
from ari_absence.app.monitoring import _Figures

DASHBOARD = Path(__file__).parent.parent / "config" / "grafana.json"
FACTS = {
    "connected_since": None,
    "ledger_trouble": None,
    "mistakes": (),
    "calls": 0,
    "too_many_calls": 0,
    "too_often": 0,
    "returned_forwards": 0,
    "loop_blocked": 0,
    "loop_longest_ms": 0.0,
    "deliveries_waiting": 0,
    "deliveries_given_up": 0,
    "oldest_seconds": 0.0,
    "callbacks_owed": 0,
    "callbacks_overdue": 0,
}


def test_every_figure_of_the_dashboard_and_of_the_page_is_one_that_we_give() -> None:
    measures = Measures()
    measures.call_over("message", 0.1)
    registry = CollectorRegistry()
    registry.register(_Figures(measures, FACTS))
    given = set(re.findall(r"^(ari_absence_\w+)", generate_latest(registry).decode(), re.MULTILINE))
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = {name for panel in panels for name in re.findall(r"ari_absence_\w+", json.dumps(panel))}
    assert asked
    assert asked <= given
    page = (DASHBOARD.parent.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    for line in re.findall(r"^\| (`.*?) \|", page.split("worth an alarm")[1], re.MULTILINE):
        for name in re.findall(r"`(\w+)", line):
            assert any(each.startswith(f"ari_absence_{name}") for each in given), name
