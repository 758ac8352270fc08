"""When "she will call you back" is due: times that the schedule can keep.

A promise counts from the moment the person is back (from now, if they are there) and only while they are present:
"within 1 h" given at 11:30 before a lunch break from 12 to 13 is due at 13:30. Where the site promises nothing
of its own, the default is four hours of presence, which is within one working day, and never later than the same
wall-clock time on the next day they work after their return. For those who have left, are off, on holiday or
closed that is the next working day itself.

A due time is what an assistant would say, "by half past two": the next half hour, where the promise is of two hours
or more, else the next five minutes. It is rounded here and nowhere else, so that what is said is what is noted. It is
never before the promise is due, and lies where the person is present by everything known now: shortly before they
leave it is rounded to five minutes only, or to the minute. A return is spoken as it was typed or planned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ari_absence.core.absences import Absence
from ari_absence.core.hours import NEVER_ENDS
from ari_absence.core.localtime import MINUTES_PER_DAY, LocalDays, instant_of, local_days, seconds_of
from ari_absence.core.people import Person
from ari_absence.core.schedule import presence

# Half a usual working day: in at nine, those who called last night are called back by two.
DEFAULT_SECONDS = 4 * 3600
_MINUTE = 60
_COARSE = (30 * _MINUTE, 5 * _MINUTE, _MINUTE)
_FINE = _COARSE[1:]
COARSE_FROM_SECONDS = 2 * 3600  # who is promised a call within the hour is not put off by half of one


def due_at(
    person: Person, set_absences: Sequence[Absence], at: datetime, seconds: int | None = None
) -> datetime | None:
    """By when ``person`` will have called back somebody who called at the aware instant ``at``, in UTC.

    ``seconds`` of presence are counted from their return; None means the default of this module. The result is
    None when the return is unknown or further than two years away: then nothing can be promised.
    """
    stretches = presence(person, seconds_of(at), set_absences)
    days = local_days(person.zone)
    due = (
        _within_one_working_day(days, stretches)
        if seconds is None
        else _after_presence(days, stretches, seconds)
    )
    return None if due is None else instant_of(due)


def _after_presence(days: LocalDays, stretches: Iterator[tuple[int, int]], left_seconds: int) -> int | None:
    """The first round time, inside the stretches, by which they have lasted ``left_seconds``."""
    steps = _COARSE if left_seconds >= COARSE_FROM_SECONDS else _FINE
    for begin, end in stretches:
        due = begin + left_seconds
        if _up(due, _MINUTE) < end:
            return _rounded(days, due, _there_until(end, stretches, due), steps)
        left_seconds = max(0, left_seconds - (end - begin))
    return None


def _within_one_working_day(days: LocalDays, stretches: Iterator[tuple[int, int]]) -> int | None:
    """As :func:`_after_presence` for the default, but no later than the next working day's same time, rounded."""
    left_seconds, latest, tomorrow, minute = DEFAULT_SECONDS, NEVER_ENDS, -NEVER_ENDS, 0
    for begin, end in stretches:
        if tomorrow == -NEVER_ENDS:
            today = days.ordinal_at(begin)
            tomorrow, minute = days.begin(today + 1), (begin - days.begin(today)) // _MINUTE
        elif begin >= tomorrow and latest == NEVER_ENDS:
            latest = days.seconds(days.ordinal_at(begin), min(minute, MINUTES_PER_DAY - 1))
        due = max(begin, min(begin + left_seconds, latest))
        if _up(due, _MINUTE) < end:
            return _rounded(days, due, _there_until(end, stretches, due), _COARSE)
        left_seconds = max(0, left_seconds - (end - begin))
    return None


def _there_until(end: int, stretches: Iterator[tuple[int, int]], due: int) -> int:
    """Until when they stay who stay until ``end``, through the stretches that touch; no further than rounding goes."""
    while end <= due + _COARSE[0]:
        begin, later = next(stretches, (NEVER_ENDS, NEVER_ENDS))
        if begin > end:
            break
        end = later
    return end


def _rounded(days: LocalDays, seconds: int, end: int, steps: Sequence[int]) -> int:
    """``seconds`` rounded up, by the wall clock, by the first of ``steps`` that stays before ``end``."""
    midnight = days.begin(days.ordinal_at(seconds))
    rounded = (midnight + _up(seconds - midnight, step) for step in steps)
    return next((each for each in rounded if each < end), _up(seconds, _MINUTE))


def _up(seconds: int, step: int) -> int:
    return -(-seconds // step) * step


__all__ = ["COARSE_FROM_SECONDS", "DEFAULT_SECONDS", "due_at"]
