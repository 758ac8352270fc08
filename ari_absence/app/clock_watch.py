"""Notices that the machine's clock was set, or that the machine slept: whatever sleeps until an instant is woken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from ari_absence.clock import Clock

LOOK_SECONDS = 5.0
JUMP_SECONDS = 30.0  # NTP slews by less in months; a summer time is none, for we count in UTC

log = structlog.get_logger()


class ClockWatch:
    """Compares the clock with the one that never jumps. ``on_jump`` is called after each jump, once it is logged."""

    def __init__(self, clock: Clock, on_jump: Callable[[], None]) -> None:
        self._clock = clock
        self._on_jump = on_jump
        self._looked_at, self._looked = clock.now(), clock.monotonic()

    async def run(self) -> None:
        """Look every five seconds, for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        """Log a jump since the last look, and have everything looked at again."""
        before, was = self._looked_at, self._looked
        self._looked_at, self._looked = self._clock.now(), self._clock.monotonic()
        expected = before + timedelta(seconds=self._looked - was)
        seconds = (self._looked_at - expected).total_seconds()
        if abs(seconds) < JUMP_SECONDS:
            return
        direction = "forward" if seconds > 0 else "back"
        log.warning(
            "clock.jumped", direction=direction, seconds=round(abs(seconds)), expected=expected.isoformat()
        )
        self._on_jump()
