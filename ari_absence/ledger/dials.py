"""Calls to outside numbers, counted before they are made: so many an hour and a day for each person, whoever asks.

A count is on the disk before its call begins. Whoever dies in between has used up one call for nothing, and
never the other way round.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError

from ari_absence.clock import Clock
from ari_absence.core.people import Dialing
from ari_absence.ledger.model import DialerRow, DialRow, table_of

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

_dials, _dialers = table_of(DialRow), table_of(DialerRow)
_LOCK = select(_dialers.c.extension).where(_dialers.c.extension == bindparam("of")).with_for_update()
_NEW_DIALER = insert(_dialers)
_COUNT = select(func.count()).where(_dials.c.extension == bindparam("of"), _dials.c.at > bindparam("since"))
_DIAL = insert(_dials)
_FORGET = delete(_dials).where(
    _dials.c.extension == bindparam("of"),
    or_(_dials.c.at <= bindparam("since"), _dials.c.at > bindparam("until")),
)
_PURGE = delete(_dials).where(_dials.c.at <= bindparam("until"))


class SteadyTime:
    """The clock's time when this was made, and since then only what really passed.

    Whoever sets the machine's clock forward would give every cap back at once; this one does not notice.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began_at, self._began = clock.now(), clock.monotonic()

    def now(self) -> datetime:
        """The instant by this time."""
        return self._began_at + timedelta(seconds=self._clock.monotonic() - self._began)


def book_dial(connection: Connection, extension: str, caps: Dialing, now: datetime) -> bool:
    """Count one call to an outside number for ``extension``; False, and not counted, when a cap is used up.

    Two calls at once queue for the extension's own row, so the last one allowed is given once.
    """
    _queue_for(connection, extension)
    # What lies a day ahead was written by a clock that was wrong: it must not keep the phone silent for years.
    connection.execute(_FORGET, {"of": extension, "since": now - _DAY, "until": now + _DAY})
    if _made(connection, extension, now - _HOUR) >= caps.per_hour:
        return False
    if _made(connection, extension, now - _DAY) >= caps.per_day:
        return False
    connection.execute(_DIAL, {"extension": extension, "at": now})
    return True


def purge_dials(connection: Connection, before: datetime) -> int:
    """Forget the calls made a day before ``before``, of people, too, who no longer call; gives how many."""
    gone = connection.execute(_PURGE, {"until": before - _DAY})
    return int(gone.rowcount)


def _queue_for(connection: Connection, extension: str) -> None:
    """Lock the extension's row until the transaction ends (SQLite has locked the whole file already)."""
    if connection.scalar(_LOCK, {"of": extension}) is not None:
        return
    try:
        with connection.begin_nested():
            connection.execute(_NEW_DIALER, {"extension": extension})
    except IntegrityError:  # made by another process in between, which has committed by now
        connection.scalar(_LOCK, {"of": extension})


def _made(connection: Connection, extension: str, since: datetime) -> int:
    return int(connection.scalar(_COUNT, {"of": extension, "since": since}) or 0)
