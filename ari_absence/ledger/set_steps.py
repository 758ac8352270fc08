"""Everything set by phone or command that moves somebody's calls: forwards, and absences with steps or a delegate."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import structlog
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from ari_absence.core.steps import Step
from ari_absence.errors import LedgerError
from ari_absence.ledger.model import AbsenceRow, ForwardRow
from ari_absence.ledger.steps import from_json

_log = structlog.get_logger(__name__)
_MOVES_CALLS = or_(AbsenceRow.steps.is_not(None), AbsenceRow.delegate.is_not(None))


@dataclass(frozen=True, slots=True)
class SetSteps:
    """One forward or absence, as it was set. ``steps`` None: as its kind says; ``delegate`` covers in it.

    ``of_absence``: it moves the calls of this one absence, not of every one of its kind.
    """

    extension: str
    occasion: str
    steps: tuple[Step, ...] | None
    until: datetime | None
    set_by: str
    set_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    of_absence: bool = False
    delegate: str | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it was not over at ``at``."""
        return not any(end is not None and end <= at for end in (self.ended_at, self.until))


def set_steps(session: Session, extensions: Collection[str]) -> dict[str, list[SetSteps]]:
    """What was ever set for them, the oldest first; what can't be read counts for nothing here and there."""
    found: dict[str, list[SetSteps]] = {}
    for each in (*_forwards(session, extensions), *_absences(session, extensions)):
        found.setdefault(each.extension, []).append(each)
    return found


def mark_of_what_holds(session: Session, at: datetime) -> str:
    """The same as long as nothing is set, removed or over."""
    ids = [
        *session.scalars(_that_hold(ForwardRow, at)),
        *session.scalars(_that_hold(AbsenceRow, at).where(_MOVES_CALLS)),
    ]
    return sha256(" ".join(sorted(ids)).encode()).hexdigest()


def _forwards(session: Session, extensions: Collection[str]) -> Iterator[SetSteps]:
    query = select(ForwardRow).where(ForwardRow.extension.in_(extensions))
    for row in session.scalars(query.order_by(ForwardRow.set_at, ForwardRow.id)):
        try:
            yield _as_set(row, row.occasion, from_json(row.steps))
        except LedgerError as fault:
            _log.error("forward_unreadable", forward=row.id, why=str(fault))


def _absences(session: Session, extensions: Collection[str]) -> Iterator[SetSteps]:
    query = select(AbsenceRow).where(AbsenceRow.extension.in_(extensions), _MOVES_CALLS)
    for row in session.scalars(query.order_by(AbsenceRow.set_at, AbsenceRow.id)):
        try:
            steps = None if row.steps is None else from_json(row.steps)
        except LedgerError as fault:
            _log.error("absence_steps_unreadable", absence=row.id, why=str(fault))
            steps = None
        yield _as_set(row, row.kind, steps, of_absence=True, delegate=row.delegate)


def _as_set(
    row: ForwardRow | AbsenceRow,
    occasion: str,
    steps: tuple[Step, ...] | None,
    *,
    of_absence: bool = False,
    delegate: str | None = None,
) -> SetSteps:
    return SetSteps(
        extension=row.extension,
        occasion=occasion,
        steps=steps,
        until=row.until,
        set_by=row.set_by,
        set_at=row.set_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        of_absence=of_absence,
        delegate=delegate,
    )


def _that_hold(table: type[ForwardRow] | type[AbsenceRow], at: datetime) -> Select[str]:
    return select(table.id).where(
        or_(table.ended_at.is_(None), table.ended_at > at), or_(table.until.is_(None), table.until > at)
    )
