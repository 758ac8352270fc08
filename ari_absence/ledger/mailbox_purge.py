"""Forgetting for good what owners have deleted, and greetings that ended long ago: rows, audio and what was queued."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.ledger.mailbox_model import GreetingRow
from ari_absence.ledger.model import NOT_OWED, AudioRow, DeliveryRow, MessageRow
from ari_absence.ledger.settling import PURGE_BATCH, delete_message


def purge_mailboxes(session: Session, deleted_before: datetime, before: datetime) -> int:
    """Forget messages deleted before ``deleted_before`` and greetings over since ``before``; gives how many rows.

    What is still to be delivered stays until it is. Repeat while it gives more than nothing.
    """
    deleted = [delete_message(session, each) for each in _purgeable(session, deleted_before)]
    over = list(
        session.scalars(select(GreetingRow).where(GreetingRow.expires_at < before).limit(PURGE_BATCH))
    )
    for greeting in over:
        audio_id = greeting.audio_id
        session.delete(greeting)
        session.flush()
        session.get_one(AudioRow, audio_id).discarded = True
    return len(deleted) + len(over)


def _purgeable(session: Session, deleted_before: datetime) -> list[str]:
    owed = select(DeliveryRow.id).where(
        DeliveryRow.message_id == MessageRow.id, DeliveryRow.state.not_in(NOT_OWED)
    )
    query = select(MessageRow.id).where(MessageRow.deleted_at <= deleted_before, ~owed.exists())
    return list(session.scalars(query.limit(PURGE_BATCH)))
