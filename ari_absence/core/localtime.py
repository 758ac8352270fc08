"""Wall-clock time of one zone, turned into UTC by one documented rule for each of the two clock changes.

* Spring: a local time that the clocks jump over means the same distance after the jump
  (02:30 on 29 March 2026 in Berlin is 03:30 summer time, 01:30 UTC).
* Autumn: a local time that comes twice means the first of the two
  (02:30 on 25 October 2026 in Berlin is 00:30 UTC).

Inside ``core`` an instant is compared as a whole number of seconds since 1970 in UTC: Python takes the two
02:30 of an autumn night for equal as long as both carry the same zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTES_PER_DAY = 1440
SECONDS_PER_DAY = 86_400
_ORDINAL_OF_1970 = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS_KEPT = 4096  # eleven years of one zone: more than any schedule looks at, and a bound all the same


def seconds_of(at: datetime) -> int:
    """Whole seconds of the aware instant ``at`` since 1970 in UTC; a fraction is cut off."""
    difference = at - _EPOCH
    return difference.days * SECONDS_PER_DAY + difference.seconds


def instant_of(seconds: int) -> datetime:
    """The aware instant in UTC that lies ``seconds`` after 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def instant_of_local(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant in UTC of ``minute`` minutes after midnight by the wall clock of ``zone`` on ``day``.

    ``minute`` may reach into the next day: 1440 is its midnight.
    """
    return instant_of(local_days(zone).seconds(day.toordinal(), minute))


class LocalDays:
    """The days of one zone, each with the second at which it begins. Days are counted as ``date.toordinal``."""

    __slots__ = ("_begins", "_zone")

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._begins: dict[int, int] = {}

    def begin(self, ordinal: int) -> int:
        """The second at which the day begins."""
        begin = self._begins.get(ordinal)
        return self._remember(ordinal) if begin is None else begin

    def _remember(self, ordinal: int) -> int:
        if len(self._begins) >= _DAYS_KEPT:
            self._begins.clear()
        begin = self._begins[ordinal] = self._convert(ordinal, 0)
        return begin

    def seconds(self, ordinal: int, minute: int) -> int:
        """The second at which the wall clock shows ``minute`` of the day, by the rules of this module."""
        if minute >= MINUTES_PER_DAY:
            ordinal += minute // MINUTES_PER_DAY
            minute %= MINUTES_PER_DAY
        begin = self.begin(ordinal)
        if not minute or self.begin(ordinal + 1) - begin == SECONDS_PER_DAY:
            return begin + minute * 60
        return self._convert(ordinal, minute)

    def _convert(self, ordinal: int, minute: int) -> int:
        # With fold=0 Python applies both rules by itself: the offset before the change decides.
        wall = datetime.combine(date.fromordinal(ordinal), time(), self._zone) + timedelta(minutes=minute)
        return seconds_of(wall.astimezone(UTC))

    def ordinal_at(self, seconds: int) -> int:
        """The day that has begun, and not ended, at ``seconds``."""
        ordinal = seconds // SECONDS_PER_DAY + _ORDINAL_OF_1970
        while seconds < self.begin(ordinal):
            ordinal -= 1
        while seconds >= self.begin(ordinal + 1):
            ordinal += 1
        return ordinal


@lru_cache(maxsize=1024)
def local_days(zone: ZoneInfo) -> LocalDays:
    """The days of ``zone``; one table for everybody who lives in it."""
    return LocalDays(zone)
