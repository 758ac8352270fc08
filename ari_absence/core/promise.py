"""When "she will call you back" is due: times that the schedule can keep.

A promise counts from the moment the person is back (from now, if they are there) and only while they are present:
"within 1 h" given at 11:30 before a lunch break from 12 to 13 is due at 13:30. Where the site promises nothing
of its own, the default is four hours of presence, which is within one working day, and never later than the same
wall-clock time on the next day they work after their return. For those who have left, are off, on holiday or
closed that is the next working day itself.

A due time is a whole minute at which the person is present by everything known now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ari_absence.core.absences import Absence
from ari_absence.core.hours import NEVER_ENDS
from ari_absence.core.localtime import MINUTES_PER_DAY, instant_of, local_days, seconds_of
from ari_absence.core.people import Person
from ari_absence.core.schedule import presence

# Half a usual working day: in at nine, those who called last night are called back by two.
DEFAULT_SECONDS = 4 * 3600
_MINUTE = 60


def due_at(
    person: Person, set_absences: Sequence[Absence], at: datetime, seconds: int | None = None
) -> datetime | None:
    """By when ``person`` will have called back somebody who called at the aware instant ``at``, in UTC.

    ``seconds`` of presence are counted from their return; None means the default of this module. The result is
    None when the return is unknown or further than two years away: then nothing can be promised.
    """
    stretches = presence(person, seconds_of(at), set_absences)
    due = (
        _within_one_working_day(person, stretches) if seconds is None else _after_presence(stretches, seconds)
    )
    return None if due is None else instant_of(due)


def _after_presence(stretches: Iterator[tuple[int, int]], left_seconds: int) -> int | None:
    """The first whole minute, inside the stretches, by which they have lasted ``left_seconds``."""
    for begin, end in stretches:
        due = _minute_from(begin + left_seconds)
        if due < end:
            return due
        left_seconds = max(0, left_seconds - (end - begin))
    return None


def _within_one_working_day(person: Person, stretches: Iterator[tuple[int, int]]) -> int | None:
    """As :func:`_after_presence` for the default, but no later than the next working day's same time."""
    days = local_days(person.zone)
    left_seconds, latest, tomorrow, minute = DEFAULT_SECONDS, NEVER_ENDS, -NEVER_ENDS, 0
    for begin, end in stretches:
        if tomorrow == -NEVER_ENDS:
            today = days.ordinal_at(begin)
            tomorrow, minute = days.begin(today + 1), (begin - days.begin(today)) // _MINUTE
        elif begin >= tomorrow and latest == NEVER_ENDS:
            latest = days.seconds(days.ordinal_at(begin), min(minute, MINUTES_PER_DAY - 1))
        due = _minute_from(max(begin, min(begin + left_seconds, latest)))
        if due < end:
            return due
        left_seconds = max(0, left_seconds - (end - begin))
    return None


def _minute_from(seconds: int) -> int:
    return -(-seconds // _MINUTE) * _MINUTE


__all__ = ["DEFAULT_SECONDS", "due_at"]
