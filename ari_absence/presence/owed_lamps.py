"""Keeps the lamps of reminders equal to the ledger of owed calls: ``Stasis:owed-<extension>`` in Asterisk.

Lit while a call of the owner falls due soon or is overdue. The ledger is looked at every few seconds, because calls
are also settled by commands beside the service and by talks; in between at the moment known to be the next, and when
woken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from ari_absence.clock import Clock, wait_at_most
from ari_absence.core.gate import DARK, LIT
from ari_absence.core.owed_lamp import OWED_LAMP, Pressing, owed_lamps
from ari_absence.core.people import Directory
from ari_absence.errors import AsteriskError, LedgerError
from ari_absence.presence.lamps import COMPARE_SECONDS, RETRY_SECONDS, DeviceStates

LOOK_SECONDS = 5.0
_AT_LEAST_SECONDS = 0.05  # a timer may end a little before the wall clock is there

log = structlog.get_logger()

Look = Callable[[], Awaitable[Pressing]]
"""What presses now. Raises LedgerError."""


class OwedLamps:
    """Everybody's lamp of reminders."""

    def __init__(
        self, directory: Callable[[], Directory], look: Look, states: DeviceStates, clock: Clock
    ) -> None:
        self._directory = directory
        self._look = look
        self._states = states
        self._clock = clock
        self._lit: set[str] = set()  # as far as we know; all others of ours are dark
        self._compare_at = clock.monotonic()
        self._woken = asyncio.Event()
        self._complained = False

    def wake(self) -> None:
        """A call may be owed that was not before, or may be over."""
        self._woken.set()

    def refresh(self) -> None:
        """Asterisk may show anything: after a (re)connect, everything is compared at once."""
        self._compare_at = self._clock.monotonic()
        self._woken.set()

    async def run(self) -> None:
        """Follow the ledger until cancelled. What fails is told once, and tried again."""
        while True:
            self._woken.clear()
            try:
                seconds = await self._catch_up()
                self._complained = False
            except (AsteriskError, LedgerError) as error:
                self._complain(str(error))
                self._compare_at = self._clock.monotonic()
                seconds = RETRY_SECONDS
            await wait_at_most(seconds, self._woken)

    async def _catch_up(self) -> float:
        """Set what differs; gives the seconds until the next look."""
        comparing = self._clock.monotonic() >= self._compare_at
        if comparing:
            shown = await self._states.device_states()
            self._lit = {
                name for name, state in shown.items() if name.startswith(OWED_LAMP) and state != DARK
            }
        pressing = await self._look()
        wanted = owed_lamps(pressing.calls, self._directory())
        for name in sorted(wanted - self._lit):
            await self._states.set_device_state(name, LIT)
            self._lit.add(name)
        for name in sorted(self._lit - wanted):
            await self._states.set_device_state(name, DARK)
            self._lit.discard(name)
        if comparing:
            self._compare_at = self._clock.monotonic() + COMPARE_SECONDS
        return self._seconds_until(pressing)

    def _seconds_until(self, pressing: Pressing) -> float:
        if pressing.changes_at is None:
            return LOOK_SECONDS
        ahead = (pressing.changes_at - self._clock.now()).total_seconds()
        return min(LOOK_SECONDS, max(_AT_LEAST_SECONDS, ahead))

    def _complain(self, sentence: str) -> None:
        """One line for an outage, not one for each attempt."""
        if not self._complained:
            log.warning("owed_lamps.failed", reason=sentence)
        self._complained = True
