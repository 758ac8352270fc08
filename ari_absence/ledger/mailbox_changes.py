"""What an owner does with a message, as functions on a session: each is one transaction.

All give the extension of the mailbox that has changed, None when the message is no longer there.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ari_absence.ledger import owed_calls
from ari_absence.ledger.model import EscalationState, MessageRow
from ari_absence.ledger.settling import end_escalation, mark_heard, note_in_history


def hear_message(session: Session, message_id: str, by: str, now: datetime) -> str | None:
    """It is heard; of an urgent one nobody else is told any more."""
    row = _kept(session, message_id)
    if row is not None:
        mark_heard(session, message_id, now, by)
    return row.extension if row else None


def save_for_good(session: Session, message_id: str, by: str, now: datetime) -> str | None:
    """Put it into the saved ones; whoever does that knows of it, heard or not. What was deleted is there again."""
    row = _locked(session, message_id)
    if row is None:
        return None
    mark_heard(session, message_id, now, by)
    row.saved_at, row.deleted_at = row.saved_at or now, None
    note_in_history(row, "saved", by, now)
    return row.extension


def delete_kept(session: Session, message_id: str, by: str, now: datetime) -> str | None:
    """Take it out of the mailbox; its place is free. The purge removes it for good."""
    row = _kept(session, message_id)
    if row is None:
        return None
    row.deleted_at = now
    note_in_history(row, "deleted", by, now)
    end_escalation(session, message_id, EscalationState.HEARD, by, now)
    session.flush()
    if row.owed_id is not None:
        owed_calls.settle_deleted(session, row.owed_id, by, now)
    return row.extension


def restore_deleted(session: Session, message_id: str, by: str, now: datetime) -> str | None:
    """Undo a deletion, if the purge has not been there. Restoring what is there is done already."""
    row = _locked(session, message_id)
    if row is None:
        return None
    if row.deleted_at is not None:
        row.deleted_at = None
        row.heard_at = row.heard_at or now  # whoever deletes a message knows of it
        note_in_history(row, "restored", by, now)
        if row.owed_id is not None and row.due is not None:
            row.owed_id = owed_calls.owe_again(session, row.owed_id, row.due, by, now)
    return row.extension


def settle_message(session: Session, message_id: str, by: str, now: datetime) -> str | None:
    """Whoever left it was called back: with it is settled whatever else was owed to them by the same person."""
    row = _locked(session, message_id)
    if row is None:
        return None
    if row.owed_id is None or owed_calls.settle(session, row.owed_id, by, now) is not None:
        note_in_history(row, "settled", by, now)
    return row.extension


def begin_attempt(session: Session, message_id: str, extension: str, by: str, now: datetime) -> str | None:
    """``extension`` calls back; gives the extension of a colleague who does already.

    What is not owed may be called by anybody, any time.
    """
    row = _locked(session, message_id)
    if row is None or row.owed_id is None:
        return None
    begun = owed_calls.begin_attempt(session, row.owed_id, extension, by, now)
    return begun.by if isinstance(begun, owed_calls.Refusal) and begun.by != extension else None


def note_attempt(
    session: Session, message_id: str, end: str, by: str, now: datetime, again_at: datetime | None = None
) -> str | None:
    """Calling back was tried in vain; it is offered again at ``again_at``."""
    row = _locked(session, message_id)
    if row is None:
        return None
    owed_id = row.owed_id
    if owed_id is None or owed_calls.note_attempt(session, owed_id, end, by, now, again_at) is not None:
        note_in_history(
            row, f"tried to call back: {end}", by, now
        )  # they were owed none, and were called all the same
    return row.extension


def put_off(session: Session, message_id: str, until: datetime, by: str, now: datetime) -> str | None:
    """Offer the call back again at ``until``."""
    row = _locked(session, message_id)
    if row is not None and row.owed_id is not None:
        owed_calls.put_off(session, row.owed_id, until, by, now)
    return row.extension if row else None


def _locked(session: Session, message_id: str) -> MessageRow | None:
    return session.get(MessageRow, message_id, with_for_update={"of": MessageRow})


def _kept(session: Session, message_id: str) -> MessageRow | None:
    row = _locked(session, message_id)
    return row if row is not None and row.deleted_at is None else None
