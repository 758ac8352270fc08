"""What whoever is handed a call that is owed is told of it."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ari_absence.ledger.model import CallbackRow, CallRow, MessageRow
from ari_absence.ledger.owed_model import OwedRow


def facts_of(session: Session, row: OwedRow) -> dict[str, str]:
    """What its new owner must know to make the call: nothing of where the one called is, nor of any note."""
    call = _last_call(session, row.id)
    return {
        "number": row.number,
        "caller_number": row.number if row.caller_extension is None else "",
        "caller_name": row.caller_name or "",
        "colleague": row.caller_extension or "",
        "called": call.person_name if call else "",
        "called_extension": row.called,
        "called_at": row.last_at.isoformat(),
        "zone": call.zone if call else "UTC",
        "wish": row.wish,
        "due": row.due.isoformat() if row.due else "",
    }


def _last_call(session: Session, owed_id: str) -> CallRow | None:
    callbacks = select(CallbackRow.call_id).where(CallbackRow.owed_id == owed_id)
    messages = select(MessageRow.call_id).where(MessageRow.owed_id == owed_id)
    query = select(CallRow).where(or_(CallRow.id.in_(callbacks), CallRow.id.in_(messages)))
    return session.scalars(query.order_by(CallRow.began_at.desc()).limit(1)).first()
