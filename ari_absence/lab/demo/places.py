"""Where the demonstration's own files are, and when it takes place."""

from __future__ import annotations

from pathlib import Path

from ari_absence.installed import folder

CONFIGURATION = Path(__file__).parent / "config"
DIALPLAN = folder("dialplan") / "ari_absence.conf"
MORNING, EVENING = "2026-11-25T10:00+09:00", "2026-11-25T19:30+09:00"
