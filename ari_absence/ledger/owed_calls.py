"""What is done with calls that are owed, as functions on a session: each is one transaction, with its row of history.

Whoever does something is told by ``by``: who, and from where (``phone 101``, ``root by command``).
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from ari_absence.core.owed import Deed, OwedState, OwedWish, after, may_decline, merged
from ari_absence.core.people import Team
from ari_absence.ledger.addressees import Addressee
from ari_absence.ledger.deliveries import Notice, queue_notice
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.model import CallbackRow, MessageRow
from ari_absence.ledger.owed_facts import facts_of
from ari_absence.ledger.owed_model import OwedChangeRow, OwedRow
from ari_absence.ledger.owed_notes import LIVE, free_code, note_change, promise_of, promise_values
from ari_absence.ledger.owed_reading import was_told

ATTEMPT_LEASE = timedelta(hours=2)
"""Longer than people talk. An attempt of a process that died ends sooner, when the service starts again."""
_TOKEN_BYTES = 8
MESSAGE_DELETED = "settled: message deleted"
"""What is written when nothing but a deleted message was left of a call that is owed."""


class NotDone(StrEnum):
    """Why a deed was not done."""

    UNKNOWN = auto()
    OVER = auto()
    TAKEN = auto()
    """Somebody else has claimed it."""
    IN_FLIGHT = auto()
    """Somebody else is calling them at this moment."""
    NOT_CLAIMED = auto()
    """There is nothing to release."""
    OWES_IT_ALREADY = auto()
    """It can't be handed over to whoever owes it."""
    NOBODY_LEFT = auto()
    """All others of the team have declined, or are not there."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A deed that was not done, and nothing has changed. ``by``: the extension that has taken it, ``at`` since when."""

    why: NotDone
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody is calling them. ``token`` proves it until the lease ends; nobody else begins meanwhile."""

    owed_id: str
    token: str


def claim(session: Session, owed_id: str, extension: str, by: str, now: datetime) -> Refusal | None:
    """``extension`` does it, and everyone else sees it taken. Claiming what is one's own already changes nothing."""
    row = _locked(session, owed_id)
    refusal = _refusal(row, extension, now)
    if row is None or refusal is not None:
        return refusal
    if row.claimed_by != extension:
        row.claimed_by, row.claimed_at = extension, now
        _change(session, row, Deed.CLAIM, f"claimed for {extension}", by, now)
    return None


def release(session: Session, owed_id: str, by: str, now: datetime) -> Refusal | None:
    """Nobody has taken it any more; that it was tried in vain stays true."""
    row = _locked(session, owed_id)
    if row is None or not _is_live(row):
        return _gone(row)
    if row.claimed_by is None:
        return Refusal(NotDone.NOT_CLAIMED)
    row.claimed_by = row.claimed_at = None
    _change(session, row, Deed.RELEASE, "released", by, now)
    return None


def decline(
    session: Session,
    owed_id: str,
    extension: str,
    by: str,
    now: datetime,
    *,
    team: Team,
    absent: Collection[str] = (),
) -> Refusal | None:
    """``extension`` leaves it to the others of ``team``, unless they are the last; ``absent``: who is not there.

    What they had taken is free again.
    """
    row = _locked(session, owed_id)
    refusal = _refusal(row, extension, now)
    if row is None or refusal is not None:
        return refusal
    if not may_decline(team, extension, set(row.declined or ()) - {extension}, absent):
        return Refusal(NotDone.NOBODY_LEFT)
    if extension not in (row.declined or ()):
        row.declined = [*(row.declined or ()), extension]
        note_change(session.connection(), row.id, f"left to the others by {extension}", by, now)
    if row.claimed_by == extension:
        row.claimed_by = row.claimed_at = None
        _change(session, row, Deed.RELEASE, "released", by, now)
    return None


def begin_attempt(
    session: Session, owed_id: str, extension: str, by: str, now: datetime
) -> Attempt | Refusal:
    """``extension`` calls them now. Refused while somebody else has taken it, or is calling."""
    row = _locked(session, owed_id)
    refusal = _refusal(row, extension, now)
    if row is None or refusal is not None:
        return refusal or Refusal(NotDone.UNKNOWN)
    if _in_flight(row, now):
        return Refusal(NotDone.IN_FLIGHT, row.attempt_by)
    row.attempt, row.attempt_by = secrets.token_hex(_TOKEN_BYTES), extension
    row.attempt_until = now + ATTEMPT_LEASE
    note_change(session.connection(), row.id, "calling", by, now)
    return Attempt(row.id, row.attempt)


def end_attempt(
    session: Session,
    attempt: Attempt,
    end: str,
    by: str,
    now: datetime,
    *,
    reached: bool = False,
    retry_at: datetime | None = None,
) -> bool:
    """How the attempt ended: ``reached`` settles; else it is offered again from ``retry_at`` on (None: at once).

    False, and nothing changes, when the attempt was void: it is over, or another one has begun.
    """
    row = _locked(session, attempt.owed_id)
    if row is None or not _is_live(row) or row.attempt != attempt.token:
        return False
    row.attempt = row.attempt_by = row.attempt_until = None
    if reached:
        end_owed(session, row, Deed.SETTLE, "settled", by, now)
        return True
    row.attempts, row.retry_at = row.attempts + 1, retry_at
    _change(session, row, Deed.ATTEMPT, f"tried to call back: {end}", by, now)
    return True


def note_attempt(
    session: Session, owed_id: str, end: str, by: str, now: datetime, retry_at: datetime | None = None
) -> Refusal | None:
    """It was tried in vain by whoever has begun the attempt last, or has not begun one."""
    row = _locked(session, owed_id)
    if row is None or not _is_live(row):
        return _gone(row)
    row.attempt = row.attempt_by = row.attempt_until = None
    row.attempts, row.retry_at = row.attempts + 1, retry_at
    _change(session, row, Deed.ATTEMPT, f"tried to call back: {end}", by, now)
    return None


def note_dialled(session: Session, owed_id: str, end: str, by: str, now: datetime) -> Refusal | None:
    """It was dialled by hand, in vain: nobody was asked when it comes again, so that stays as it was."""
    row = _locked(session, owed_id)
    if row is None or not _is_live(row):
        return _gone(row)
    if _in_flight(row, now):
        return Refusal(NotDone.IN_FLIGHT, row.attempt_by)
    row.attempts += 1
    _change(session, row, Deed.ATTEMPT, f"tried to call back: {end}", by, now)
    return None


def put_off(session: Session, owed_id: str, until: datetime, by: str, now: datetime) -> Refusal | None:
    """Offer it again from ``until`` on, not before."""
    row = _locked(session, owed_id)
    if row is None or not _is_live(row):
        return _gone(row)
    row.retry_at, row.notice_at = until, None
    note_change(session.connection(), row.id, f"put off until {until:%Y-%m-%d %H:%M} UTC", by, now)
    return None


def hand_over(
    session: Session,
    owed_id: str,
    to: str,
    by: str,
    destinations: Sequence[Addressee],
    now: datetime,
    *,
    who: str | None = None,
) -> Refusal | None:
    """Have ``to`` owe it, who is told at ``destinations``; with a call they owe to the same caller it becomes one.

    Not what somebody else than ``who`` has taken; None: of whoever looks after all of them.
    """
    row = _locked(session, owed_id)
    refusal = _refusal(row, who, now)
    if row is None or refusal is not None:
        return refusal
    if row.extension == to:
        return Refusal(NotDone.OWES_IT_ALREADY, to)
    if _in_flight(row, now):
        return Refusal(NotDone.IN_FLIGHT, row.attempt_by)
    facts: dict[str, Any] = {"extension": to, "by": by, "from": row.extension, **facts_of(session, row)}
    row.claimed_by = row.claimed_at = row.retry_at = row.declined = None
    row.notice_step, row.notice_at = 0, None  # whoever owes it now is reminded from the beginning
    _change(session, row, Deed.HAND_OVER, f"handed over to {to}", by, now)
    theirs = live_of(session, to, row.caller)
    if theirs is None:
        if _has_code(session, to, row.code):  # of an old ledger, in which each owner had codes of their own
            row.code = free_code(session.connection())
        row.extension = to
        session.flush()
    else:
        merge(session, row, theirs, by, now)
    owed_now = theirs or row
    facts |= {"callback": owed_now.id, "code": owed_now.code, "urgent": owed_now.urgent}
    queue_notice(session.connection(), Notice.CALLBACK_HANDED_OVER, facts, destinations, now)
    return None


def settle(
    session: Session,
    owed_id: str,
    by: str,
    now: datetime,
    what: str = "settled",
    *,
    who: str | None = None,
) -> Refusal | None:
    """They were called back, or need not be: nothing is owed any more.

    Not what somebody else than ``who`` has taken; None: whoever had taken it.
    """
    row = _locked(session, owed_id)
    refusal = _refusal(row, who, now)
    if row is None or refusal is not None:
        return refusal
    end_owed(session, row, Deed.SETTLE, what, by, now)
    return None


def settle_answered(session: Session, extension: str, caller: str, by: str, now: datetime) -> int:
    """Somebody who answers for ``extension`` and ``caller`` (its key) have talked: settle what was owed; how many.

    That is what ``extension`` owes, has taken, was called for and handed over, or was told is overdue.
    """
    involved = or_(
        OwedRow.extension == extension,
        OwedRow.claimed_by == extension,
        OwedRow.called == extension,
        was_told(extension),
    )
    query = select(OwedRow).where(OwedRow.caller == caller, OwedRow.state.in_(LIVE), involved)
    rows = session.scalars(query.with_for_update()).all()
    for row in rows:
        end_owed(session, row, Deed.SETTLE, "settled: they have talked", by, now)
    return len(rows)


def settle_heard(session: Session, owed_id: str, by: str, now: datetime) -> bool:
    """Settle what asks for nothing but to be heard: messages without a promise, all of them heard or deleted.

    What was handed over asks for a call.
    """
    row = _locked(session, owed_id)
    if row is None or not _is_live(row) or row.due is not None or row.wish != OwedWish.MESSAGE:
        return False
    if row.extension != row.called:
        return False
    waiting = (MessageRow.heard_at.is_(None), MessageRow.deleted_at.is_(None))
    if session.scalar(select(MessageRow.id).where(MessageRow.owed_id == owed_id, *waiting).limit(1)):
        return False
    end_owed(session, row, Deed.SETTLE, "settled: heard", by, now)
    return True


def settle_deleted(session: Session, owed_id: str, by: str, now: datetime) -> bool:
    """Settle what nothing is left of: its owner has deleted the message, and nothing else asks for a call."""
    row = _locked(session, owed_id)
    left = (
        select(MessageRow.id).where(MessageRow.owed_id == owed_id, MessageRow.deleted_at.is_(None)),
        select(CallbackRow.id).where(CallbackRow.owed_id == owed_id),
    )
    if row is None or not _is_live(row) or any(session.scalar(each.limit(1)) for each in left):
        return False
    end_owed(session, row, Deed.SETTLE, MESSAGE_DELETED, by, now)
    return True


def owe_again(session: Session, owed_id: str, due: datetime, by: str, now: datetime) -> str:
    """A deleted message is there again: what was owed for it is owed once more, if only deleting had ended it.

    Gives the id of the entry that it belongs to now.
    """
    row = _locked(session, owed_id)
    last = (
        select(OwedChangeRow.what).where(OwedChangeRow.owed_id == owed_id).order_by(OwedChangeRow.id.desc())
    )
    if row is None or _is_live(row) or session.scalar(last.limit(1)) != MESSAGE_DELETED:
        return owed_id
    live = live_of(session, row.extension, row.caller)
    if live is None:
        live = _again(session, row, now)
        session.add(live)
    live.due = min(live.due or due, due)
    session.flush()
    note_change(session.connection(), live.id, f"owed again: the message of {row.id} was restored", by, now)
    return live.id


def release_attempts(session: Session, now: datetime) -> int:
    """For the start of the service, when nobody can be calling anybody: end what a process that died had begun."""
    rows = session.scalars(select(OwedRow).where(OwedRow.state.in_(LIVE), OwedRow.attempt.is_not(None))).all()
    for row in rows:
        row.attempt = row.attempt_by = row.attempt_until = None
        row.attempts += 1
        _change(session, row, Deed.ATTEMPT, "tried to call back: interrupted", "start of the service", now)
    return len(rows)


def _locked(session: Session, owed_id: str) -> OwedRow | None:
    return session.get(OwedRow, owed_id, with_for_update=True)


def live_of(session: Session, extension: str, caller: str) -> OwedRow | None:
    """What ``extension`` owes to ``caller`` (its key)."""
    query = select(OwedRow).where(OwedRow.extension == extension, OwedRow.caller == caller)
    return session.scalar(query.where(OwedRow.state.in_(LIVE)).with_for_update())


def _has_code(session: Session, extension: str, code: str) -> bool:
    query = select(OwedRow.id).where(OwedRow.extension == extension, OwedRow.code == code)
    return session.scalar(query.where(OwedRow.state.in_(LIVE)).limit(1)) is not None


def _is_live(row: OwedRow) -> bool:
    return row.state in LIVE


def _in_flight(row: OwedRow, now: datetime) -> bool:
    return row.attempt is not None and row.attempt_until is not None and row.attempt_until > now


def _gone(row: OwedRow | None) -> Refusal:
    return Refusal(NotDone.UNKNOWN) if row is None else Refusal(NotDone.OVER, at=row.over_at)


def _refusal(row: OwedRow | None, extension: str | None, now: datetime) -> Refusal | None:
    """Why ``extension`` can't do it; None may do anything with what is not over."""
    if row is None or not _is_live(row):
        return _gone(row)
    if extension is None:
        return None
    if row.claimed_by not in (None, extension):
        return Refusal(NotDone.TAKEN, row.claimed_by, row.claimed_at)
    if _in_flight(row, now) and row.attempt_by != extension:
        return Refusal(NotDone.IN_FLIGHT, row.attempt_by)
    return None


def _change(session: Session, row: OwedRow, deed: Deed, what: str, by: str, now: datetime) -> None:
    """The row's new state, and the row of history, in the same breath."""
    state = after(OwedState(row.state), deed)
    if state is not None:
        row.state = state.value
    note_change(session.connection(), row.id, what, by, now)


def end_owed(session: Session, row: OwedRow, deed: Deed, what: str, by: str, now: datetime) -> None:
    """It is over, and nothing of it is under way any more."""
    _change(session, row, deed, what, by, now)
    row.over_at = now
    row.attempt = row.attempt_by = row.attempt_until = row.retry_at = row.notice_at = None


def _again(session: Session, over: OwedRow, now: datetime) -> OwedRow:
    kept = ("extension", "called", "caller", "number", "caller_extension", "caller_name", "name_audio_id")
    return OwedRow(
        id=new_id(Prefix.OWED, now),
        code=free_code(session.connection()),
        state=OwedState.OPEN.value,
        **{name: getattr(over, name) for name in kept},
        **promise_values(promise_of(over)),
    )


def merge(session: Session, row: OwedRow, theirs: OwedRow, by: str, now: datetime) -> None:
    """What was owed in ``row`` is owed in ``theirs``, with what belongs to it; its history stays where it was."""
    both = merged(promise_of(theirs), promise_of(row))
    for name, value in promise_values(both).items():
        setattr(theirs, name, value)
    theirs.notice_at = None
    theirs.name_audio_id = theirs.name_audio_id or row.name_audio_id
    for of in (MessageRow, CallbackRow):
        session.execute(update(of).where(of.owed_id == row.id).values(owed_id=theirs.id))
    end_owed(session, row, Deed.SETTLE, f"merged into {theirs.id}", by, now)
    note_change(session.connection(), theirs.id, f"merged with {row.id}", by, now)
