"""Questions to the ledger, for people: what is there, newest or most pressing first, a page at a time.

Functions on a session, for the CLI (in a ``Store.reading()`` block) and for the service alike. What callers
supplied is returned as it was stored; whoever shows it cleans it with ``core.text``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ari_absence.attendant.call import LegEnd
from ari_absence.ledger.message_counts import message_counts
from ari_absence.ledger.model import (
    NOT_OWED,
    AbsenceRow,
    AttemptRow,
    CallbackRow,
    CallRow,
    DeliveryRow,
    DeliveryState,
    DestinationRow,
    MessageRow,
)
from ari_absence.ledger.owed_model import OwedRow
from ari_absence.ledger.owed_notes import CAME_IN, LIVE
from ari_absence.ledger.owed_reading import OwedBehind
from ari_absence.ledger.pages import FIRST_PAGE, Page

_DONE = (DeliveryState.DELIVERED.value, DeliveryState.WITHDRAWN.value)
INFORMATION = "information"
"""In the place of the state of a callback: there is no number to call."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where one delivery stands. ``state`` is one of ``model.DeliveryState``; ``attempts`` counts the one that
    succeeded, too."""

    id: str
    item_id: str | None
    channel: str
    recipient: str
    state: str
    attempts: int
    queued_at: datetime
    not_before: datetime
    delivered_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """A message, with where each of its deliveries stands. ``settled_at``: whoever left it was called back.

    ``history`` is what became of it, and of the call that is owed for it.
    """

    id: str
    call_id: str
    extension: str
    person_name: str
    at: datetime
    caller_number: str | None
    caller_name: str | None
    caller_extension: str | None
    seconds: float
    urgent: bool
    possibly_cut: bool
    due: datetime | None
    heard_at: datetime | None
    audio_id: str
    deliveries: tuple[Delivery, ...]
    saved_at: datetime | None = None
    deleted_at: datetime | None = None
    settled_at: datetime | None = None
    forwarded_by: str | None = None
    history: tuple[Mapping[str, Any], ...] = ()
    owed_id: str | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """Somebody to be called back, or to be told of. ``state`` and ``history`` are those of the call that is owed."""

    id: str
    call_id: str
    extension: str
    person_name: str
    at: datetime
    wish: str
    number: str | None
    caller_name: str | None
    due: datetime | None
    state: str
    name_audio_id: str | None
    history: tuple[Mapping[str, Any], ...]
    owed_id: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One phone that was rung: ``way`` says which of the phones of ``extension``; ``end`` is a ``LegEnd``."""

    position: int
    way: str
    extension: str
    ring_seconds: int
    began_at: datetime
    end: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call, with the reasons of its decision as ``{"text": …, "source": …}``, and who was rung, in order.

    ``taken_by`` is whose phone the caller talked with, ``taken_way`` which of theirs; None: nobody's.
    """

    id: str
    extension: str
    person_name: str
    caller_number: str | None
    caller_name: str | None
    caller_extension: str | None
    why: str
    state_kind: str | None
    began_at: datetime
    ended_at: datetime | None
    outcome: str | None
    reasons: tuple[Mapping[str, Any], ...]
    taken_by: str | None
    taken_way: str | None
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class SetAbsence:
    """An absence that was set. Its note is its owner's and is not read here."""

    id: str
    extension: str
    kind: str
    begins_at: datetime
    until: datetime | None
    set_by: str
    set_at: datetime
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class OutboxSummary:
    """How much is owed. ``oldest`` is since when the oldest waiting delivery has been owed."""

    waiting: int
    delivered: int
    dead: int
    oldest: datetime | None
    resting: Mapping[str, str]


def messages(
    session: Session, extension: str | None = None, unheard_only: bool = False, page: Page = FIRST_PAGE
) -> list[Message]:
    """Messages that their owners have not deleted, newest first."""
    query = select(MessageRow).where(MessageRow.deleted_at.is_(None))
    query = query.order_by(MessageRow.at.desc(), MessageRow.id.desc())
    if extension is not None:
        query = query.where(MessageRow.extension == extension)
    if unheard_only:
        query = query.where(MessageRow.heard_at.is_(None))
    rows = session.scalars(page.of(query)).all()
    return _messages(session, rows)


def message(session: Session, message_id: str) -> Message | None:
    """One message, or None."""
    row = session.get(MessageRow, message_id)
    return _messages(session, [row])[0] if row else None


def unheard_count(session: Session, extension: str) -> int:
    """How many messages wait for ``extension``; what its lamp shows."""
    return message_counts(session, [extension])[extension].new


def callbacks(
    session: Session, extension: str | None = None, open_only: bool = False, page: Page = FIRST_PAGE
) -> list[Callback]:
    """Callbacks: those with a due time first, the earliest due on top; then the newest."""
    undated_last = case((CallbackRow.due.is_(None), 1), else_=0)
    query = select(CallbackRow).order_by(undated_last, CallbackRow.due, CallbackRow.at.desc(), CallbackRow.id)
    if extension is not None:
        query = query.where(CallbackRow.extension == extension)
    if open_only:
        query = query.join(OwedRow, OwedRow.id == CallbackRow.owed_id).where(OwedRow.state.in_(LIVE))
    rows = session.scalars(page.of(query)).all()
    owed = OwedBehind.of(session, [row.owed_id for row in rows])
    return [_callback(row, owed) for row in rows]


def calls(session: Session, extension: str | None = None, page: Page = FIRST_PAGE) -> list[RecordedCall]:
    """Calls, newest first."""
    query = select(CallRow).order_by(CallRow.began_at.desc(), CallRow.id.desc())
    if extension is not None:
        query = query.where(CallRow.extension == extension)
    rows = session.scalars(page.of(query)).all()
    rung = _attempts_of(session, [row.id for row in rows])
    return [_call(row, rung.get(row.id, ())) for row in rows]


def call(session: Session, call_id: str) -> RecordedCall | None:
    """One call, or None."""
    row = session.get(CallRow, call_id)
    return _call(row, _attempts_of(session, [call_id]).get(call_id, ())) if row else None


def absences(session: Session, extension: str | None = None, page: Page = FIRST_PAGE) -> list[SetAbsence]:
    """Absences that were set, ended ones too, newest first."""
    query = select(AbsenceRow).order_by(AbsenceRow.set_at.desc(), AbsenceRow.id.desc())
    if extension is not None:
        query = query.where(AbsenceRow.extension == extension)
    return [_absence(row) for row in session.scalars(page.of(query))]


def outbox(
    session: Session, settled_too: bool = False, page: Page = FIRST_PAGE, *, dead_only: bool = False
) -> list[Delivery]:
    """Deliveries: dead ones first, because they need a person, then by when they are tried next."""
    dead_first = case((DeliveryRow.state == DeliveryState.DEAD.value, 0), else_=1)
    query = select(DeliveryRow).order_by(dead_first, DeliveryRow.not_before, DeliveryRow.id)
    if dead_only:
        query = query.where(DeliveryRow.state == DeliveryState.DEAD.value)
    elif not settled_too:
        query = query.where(DeliveryRow.state.not_in(_DONE))
    return [_delivery(row) for row in session.scalars(page.of(query))]


def outbox_summary(session: Session) -> OutboxSummary:
    """How much is owed, delivered and dead."""
    counted = session.execute(select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state))
    by_state = {row[0]: int(row[1]) for row in counted}
    dead = by_state.pop(DeliveryState.DEAD.value, 0)
    delivered = by_state.pop(DeliveryState.DELIVERED.value, 0)
    by_state.pop(DeliveryState.WITHDRAWN.value, None)
    waiting = DeliveryRow.state.not_in(NOT_OWED)
    return OutboxSummary(
        waiting=sum(by_state.values()),
        delivered=delivered,
        dead=dead,
        oldest=session.scalar(select(func.min(DeliveryRow.queued_at)).where(waiting)),
        resting={row.name: row.last_error for row in session.scalars(select(DestinationRow))},
    )


def _messages(session: Session, rows: Sequence[MessageRow]) -> list[Message]:
    deliveries = _deliveries_of(session, [row.id for row in rows])
    owed = OwedBehind.of(session, [row.owed_id for row in rows])
    return [_message(row, tuple(deliveries.get(row.id, ())), owed) for row in rows]


def _deliveries_of(session: Session, message_ids: list[str]) -> dict[str, list[Delivery]]:
    found: dict[str, list[Delivery]] = {}
    query = select(DeliveryRow).where(DeliveryRow.message_id.in_(message_ids)).order_by(DeliveryRow.id)
    for row in session.scalars(query):
        found.setdefault(row.message_id or "", []).append(_delivery(row))
    return found


def _message(row: MessageRow, deliveries: tuple[Delivery, ...], owed: OwedBehind) -> Message:
    since = [step for step in owed.history_of(row.owed_id) if step["what"] not in CAME_IN]
    history = sorted((*(row.history or ()), *since), key=lambda step: datetime.fromisoformat(step["at"]))
    return Message(
        id=row.id,
        call_id=row.call_id,
        extension=row.extension,
        person_name=row.call.person_name,
        at=row.at,
        caller_number=row.call.caller_number,
        caller_name=row.call.caller_name,
        caller_extension=row.call.caller_extension,
        seconds=row.audio.seconds,
        urgent=row.urgent,
        possibly_cut=row.audio.possibly_cut,
        due=row.due,
        heard_at=row.heard_at,
        audio_id=row.audio_id,
        deliveries=deliveries,
        saved_at=row.saved_at,
        deleted_at=row.deleted_at,
        settled_at=owed.settled_at(row.owed_id) if row.due else None,
        forwarded_by=row.forwarded_by,
        history=tuple(history),
        owed_id=row.owed_id,
    )


def _callback(row: CallbackRow, owed: OwedBehind) -> Callback:
    entry = owed.entries.get(row.owed_id or "")
    return Callback(
        id=row.id,
        call_id=row.call_id,
        extension=row.extension,
        person_name=row.call.person_name,
        at=row.at,
        wish=row.wish,
        number=row.number,
        caller_name=row.call.caller_name,
        due=row.due,
        state=entry.state if entry else INFORMATION,
        name_audio_id=row.name_audio_id,
        history=owed.history_of(row.owed_id) or ({"at": row.at.isoformat(), "what": "noted", "by": ""},),
        owed_id=row.owed_id,
    )


def _attempts_of(session: Session, call_ids: list[str]) -> dict[str, list[Attempt]]:
    found: dict[str, list[Attempt]] = {}
    query = select(AttemptRow).where(AttemptRow.call_id.in_(call_ids))
    for row in session.scalars(query.order_by(AttemptRow.position, AttemptRow.id)):
        found.setdefault(row.call_id, []).append(_attempt(row))
    return found


def _attempt(row: AttemptRow) -> Attempt:
    return Attempt(
        position=row.position,
        way=row.way,
        extension=row.extension,
        ring_seconds=row.ring_seconds,
        began_at=row.began_at,
        end=row.end,
        ended_at=row.ended_at,
    )


def _call(row: CallRow, attempts: Sequence[Attempt]) -> RecordedCall:
    taken = next((each for each in reversed(attempts) if each.end == LegEnd.TALKED), None)
    return RecordedCall(
        id=row.id,
        extension=row.extension,
        person_name=row.person_name,
        caller_number=row.caller_number,
        caller_name=row.caller_name,
        caller_extension=row.caller_extension,
        why=row.why,
        state_kind=row.state_kind,
        began_at=row.began_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
        reasons=tuple(row.reasons),
        taken_by=taken.extension if taken else None,
        taken_way=taken.way if taken else None,
        attempts=tuple(attempts),
    )


def _absence(row: AbsenceRow) -> SetAbsence:
    return SetAbsence(
        id=row.id,
        extension=row.extension,
        kind=row.kind,
        begins_at=row.begins_at,
        until=row.until,
        set_by=row.set_by,
        set_at=row.set_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        item_id=row.message_id or row.callback_id or (row.notice or {}).get("id"),
        channel=row.channel,
        recipient=row.recipient,
        state=row.state,
        attempts=row.attempts,
        queued_at=row.queued_at,
        not_before=row.not_before,
        delivered_at=row.delivered_at,
        last_error=row.last_error,
    )
