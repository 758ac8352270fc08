"""Absences set from a telephone: on the disk, in force for the next call, on the lamps, and in the log."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from ari_absence.app.records import Records
from ari_absence.attendant.absence_book import InForce, Waiting
from ari_absence.clock import Clock
from ari_absence.core.absences import NewAbsence
from ari_absence.core.owed import members_of, owners_for
from ari_absence.core.people import Team
from ari_absence.ledger.absences import end_current, set_absence
from ari_absence.ledger.forward_watch import watch
from ari_absence.ledger.message_counts import message_counts
from ari_absence.ledger.owed_reading import count_owed
from ari_absence.ledger.thread import LedgerThread
from ari_absence.presence.lamps import Lamps

log = structlog.get_logger()


class LedgerAbsenceBook:
    """The port ``attendant.absence_book.AbsenceBook``. ``on_changed`` is told whose: it may be told by mail."""

    def __init__(
        self,
        thread: LedgerThread,
        records: Records,
        lamps: Lamps,
        clock: Clock,
        on_changed: Callable[[str], None],
    ) -> None:
        self._thread = thread
        self._records = records
        self._lamps = lamps
        self._clock = clock
        self._on_changed = on_changed

    def in_force(self) -> InForce:
        """What holds now."""
        records = self._records
        return InForce(records.directory(), records.absences, records.forwards)

    async def set(self, absence: NewAbsence) -> None:
        """Set an absence; one of the same kind is corrected by it."""

        def work(session: Session, now: datetime) -> None:
            set_absence(session, absence, now)

        await self._write(absence.extension, work)
        await self._take_over(absence.extension, f"set {absence.kind.value}", absence.set_by)

    async def end(self, extension: str, by: str) -> bool:
        """End the one that counts now of what was set; False when there was none."""

        def work(session: Session, now: datetime) -> bool:
            return end_current(session, extension, by, now)

        ended = await self._write(extension, work)
        if ended:
            await self._take_over(extension, "ended", by)
        return bool(ended)

    async def waiting(self, extension: str) -> Waiting:
        """What waits for somebody."""
        teams = self._records.directory().teams.values()
        return await self._thread.read(lambda session: _waiting(session, extension, teams))

    async def _write(self, extension: str, work: Callable[[Session, datetime], bool | None]) -> bool | None:
        """As ``ari-absence away`` does: whoever's calls go elsewhere with it is told in the same transaction."""
        now, directory = self._clock.now(), self._records.directory()

        def transaction(session: Session) -> bool | None:
            done = work(session, now)
            watch(session, directory, now, [extension])
            return done

        return await self._thread.write(transaction)

    async def _take_over(self, extension: str, what: str, by: str) -> None:
        await self._records.read_absences(self._thread)
        log.info("absences.changed", extension=extension, what=what, by=by)
        self._lamps.refresh([extension])
        self._on_changed(extension)


def _waiting(session: Session, extension: str, teams: Collection[Team]) -> Waiting:
    """Of calls what ``*38`` goes through."""
    calls = count_owed(session, owners_for(extension, teams), members_of(teams))
    return Waiting(message_counts(session, [extension])[extension].new, calls)
