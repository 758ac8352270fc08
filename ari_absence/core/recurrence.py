"""On which days something recurs: weekly, every other week, or monthly. Days are ``date.toordinal`` numbers."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

# A month's 31st, or its fifth Monday, comes back well within this; schedules look no further.
MONTHS_AHEAD = 24
LAST = -1


@dataclass(frozen=True, slots=True)
class Weekly:
    """On certain weekdays (0 is Monday) of every week, or of every other week counted from ``first_week``.

    A week begins on Monday and is numbered ``(ordinal - 1) // 7``.
    """

    weekdays: frozenset[int]
    every_weeks: int = 1
    first_week: int = 0

    def holds_on(self, ordinal: int) -> bool:
        """Whether it takes place on the day."""
        week, weekday = divmod(ordinal - 1, 7)
        return weekday in self.weekdays and (week - self.first_week) % self.every_weeks == 0

    def next_from(self, ordinal: int) -> int | None:
        """The first day from ``ordinal`` on on which it takes place."""
        week, weekday = divmod(ordinal - 1, 7)
        for day in range(ordinal, ordinal + 7 * self.every_weeks):
            if weekday in self.weekdays and (week - self.first_week) % self.every_weeks == 0:
                return day
            week, weekday = (week, weekday + 1) if weekday < 6 else (week + 1, 0)
        return None


@dataclass(frozen=True, slots=True)
class MonthlyByDay:
    """On one day of every month; a month that lacks it is left out. ``LAST`` is the month's last day."""

    day: int

    def holds_on(self, ordinal: int) -> bool:
        """Whether it takes place on the day."""
        day = date.fromordinal(ordinal)
        return self._in(day.year, day.month) == ordinal

    def next_from(self, ordinal: int) -> int | None:
        """The first day from ``ordinal`` on on which it takes place."""
        days = (self._in(year, month) for year, month in _months_from(ordinal))
        return next((day for day in days if day is not None and day >= ordinal), None)

    def _in(self, year: int, month: int) -> int | None:
        days = monthrange(year, month)[1]
        day = days if self.day == LAST else self.day
        return date(year, month, day).toordinal() if day <= days else None


@dataclass(frozen=True, slots=True)
class MonthlyByWeekday:
    """On the first to fifth, or ``LAST``, of one weekday (0 is Monday) in every month that has it."""

    nth: int
    weekday: int

    def holds_on(self, ordinal: int) -> bool:
        """Whether it takes place on the day."""
        day = date.fromordinal(ordinal)
        return self._in(day.year, day.month) == ordinal

    def next_from(self, ordinal: int) -> int | None:
        """The first day from ``ordinal`` on on which it takes place."""
        days = (self._in(year, month) for year, month in _months_from(ordinal))
        return next((day for day in days if day is not None and day >= ordinal), None)

    def _in(self, year: int, month: int) -> int | None:
        first_weekday, days = monthrange(year, month)
        first = 1 + (self.weekday - first_weekday) % 7
        day = first + 7 * ((days - first) // 7 if self.nth == LAST else self.nth - 1)
        return date(year, month, day).toordinal() if day <= days else None


def _months_from(ordinal: int) -> Iterator[tuple[int, int]]:
    start = date.fromordinal(ordinal)
    first = start.year * 12 + start.month - 1
    return ((month // 12, month % 12 + 1) for month in range(first, first + MONTHS_AHEAD))


Recurrence = Weekly | MonthlyByDay | MonthlyByWeekday
