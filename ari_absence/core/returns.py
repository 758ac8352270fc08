"""A return typed on a telephone: four digits that may be a time of today, a date, or both.

What reads both ways, a time still ahead today and a date to come, is the date for a business trip and a day off, and
the time for everything else; the other reading is kept, to be offered. A time that has passed is refused where nobody
means a date, and in a shift over midnight it is that of tomorrow. A date means the beginning of the person's
working hours on that day. Wall-clock times follow the rules of ``core.localtime``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from ari_absence.core.absences import Absence, DatedAbsence
from ari_absence.core.facts import Kind
from ari_absence.core.hours import BREAK, NEVER_ENDS
from ari_absence.core.localtime import MINUTES_PER_DAY, instant_of, instant_of_local, seconds_of
from ari_absence.core.people import Person
from ari_absence.core.schedule import next_change, state_at

BY_DATE = frozenset({Kind.BUSINESS_TRIP, Kind.DAY_OFF, Kind.VACATION, Kind.LEAVE})
"""The kinds whose return is rather a date."""

WITHIN_A_DAY = frozenset({Kind.AWAY, Kind.MEETING, Kind.DND})
"""The kinds of which nobody types a date: a time that has passed is a mistake."""

DAYS_AHEAD_MAX = 334
"""Eleven months. A date further ahead is one that has just passed, and was mistyped."""

SHORT_DAYS_AHEAD_MAX = 92
"""Nobody is out or in a meeting for longer than a season: what reads as such a date was meant as a time."""

_LENGTHS = (3, 4)  # 930 is 0930
_DIGITS = frozenset("0123456789")


class ReturnFlaw(StrEnum):
    """Why what was typed is no return."""

    NOT_A_TIME = "not_a_time"
    NOT_A_DATE = "not_a_date"
    TIME_PAST = "time_past"
    DATE_PAST = "date_past"
    DATE_TODAY = "date_today"


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning of what was typed: back at ``at`` (UTC), of which only the day was said if ``day_only``."""

    at: datetime
    day_only: bool = False


@dataclass(frozen=True, slots=True)
class Return:
    """What is meant: ``meant`` None is an unknown return; ``other`` is the other reading, if there is one."""

    meant: Reading | None
    other: Reading | None = None


UNKNOWN = Return(None)


def read_return(typed: str, kind: Kind, person: Person, at: datetime) -> Return | ReturnFlaw:
    """What ``typed`` means, said at the aware instant ``at`` by or of ``person``."""
    if not typed:
        return UNKNOWN
    by_date = kind in BY_DATE
    if len(typed) not in _LENGTHS or not _DIGITS.issuperset(typed):
        return _no_return(by_date)
    high, low = divmod(int(typed), 100)
    time = _time_reading(high, low, person, at)
    if time is ReturnFlaw.TIME_PAST and kind in WITHIN_A_DAY:
        return time
    day = _date_reading(high, low, person, at, DAYS_AHEAD_MAX if by_date else SHORT_DAYS_AHEAD_MAX)
    readings = [each for each in ((day, time) if by_date else (time, day)) if isinstance(each, Reading)]
    if readings:
        return Return(*readings)
    flaw = day if by_date else time
    assert isinstance(flaw, ReturnFlaw)  # noqa: S101 - there is no reading
    return flaw


def read_stay(typed: str, person: Person, at: datetime) -> datetime | ReturnFlaw:
    """Until when (UTC) ``person`` is here whatever their hours say, said at the aware instant ``at``.

    No digits: as long as may be. It is over by itself when their hours next begin, and at the end of the day.
    """
    latest = min(next_working_day(person, at), _midnight_after(person, at))
    if not typed:
        return latest
    if len(typed) not in _LENGTHS or not _DIGITS.issuperset(typed):
        return ReturnFlaw.NOT_A_TIME
    time = _time_reading(*divmod(int(typed), 100), person, at)
    return min(time.at, latest) if isinstance(time, Reading) else time


def _no_return(by_date: bool) -> ReturnFlaw:
    return ReturnFlaw.NOT_A_DATE if by_date else ReturnFlaw.NOT_A_TIME


def _time_reading(hour: int, minute: int, person: Person, at: datetime) -> Reading | ReturnFlaw:
    if hour > 23 or minute > 59:
        return ReturnFlaw.NOT_A_TIME
    today = at.astimezone(person.zone).date()
    moment = instant_of_local(today, hour * 60 + minute, person.zone)
    if moment > at:
        return Reading(moment)
    tomorrow = instant_of_local(today + timedelta(days=1), hour * 60 + minute, person.zone)
    return Reading(tomorrow) if tomorrow <= _end_of_shift(person, at) else ReturnFlaw.TIME_PAST


def _end_of_shift(person: Person, at: datetime) -> datetime:
    """Until when ``person`` works on from ``at``; ``at`` itself if they don't, or for longer than a day."""
    state = state_at(_by_hours(person), at)
    if not state.present or state.until is None or state.until - at >= timedelta(days=1):
        return at
    return state.until


def _date_reading(
    month: int, number: int, person: Person, at: datetime, days_ahead_max: int
) -> Reading | ReturnFlaw:
    today = at.astimezone(person.zone).date()
    days = [day for day in _dates(month, number, today.year) if day is not None]
    ahead = [day for day in days if 0 < (day - today).days <= days_ahead_max]
    if ahead:
        return Reading(day_begins(person, ahead[0]), day_only=True)
    if today in days:
        return ReturnFlaw.DATE_TODAY
    return ReturnFlaw.DATE_PAST if days else ReturnFlaw.NOT_A_DATE


def _dates(month: int, number: int, year: int) -> Iterator[date | None]:
    """The day in this year and in the next; in a leap year, too, so that 29 February is known for a date."""
    for each in (year, year + 1):
        try:
            yield date(each, month, number)
        except ValueError:
            yield None


def day_begins(person: Person, day: date) -> datetime:
    """When ``person``'s hours begin on ``day``; its midnight if none begin on it. Holidays count, absences don't."""
    begin, end = (instant_of_local(each, 0, person.zone) for each in (day, day + timedelta(days=1)))
    for start in _spans(_by_hours(person), begin - timedelta(seconds=1)):
        if start >= begin:
            return min(start, end) if start < end else begin
    return begin


def next_working_day(person: Person, at: datetime) -> datetime:
    """When ``person``'s hours next begin after ``at``, breaks apart; the coming midnight if they never pause."""
    start = next(_spans(_by_hours(person), at), None)
    if start is not None:
        return start
    return _midnight_after(person, at)


def _midnight_after(person: Person, at: datetime) -> datetime:
    return instant_of_local(at.astimezone(person.zone).date(), MINUTES_PER_DAY, person.zone)


def _by_hours(person: Person) -> Person:
    return replace(person, absences=())


def _spans(person: Person, at: datetime) -> Iterator[datetime]:
    """The beginnings of spans of work after ``at``, those after a break left out."""
    state = state_at(person, at)
    while (change := next_change(person, at)) is not None:
        following = state_at(person, change)
        if following.present and not state.present and state.detail != BREAK:
            yield change
        at, state = change, following


def planned_end(absence: Absence, at: datetime) -> datetime | None:
    """When ``absence``, which holds at ``at``, would have ended by itself; None: nobody knows."""
    if isinstance(absence, DatedAbsence):
        return absence.end
    _, end, _ = absence.around(seconds_of(at))
    return None if end == NEVER_ENDS else instant_of(end)
