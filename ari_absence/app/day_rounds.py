"""One timer for everything that is told by the clock: reminders of owed calls, returns, digests, weekly reports.

It sleeps until the next moment that is known, and looks at least every five minutes, because a clock may be set.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

import structlog

from ari_absence.app.mornings import Mornings
from ari_absence.app.records import Records
from ari_absence.app.returning import Returns
from ari_absence.clock import Clock, wait_at_most
from ari_absence.core.owed import TEAM
from ari_absence.core.people import Directory
from ari_absence.core.reminding import Roster
from ari_absence.errors import LedgerError
from ari_absence.ledger.reminders import LedgerReminders

LOOK_SECONDS = 300.0
_AT_LEAST_SECONDS = 0.2  # what is due now and could not be done must not keep us busy

log = structlog.get_logger()


class DayRounds:
    """Runs as long as the service does. ``on_queued`` is called when somebody is to be told."""

    def __init__(
        self,
        records: Records,
        reminders: LedgerReminders,
        returns: Returns,
        mornings: Mornings,
        clock: Clock,
        on_queued: Callable[[], None],
    ) -> None:
        self._records = records
        self._reminders = reminders
        self._returns = returns
        self._mornings = mornings
        self._clock = clock
        self._on_queued = on_queued
        self._woken = asyncio.Event()
        self._plans_stale = True  # the rules may be others than when the plans were made

    def wake(self) -> None:
        """A call may be owed that was not before."""
        self._woken.set()

    def people_changed(self, extensions: Collection[str] | None = None) -> None:
        """Somebody has come or gone (None: everybody may have, for the configuration is another)."""
        self._returns.forget(extensions)
        if extensions is None:
            self._mornings.forget()
        self._plans_stale = self._plans_stale or extensions is None
        self._woken.set()

    async def run(self) -> None:
        """Tell what is due, for ever."""
        while True:
            self._woken.clear()
            seconds = await self._round()
            await wait_at_most(seconds, self._woken)

    async def _round(self) -> float:
        """Do all that is due; gives the seconds until there is more."""
        try:
            next_at = await self._do_due()
        except LedgerError as error:
            log.error("reminders and digests wait", reason=str(error))
            return LOOK_SECONDS
        if next_at is None:
            return LOOK_SECONDS
        ahead = (next_at - self._clock.now()).total_seconds()
        return min(LOOK_SECONDS, max(_AT_LEAST_SECONDS, ahead))

    async def _do_due(self) -> datetime | None:
        changed = await self._returns.look()
        await self._plan_anew(changed)
        queued = bool(changed)
        roster = self._roster()
        while (done := await self._reminders.remind(roster, self._clock.now())).seen:
            queued = queued or bool(done.told)
        queued = await self._mornings.send() or queued
        if queued:
            self._on_queued()
        moments = (await self._reminders.next_at(), self._returns.next_at(), self._mornings.next_at())
        return min((each for each in moments if each is not None), default=None)

    async def _plan_anew(self, changed: Collection[str]) -> None:
        if self._plans_stale:
            await self._reminders.plan_anew()
            self._plans_stale = False
        elif changed:
            await self._reminders.plan_anew(owners_near(changed, self._records.directory()))

    def _roster(self) -> Roster:
        records = self._records
        return Roster(records.directory(), records.absences, records.configuration.callbacks)


def owners_near(extensions: Collection[str], directory: Directory) -> frozenset[str]:
    """Whose owed calls tell one of ``extensions``: theirs, and those whom they manage or cover; teams among them."""
    people = directory.people.values()
    owners = {
        each.extension for each in people if {each.extension, each.manager, *each.delegates} & {*extensions}
    }
    teams = {TEAM + key for key, team in directory.teams.items() if owners & {*team.members}}
    return frozenset(owners | teams)
