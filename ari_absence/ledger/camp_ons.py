"""Wishes to be rung when somebody is back: kept over restarts, one for each pair."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ari_absence.attendant.camp_on import CampOn
from ari_absence.ledger.reception_model import CampOnRow
from ari_absence.ledger.thread import LedgerThread


class LedgerCampOns:
    """The wishes, for the service. Every method raises :class:`LedgerError` on a fault."""

    def __init__(self, thread: LedgerThread) -> None:
        self._thread = thread

    async def keep(self, wish: CampOn) -> None:
        """Keep it, in the place of what the same pair had."""
        await self._thread.write(lambda session: _keep(session, wish))

    async def kept(self, now: datetime) -> list[CampOn]:
        """All that hold at ``now``, the oldest first; the others are forgotten."""
        wishes = await self._thread.read(_all)
        if any(wish.until <= now for wish in wishes):
            await self._thread.write(lambda session: _forget_over(session, now))
        return [wish for wish in wishes if wish.until > now]

    async def forget(self, wish: CampOn) -> None:
        """It was carried out, or is not wanted any more."""
        await self._thread.write(lambda session: _forget(session, wish))


def _keep(session: Session, wish: CampOn) -> None:
    session.merge(
        CampOnRow(
            extension=wish.extension,
            by=wish.by,
            until=wish.until,
            next_at=wish.next_at,
            tries=wish.tries,
        )
    )


def _all(session: Session) -> list[CampOn]:
    rows = session.scalars(select(CampOnRow).order_by(CampOnRow.until, CampOnRow.extension, CampOnRow.by))
    return [CampOn(row.extension, row.by, row.until, row.next_at, row.tries) for row in rows]


def _forget(session: Session, wish: CampOn) -> None:
    # a wish that was asked for anew meanwhile is another one
    session.execute(
        delete(CampOnRow).where(
            CampOnRow.extension == wish.extension, CampOnRow.by == wish.by, CampOnRow.until == wish.until
        )
    )


def _forget_over(session: Session, now: datetime) -> None:
    session.execute(delete(CampOnRow).where(CampOnRow.until <= now))
