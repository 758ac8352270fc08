"""Weekly working hours and holidays: who would be at work if nobody ever went away."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from ari_absence.core.facts import NOWHERE, Kind, Source
from ari_absence.core.localtime import MINUTES_PER_DAY, LocalDays, local_days, seconds_of

NEVER_ENDS = 1 << 62  # later than any instant; stands for an end that is not known
BREAK = "break"
Weekdays = tuple[tuple[tuple[int, int], ...], ...]
_DAYS_KEPT = 32  # day plans kept for each set of hours, some 10 kB: few questions look further ahead


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day on which the office is closed, by its public name."""

    name: str
    source: Source


@dataclass(frozen=True, slots=True, eq=False)
class HolidayCalendar:
    """Looks holidays up by local date. Shared by everybody it holds for, and equal only to itself.

    ``days`` are the site's own; ``public`` gives the public holidays of a year, and must always give the same.
    """

    days: Mapping[date, Holiday] = field(default_factory=dict)
    public: Callable[[int], Mapping[date, str]] | None = None
    source: Source = NOWHERE

    def on(self, day: date) -> Holiday | None:
        """The holiday on ``day``, the site's own name first, or None."""
        own = self.days.get(day)
        if own is not None or self.public is None:
            return own
        name = self.public(day.year).get(day)
        return None if name is None else Holiday(name, self.source)

    @property
    def empty(self) -> bool:
        """Whether no day can ever be a holiday."""
        return self.public is None and not self.days


@dataclass(frozen=True, slots=True)
class Cause:
    """What hours and holidays say of a stretch of time. ``source`` None means the hours themselves."""

    present: bool
    kind: Kind | None
    detail: str = ""
    source: Source | None = None


_OPEN = Cause(True, None)
_CLOSED = Cause(False, Kind.CLOSED)
_ON_BREAK = Cause(False, Kind.CLOSED, BREAK)


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Working hours: for each weekday from Monday the spans that begin on it.

    A span is (first minute, last minute) after local midnight, half-open; an end above 1440 lies on the next
    day. Spans of one day are in order and do not overlap; the configuration sees to that.
    """

    days: Weekdays = ((),) * 7
    source: Source = NOWHERE
    _timelines: dict[tuple[ZoneInfo, HolidayCalendar], Timeline] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def never(self) -> bool:
        """Whether there are no working hours at all."""
        return not any(self.days)

    def timeline(self, zone: ZoneInfo, holidays: HolidayCalendar) -> Timeline:
        """These hours in ``zone`` with ``holidays``, compiled once."""
        known = self._timelines.get((zone, holidays))
        if known is None:
            known = self._timelines[zone, holidays] = timeline_of(self.days, zone, holidays)
        return known

    def open_at(self, at: datetime, zone: ZoneInfo, holidays: HolidayCalendar) -> bool:
        """Whether the hours are running at the aware instant ``at``, and no holiday stops them."""
        return self.timeline(zone, holidays).stretch(seconds_of(at))[2].present


class Timeline:
    """Hours and holidays of one zone as stretches of UTC seconds, worked out day by day when asked for."""

    __slots__ = ("_days", "_eternal", "_holidays", "_plans", "_weekdays")

    def __init__(self, weekdays: Weekdays, zone: ZoneInfo, holidays: HolidayCalendar) -> None:
        self._weekdays = weekdays
        self._holidays = holidays
        self._days: LocalDays = local_days(zone)
        self._eternal = _eternal_cause(weekdays) if holidays.empty else None
        self._plans: dict[int, tuple[list[int], list[Cause]]] = {}

    def stretch(self, seconds: int) -> tuple[int, int, Cause]:
        """(begin, end, cause) of the stretch that holds ``seconds``; it never reaches over local midnight,
        unless nothing ever changes."""
        if self._eternal is not None:
            return -NEVER_ENDS, NEVER_ENDS, self._eternal
        ordinal = self._days.ordinal_at(seconds)
        plan = self._plans.get(ordinal) or self._plan(ordinal)
        edges, causes = plan
        index = bisect_right(edges, seconds) - 1
        return edges[index], edges[index + 1], causes[index]

    def _plan(self, ordinal: int) -> tuple[list[int], list[Cause]]:
        if len(self._plans) >= _DAYS_KEPT:
            self._plans.clear()
        plan = self._plans[ordinal] = self._worked_out(ordinal)
        return plan

    def _worked_out(self, ordinal: int) -> tuple[list[int], list[Cause]]:
        begin, end = self._days.begin(ordinal), self._days.begin(ordinal + 1)
        holiday = self._holidays.on(date.fromordinal(ordinal))
        if holiday is not None:
            return [begin, end], [Cause(False, Kind.HOLIDAY, holiday.name, holiday.source)]
        days = self._spans_of(ordinal - 1), self._spans_of(ordinal)
        opens = [span for spans in days for span in spans]
        # Between the spans as they are written: one that the clocks jump over still ends a break and begins one.
        breaks = [(one[1], other[0]) for spans in days for one, other in pairwise(spans)]
        edges = _edges(begin, end, [*opens, *breaks])
        return edges, [_cause(edge, opens, breaks) for edge in edges[:-1]]

    def _spans_of(self, ordinal: int) -> list[tuple[int, int]]:
        """The spans that begin on the day, in UTC seconds and as they are written."""
        seconds = self._days.seconds
        spans = self._weekdays[(ordinal - 1) % 7]
        return [(seconds(ordinal, first), seconds(ordinal, last)) for first, last in spans]


def _edges(begin: int, end: int, stretches: Iterable[tuple[int, int]]) -> list[int]:
    """Where something may change between ``begin`` and ``end``, both included."""
    edges = {edge for first, last in stretches if first < last for edge in (first, last)}
    return sorted({begin, end} | {edge for edge in edges if begin < edge < end})


def _cause(at: int, opens: Iterable[tuple[int, int]], breaks: Iterable[tuple[int, int]]) -> Cause:
    if any(first <= at < last for first, last in opens):
        return _OPEN
    return _ON_BREAK if any(first <= at < last for first, last in breaks) else _CLOSED


def _eternal_cause(weekdays: Weekdays) -> Cause | None:
    """What holds for ever if there are no hours at all, or all hours of all days; else None."""
    if not any(weekdays):
        return _CLOSED
    return _OPEN if all(spans == ((0, MINUTES_PER_DAY),) for spans in weekdays) else None


@lru_cache(maxsize=1024)
def timeline_of(weekdays: Weekdays, zone: ZoneInfo, holidays: HolidayCalendar) -> Timeline:
    """The timeline of these hours; one for everybody who shares them."""
    return Timeline(weekdays, zone, holidays)
