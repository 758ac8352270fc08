"""One day of everybody's lamps in a few seconds: the real ``Lamps`` in an event loop whose time is simulated.

The loop never sleeps: where it would, its clock goes forward. So the code runs as it does in the service, with
its own timers, and every time it is woken is counted.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ari_absence.core.people import Directory, SetAbsences
from ari_absence.presence.lamps import Lamps

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Day:
    """What a day took. ``requests`` are those after the start; ``waiting`` changes lie ahead at its end."""

    cpu_s: float
    requests: int
    changes: int
    wakeups: int
    waiting: int


def live_through_a_day(directory: Directory, midnight: datetime) -> Day:
    """From ``midnight`` (aware) on, for 24 hours."""
    selector = _LeapingSelector()
    loop = _SimulatedLoop(selector)
    try:
        return loop.run_until_complete(_live(directory, selector, midnight))
    finally:
        loop.close()


async def _live(directory: Directory, selector: _LeapingSelector, midnight: datetime) -> Day:
    sink = _CountingStates()
    lamps = Lamps(lambda: directory, SetAbsences, sink, _SimulatedClock(selector, midnight))
    following = asyncio.create_task(lamps.run())
    while not lamps.settled:
        await asyncio.sleep(0.001)
    sink.requests = selector.sleeps = 0
    began = time.process_time()
    await asyncio.sleep(DAY_S)
    cpu_s = time.process_time() - began
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    changes = sink.requests // 2
    waiting = len(lamps._changes)  # noqa: SLF001 - the size of what it keeps is what we came for
    return Day(cpu_s, sink.requests, changes, selector.sleeps, waiting)


class _LeapingSelector(selectors.SelectSelector):
    """Instead of waiting, it lets the clock leap to the end of the wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.sleeps = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready at once; if nothing is, the wait is over at once, too."""
        if timeout:
            self.now_s += timeout
            self.sleeps += 1
        return super().select(0)


class _SimulatedLoop(asyncio.SelectorEventLoop):
    def __init__(self, selector: _LeapingSelector) -> None:
        super().__init__(selector)
        self._leaping = selector

    def time(self) -> float:
        """Simulated seconds."""
        return self._leaping.now_s


class _SimulatedClock:
    def __init__(self, selector: _LeapingSelector, start: datetime) -> None:
        self._selector = selector
        self._start = start

    def now(self) -> datetime:
        """The simulated instant."""
        return self._start + timedelta(seconds=self._selector.now_s)

    def monotonic(self) -> float:
        """Simulated seconds."""
        return self._selector.now_s


class _CountingStates:
    """Where device states go: it counts them, and gives way to the loop as a request would."""

    def __init__(self) -> None:
        self.requests = 0
        self._states: dict[str, str] = {}

    async def device_states(self) -> Mapping[str, str]:
        """All that was set."""
        return self._states

    async def set_device_state(self, name: str, state: str) -> None:
        """Take note."""
        self.requests += 1
        self._states[name] = state
        await asyncio.sleep(0)
