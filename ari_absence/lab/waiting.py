"""Waiting for conditions with a deadline: nothing in the lab sleeps for a guessed time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ari_absence.clock import SystemClock
from ari_absence.errors import LabError

CLOCK = SystemClock()

POLL_S = 0.02
"""How often a condition is looked at: well under anything a person would call a delay."""


class Overdue(LabError):
    """Something awaited did not happen in time."""


async def until(condition: Callable[[], object], deadline_s: float, what: str) -> None:
    """Wait until ``condition()`` is true; raise Overdue, saying what did not happen, after ``deadline_s``."""
    end = CLOCK.monotonic() + deadline_s
    while not condition():
        if CLOCK.monotonic() > end:
            raise Overdue(f"{what} did not happen within {deadline_s:g} s.")
        await asyncio.sleep(POLL_S)
