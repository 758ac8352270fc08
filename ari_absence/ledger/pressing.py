"""Which calls fall due soon or are overdue, and when there are more of them: what the lamp of reminders shows."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from ari_absence.core.owed_lamp import Pressing, PressingCall
from ari_absence.ledger.model import table_of
from ari_absence.ledger.owed_model import OwedRow
from ari_absence.ledger.owed_notes import LIVE

_owed = table_of(OwedRow)
_IS_LIVE = _owed.c.state.in_(LIVE) & _owed.c.due.is_not(None)


def pressing_calls(connection: Connection, now: datetime, before: timedelta) -> Pressing:
    """What is due within ``before`` of ``now``, or overdue, and not put off until later."""
    horizon, due, retry_at = now + before, _owed.c.due, _owed.c.retry_at
    offered = or_(retry_at.is_(None), retry_at <= now)
    rows = connection.execute(
        select(_owed.c.extension, _owed.c.claimed_by, _owed.c.declined).where(
            _IS_LIVE, due <= horizon, offered
        )
    )
    calls = tuple(PressingCall(row.extension, row.claimed_by, tuple(row.declined or ())) for row in rows)
    next_due = connection.scalar(select(func.min(due)).where(_IS_LIVE, due > horizon))
    next_offer = connection.scalar(select(func.min(retry_at)).where(_IS_LIVE, due <= horizon, retry_at > now))
    moments = (None if next_due is None else next_due - before, next_offer)
    return Pressing(calls, min((each for each in moments if each is not None), default=None))
