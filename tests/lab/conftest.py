"""One lab for all of these tests, with a stand-in for the application's dialplan."""

from __future__ import annotations

from pathlib import Path

from ari_absence.lab.pytest_fixtures import lab, lab_for_everybody

__all__ = ["lab", "running_lab"]

running_lab = lab_for_everybody(dialplan=Path(__file__).parent / "stand_in.conf", ring_seconds=4)
