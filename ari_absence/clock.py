"""The only module that reads the time; everything else is handed an instant or a clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio


class Clock(Protocol):
    """Where the service gets the time from."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps, for timers only."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment; never jumps."""
        return time.monotonic()


class ShiftedClock:
    """The machine's clock, set to another hour: the demo and the tests live in the office's week with it."""

    def __init__(self, pretended_now: datetime) -> None:
        if pretended_now.tzinfo is None:
            raise ValueError("a shifted clock needs an instant with its UTC offset")
        self._offset = pretended_now.astimezone(UTC) - datetime.now(UTC)

    def now(self) -> datetime:
        """The pretended instant, which advances as fast as the real one."""
        return datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment; never jumps."""
        return time.monotonic()


async def wait_at_most(seconds: float, event: asyncio.Event) -> bool:
    """Wait for ``event``, for ``seconds`` at most (none if they are not positive); whether it is set.

    A cancel always gets through: ``asyncio.wait_for`` can lose one that comes as the event is set (Python 3.11).
    """
    from asyncio import timeout  # 30 ms that the fallback attendant, which never waits so, saves its callers

    try:
        async with timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        return False
    return True
