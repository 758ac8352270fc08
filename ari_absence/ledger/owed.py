"""Going through the calls that somebody owes: the oldest first, tried, handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.ledger.addressees import Destination
from ari_absence.ledger.deliveries import Notice, queue_notice
from ari_absence.ledger.model import CallbackRow, CallbackState

OWED_MAX = 50  # nobody goes through more on a telephone


@dataclass(frozen=True, slots=True)
class Owed:
    """A call that is owed."""

    id: str
    number: str
    caller_extension: str | None
    wish: str
    at: datetime
    name_audio_id: str | None


def owed_by(session: Session, extension: str) -> Sequence[Owed]:
    """What ``extension`` owes, the oldest first."""
    query = (
        select(CallbackRow)
        .where(CallbackRow.extension == extension, CallbackRow.state == CallbackState.OPEN.value)
        .order_by(CallbackRow.at, CallbackRow.id)
        .limit(OWED_MAX)
    )
    return [
        Owed(row.id, row.number or "", row.call.caller_extension, row.wish, row.at, row.name_audio_id)
        for row in session.scalars(query)
    ]


def note_attempt(session: Session, callback_id: str, end: str, by: str, now: datetime) -> None:
    """Note that they were called, and how that ended; it stays owed."""
    row = session.get(CallbackRow, callback_id)
    if row is not None:
        row.history = [*row.history, {"at": now.isoformat(), "what": f"called: {end}", "by": by}]


def hand_over(
    session: Session, callback_id: str, to: str, by: str, destinations: Sequence[Destination], now: datetime
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
