"""What commands set and removed of where calls go while no service ran to log it: the next start does.

Of each it is known whose, on what occasion, by whom and when, never the steps: they may hold a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ari_absence.ledger.model import AbsenceRow, ForwardRow, MetaRow

_LOGGED_NAME = "forwards_logged_until"
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ForwardChange:
    """A forward, or the steps of one absence, was ``set`` or ``removed``. ``at`` is in UTC."""

    at: datetime
    extension: str
    occasion: str
    what: str
    by: str


def changes_not_logged(session: Session) -> Sequence[ForwardChange]:
    """What has changed since the last that was logged, the oldest first. It counts as logged from now on."""
    row = session.get(MetaRow, _LOGGED_NAME)
    since = _NEVER if row is None else datetime.fromisoformat(row.value)
    found = sorted(_changes(session, since), key=lambda change: change.at)
    mark_logged(session)
    return found


def mark_logged(session: Session) -> None:
    """All that has changed so far is logged."""
    latest = max(
        session.scalar(select(func.max(column))) or _NEVER
        for row in (ForwardRow, AbsenceRow)
        for column in (row.set_at, row.ended_at)
    )
    session.merge(MetaRow(key=_LOGGED_NAME, value=latest.isoformat()))


def _changes(session: Session, since: datetime) -> Iterator[ForwardChange]:
    for forward in session.scalars(select(ForwardRow)):
        yield from _of(forward, forward.occasion, since)
    for absence in session.scalars(select(AbsenceRow).where(AbsenceRow.steps.is_not(None))):
        yield from _of(absence, absence.kind, since)


def _of(row: ForwardRow | AbsenceRow, occasion: str, since: datetime) -> Iterator[ForwardChange]:
    if row.set_at > since:
        yield ForwardChange(row.set_at, row.extension, occasion, "set", row.set_by)
    if row.ended_at is not None and row.ended_at > since:
        yield ForwardChange(row.ended_at, row.extension, occasion, "removed", row.ended_by or "")
