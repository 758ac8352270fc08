"""Urgent messages that nobody has heard yet: told again, step by step of their ladder, until somebody has.

Everything is in the ledger. Whoever takes a step leases it first; if it dies, the lease ends and the step is
taken again: somebody may be told twice, nobody is forgotten.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update
from sqlalchemy.orm import Session

from ari_absence.ledger.model import EscalationRow, EscalationState, MessageRow, table_of
from ari_absence.ledger.settling import end_escalation, mark_heard
from ari_absence.ledger.thread import LedgerThread

LEASE = timedelta(minutes=10)  # several phones rung in turn, and a message of five minutes listened to
BATCH = 20  # more than can be rung at the same time anyway
_CLAIM_BYTES = 8

_escalations = table_of(EscalationRow)
_BEGIN = insert(_escalations)


@dataclass(frozen=True, slots=True)
class Escalation:
    """One step that is to be taken now: step ``step`` (from 0) of the urgent ladder of ``extension``.

    ``token`` proves the lease. The rest is what whoever is rung may be told and played.
    """

    message_id: str
    token: str
    step: int
    extension: str
    call_id: str
    at: datetime
    person_name: str
    caller_number: str | None
    caller_name: str | None
    caller_extension: str | None
    audio_id: str
    seconds: float


class LedgerEscalations:
    """The escalations, for the service. Every method raises :class:`LedgerError` on a fault."""

    def __init__(self, thread: LedgerThread) -> None:
        self._thread = thread

    async def due(self, now: datetime) -> list[Escalation]:
        """Lease the steps that are to be taken now, the longest waiting first."""
        if not await self._thread.query(lambda connection: _is_due(connection, now)):
            return []  # the usual answer; a transaction that writes would hold up the calls
        return await self._thread.write(lambda session: claim_due(session, now))

    async def next_due_at(self) -> datetime | None:
        """When the next step is to be taken, or a lease ends; None when nothing is open."""
        return await self._thread.read(next_due_at)

    async def advance(self, claim: Escalation, next_at: datetime | None, now: datetime) -> bool:
        """The step was taken, and nobody has heard the message: the next step at ``next_at``; None: there is none."""
        return await self._thread.write(lambda session: advance(session, claim, next_at, now))

    async def mark_heard(self, message_id: str, by: str, at: datetime) -> bool:
        """Somebody has heard the message; False when there is none."""
        return await self._thread.write(lambda session: mark_heard(session, message_id, at, by))

    async def close(self, message_id: str, why: str, at: datetime) -> bool:
        """Tell nobody any more though nobody has heard it; False when nothing was open."""
        ended = partial(
            end_escalation, message_id=message_id, state=EscalationState.EXHAUSTED, by=why, now=at
        )
        return await self._thread.write(ended)


def begin_escalation(connection: Connection, message_id: str, first_at: datetime, now: datetime) -> None:
    """Have the message told from ``first_at`` on; in the transaction that saves it."""
    noted = {"at": now.isoformat(), "what": "noted", "by": "caller"}
    connection.execute(
        _BEGIN,
        {
            "message_id": message_id,
            "next_at": first_at,
            "state": EscalationState.OPEN.value,
            "history": [noted],
        },
    )


def has_escalation(connection: Connection, message_id: str) -> bool:
    """Whether the message goes round a ladder, or has been round; not when nobody was on it."""
    query = select(EscalationRow.message_id).where(EscalationRow.message_id == message_id)
    return connection.scalar(query) is not None


def claim_due(session: Session, now: datetime) -> list[Escalation]:
    """Lease what is due. Nobody else gets it before the lease ends."""
    query = (
        select(EscalationRow)
        .join(MessageRow)
        .where(_due(now))
        .order_by(EscalationRow.next_at, EscalationRow.message_id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=EscalationRow)
    )
    return [_claimed(row, now) for row in session.scalars(query)]


def advance(session: Session, claim: Escalation, next_at: datetime | None, now: datetime) -> bool:
    """The step was taken. False, and nothing changes, when the lease was lost or the message was heard."""
    row = session.get(EscalationRow, claim.message_id, with_for_update={"of": EscalationRow})
    if row is None or row.claim != claim.token or row.state != EscalationState.OPEN:
        return False
    row.step, row.claim, row.lease_until = claim.step + 1, None, None
    if next_at is None:
        row.state = EscalationState.EXHAUSTED.value
    else:
        row.next_at = next_at
    what = "exhausted" if next_at is None else "told, not heard"
    row.history = [*row.history, {"at": now.isoformat(), "what": what, "by": f"step {claim.step}"}]
    return True


def next_due_at(session: Session) -> datetime | None:
    """When there is more to do."""
    unheard = select(EscalationRow).join(MessageRow).where(_open())
    leased = unheard.with_only_columns(func.min(EscalationRow.lease_until))
    free = unheard.where(EscalationRow.lease_until.is_(None)).with_only_columns(
        func.min(EscalationRow.next_at)
    )
    moments = (session.scalar(free), session.scalar(leased))
    return min((moment for moment in moments if moment is not None), default=None)


def release_all(connection: Connection) -> None:
    """End every lease: for the start of the service, when nobody can be telling anybody."""
    connection.execute(update(_escalations).values(claim=None, lease_until=None))


def _open() -> ColumnElement[bool]:
    """The message's own mark counts as well: whoever sets it, by whatever way, stops the telling."""
    return (EscalationRow.state == EscalationState.OPEN.value) & MessageRow.heard_at.is_(None)


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(EscalationRow.lease_until.is_(None), EscalationRow.lease_until <= now)
    return _open() & (EscalationRow.next_at <= now) & free


def _is_due(connection: Connection, now: datetime) -> bool:
    query = select(EscalationRow.message_id).join(MessageRow).where(_due(now)).limit(1)
    return connection.scalar(query) is not None


def _claimed(row: EscalationRow, now: datetime) -> Escalation:
    row.claim, row.lease_until = secrets.token_hex(_CLAIM_BYTES), now + LEASE
    message, call = row.message, row.message.call
    return Escalation(
        message_id=row.message_id,
        token=row.claim,
        step=row.step,
        extension=message.extension,
        call_id=call.id,
        at=message.at,
        person_name=call.person_name,
        caller_number=call.caller_number,
        caller_name=call.caller_name,
        caller_extension=call.caller_extension,
        audio_id=message.audio_id,
        seconds=message.audio.seconds,
    )
