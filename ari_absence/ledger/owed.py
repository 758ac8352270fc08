"""Going through the calls that somebody owes: the oldest first, tried, settled, handed over.

Owed are callbacks, and messages whose caller was promised a call; which of the two an id means, it says itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ari_absence.ledger import mailbox_changes
from ari_absence.ledger.addressees import Addressee
from ari_absence.ledger.deliveries import Notice, queue_notice
from ari_absence.ledger.ids import Prefix
from ari_absence.ledger.mailbox_changes import settle_message
from ari_absence.ledger.model import CallbackRow, CallbackState, CallRow, MessageRow
from ari_absence.ledger.settling import settle_callback

OWED_MAX = 50  # nobody goes through more on a telephone


@dataclass(frozen=True, slots=True)
class Owed:
    """A call that is owed. ``called`` is whom the caller had called."""

    id: str
    number: str
    caller_extension: str | None
    wish: str
    at: datetime
    name_audio_id: str | None
    called: str


def owed_by(session: Session, extension: str) -> Sequence[Owed]:
    """What ``extension`` owes, the oldest first."""
    owed = [*_callbacks(session, extension), *_messages(session, extension)]
    return sorted(owed, key=lambda each: (each.at, each.id))[:OWED_MAX]


def count_owed(session: Session, extension: str) -> int:
    """How many calls ``extension`` owes."""
    counted = (
        select(func.count()).select_from(each.subquery()) for each in (_open(extension), _promised(extension))
    )
    return sum(int(session.scalar(each) or 0) for each in counted)


def _open(extension: str) -> Select[Any]:
    return select(CallbackRow).where(
        CallbackRow.extension == extension, CallbackRow.state == CallbackState.OPEN.value
    )


def _promised(extension: str) -> Select[Any]:
    return (
        select(MessageRow)
        .join(MessageRow.call)
        .where(MessageRow.extension == extension, MessageRow.due.is_not(None))
        .where(MessageRow.settled_at.is_(None), MessageRow.deleted_at.is_(None))
        .where(CallRow.caller_number.is_not(None))
    )


def _callbacks(session: Session, extension: str) -> Iterator[Owed]:
    for row in session.scalars(_open(extension).order_by(CallbackRow.at, CallbackRow.id).limit(OWED_MAX)):
        call = row.call
        yield Owed(
            row.id,
            row.number or "",
            call.caller_extension,
            row.wish,
            row.at,
            row.name_audio_id,
            call.extension,
        )


def _messages(session: Session, extension: str) -> Iterator[Owed]:
    for row in session.scalars(_promised(extension).order_by(MessageRow.at, MessageRow.id).limit(OWED_MAX)):
        call = row.call
        yield Owed(
            row.id, call.caller_number or "", call.caller_extension, "message", row.at, None, call.extension
        )


def settle(session: Session, owed_id: str, by: str, now: datetime) -> bool:
    """Note that they were called back; False when nothing was owed any more."""
    if _is_message(owed_id):
        return settle_message(session, owed_id, by, now) is not None
    return settle_callback(session, owed_id, by, now)


def _is_message(owed_id: str) -> bool:
    return owed_id.startswith(f"{Prefix.MESSAGE.value}-")


def note_attempt(session: Session, callback_id: str, end: str, by: str, now: datetime) -> None:
    """Note that they were called, and how that ended; it stays owed."""
    if _is_message(callback_id):
        mailbox_changes.note_attempt(session, callback_id, end, by, now)
        return
    row = session.get(CallbackRow, callback_id)
    if row is not None:
        row.history = [*row.history, {"at": now.isoformat(), "what": f"called: {end}", "by": by}]


def hand_over(
    session: Session, callback_id: str, to: str, by: str, destinations: Sequence[Addressee], now: datetime
) -> bool:
    """Have ``to`` owe it, who is told by mail; False when nothing was owed any more."""
    row = session.get(CallbackRow, callback_id)
    if row is None or row.state != CallbackState.OPEN:
        return False
    row.history = [*row.history, {"at": now.isoformat(), "what": f"handed over to {to}", "by": by}]
    row.extension = to
    facts = {"extension": to, "by": by, "callback": callback_id, "number": row.number or ""}
    queue_notice(session.connection(), Notice.CALLBACK_HANDED_OVER, facts, destinations, now)
    return True
