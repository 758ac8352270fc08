"""The schedule agrees, minute by minute, with an oracle that knows nothing of its cleverness.

The oracle paints a whole year of minutes, layer over layer, weakest first. It finds out what a wall-clock time
means by looking at every minute of the year, not by asking for an offset.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase

from ari_absence.core.people import Kind, Person, Source
from ari_absence.core.promise import due_at
from ari_absence.core.recurrence import LAST, MonthlyByDay, MonthlyByWeekday, Recurrence, Weekly
from ari_absence.core.schedule import (
    Absence,
    DatedAbsence,
    Holiday,
    HolidayCalendar,
    RecurringAbsence,
    WeeklyHours,
    back_at,
    state_at,
)

# Years compared in each zone and test; SCHEDULE_YEARS=200 for a night of it.
YEARS = int(os.environ.get("SCHEDULE_YEARS", "3"))
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "UTC")
FIRST = datetime(2025, 12, 28, tzinfo=UTC)
MINUTES = 372 * 1440
LEAD_IN = 3 * 1440  # what began before the first painted day is not looked at,
LEAD_OUT = MINUTES - 4 * 1440  # nor what ends after the last
YEAR = range(date(2025, 12, 29).toordinal(), date(2027, 1, 3).toordinal())
SETTABLE = [kind for kind in Kind if kind.can_be_set]


@dataclass(frozen=True)
class WallClock:
    """Which minute of the painted year a wall-clock time is, learnt from every minute there is."""

    first_minute: dict[tuple[int, int], int]  # (day, minute of that day) -> first minute that shows it

    def minute(self, ordinal: int, minute: int) -> int:
        day, minute_of_day = ordinal + minute // 1440, minute % 1440
        shown = self.first_minute.get((day, minute_of_day))
        if shown is not None:
            return shown
        if day < YEAR[0] or day > YEAR[-1]:
            return -1 if day < YEAR[0] else MINUTES
        jumped = 0  # the clocks jump over this time: as long after the jump as it would have come after
        while (day, minute_of_day - jumped) not in self.first_minute:
            jumped += 1
        return self.first_minute[day, minute_of_day - jumped] + jumped


@lru_cache
def wall_clock(zone: str) -> WallClock:
    first_minute: dict[tuple[int, int], int] = {}
    info = ZoneInfo(zone)
    for minute in range(MINUTES):
        wall = (FIRST + timedelta(minutes=minute)).astimezone(info)
        first_minute.setdefault((wall.toordinal(), wall.hour * 60 + wall.minute), minute)
    return WallClock(first_minute)


Answer = tuple[bool, Kind | None, int | None, str]  # present, kind, number of the absence, detail


def takes_place(rule: Recurrence, day: date) -> bool:
    """The rules in the words of the documentation, asked of one day."""
    tomorrow = day + timedelta(days=1)
    match rule:
        case Weekly(weekdays, every_weeks, first_week):
            monday = day - timedelta(days=day.weekday())
            weeks = (monday.toordinal() - 1) // 7 - first_week
            return day.weekday() in weekdays and weeks % every_weeks == 0
        case MonthlyByDay(number):
            return tomorrow.month != day.month if number == LAST else day.day == number
        case MonthlyByWeekday(nth, weekday):
            if day.weekday() != weekday:
                return False
            if nth == LAST:
                return (day + timedelta(days=7)).month != day.month
            return (day.day + 6) // 7 == nth


def combined(base: Answer, number: int, kind: Kind) -> Answer:
    if kind is Kind.REMOTE:
        return (True, kind, number, "") if base[0] else base
    return (False, kind, number, "")


class Oracle:
    """One painted year of one person."""

    def __init__(self, person: Person, set_absences: Sequence[Absence]) -> None:
        self.zone = person.zone
        self.clock = wall_clock(person.zone.key)
        self.base: list[Answer] = [(False, Kind.CLOSED, None, "")] * MINUTES
        self.numbers: dict[int, int] = {}
        self.painted: list[tuple[int, Kind] | None] = [None] * MINUTES
        self._paint_hours(person)
        self._paint_holidays(person)
        number = 0
        for layer in (
            [each for each in person.absences if isinstance(each, RecurringAbsence)],
            [each for each in person.absences if isinstance(each, DatedAbsence)],
            list(set_absences),
        ):
            begun = []
            for absence in layer:
                number += 1
                self.numbers[id(absence)] = number
                begun += [(b, number, e, absence.kind) for b, e in self._stretches(absence)]
            for begin, own, end, kind in sorted(begun):
                self._paint(begin, end, (own, kind))
        pairs = zip(self.base, self.painted, strict=True)
        self.answers = [base if absence is None else combined(base, *absence) for base, absence in pairs]

    def _paint(self, begin: int, end: int, colour: tuple[int, Kind]) -> None:
        begin, end = max(begin, 0), min(end, MINUTES)
        if begin < end:
            self.painted[begin:end] = [colour] * (end - begin)

    def _paint_base(self, begin: int, end: int, answer: Answer) -> None:
        begin, end = max(begin, 0), min(end, MINUTES)
        if begin < end:
            self.base[begin:end] = [answer] * (end - begin)

    def _paint_hours(self, person: Person) -> None:
        for breaks in (True, False):
            for ordinal in YEAR:
                spans = person.hours.days[date.fromordinal(ordinal).weekday()]
                if breaks:
                    for one, other in pairwise(spans):
                        begin, end = self.clock.minute(ordinal, one[1]), self.clock.minute(ordinal, other[0])
                        self._paint_base(begin, end, (False, Kind.CLOSED, None, "break"))
                    continue
                for first, last in spans:
                    begin, end = self.clock.minute(ordinal, first), self.clock.minute(ordinal, last)
                    self._paint_base(begin, end, (True, None, None, ""))

    def _paint_holidays(self, person: Person) -> None:
        for day, holiday in person.holidays.days.items():
            begin = self.clock.minute(day.toordinal(), 0)
            end = self.clock.minute(day.toordinal() + 1, 0)
            self._paint_base(begin, end, (False, Kind.HOLIDAY, None, holiday.name))

    def _stretches(self, absence: Absence) -> Iterator[tuple[int, int]]:
        if isinstance(absence, DatedAbsence):
            yield minute_of(absence.start), MINUTES if absence.end is None else minute_of(absence.end)
            return
        for ordinal in YEAR:
            wanted = absence.first_day <= ordinal <= absence.last_day and ordinal not in absence.except_days
            if wanted and takes_place(absence.rule, date.fromordinal(ordinal)):
                begin = self.clock.minute(ordinal, absence.start_minute)
                yield begin, self.clock.minute(ordinal, absence.end_minute)

    def changes(self) -> list[int]:
        """Every minute with another answer than the one before it."""
        bare = [answer[:3] for answer in self.answers]
        return [minute for minute in range(1, MINUTES) if bare[minute] != bare[minute - 1]]

    def returns(self) -> list[int]:
        """Every minute at which presence begins."""
        there = [answer[0] for answer in self.answers]
        return [minute for minute in range(1, MINUTES) if there[minute] and not there[minute - 1]]

    def minute_after_presence(self, minute: int, wanted: int) -> int | None:
        """The first minute she is there by which she was there for ``wanted`` minutes."""
        for m in range(minute, MINUTES):
            if self.answers[m][0]:
                if wanted <= 0:
                    return m
                wanted -= 1
        return None

    def rounded(self, due: int, step: int) -> int:
        """The next minute that the clock shows round, by ``step``, five or one, if she stays until then."""
        for each in (step, 5):
            m = due
            while self.answers[m][0] and instant(m).astimezone(self.zone).minute % each:
                m += 1
            if self.answers[m][0]:
                return m
        return due


def minute_of(at: datetime) -> int:
    return int((at - FIRST).total_seconds()) // 60


def instant(minute: int) -> datetime:
    return FIRST + timedelta(minutes=minute)


MINUTE_OF_DAY = st.one_of(
    st.integers(0, 1439), st.sampled_from([0, 60, 75, 90, 105, 120, 135, 150, 180, 540, 720, 780, 1439])
)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
CLOCK_CHANGES = [
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 3, 8),
    date(2026, 11, 1),
    date(2026, 4, 5),
    date(2026, 10, 4),
]
INTERESTING_DAYS = st.one_of(DAYS, st.sampled_from(CLOCK_CHANGES))


QUARTERS = st.one_of(st.integers(0, 96), st.sampled_from([5, 7, 9, 10, 11]))  # clocks change at these, too


@st.composite
def day_spans(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = sorted(draw(st.sets(QUARTERS, min_size=2, max_size=8)))
    spans = [(a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    return tuple(spans)


@st.composite
def weekly_hours(draw: st.DrawFn) -> WeeklyHours:
    if draw(st.booleans()):  # nights: every day from an evening until a morning
        night = (draw(st.integers(1080, 1430)), 1440 + draw(st.integers(1, 540)))
        days = [draw(st.sampled_from([(), (night,), ((600, 700), night)])) for _ in range(7)]
    else:
        days = [draw(day_spans()) for _ in range(7)]
    return WeeklyHours(tuple(days), Source("hours"))


RULES: st.SearchStrategy[Recurrence] = st.one_of(
    st.builds(
        Weekly,
        st.frozensets(st.integers(0, 6), min_size=1),
        st.sampled_from([1, 2]),
        st.integers(105_600, 105_603),
    ),
    st.builds(MonthlyByDay, st.sampled_from([1, 15, 29, 30, 31, LAST])),
    st.builds(MonthlyByWeekday, st.sampled_from([1, 2, 5, LAST]), st.integers(0, 6)),
)


@st.composite
def recurring(draw: st.DrawFn, zone: ZoneInfo) -> RecurringAbsence:
    start = draw(MINUTE_OF_DAY)
    limits = sorted([draw(DAYS).toordinal(), draw(DAYS).toordinal()])
    first, last = draw(st.sampled_from([(0, 3_000_000), (limits[0], limits[1])]))
    return RecurringAbsence(
        draw(st.sampled_from(SETTABLE)),
        draw(RULES),
        zone,
        start,
        start + draw(st.integers(1, 960)),
        first,
        last,
        frozenset(day.toordinal() for day in draw(st.sets(INTERESTING_DAYS, max_size=3))),
    )


@st.composite
def dated(draw: st.DrawFn) -> DatedAbsence:
    day = draw(st.one_of(DAYS, st.sampled_from(CLOCK_CHANGES[:2])))  # many on the same days
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=draw(MINUTE_OF_DAY))
    lasts_minutes = draw(st.one_of(st.integers(1, 600), st.integers(1, 3000), st.integers(1, 40_000)))
    end = None if draw(st.integers(0, 9)) == 0 else start + timedelta(minutes=lasts_minutes)
    return DatedAbsence(draw(st.sampled_from(SETTABLE)), start, end)


def unambiguous(absences: list[DatedAbsence]) -> list[DatedAbsence]:
    return list({absence.start: absence for absence in absences}.values())


@st.composite
def people(draw: st.DrawFn, zone: str) -> tuple[Person, tuple[Absence, ...]]:
    info = ZoneInfo(zone)
    holidays = {day: Holiday(f"{day:%j}", Source("days")) for day in draw(st.sets(DAYS, max_size=8))}
    absences: list[Absence] = [
        *unambiguous(draw(st.lists(dated(), min_size=3, max_size=12))),
        *draw(st.lists(recurring(info), min_size=1, max_size=4)),
    ]
    person = Person(
        "101",
        "Alice",
        (),
        info,
        draw(weekly_hours()),
        HolidayCalendar(holidays),
        absences=tuple(draw(st.permutations(absences))),
    )
    return person, tuple(unambiguous(draw(st.lists(dated(), max_size=2))))


PROBED = st.lists(st.integers(1440 * 3, 1440 * 365), min_size=4, max_size=4)
# Shrinking a painted year takes minutes: what failed first is printed as it is.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
THOROUGH = settings(max_examples=YEARS, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))


def thorough(zone: str) -> settings:
    """With examples of the zone's own: one that failed is tried first until it is mended. In a folder for all
    zones, the first zone in which it does not fail would throw it away."""
    folder = Path(__file__).parents[2] / ".hypothesis" / "examples" / zone
    return settings(THOROUGH, database=DirectoryBasedExampleDatabase(folder))


@pytest.mark.fault("F48")
@pytest.mark.parametrize("zone", ZONES)
def test_every_state_change_and_return_of_a_year_is_that_of_the_painted_one(zone: str) -> None:
    @thorough(zone)
    @given(people(zone))
    def check(who: tuple[Person, tuple[Absence, ...]]) -> None:
        person, set_absences = who
        oracle = Oracle(person, set_absences)
        returns = oracle.returns()
        changes = [minute for minute in oracle.changes() if LEAD_IN < minute < LEAD_OUT]
        for minute, following in pairwise([LEAD_IN, *changes]):
            check_state(oracle, person, set_absences, minute, instant(following))
            check_state(oracle, person, set_absences, following - 1, instant(following))
            check_return(oracle, person, set_absences, minute, returns)

    check()


def check_return(
    oracle: Oracle, person: Person, set_absences: tuple[Absence, ...], minute: int, returns: list[int]
) -> None:
    back = back_at(person, instant(minute), set_absences)
    index = bisect_left(returns, minute)
    if oracle.answers[minute][0]:
        assert back is None
    elif index < len(returns) and returns[index] < LEAD_OUT:
        assert back == instant(returns[index])


def check_state(
    oracle: Oracle, person: Person, set_absences: tuple[Absence, ...], minute: int, until: datetime
) -> None:
    at = instant(minute)
    state = state_at(person, at, set_absences)
    number = None if state.absence is None else number_of(oracle, person, set_absences, state.absence)
    assert (state.present, state.kind, number, state.detail) == oracle.answers[minute], at
    assert state.until == until, at


def number_of(oracle: Oracle, person: Person, set_absences: tuple[Absence, ...], absence: Absence) -> int:
    return next(oracle.numbers[id(each)] for each in (*person.absences, *set_absences) if each is absence)


@pytest.mark.parametrize("zone", ZONES)
def test_a_promise_is_due_when_the_painted_year_says_she_has_had_the_time(zone: str) -> None:
    @thorough(zone)
    @given(people(zone), PROBED, st.sampled_from([0, 30, 60, 240, 2000]))
    def check(who: tuple[Person, tuple[Absence, ...]], drawn: list[int], minutes: int) -> None:
        person, set_absences = who
        oracle = Oracle(person, set_absences)
        for minute in drawn:
            due = oracle.minute_after_presence(minute, minutes)
            if due is not None and due < MINUTES - 30:
                said = oracle.rounded(due, 30 if minutes >= 120 else 5)
                assert due_at(person, set_absences, instant(minute), minutes * 60) == instant(said)

    check()


@pytest.mark.parametrize("zone", ZONES)
def test_the_usual_promise_is_kept_at_work_and_within_one_working_day_of_the_return(zone: str) -> None:
    @thorough(zone)
    @given(people(zone), PROBED)
    def check(who: tuple[Person, tuple[Absence, ...]], drawn: list[int]) -> None:
        person, set_absences = who
        oracle = Oracle(person, set_absences)
        for minute in drawn:
            due = due_at(person, set_absences, instant(minute), None)
            four_hours = oracle.minute_after_presence(minute, 240)
            if due is not None and four_hours is not None and four_hours < MINUTES - 30:
                assert state_at(person, due, set_absences).present
                assert minute <= minute_of(due) <= oracle.rounded(four_hours, 30)

    check()


def test_the_order_in_which_absences_are_written_does_not_matter() -> None:
    @THOROUGH
    @given(people("Europe/Berlin"), PROBED)
    def check(who: tuple[Person, tuple[Absence, ...]], drawn: list[int]) -> None:
        person, _ = who
        only_dated = [each for each in person.absences if isinstance(each, DatedAbsence)]
        one = replace(person, absences=tuple(only_dated))
        other = replace(person, absences=tuple(reversed(only_dated)))
        assert [state_at(one, instant(m)) for m in drawn] == [state_at(other, instant(m)) for m in drawn]

    check()
