"""Questions about the calls that are owed: what is owed, by whom, due first; and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, union
from sqlalchemy.orm import Session

from ari_absence.core.owed import OwedState, OwedWish, left_to
from ari_absence.ledger.model import CallbackRow, CallRow, MessageRow, table_of
from ari_absence.ledger.owed_model import OwedChangeRow, OwedRow
from ari_absence.ledger.owed_notes import IN_USE, LIVE, told_overdue
from ari_absence.ledger.pages import FIRST_PAGE, PAGE_ROWS_MAX, Page
from ari_absence.ledger.transcript_model import TranscriptRow

_owed, _changes = table_of(OwedRow), table_of(OwedChangeRow)
_BELONGING = (MessageRow, CallbackRow)
_IS_LIVE = _owed.c.state.in_(LIVE)
ASKS_FOR_A_CALL = or_(
    _owed.c.wish != OwedWish.MESSAGE.value,
    _owed.c.due.is_not(None),
    _owed.c.extension != _owed.c.called,  # handed over, that is to somebody who is to call
)
_URGENT_FIRST = (
    case((_owed.c.urgent, 0), else_=1),
    case((_owed.c.due.is_(None), 1), else_=0),
    _owed.c.due,
    _owed.c.first_at,
    _owed.c.id,
)
_NO_TEAMS: Mapping[str, Sequence[str]] = {}


@dataclass(frozen=True, slots=True)
class OwedCall:
    """A call that ``extension`` owes to ``caller`` (its key), who had called ``called``. Instants are in UTC.

    ``attempt_by`` and ``attempt_until``: who is calling them, until when at most. What callers supplied is as it was
    stored; whoever shows it cleans it with ``core.text``.
    """

    id: str
    code: str
    extension: str
    called: str
    caller: str
    number: str
    caller_extension: str | None
    caller_name: str | None
    name_audio_id: str | None
    first_at: datetime
    last_at: datetime
    times: int
    wish: str
    urgent: bool
    due: datetime | None
    state: str
    claimed_by: str | None
    claimed_at: datetime | None
    attempt_by: str | None
    attempt_until: datetime | None
    attempts: int
    declined: Sequence[str] | None
    retry_at: datetime | None
    over_at: datetime | None

    @property
    def live(self) -> bool:
        """Whether it is still owed."""
        return OwedState(self.state).live

    def taken_by(self, now: datetime) -> str | None:
        """The extension that has claimed it or is calling at ``now``."""
        calling = self.attempt_until is not None and self.attempt_until > now
        return self.attempt_by if calling else self.claimed_by


@dataclass(frozen=True, slots=True)
class OwedChange:
    """One change of a call that is owed."""

    at: datetime
    what: str
    by: str


_COLUMNS = tuple(_owed.c[field.name] for field in fields(OwedCall))


def owed_calls(
    session: Session,
    extension: str | None = None,
    *,
    over_too: bool = False,
    page: Page = FIRST_PAGE,
) -> list[OwedCall]:
    """What is owed by ``extension`` (None: by anybody), due first; what nothing was promised for comes last."""
    undated_last = case((_owed.c.due.is_(None), 1), else_=0)
    query = select(*_COLUMNS).order_by(undated_last, _owed.c.due, _owed.c.first_at, _owed.c.id)
    if extension is not None:
        query = query.where(_owed.c.extension == extension)
    if not over_too:
        query = query.where(_IS_LIVE)
    return _found(session, page.of(query))


def count_listed(session: Session, extension: str | None = None, *, over_too: bool = False) -> int:
    """How many :func:`owed_calls` would give on all its pages."""
    query = select(func.count()).select_from(_owed)
    if extension is not None:
        query = query.where(_owed.c.extension == extension)
    return session.scalar(query if over_too else query.where(_IS_LIVE)) or 0


def offered_to(
    session: Session,
    extensions: Sequence[str],
    now: datetime,
    page: Page = FIRST_PAGE,
    members: Mapping[str, Sequence[str]] = _NO_TEAMS,
) -> list[OwedCall]:
    """What the first of ``extensions`` may do now: what any of them owes, and what the first has claimed.

    Left out is what is put off, what the first has left to the others of a team, and messages without a promise: who
    hears them has done with them. Urgent ones come first, then those with a due time, then the oldest.
    """
    found = waiting_for(session, extensions, page, members)
    return [each for each in found if each.retry_at is None or each.retry_at <= now]


def waiting_for(
    session: Session,
    extensions: Sequence[str],
    page: Page = FIRST_PAGE,
    members: Mapping[str, Sequence[str]] = _NO_TEAMS,
) -> list[OwedCall]:
    """As :func:`offered_to`, with what is put off. ``members``: who is in the teams among ``extensions``."""
    theirs = _owed.c.extension.in_(extensions) & _IS_LIVE
    claimed = (_owed.c.claimed_by == extensions[0]) & _IS_LIVE
    found: dict[str, OwedCall] = {}
    for each in (theirs, claimed):  # each goes by an index, which both at once don't
        asked = select(*_COLUMNS).where(each, ASKS_FOR_A_CALL).order_by(*_URGENT_FIRST)
        found |= {owed.id: owed for owed in _found(session, page.of(asked))}
    in_order = sorted(found.values(), key=_urgent_first)
    return [each for each in in_order if _is_left_to(extensions[0], each, members)]


def _urgent_first(owed: OwedCall) -> tuple[bool, bool, datetime, datetime, str]:
    return (not owed.urgent, owed.due is None, owed.due or owed.first_at, owed.first_at, owed.id)


def _is_left_to(extension: str, owed: OwedCall, members: Mapping[str, Sequence[str]]) -> bool:
    """What everybody of a team has declined is everybody's again."""
    declined = owed.declined or ()
    return extension not in declined or extension in left_to(members.get(owed.extension, ()), declined)


def count_owed(
    session: Session, extensions: Sequence[str], members: Mapping[str, Sequence[str]] = _NO_TEAMS
) -> int:
    """How many calls the first of ``extensions`` is to return: theirs, and those of their teams (``members``).

    Put off or not; without what somebody else has taken. A message without a promise asks for none.
    """
    found = waiting_for(session, extensions, Page(PAGE_ROWS_MAX), members)
    return sum(each.claimed_by in (None, extensions[0]) for each in found)


def owed_call(session: Session, owed_id: str) -> OwedCall | None:
    """One entry, over or not; None: there is none."""
    return _first(session, select(*_COLUMNS).where(_owed.c.id == owed_id))


def owed_among(session: Session, owed_ids: Collection[str]) -> Mapping[str, OwedCall]:
    """These entries, by id."""
    if not owed_ids:
        return {}
    found = _found(session, select(*_COLUMNS).where(_owed.c.id.in_(owed_ids)))
    return {each.id: each for each in found}


def owed_by_code(session: Session, extensions: Sequence[str], code: str) -> list[OwedCall]:
    """The live entries with that code that one of ``extensions`` owes, those of the earlier ones first.

    If there is none, what the first of them has claimed, or was told of when it was overdue.
    """
    with_it = select(*_COLUMNS).where(_owed.c.code == code, IN_USE)
    found = _found(session, with_it.where(_owed.c.extension.in_(extensions)))
    if found:
        return sorted(found, key=lambda each: extensions.index(each.extension))
    claimed = _owed.c.claimed_by == extensions[0]
    return _found(session, with_it.where(or_(claimed, was_told(extensions[0]))))


def was_told(extension: str) -> ColumnElement[bool]:
    """Of an entry: whether ``extension`` was told that it is overdue, as a delegate, say, or a manager."""
    told = select(_changes.c.id).where(_changes.c.owed_id == _owed.c.id)
    return told.where(_changes.c.what == told_overdue(extension)).exists()


def among_told(session: Session, extension: str, owed_ids: Collection[str]) -> frozenset[str]:
    """Those of the entries that ``extension`` was told are overdue."""
    query = select(_owed.c.id).where(_owed.c.id.in_(owed_ids), was_told(extension))
    return frozenset(session.scalars(query)) if owed_ids else frozenset()


def owed_to(session: Session, caller: str, extension: str) -> OwedCall | None:
    """The live entry for ``caller`` (its key), who had called ``extension``: owed by them, or handed over by them."""
    theirs = or_(_owed.c.extension == extension, _owed.c.called == extension)
    query = select(*_COLUMNS).where(_owed.c.caller == caller, _IS_LIVE, theirs)
    return _first(session, query.order_by(case((_owed.c.extension == extension, 0), else_=1)).limit(1))


def owed_to_any(session: Session, callers: Collection[str]) -> list[OwedCall]:
    """The live entries for any of the callers (their keys), whoever owes them."""
    return _found(session, select(*_COLUMNS).where(_IS_LIVE, _owed.c.caller.in_(callers)))


def live_wishes(session: Session, owed_ids: Collection[str]) -> Mapping[str, str]:
    """What the callers want to whom a call is still owed, of these entries, by their ids."""
    if not owed_ids:
        return {}
    query = select(_owed.c.id, _owed.c.wish).where(_owed.c.id.in_(owed_ids), _IS_LIVE)
    return {row.id: row.wish for row in session.execute(query)}


def history_of(session: Session, owed_id: str) -> list[OwedChange]:
    """What became of an entry, in order."""
    return [change for _, change in _history(session, [owed_id])]


def histories_of(session: Session, owed_ids: Sequence[str]) -> Mapping[str, list[OwedChange]]:
    """What became of each of these entries."""
    found: dict[str, list[OwedChange]] = {}
    for owed_id, change in _history(session, owed_ids):
        found.setdefault(owed_id, []).append(change)
    return found


def calls_of(session: Session, owed_ids: Sequence[str]) -> Mapping[str, list[str]]:
    """The calls that each of these entries stands for, the first one first."""
    found: dict[str, list[str]] = {}
    named = union(*(select(row.owed_id, row.call_id).where(row.owed_id.in_(owed_ids)) for row in _BELONGING))
    asked = named.subquery()
    query = select(asked.c.owed_id, CallRow.id).join(CallRow, CallRow.id == asked.c.call_id)
    for owed_id, call_id in session.execute(query.order_by(CallRow.began_at, CallRow.id)):
        found.setdefault(owed_id, []).append(call_id)
    return found


@dataclass(frozen=True, slots=True)
class MessageOfOwed:
    """A message of a call that is owed. ``transcript``: what a machine has heard in it, if it has."""

    id: str
    audio_id: str
    at: datetime
    transcript: str | None


def messages_of(session: Session, owed_ids: Sequence[str]) -> Mapping[str, list[MessageOfOwed]]:
    """The messages of each of these entries that are not deleted, the first one first."""
    found: dict[str, list[MessageOfOwed]] = {}
    query = (
        select(MessageRow.owed_id, MessageRow.id, MessageRow.audio_id, MessageRow.at, TranscriptRow.text)
        .outerjoin(TranscriptRow, TranscriptRow.message_id == MessageRow.id)
        .where(MessageRow.owed_id.in_(owed_ids), MessageRow.deleted_at.is_(None))
    )
    for row in session.execute(query.order_by(MessageRow.at, MessageRow.id)):
        found.setdefault(str(row.owed_id), []).append(MessageOfOwed(row.id, row.audio_id, row.at, row.text))
    return found


@dataclass(frozen=True, slots=True)
class OwedBehind:
    """The calls that are owed for some messages or callbacks, with their histories."""

    entries: Mapping[str, OwedCall]
    changes: Mapping[str, Sequence[OwedChange]]

    @classmethod
    def of(cls, session: Session, owed_ids: Sequence[str | None]) -> OwedBehind:
        """Those with these ids."""
        known = [owed_id for owed_id in owed_ids if owed_id is not None]
        return cls(owed_among(session, known), histories_of(session, known))

    def history_of(self, owed_id: str | None) -> tuple[Mapping[str, Any], ...]:
        """What became of one, as a history is stored elsewhere."""
        return tuple(
            {"at": change.at.isoformat(), "what": change.what, "by": change.by}
            for change in self.changes.get(owed_id or "", ())
        )

    def settled_at(self, owed_id: str | None) -> datetime | None:
        """When one was settled."""
        entry = self.entries.get(owed_id or "")
        return entry.over_at if entry and entry.state == OwedState.SETTLED else None


def _history(session: Session, owed_ids: Sequence[str]) -> list[tuple[str, OwedChange]]:
    query = select(_changes.c.owed_id, _changes.c.at, _changes.c.what, _changes.c.by)
    query = query.where(_changes.c.owed_id.in_(owed_ids)).order_by(_changes.c.id)
    return [(row[0], OwedChange(*row[1:])) for row in session.execute(query)]


def _found(session: Session, query: Select[Any]) -> list[OwedCall]:
    return [OwedCall(*row) for row in session.execute(query)]


def _first(session: Session, query: Select[Any]) -> OwedCall | None:
    row = session.execute(query).first()
    return OwedCall(*row) if row else None
