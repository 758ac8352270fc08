"""What digests tell: who called somebody who was away, what is owed, what colleagues took. For people and for mails.

What callers supplied is returned as it was stored; whoever shows it cleans it with ``core.text``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ari_absence.attendant.call import LegEnd
from ari_absence.core.digests import Tally
from ari_absence.ledger.message_counts import message_counts
from ari_absence.ledger.model import AttemptRow, CallRow, DeliveryRow, DeliveryState
from ari_absence.ledger.owed_model import OwedRow
from ari_absence.ledger.owed_notes import LIVE
from ari_absence.ledger.owed_reading import ASKS_FOR_A_CALL, OwedCall, owed_calls
from ari_absence.ledger.pages import Page

ENTRIES_MAX = 50  # a mail that nobody reads to its end tells nobody anything
_CALLER = func.coalesce(CallRow.caller_extension, CallRow.caller_number, CallRow.id)


@dataclass(frozen=True, slots=True)
class TakenCall:
    """A call that a colleague answered in the place of whoever was called."""

    by: str
    at: datetime
    number: str | None
    caller_name: str | None


@dataclass(frozen=True, slots=True)
class AwayDigest:
    """What came for ``extension`` since ``since``; ``owed`` has the overdue first."""

    extension: str
    since: datetime
    until: datetime
    tally: Tally
    owed: Sequence[OwedCall]
    taken: Sequence[TakenCall]


def away_digest(session: Session, extension: str, since: datetime, now: datetime) -> AwayDigest:
    """What came while somebody was away, as it stands now."""
    owed = owed_calls(session, extension, page=Page(ENTRIES_MAX))
    taken = taken_calls(session, extension, since)
    tally = Tally(
        callers=_count_callers(session, extension, since),
        messages=message_counts(session, [extension])[extension].new,
        callbacks=count_of_owed(session, [extension]),
        overdue=count_of_owed(session, [extension], due_before=now),
        taken=len(taken),
    )
    return AwayDigest(extension, since, now, tally, owed, taken)


def taken_calls(session: Session, extension: str, since: datetime) -> list[TakenCall]:
    """The calls to ``extension`` since ``since`` that somebody else has taken."""
    query = (
        select(AttemptRow.extension, CallRow.began_at, CallRow.caller_number, CallRow.caller_name)
        .join(CallRow, CallRow.id == AttemptRow.call_id)
        .where(CallRow.extension == extension, CallRow.began_at >= since)
        .where(AttemptRow.end == LegEnd.TALKED.value, AttemptRow.extension != extension)
        .order_by(CallRow.began_at)
        .limit(ENTRIES_MAX)
    )
    return [TakenCall(*row) for row in session.execute(query)]


def count_of_owed(
    session: Session, extensions: Collection[str] | None, due_before: datetime | None = None
) -> int:
    """How many calls these (None: all) owe; with ``due_before``, of which were due before then.

    A message without a promise asks for none, as by ``*38``.
    """
    query = select(func.count()).select_from(OwedRow).where(OwedRow.state.in_(LIVE), ASKS_FOR_A_CALL)
    if extensions is not None:
        query = query.where(OwedRow.extension.in_(extensions))
    if due_before is not None:
        query = query.where(OwedRow.due < due_before)
    return int(session.scalar(query) or 0)


@dataclass(frozen=True, slots=True)
class Owed:
    """How many calls ``extension`` (or a team) owes, and how many of them are overdue."""

    extension: str
    calls: int
    overdue: int


def owed_by_extension(session: Session, now: datetime) -> dict[str, Owed]:
    """Who owes calls, and how many; who owes none is left out."""
    overdue = func.sum(case((OwedRow.due < now, 1), else_=0))
    query = select(OwedRow.extension, func.count(), overdue).where(OwedRow.state.in_(LIVE))
    rows = session.execute(query.group_by(OwedRow.extension))
    return {row[0]: Owed(row[0], int(row[1]), int(row[2] or 0)) for row in rows}


def count_dead_letters(session: Session) -> int:
    """How many deliveries were given up and need a person."""
    dead = select(func.count()).select_from(DeliveryRow).where(DeliveryRow.state == DeliveryState.DEAD.value)
    return int(session.scalar(dead) or 0)


def facts_of(digest: AwayDigest, zone: str) -> dict[str, Any]:
    """The digest as the facts of a notice."""
    tally = digest.tally
    return {
        "extension": digest.extension,
        "zone": zone,
        "since": digest.since.isoformat(),
        "until": digest.until.isoformat(),
        "callers": tally.callers,
        "messages": tally.messages,
        "callbacks": tally.callbacks,
        "overdue": tally.overdue,
        "owed": [_owed_facts(each, digest.until) for each in digest.owed],
        "taken": [
            {
                "by": each.by,
                "at": each.at.isoformat(),
                "number": each.number or "",
                "caller_name": each.caller_name or "",
            }
            for each in digest.taken
        ],
    }


def _owed_facts(owed: OwedCall, now: datetime) -> dict[str, Any]:
    return {
        "number": owed.number,
        "caller_name": owed.caller_name or "",
        "at": owed.last_at.isoformat(),
        "times": owed.times,
        "wish": owed.wish,
        "urgent": owed.urgent,
        "due": "" if owed.due is None else owed.due.isoformat(),
        "overdue": owed.due is not None and owed.due < now,
        "taken_by": owed.claimed_by or "",
        "code": owed.code,
    }


def _count_callers(session: Session, extension: str, since: datetime) -> int:
    query = select(func.count(func.distinct(_CALLER))).where(
        CallRow.extension == extension, CallRow.began_at >= since
    )
    return int(session.scalar(query) or 0)
