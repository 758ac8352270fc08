"""Settling what is owed, and forgetting what was settled long ago."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from ari_absence.ledger.dials import purge_dials
from ari_absence.ledger.handovers import discard_note
from ari_absence.ledger.model import (
    NOT_OWED,
    AbsenceRow,
    AudioRow,
    CallbackRow,
    CallRow,
    DeliveryRow,
    EscalationRow,
    EscalationState,
    ForwardRow,
    MessageRow,
)
from ari_absence.ledger.owed_calls import settle, settle_heard
from ari_absence.ledger.owed_purge import is_owed, purge_owed

PURGE_BATCH = 200  # one transaction holds the ledger; a call may be waiting for it


def mark_heard(session: Session, message_id: str, now: datetime, by: str = "owner") -> bool:
    """Note that somebody has heard the message; False when there is none. Hearing twice changes nothing.

    Of an urgent message nobody else is told any more.
    """
    message = session.get(MessageRow, message_id)
    if message is None:
        return False
    if message.heard_at is None:
        message.heard_at = now
        note_in_history(message, "heard", by, now)
        session.flush()
        if message.owed_id is not None:
            settle_heard(session, message.owed_id, by, now)
    end_escalation(session, message_id, EscalationState.HEARD, by, now)
    return True


def note_in_history(message: MessageRow, what: str, by: str, now: datetime) -> None:
    """Add to what has become of the message; ``by`` says who did it and from where."""
    message.history = [*(message.history or ()), {"at": now.isoformat(), "what": what, "by": by}]


def end_escalation(session: Session, message_id: str, state: EscalationState, by: str, now: datetime) -> bool:
    """Have nobody else told of the urgent message; False when nothing was open. A lease on it is void."""
    row = session.get(EscalationRow, message_id, with_for_update={"of": EscalationRow})
    if row is None or row.state != EscalationState.OPEN:
        return False
    row.state, row.claim, row.lease_until = state.value, None, None
    row.history = [*row.history, {"at": now.isoformat(), "what": state.value, "by": by}]
    return True


def settle_callback(session: Session, callback_id: str, by: str, now: datetime) -> bool:
    """Note that the caller was called back, or got through; False when nothing was owed any more."""
    callback = session.get(CallbackRow, callback_id)
    if callback is None or callback.owed_id is None:
        return False
    return settle(session, callback.owed_id, by, now) is None


def delete_message(session: Session, message_id: str) -> bool:
    """Delete a message for good, with what was still to be delivered of it; False when there is none.

    Its audio is only marked: the file goes with the next clearing of leftovers, after this is committed.
    """
    message = session.get(MessageRow, message_id)
    if message is None:
        return False
    audio_id = message.audio_id
    session.execute(delete(DeliveryRow).where(DeliveryRow.message_id == message_id))
    session.delete(message)
    session.flush()
    session.get_one(AudioRow, audio_id).discarded = True
    return True


def purge(session: Session, before: datetime) -> int:
    """Forget messages, settled callbacks, calls and ended forwards from ``before``; gives how many rows went.

    What is still owed stays, however old: undelivered messages, calls to be returned with all that belongs to them,
    calls that are live. Repeat while it gives more than nothing.
    """
    gone = 0
    for message_id in _purgeable_messages(session, before):
        gone += delete_message(session, message_id)
    for callback in _purgeable_callbacks(session, before):
        gone += _delete_callback(session, callback)
    for row in (
        *_purgeable_calls(session, before),
        *_purgeable_notices(session, before),
        *_purgeable_forwards(session, before),
        *_purgeable_absences(session, before),
    ):
        if isinstance(row, CallRow):
            discard_note(session, row.id)
        session.delete(row)
        gone += 1
    gone += purge_owed(session, before, PURGE_BATCH)
    return gone + purge_dials(session.connection(), before)


def _purgeable_messages(session: Session, before: datetime) -> list[str]:
    owed = select(DeliveryRow.id).where(
        DeliveryRow.message_id == MessageRow.id, DeliveryRow.state.not_in(NOT_OWED)
    )
    query = select(MessageRow.id).where(MessageRow.at < before, ~owed.exists(), ~is_owed(MessageRow.owed_id))
    return list(session.scalars(query.limit(PURGE_BATCH)))


def _purgeable_callbacks(session: Session, before: datetime) -> list[CallbackRow]:
    owed = select(DeliveryRow.id).where(
        DeliveryRow.callback_id == CallbackRow.id, DeliveryRow.state.not_in(NOT_OWED)
    )
    old = (CallbackRow.at < before) & ~is_owed(CallbackRow.owed_id)
    return list(session.scalars(select(CallbackRow).where(old, ~owed.exists()).limit(PURGE_BATCH)))


def _delete_callback(session: Session, callback: CallbackRow) -> int:
    session.execute(delete(DeliveryRow).where(DeliveryRow.callback_id == callback.id))
    audio_id = callback.name_audio_id
    session.delete(callback)
    session.flush()
    if audio_id is not None:
        session.get_one(AudioRow, audio_id).discarded = True
    return 1


def _purgeable_calls(session: Session, before: datetime) -> list[CallRow]:
    named = (
        select(MessageRow.id).where(MessageRow.call_id == CallRow.id).exists(),
        select(CallbackRow.id).where(CallbackRow.call_id == CallRow.id).exists(),
    )
    query = select(CallRow).where(CallRow.ended_at < before, ~named[0], ~named[1])
    return list(session.scalars(query.limit(PURGE_BATCH)))


def _purgeable_notices(session: Session, before: datetime) -> list[DeliveryRow]:
    settled = DeliveryRow.state.in_(NOT_OWED)
    about_nothing_else = DeliveryRow.message_id.is_(None) & DeliveryRow.callback_id.is_(None)
    query = select(DeliveryRow).where(DeliveryRow.queued_at < before, settled, about_nothing_else)
    return list(session.scalars(query.limit(PURGE_BATCH)))


def _purgeable_forwards(session: Session, before: datetime) -> list[ForwardRow]:
    over = or_(ForwardRow.ended_at < before, ForwardRow.until < before)
    return list(session.scalars(select(ForwardRow).where(over).limit(PURGE_BATCH)))


def _purgeable_absences(session: Session, before: datetime) -> list[AbsenceRow]:
    """Those with steps of their own, which may hold a private number."""
    over = or_(AbsenceRow.ended_at < before, AbsenceRow.until < before)
    query = select(AbsenceRow).where(over, AbsenceRow.steps.is_not(None))
    return list(session.scalars(query.limit(PURGE_BATCH)))
