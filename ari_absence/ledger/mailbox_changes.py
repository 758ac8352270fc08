"""What an owner does with a message, as functions on a session: each is one transaction.

Those that change something give the extension of the mailbox that has changed, None when the message is no longer
there.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.ledger.model import CallbackRow, CallbackState, CallRow, EscalationState, MessageRow
from ari_absence.ledger.settling import end_escalation, mark_heard, note_in_history, settle_callback


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
    return row.extension


def is_deleted(session: Session, message_id: str) -> bool:
    """Whether its owner has deleted it, and the purge has not been there."""
    row = session.get(MessageRow, message_id)
    return row is not None and row.deleted_at is not None


def settle_message(session: Session, message_id: str, by: str, now: datetime) -> str | None:
    """Whoever left it was called back: with it are settled their other messages and calls to the same person."""
    row = _locked(session, message_id)
    if row is None:
        return None
    for each in (row, *_owed_to_the_same(session, row)):
        if each.settled_at is None:
            each.settled_at = now
            note_in_history(each, "settled", by, now)
    for callback_id in _callbacks_of_the_same(session, row):
        settle_callback(session, callback_id, by, now)
    return row.extension


def note_attempt(session: Session, message_id: str, end: str, by: str, now: datetime) -> str | None:
    """Calling back was tried in vain."""
    row = _locked(session, message_id)
    if row is not None:
        note_in_history(row, f"tried to call back: {end}", by, now)
    return row.extension if row else None


def _locked(session: Session, message_id: str) -> MessageRow | None:
    return session.get(MessageRow, message_id, with_for_update={"of": MessageRow})


def _kept(session: Session, message_id: str) -> MessageRow | None:
    row = _locked(session, message_id)
    return row if row is not None and row.deleted_at is None else None


def _owed_to_the_same(session: Session, row: MessageRow) -> list[MessageRow]:
    number = row.call.caller_number
    if number is None:
        return []
    same = (MessageRow.extension == row.extension, CallRow.caller_number == number)
    owed = (MessageRow.due.is_not(None), MessageRow.settled_at.is_(None), MessageRow.id != row.id)
    query = select(MessageRow).join(CallRow, CallRow.id == MessageRow.call_id).where(*same, *owed)
    return list(session.scalars(query))


def _callbacks_of_the_same(session: Session, row: MessageRow) -> list[str]:
    number = row.call.caller_number
    if number is None:
        return []
    same = (CallbackRow.extension == row.extension, CallbackRow.number == number)
    query = select(CallbackRow.id).where(*same, CallbackRow.state == CallbackState.OPEN.value)
    return list(session.scalars(query))
