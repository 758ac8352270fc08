"""Reminders of calls that are owed: who is told next stands in the ledger, and telling is one transaction with it.

What is told is a row of the outbox, so that it is written together with the step that it was: whoever dies on the way
has told nobody and tells them later; nobody is told twice of the same step. That needs no lease.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, or_, select, update
from sqlalchemy.orm import Session

from ari_absence.core.delivery_rules import ItemKind
from ari_absence.core.owed import TEAM
from ari_absence.core.people import Directory
from ari_absence.core.reminding import DueCall, NextNotice, Roster, next_notice, told_all
from ari_absence.ledger.addressees import Addressees, team_of
from ari_absence.ledger.deliveries import Notice, queue_notice
from ari_absence.ledger.model import table_of
from ari_absence.ledger.owed_memos import thread_of
from ari_absence.ledger.owed_model import OwedChangeRow, OwedRow
from ari_absence.ledger.owed_notes import LIVE, note_change, told_overdue
from ari_absence.ledger.owed_reading import history_of
from ari_absence.ledger.thread import LedgerThread

BATCH = 50  # one transaction holds the ledger; a call may be waiting for it
ALL_TOLD = 99
"""The step of an entry of which nobody is told any more."""
_LOOK_AGAIN = timedelta(days=1)  # a plan that far ahead is made anew: people and rules change
_APART = timedelta(minutes=15)  # two steps that are both late, after a night without us, are not told at once
_BY = "the service"

_owed = table_of(OwedRow)


@dataclass(frozen=True, slots=True)
class Reminded:
    """What a round did: how many entries were looked at, and how many people were told."""

    seen: int
    told: int


class LedgerReminders:
    """The reminders, for the service. Every method raises :class:`LedgerError` on a fault; nothing was changed then."""

    def __init__(self, thread: LedgerThread, addressees: Addressees) -> None:
        self._thread = thread
        self._addressees = addressees

    async def remind(self, roster: Roster, now: datetime) -> Reminded:
        """Tell those whose turn has come, and plan what is new; repeat while it sees something."""
        if not await self._thread.query(lambda connection: _is_due(connection, now)):
            return Reminded(0, 0)  # the usual answer; a transaction that writes would hold up the calls
        return await self._thread.write(lambda session: remind(session, roster, self._addressees, now))

    async def next_at(self) -> datetime | None:
        """When the next one is told; None: nobody."""
        return await self._thread.read(next_at)

    async def plan_anew(self, extensions: Collection[str] | None = None) -> None:
        """Somebody has come or gone, or the rules are others: look again at what these (None: all) owe."""
        await self._thread.change(lambda connection: plan_anew(connection, extensions))


def remind(session: Session, roster: Roster, addressees: Addressees, now: datetime) -> Reminded:
    """Take the steps whose moment has come, and note the moment of the next."""
    query = select(OwedRow).where(_due(now)).order_by(OwedRow.notice_at, OwedRow.due, OwedRow.id).limit(BATCH)
    rows = session.scalars(query.with_for_update(skip_locked=True)).all()
    return Reminded(len(rows), sum(_step(session, row, roster, addressees, now) for row in rows))


def next_at(session: Session) -> datetime | None:
    """When there is more to do; an entry that nobody has looked at yet counts from its beginning."""
    return session.scalar(select(func.min(func.coalesce(OwedRow.notice_at, OwedRow.first_at))).where(_open()))


def plan_anew(connection: Connection, extensions: Collection[str] | None = None) -> None:
    """Forget the moments that were planned, not the steps that were taken."""
    of = () if extensions is None else (_owed.c.extension.in_(extensions),)
    live = _owed.c.state.in_(LIVE) & (_owed.c.notice_step < ALL_TOLD)
    connection.execute(update(_owed).where(live, *of).values(notice_at=None))


def _open() -> ColumnElement[bool]:
    return OwedRow.state.in_(LIVE) & OwedRow.due.is_not(None) & (OwedRow.notice_step < ALL_TOLD)


def _due(now: datetime) -> ColumnElement[bool]:
    return _open() & or_(OwedRow.notice_at.is_(None), OwedRow.notice_at <= now)


def _is_due(connection: Connection, now: datetime) -> bool:
    return connection.scalar(select(OwedRow.id).where(_due(now)).limit(1)) is not None


def _step(session: Session, row: OwedRow, roster: Roster, addressees: Addressees, now: datetime) -> int:
    """Tell whoever is to be told now, one step at a time; gives how many people that were."""
    following, told = next_notice(_due_call(session, row), roster, now), 0
    if following is not None and following.at <= now:
        not_before = _last_told(session, row) + _APART
        if not_before > now:
            row.notice_at = not_before
            return 0
        _tell(session, row, following, roster.directory, addressees, now)
        row.notice_step, told = following.step + 1, 1
        following = next_notice(_due_call(session, row), roster, now)
    if told_all(_due_call(session, row), roster.rules):
        row.notice_step, row.notice_at = ALL_TOLD, None
    else:
        look_at = now + _LOOK_AGAIN
        row.notice_at = look_at if following is None else min(look_at, max(following.at, now + told * _APART))
    return told


def _last_told(session: Session, row: OwedRow) -> datetime:
    query = select(func.max(OwedChangeRow.at)).where(OwedChangeRow.owed_id == row.id, OwedChangeRow.by == _BY)
    return session.scalar(query) or row.first_at - _APART


def _tell(
    session: Session,
    row: OwedRow,
    notice: NextNotice,
    directory: Directory,
    addressees: Addressees,
    now: datetime,
) -> None:
    kind = Notice.CALLBACK_OVERDUE if notice.overdue else Notice.CALLBACK_DUE
    facts = {
        "extension": notice.extension,
        "zone": str(addressees.zone(notice.extension)),
        "owner": row.extension.removeprefix(TEAM),
        "owner_name": _name_of(row.extension, directory),
        "callback": row.id,
        "thread": thread_of(row),
        "code": row.code,
        "number": row.number,
        "wish": row.wish,
        "urgent": row.urgent,
        "caller_name": row.caller_name or "",
        "times": row.times,
        "due": None if row.due is None else row.due.isoformat(),
        "claimed_by": row.claimed_by or "",
    }
    to = addressees.of(notice.extension)
    queue_notice(session.connection(), kind, facts, to, now, ItemKind.REMINDER)
    told = told_overdue if notice.overdue else "reminded {}".format
    note_change(session.connection(), row.id, told(notice.extension), _BY, now)


def _name_of(owner: str, directory: Directory) -> str:
    known = team_of(owner, directory) or directory.people.get(owner)
    return known.name if known else ""


def _told_late(session: Session, row: OwedRow) -> tuple[str, ...]:
    """Who was told that it is overdue, since it is owed by whoever owes it now."""
    changes = [change.what for change in history_of(session, row.id)]
    begins_at = max(
        (number for number, what in enumerate(changes) if what.startswith("handed over")), default=0
    )
    prefix = told_overdue("")
    return tuple(what.removeprefix(prefix) for what in changes[begins_at:] if what.startswith(prefix))


def _due_call(session: Session, row: OwedRow) -> DueCall:
    assert row.due is not None  # noqa: S101 - what nothing was promised for is not looked at
    return DueCall(
        owner=row.extension,
        due=row.due,
        told=row.notice_step,
        claimed_by=row.claimed_by,
        claimed_at=row.claimed_at,
        retry_at=row.retry_at,
        calling_until=row.attempt_until,
        declined=tuple(row.declined or ()),
        told_late=_told_late(session, row),
    )
