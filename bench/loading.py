"""The real service with ten thousand people: how long it takes to start, and what it keeps in memory."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from ari_absence.config.loader import load
from ari_absence.installed import folder
from ari_absence.lab import Lab
from bench import serve, town
from bench.figures import Figure, Goal
from bench.service import Service
from bench.telling import tell
from bench.usage import Memory, memory

WORKING = f"{town.WORKDAY}T10:30:00+09:00"
NIGHT = f"{town.WORKDAY}T03:00:00+09:00"
SETTLE_S = 5.0
"""The names' sounds are looked up in the background after the start."""


async def measure() -> list[Figure]:
    """Start it twice: by day, when most lamps are dark, and in the night, when nearly all must be set."""
    with tempfile.TemporaryDirectory(prefix="ari-absence-bench-") as name:
        data = Path(name, "data")
        async with Lab(dialplan=folder("dialplan") / "ari_absence.conf", tell=tell) as lab:
            config = town.write(Path(name, "config"), data, ari_url=lab.ari_url)
            tell(f"a name's sound for each of {town.PEOPLE} people")
            serve.make_names(serve.sounds_of(data, folder("sounds")), load(config, {}).directory)
            tell(f"the service with {town.PEOPLE} people, by day")
            async with Service(lab, config, data, WORKING) as service:
                await asyncio.sleep(SETTLE_S)
                started = service.linked_s, service.ready_s
                kept = memory(service.pid)
            tell("the same in the night: nearly all lamps change")
            async with Service(lab, config, data, NIGHT, deadline_s=180) as service:
                at_once_s = service.ready_s - service.linked_s
                busy = memory(service.pid)
    return _figures(started, kept, at_once_s, busy)


def _figures(started: tuple[float, float], kept: Memory, at_once_s: float, busy: Memory) -> list[Figure]:
    several = f"RSS; USS {kept.uss:.0f}, PSS {kept.pss:.0f}; after setting all lamps RSS {busy.rss:.0f}"
    return [
        Figure(f"memory with {town.PEOPLE} people", kept.rss, "MB", Goal(150), several),
        Figure(
            "start until linked with Asterisk", started[0], "s", note="process, configuration, ledger, sounds"
        ),
        Figure("start until all lamps are right", started[1], "s", note="by day; only what differs is set"),
        Figure(
            "nearly all lamps change at once",
            at_once_s,
            "s",
            note="on the real Asterisk, one after the other",
        ),
    ]
