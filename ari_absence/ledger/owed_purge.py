"""What ends by itself: calls owed for so long that they have expired, and those that were over long ago."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import Exists, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ari_absence.core.owed import Deed
from ari_absence.ledger.owed_calls import end_owed
from ari_absence.ledger.owed_model import OwedChangeRow, OwedRow
from ari_absence.ledger.owed_notes import LIVE

EXPIRY_BATCH = 200  # one transaction holds the ledger; a call may be waiting for it


def is_owed(owed_id: InstrumentedAttribute[str | None]) -> Exists:
    """Whether a call is still owed for a message or callback; what such a call is owed for is never forgotten."""
    return select(OwedRow.id).where(OwedRow.id == owed_id, OwedRow.state.in_(LIVE)).exists()


def expire_owed(
    session: Session,
    days: int,
    now: datetime,
    waits_for: Collection[str] = (),
    tell: Callable[[Session, OwedRow], None] = lambda _session, _row: None,
) -> list[str]:
    """Give up what nobody has done for ``days`` since it was due, or since they last called; gives the ids.

    Counting from when it is due keeps what was promised for after a long leave. What is put off or being called is
    left alone, and so is what ``waits_for`` owe, who are away or were until less than ``days`` ago. ``tell`` is
    called with each in the same transaction. Repeat while it gives something.
    """
    before = now - timedelta(days=days)
    moments = (OwedRow.last_at, OwedRow.due, OwedRow.retry_at, OwedRow.attempt_until)
    late = [func.coalesce(moment, OwedRow.last_at) < before for moment in moments]
    late.append(func.coalesce(OwedRow.claimed_by, OwedRow.extension).not_in(waits_for))
    query = select(OwedRow).where(OwedRow.state.in_(LIVE), *late).order_by(OwedRow.id).limit(EXPIRY_BATCH)
    rows = session.scalars(query.with_for_update()).all()
    for row in rows:
        end_owed(session, row, Deed.EXPIRE, f"expired after {days} days", "the service", now)
        tell(session, row)
    return [row.id for row in rows]


def purge_owed(session: Session, before: datetime, batch: int) -> int:
    """Forget what was over before ``before``, with its history; gives how many entries."""
    over = select(OwedRow.id).where(OwedRow.over_at < before).order_by(OwedRow.over_at).limit(batch)
    ids = list(session.scalars(over))
    if ids:
        session.execute(delete(OwedChangeRow).where(OwedChangeRow.owed_id.in_(ids)))
        session.execute(delete(OwedRow).where(OwedRow.id.in_(ids)))
    return len(ids)
