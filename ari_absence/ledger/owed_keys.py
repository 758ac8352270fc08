"""Telling callers apart anew: what an older ledger held, or was noted when the site's country was another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.core.owed import COLLEAGUE, caller_key
from ari_absence.core.people import Caller
from ari_absence.ledger.owed_calls import live_of, merge
from ari_absence.ledger.owed_model import OwedRow
from ari_absence.ledger.owed_notes import LIVE, note_change

BY = "start of the service"


def tell_apart(session: Session, country: str, now: datetime) -> int:
    """Read the numbers of what is owed by the plan of ``country``; gives how many are other callers by it.

    Two entries that turn out to be of the same caller become one.
    """
    as_written = ~OwedRow.caller.startswith("+") & ~OwedRow.caller.startswith(COLLEAGUE)
    rows = session.scalars(
        select(OwedRow).where(OwedRow.state.in_(LIVE), as_written).order_by(OwedRow.id)
    ).all()
    changed = 0
    for row in rows:
        key = caller_key(Caller(row.caller), country)
        if key is None or key == row.caller:
            continue
        changed += 1
        same = live_of(session, row.extension, key)
        if same is None:
            row.caller = key
            note_change(session.connection(), row.id, "known by its number with the country's code", BY, now)
        else:
            merge(session, row, same, BY, now)
        session.flush()
    return changed
