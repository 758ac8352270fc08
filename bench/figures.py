"""What was measured, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from ari_absence.clock import Clock

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results.json"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be: below ``limit``, or at most ``limit`` where ``or_equal``."""

    limit: float
    or_equal: bool = False
    words: str = ""

    def is_met(self, figure: float) -> bool:
        """Whether ``figure`` reaches the goal."""
        return figure <= self.limit if self.or_equal else figure < self.limit

    def __str__(self) -> str:
        return self.words or f"{'at most' if self.or_equal else 'under'} {in_digits(self.limit)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``if_missed`` says why, where the goal is missed."""

    name: str
    value: float
    unit: str
    goal: Goal | None = None
    note: str = ""
    if_missed: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        return None if self.goal is None else self.goal.is_met(self.value)

    @property
    def remark(self) -> str:
        """The note, and why the goal is missed if it is."""
        return "; ".join(filter(None, (self.note, self.if_missed if self.met is False else "")))

    def as_json(self) -> dict[str, Any]:
        """The line as ``results.json`` has it."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "goal": str(self.goal) if self.goal else None,
            "met": self.met,
            "note": self.remark,
        }


def in_digits(value: float) -> str:
    """``value`` as a person wants to read it: three digits that count, no exponent."""
    if value == 0:
        return "0"
    if abs(value) >= 100 or float(value).is_integer():
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def table(figures: Sequence[Figure]) -> Table:
    """The figures for the terminal."""
    shown = Table(title="ari_absence: speed", title_justify="left", show_lines=False)
    shown.add_column("what", ratio=4)
    shown.add_column("figure", justify="right", no_wrap=True)
    shown.add_column("unit", no_wrap=True)
    shown.add_column("goal", ratio=2)
    shown.add_column("met", no_wrap=True)
    shown.add_column("note", ratio=4)
    for figure in figures:
        goal = str(figure.goal) if figure.goal else ""
        shown.add_row(
            figure.name, in_digits(figure.value), figure.unit, goal, _met(figure.met), figure.remark
        )
    return shown


def _met(met: bool | None) -> str:
    return {True: "[green]yes[/]", False: "[bold red]NO[/]", None: ""}[met]


def machine(clock: Clock) -> dict[str, Any]:
    """What was measured on, when, and of which revision."""
    return {
        "date": clock.now().isoformat(timespec="seconds"),
        "revision": revision(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "load_average": os.getloadavg()[0],
    }


def revision() -> str:
    """The commit the tree is at, with ``+`` when something is changed; empty outside a checkout."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"],  # noqa: S607 - whichever git is here
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip()


def save(path: Path, figures: Sequence[Figure], measured_on: dict[str, Any]) -> None:
    """Write the figures. Those of a part that was not measured this time stay as they are in the file."""
    fresh = {figure.name for figure in figures}
    kept = [figure for figure in _earlier(path) if figure.get("name") not in fresh]
    content = {"machine": measured_on, "figures": [*kept, *(figure.as_json() for figure in figures)]}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _earlier(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [figure for figure in content.get("figures", []) if isinstance(figure, dict)]
