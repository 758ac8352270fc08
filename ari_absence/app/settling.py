"""Calls that are owed settle themselves: which of them a talk settles, and that it is noted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import structlog
from sqlalchemy.orm import Session

from ari_absence.app.records import Records
from ari_absence.asterisk.answered_watch import Debt
from ari_absence.clock import Clock
from ari_absence.core.answered import answers_for
from ari_absence.ledger import owed_calls
from ari_absence.ledger.owed_reading import OwedCall, among_told, owed_to_any
from ari_absence.ledger.thread import LedgerThread

THEY_HAVE_TALKED = "settled: they have talked"

_log = structlog.get_logger()


class LedgerDebts:
    """The port ``asterisk.answered_watch.Debts``, on the ledger."""

    def __init__(self, records: Records, thread: LedgerThread, clock: Clock) -> None:
        self._records = records
        self._thread = thread
        self._clock = clock

    async def settled_by(self, talker: str, callers: Collection[str]) -> Sequence[Debt]:
        """What is owed to one of the callers, and is settled when the extension ``talker`` talks with them."""
        if not callers:
            return []
        owed, told = await self._thread.read(partial(_owed_and_told, talker=talker, callers=callers))
        return [Debt(each.id, each.caller) for each in owed if each.id in told or self._settles(talker, each)]

    async def settle(self, debts: Sequence[Debt], by: str) -> None:
        """Note that they have talked; what is settled meanwhile stays as it is."""
        for debt in debts:
            settle = partial(
                owed_calls.settle, owed_id=debt.id, by=by, now=self._clock.now(), what=THEY_HAVE_TALKED
            )
            refusal = await self._thread.write(settle)
            if refusal is None:
                _log.info("callback.settled", callback=debt.id, by=by)

    async def tried(self, debts: Sequence[Debt], end: str, by: str) -> None:
        """Note that they were dialled by hand in vain."""
        for debt in debts:
            note = partial(owed_calls.note_dialled, owed_id=debt.id, end=end, by=by, now=self._clock.now())
            await self._thread.write(note)

    def _settles(self, talker: str, owed: OwedCall) -> bool:
        """Whoever has taken it, whom the caller had called, and who answers for its owner."""
        if talker in (owed.claimed_by, owed.called):
            return True
        return answers_for(talker, owed.extension, self._records.directory(), self._records.absences)


def _owed_and_told(
    session: Session, talker: str, callers: Collection[str]
) -> tuple[list[OwedCall], Collection[str]]:
    """What is owed to the callers; and of what of it ``talker`` was told that it is overdue."""
    owed = owed_to_any(session, callers)
    return owed, among_told(session, talker, [each.id for each in owed])
