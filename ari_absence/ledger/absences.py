"""Absences set by phone, command or panel. Each has somebody who set it; nothing is ever overwritten.

A new absence that runs at once takes the place of what was set and runs, except of one that is known to end
later: who is on a trip until Thursday and goes into a meeting until three is on the trip again at three.

Whoever sets or ends one with steps or a delegate calls :func:`ari_absence.ledger.forward_watch.watch` in the same
transaction: the owner is told where calls go.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ari_absence.core.absences import DatedAbsence, NewAbsence
from ari_absence.core.people import Kind, PrivateNote, SetAbsences, Source
from ari_absence.core.steps import Step
from ari_absence.errors import LedgerError
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.model import AbsenceRow
from ari_absence.ledger.steps import as_json, from_json
from ari_absence.ledger.thread import LedgerThread

__all__ = ["LedgerAbsences", "NewAbsence", "end_absences", "end_current", "set_absence", "set_absences"]

_log = structlog.get_logger(__name__)


class LedgerAbsences:
    """The absences that were set, for the service. Every method raises :class:`LedgerError` on a fault."""

    def __init__(self, thread: LedgerThread) -> None:
        self._thread = thread

    async def set(self, absence: NewAbsence, now: datetime) -> str:
        """Set it, in the place of what was set and runs; gives its id."""
        return await self._thread.write(lambda session: set_absence(session, absence, now))

    async def end(self, extension: str, ended_by: str, now: datetime) -> int:
        """End what was set and runs now; gives how many that were."""
        return await self._thread.write(lambda session: end_absences(session, extension, ended_by, now))

    async def all(self, now: datetime) -> SetAbsences:
        """Everything set that holds now or later, by extension."""
        return await self._thread.read(lambda session: set_absences(session, now))


def set_absence(session: Session, absence: NewAbsence, now: datetime) -> str:
    """Set an absence; what it takes the place of ends.

    Raises:
        LedgerError: it makes no sense; the text says why.
    """
    _require_sense(absence, now)
    for row in _running(session, absence.extension, now):
        if absence.begins_at <= now and not _stays_below(row, absence):
            row.ended_at, row.ended_by = now, absence.set_by
    row = AbsenceRow(
        id=new_id(Prefix.ABSENCE, now),
        extension=absence.extension,
        kind=absence.kind.value,
        begins_at=absence.begins_at,
        until=absence.until,
        note=absence.note.text_for_owner() if absence.note else None,
        delegate=absence.delegate,
        set_by=absence.set_by,
        set_at=now,
        steps=None if absence.reach is None else as_json(absence.reach),
    )
    session.add(row)
    return row.id


def end_absences(session: Session, extension: str, ended_by: str, now: datetime) -> int:
    """End what runs now; what was set for later stays."""
    running = _running(session, extension, now)
    for row in running:
        row.ended_at, row.ended_by = now, ended_by
    return len(running)


def end_current(session: Session, extension: str, ended_by: str, now: datetime) -> bool:
    """End the one that counts now of what was set; what it covered holds again. False when nothing was set.

    One that stands for presence stays: it ends nothing to be present already.
    """
    running = _running(session, extension, now)
    current = max(running, key=lambda row: (row.begins_at, row.set_at, row.id), default=None)
    if current is None or Kind(current.kind).is_presence:
        return False
    current.ended_at, current.ended_by = now, ended_by
    return True


def set_absences(session: Session, now: datetime) -> SetAbsences:
    """Everything set that holds at ``now`` or later, as the core knows it."""
    by_extension: dict[str, list[DatedAbsence]] = {}
    for row in _not_ended(session, now):
        by_extension.setdefault(row.extension, []).append(_as_core(row))
    return SetAbsences(by_extension)


def _as_core(row: AbsenceRow) -> DatedAbsence:
    return DatedAbsence(
        kind=Kind(row.kind),
        start=row.begins_at,
        end=row.until,
        note=PrivateNote(row.note) if row.note is not None else None,
        delegate=row.delegate,
        source=Source(f"set by {row.set_by}"),
        set_at=row.set_at,
        reach=_reach(row),
    )


def _reach(row: AbsenceRow) -> tuple[Step, ...] | None:
    """Steps that can't be read end no absence: the kind's hold."""
    try:
        return None if row.steps is None else from_json(row.steps)
    except LedgerError as fault:
        _log.error("absence_steps_unreadable", absence=row.id, why=str(fault))
        return None


def _not_ended(session: Session, now: datetime, extension: str | None = None) -> Sequence[AbsenceRow]:
    query = select(AbsenceRow).where(
        AbsenceRow.ended_at.is_(None), or_(AbsenceRow.until.is_(None), AbsenceRow.until > now)
    )
    if extension is not None:
        query = query.where(AbsenceRow.extension == extension)
    return session.scalars(query.order_by(AbsenceRow.extension, AbsenceRow.set_at, AbsenceRow.id)).all()


def _running(session: Session, extension: str, now: datetime) -> list[AbsenceRow]:
    return [row for row in _not_ended(session, now, extension) if row.begins_at <= now]


def _stays_below(row: AbsenceRow, absence: NewAbsence) -> bool:
    """Whether what runs holds again once ``absence`` has ended: what lasts longer, and what stands for presence."""
    if Kind(row.kind).is_presence:
        return absence.kind.value != row.kind
    if absence.corrects and row.kind == absence.kind.value:
        return False
    return row.until is not None and absence.until is not None and row.until > absence.until


def _require_sense(absence: NewAbsence, now: datetime) -> None:
    if not (absence.kind.can_be_set or absence.kind.is_presence):
        raise LedgerError(f"{absence.kind.value} is worked out from hours and holidays; it can't be set")
    if absence.until is not None and absence.until <= absence.begins_at:
        raise LedgerError("an absence must end after it begins")
    if absence.until is not None and absence.until <= now:
        raise LedgerError("an absence that is over already can't be set")
