"""What need not be delivered any more, because what it calls for was done meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from ari_absence.core.delivery_rules import DISPLAY, PHONE
from ari_absence.core.owed import TEAM, OwedState
from ari_absence.ledger.deliveries import Notice
from ari_absence.ledger.model import DeliveryRow
from ari_absence.ledger.owed_model import OwedRow

_REMINDERS = (Notice.CALLBACK_DUE, Notice.CALLBACK_OVERDUE)
_ASK_FOR_A_CALL = (*_REMINDERS, Notice.CALLBACK_HANDED_OVER)


def is_needless(session: Session, row: DeliveryRow) -> bool:
    """What only calls for attention is needless when it is over.

    That is a later step, what lights up or rings a phone, and every notice that asks its reader to call somebody.
    """
    if row.notice is not None:
        return _asks_in_vain(session, row.notice)
    return bool(row.step or row.channel in (DISPLAY, PHONE)) and _is_over(session, row)


def _is_over(session: Session, row: DeliveryRow) -> bool:
    """Whether somebody has heard the message, or the call is owed no more: then nobody else need be told."""
    message, item = row.message, row.message or row.callback
    if message is not None and (message.heard_at or message.deleted_at):
        return True
    owed = session.get(OwedRow, item.owed_id) if item is not None and item.owed_id else None
    return owed is not None and not _is_live(owed)


def _asks_in_vain(session: Session, notice: Mapping[str, Any]) -> bool:
    """Whether the call that a notice asks for is owed no more; a reminder also when somebody else owes it now, who is
    reminded from the beginning."""
    about, owed_id = notice.get("about"), notice.get("callback")
    if about not in _ASK_FOR_A_CALL or not owed_id:
        return False
    owed = session.get(OwedRow, owed_id)
    if owed is None or not _is_live(owed):
        return True
    return about in _REMINDERS and notice.get("owner") != owed.extension.removeprefix(TEAM)


def _is_live(owed: OwedRow) -> bool:
    return OwedState(owed.state).live
