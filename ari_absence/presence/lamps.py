"""Keeps Asterisk's device states equal to the schedule: one timer for the next change, no poll.

What somebody else changed in Asterisk, or what was lost there, is found by one request every half a minute: it
lists all device states, which are compared with what was set last.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol

import structlog

from ari_absence.clock import Clock, wait_at_most
from ari_absence.core.gate import DARK, LIT, Gate, extension_of, gate_of, next_gate_change
from ari_absence.core.people import Directory, SetAbsences, SetForwards
from ari_absence.errors import AsteriskError
from ari_absence.presence.presence_text import PresenceTexts

CLOCK_CHECK_SECONDS = 60.0  # a wall clock that jumps (NTP, a resumed VM) is noticed within this time
JUMP_SECONDS = 60.0  # what is less is the drift of a clock being put right
RETRY_SECONDS = 5.0
COMPARE_SECONDS = 30.0

log = structlog.get_logger()


class DeviceStates(Protocol):
    """Where device states are kept: Asterisk."""

    async def device_states(self) -> Mapping[str, str]:
        """Every device state of ours by name."""

    async def set_device_state(self, name: str, state: str) -> None:
        """Set one.

        Raises:
            AsteriskError: it could not be set.
        """


class Lamps:
    """Everybody's gate and lamp, kept right as time goes by."""

    def __init__(
        self,
        directory: Callable[[], Directory],
        set_absences: Callable[[], SetAbsences],
        states: DeviceStates,
        clock: Clock,
        set_forwards: Callable[[], SetForwards] = SetForwards,
        texts: PresenceTexts | None = None,
    ) -> None:
        self._directory = directory
        self._set_absences = set_absences
        self._set_forwards = set_forwards
        self._states = states
        self._clock = clock
        self._texts = texts
        self._lit: set[str] = set()  # the device states that were set to be lit; all others of ours are dark
        self._compare_at = 0.0  # by the monotonic clock
        self._ahead_seconds: float | None = None  # of the wall clock before the monotonic one
        self._changes: list[tuple[datetime, str]] = []
        self._next_change: dict[str, datetime] = {}
        self._woken = asyncio.Event()
        self._stale: set[str] = set()
        # Whose gate hangs on others being there; looked at again whenever anybody comes or goes.
        self._forwarded: dict[str, Gate] = {}
        self._everything_stale = True

    @property
    def settled(self) -> bool:
        """Whether everything that is known to be stale has been set."""
        return not (self._everything_stale or self._stale)

    def refresh(self, extensions: Iterable[str] | None = None) -> None:
        """Have these extensions, or everybody's after a (re)connect or a reload, looked at again at once."""
        if extensions is None:
            self._everything_stale = True
        else:
            self._stale.update(extensions)
        self._woken.set()

    async def run(self) -> None:
        """Follow the schedule until cancelled; what Asterisk refuses is tried again."""
        while True:
            try:
                await self._catch_up()
                await self._sleep_until_next_change()
            except AsteriskError as error:
                log.warning("lamps could not be set; trying again", error=str(error))
                self._everything_stale = True
                await asyncio.sleep(RETRY_SECONDS)

    async def _catch_up(self) -> None:
        self._woken.clear()
        self._notice_jump()
        if self._everything_stale:
            await self._compare_everything()
        elif self._clock.monotonic() >= self._compare_at:
            await self._put_right()
        now = self._clock.now()
        while self._changes and self._changes[0][0] <= now:
            extension = heapq.heappop(self._changes)[1]
            self._next_change.pop(extension, None)
            self._stale.add(extension)
        if self._stale:
            self._stale.update(await self._forwarded_differently(now))
        while self._stale:
            extension = next(iter(self._stale))
            await self._set_one(extension, now)
            self._stale.discard(extension)

    async def _forwarded_differently(self, now: datetime) -> list[str]:
        """Those whose gate is another because somebody else came or went. Calls go on meanwhile."""
        differ = []
        for extension, gate in self._forwarded.copy().items():
            if extension in self._directory().people and self._look(extension, now) != gate:
                differ.append(extension)
            await asyncio.sleep(0)
        return differ

    async def _compare_everything(self) -> None:
        """Set only what differs: after a reconnect most lamps are right already."""
        shown = await self._states.device_states()
        now, self._changes = self._clock.now(), []
        self._next_change.clear()
        self._forwarded.clear()
        self._lit.clear()
        if self._texts:
            self._texts.show_all_anew()
        for extension in self._directory().people:
            for name, wanted in self._look(extension, now).device_states().items():
                if shown.get(name, DARK) != wanted:
                    await self._set(name, wanted)
                elif wanted == LIT:
                    self._lit.add(name)
            await asyncio.sleep(0)
        await self._forget_who_is_gone(shown)
        self._everything_stale = False
        self._compare_at = self._clock.monotonic() + COMPARE_SECONDS

    async def _put_right(self) -> None:
        """Set what is not as it was set last."""
        shown, people, lit = await self._states.device_states(), self._directory().people, self._lit
        changed = [name for name, state in shown.items() if state != (LIT if name in lit else DARK)]
        wrong = {name for name in changed if extension_of(name) in people}
        for name in sorted(wrong | (lit - shown.keys())):
            log.info("a device state was not as it was set", name=name)
            await self._set(name, LIT if name in lit else DARK)
        self._compare_at = self._clock.monotonic() + COMPARE_SECONDS

    async def _forget_who_is_gone(self, shown: Mapping[str, str]) -> None:
        """Asterisk keeps a state for ever: a number that nobody has any more would never ring again."""
        people = self._directory().people
        if self._texts:
            self._texts.keep_only(people)
        for name, state in shown.items():
            extension = extension_of(name)
            if extension is not None and extension not in people and state != DARK:
                log.info("nobody has this extension any more: its state is put out", name=name)
                await self._states.set_device_state(name, DARK)

    async def _set_one(self, extension: str, now: datetime) -> None:
        if extension not in self._directory().people:
            return
        for name, wanted in self._look(extension, now).device_states().items():
            if wanted != (LIT if name in self._lit else DARK):
                await self._set(name, wanted)

    async def _set(self, name: str, state: str) -> None:
        await self._states.set_device_state(name, state)
        (self._lit.add if state == LIT else self._lit.discard)(name)

    def _look(self, extension: str, now: datetime) -> Gate:
        """The gate at ``now``, and the next change noted for later."""
        directory, absences, forwards = self._directory(), self._set_absences(), self._set_forwards()
        person = directory.people[extension]
        gate = gate_of(person, now, directory, absences, forwards)
        moments = (next_gate_change(person, now, absences, forwards), gate.shown_until)
        self._note(extension, min((moment for moment in moments if moment is not None), default=None))
        if self._texts:
            self._texts.show(extension, gate.presence)
        self._forwarded.pop(extension, None)
        if gate.forwards:
            self._forwarded[extension] = gate
        return gate

    def _note(self, extension: str, change: datetime | None) -> None:
        """Remember to look at ``extension`` at ``change``, once however often it is looked at before."""
        if change is not None and self._next_change.get(extension) != change:
            self._next_change[extension] = change
            heapq.heappush(self._changes, (change, extension))

    def _notice_jump(self) -> None:
        """Look at everybody again when the clock was set: backwards, changes that are behind us come again."""
        before, self._ahead_seconds = (
            self._ahead_seconds,
            self._clock.now().timestamp() - self._clock.monotonic(),
        )
        seconds = 0.0 if before is None else self._ahead_seconds - before
        if abs(seconds) > JUMP_SECONDS:
            log.warning("clock.jumped", seconds=round(seconds))
            self._everything_stale = True

    async def _sleep_until_next_change(self) -> None:
        seconds = min(CLOCK_CHECK_SECONDS, self._compare_at - self._clock.monotonic())
        if self._changes:
            seconds = min(seconds, (self._changes[0][0] - self._clock.now()).total_seconds())
        await wait_at_most(seconds, self._woken)
