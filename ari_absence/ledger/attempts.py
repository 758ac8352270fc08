"""Who was rung for a caller and who took the call, and how often that caller has called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.orm import Session

from ari_absence.attendant.call import LegEnd
from ari_absence.attendant.notebook import AttemptNote
from ari_absence.core.localtime import instant_of_local
from ari_absence.core.owed import caller_key
from ari_absence.core.people import Caller
from ari_absence.ledger.mailbox_forwarding import FORWARDED
from ari_absence.ledger.model import AttemptRow, CallRow, table_of
from ari_absence.ledger.owed_calls import settle_answered
from ari_absence.ledger.writing import fitting, require_call

_attempts, _calls = table_of(AttemptRow), table_of(CallRow)
_INSERT = insert(_attempts)
_ZONE = (
    select(_calls.c.zone)
    .where(_calls.c.extension == bindparam("of"))
    .order_by(_calls.c.began_at.desc())
    .limit(1)
)
_CALLER = select(_calls.c.caller_number, _calls.c.caller_extension).where(_calls.c.id == bindparam("of"))
_CALLS_SINCE = select(func.count()).where(
    _calls.c.extension == bindparam("of"),
    _calls.c.caller_number == bindparam("from"),
    _calls.c.began_at >= bindparam("since"),
    _calls.c.why != FORWARDED,
)


def note_attempts(connection: Connection, notes: Sequence[AttemptNote]) -> None:
    """Note who was rung, in the order given.

    Raises:
        LedgerError: a call is not known.
    """
    for call_id in {note.call_id for note in notes}:
        require_call(connection, call_id)
    if notes:
        connection.execute(_INSERT, [_row(note) for note in notes])


def settle_taken(session: Session, notes: Sequence[AttemptNote], country: str, now: datetime) -> None:
    """Settle what the person called owed the caller, if it is they who took the call, at whichever of their phones."""
    for note in notes:
        if note.end is LegEnd.TALKED and note.way.is_own:
            found = session.execute(_CALLER, {"of": note.call_id}).one()
            caller = caller_key(Caller(found.caller_number, extension=found.caller_extension), country)
            if caller is not None:
                by = f"{note.extension}, by a call to their {note.way.value}"
                settle_answered(session, note.extension, caller, by, now)


def calls_today(connection: Connection, number: str, extension: str, now: datetime) -> int:
    """How many calls from ``number`` to ``extension`` began today, by the zone of the last one; never less than 1.

    The call that asks counts, even if the ledger could not note its beginning.
    """
    zone = connection.scalar(_ZONE, {"of": extension})
    since = _midnight(now, _zone(zone or ""))
    found = connection.scalar(_CALLS_SINCE, {"of": extension, "from": fitting(number, 64), "since": since})
    return max(1, int(found or 0))


def _row(note: AttemptNote) -> dict[str, object]:
    return {
        "call_id": note.call_id,
        "position": note.position,
        "way": note.way.value,
        "extension": fitting(note.extension, 32),
        "ring_seconds": note.ring_seconds,
        "began_at": note.began_at,
        "end": note.end.value,
        "ended_at": note.ended_at,
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    return instant_of_local(now.astimezone(UTC).astimezone(zone).date(), 0, zone)
